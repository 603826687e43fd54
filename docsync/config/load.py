"""Finds docsync.toml and makes one `Config` of it, the environment and the flags. Never changes the world."""

import os.path
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from posixpath import normpath
from types import MappingProxyType
from typing import TypeVar

from docsync.config.check import check_layer, find_conflicts, item_mistakes, items
from docsync.config.keys import CLIENT, COLLECTION, ITEMS, OVERLAY_RULES, RULES, SETTINGS
from docsync.config.setting import (
    AdminSettings,
    ChangesSettings,
    ClientSettings,
    Config,
    DatabaseSettings,
    GuardSettings,
    LimitSettings,
    LintSettings,
    LogSettings,
    RenderSettings,
    WatchSettings,
)
from docsync.config.source import (
    ConfigValue,
    merge_layers,
    overlays,
    read_defaults,
    read_environ,
    read_flags,
    read_overlay,
    read_tables,
)
from docsync.config.toml import TomlFile, read_toml
from docsync.errors import ConfigError
from docsync.names import Collection, to_printable

FILE_NAME = "docsync.toml"
TOKEN = "DOCSYNC_ADMIN_TOKEN"  # noqa: S105  # the name of the variable that holds one
_T = TypeVar("_T")


def find_file(start: Path) -> Path | None:
    """The docsync.toml of *start*: in it or in the nearest folder above, up to the Git root."""
    here = start.resolve()
    for folder in (here, *here.parents):
        # Anything of that name is found, also a folder or a dangling link: reading it says what is wrong.
        if os.path.lexists(folder / FILE_NAME):
            return folder / FILE_NAME
        if os.path.lexists(folder / ".git"):
            return None
    return None


def load_config(
    start: Path,
    *,
    file: Path | None = None,
    environ: Mapping[str, str],
    environment: str | None = None,
    flags: Mapping[str, object] = MappingProxyType({}),
) -> Config:
    """The configuration that holds in *start*. Raises ConfigError with all mistakes at once.

    Args:
        file: the docsync.toml to read instead of the one that would be found.
        environ: variables such as DOCSYNC_ENV and DOCSYNC_WATCH__SETTLE_MS.
        environment: the name of the overlay; wins over DOCSYNC_ENV.
        flags: values by dotted key; None for a flag that was not given.
    """
    if not start.is_dir():
        raise ConfigError(f"{_format_path(start)}: no such folder")
    path = file or find_file(start)
    toml = read_toml(path, _format_path(path)) if path else None
    name = environment or environ.get("DOCSYNC_ENV") or None
    mistakes: list[str] = []
    layers = [
        *(_file_layers(toml, name, mistakes) if toml else ()),
        check_layer(read_environ(environ), SETTINGS, mistakes),
        check_layer(read_flags(flags), SETTINGS, mistakes),
    ]
    if name is not None:
        mistakes += _check_environment(name, toml, "--env" if environment else "DOCSYNC_ENV")
    values = merge_layers([read_defaults(), *layers])
    root = (path.parent if path else start).resolve()
    mistakes += find_conflicts(values, str(root), has_token=bool(environ.get(TOKEN)))
    if mistakes:
        raise ConfigError(*sorted(mistakes, key=_line))
    return _config(values, root, path and root / path.name, name)


def _format_path(path: Path) -> str:
    absolute, here = path.absolute(), Path.cwd()
    return to_printable(str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute))


def _file_layers(toml: TomlFile, name: str | None, mistakes: list[str]) -> Iterator[list[ConfigValue]]:
    """The tables that hold, then the overlay *name*. The other overlays are checked all the same."""
    base = check_layer(read_tables(toml), RULES, mistakes)
    mistakes += item_mistakes(base)
    yield base
    for other in overlays(toml):
        overlay = check_layer(read_overlay(toml, other), OVERLAY_RULES, mistakes)
        mistakes += item_mistakes(overlay)
        if other == name:
            yield overlay


def _check_environment(name: str, toml: TomlFile | None, where: str) -> Iterator[str]:
    known = overlays(toml) if toml else {}
    if name in known:
        return
    if toml is None:
        remedy = f"there is no {FILE_NAME} to name one"
    else:
        names = ", ".join(to_printable(other) for other in known)
        remedy = f"known: {names}" if known else f"{toml.shown} has no [env.{to_printable(name)}] tables"
    yield f"{where}: unknown environment {to_printable(name)}; {remedy}"


def _config(
    values: Mapping[str, ConfigValue], root: Path, file: Path | None, environment: str | None
) -> Config:
    return Config(
        root=root,
        file=file,
        database=_section(DatabaseSettings, "database", values),
        watch=_section(WatchSettings, "watch", values),
        guard=_section(GuardSettings, "guard", values),
        limits=_section(LimitSettings, "limits", values),
        changes=_section(ChangesSettings, "changes", values),
        lint=_section(LintSettings, "lint", values),
        render=_section(RenderSettings, "render", values),
        admin=_section(AdminSettings, "admin", values),
        log=_section(LogSettings, "log", values),
        collections=tuple(_collection(item.key, values) for item in items(values, "collections")),
        clients=tuple(_client(item.key, values) for item in items(values, "clients")),
        origins=MappingProxyType(_origins(values)),
        environment=environment,
    )


def _section(make: Callable[..., _T], name: str, values: Mapping[str, ConfigValue]) -> _T:
    keys = [key for key in SETTINGS if key.startswith(f"{name}.")]
    return make(**{key.partition(".")[2]: _to_tuple(values[key].value) for key in keys})


def _collection(item: str, values: Mapping[str, ConfigValue]) -> Collection:
    make: Callable[..., Collection] = Collection
    found = {name: values[f"{item}.{name}"].value for name in COLLECTION if f"{item}.{name}" in values}
    # "personas/" and "./personas" are the folder that everybody else calls "personas".
    found["path"] = normpath(str(found["path"]))
    return make(**{name: _to_tuple(value) for name, value in found.items()})


def _client(item: str, values: Mapping[str, ConfigValue]) -> ClientSettings:
    make: Callable[..., ClientSettings] = ClientSettings
    given = {name: values.get(f"{item}.{name}") for name in CLIENT}
    return make(
        **{name: rule.default if (one := given[name]) is None else one.value for name, rule in CLIENT.items()}
    )


def _to_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _origins(values: Mapping[str, ConfigValue]) -> dict[str, str]:
    names = (
        (item.key, name) for list_, rules in ITEMS.items() for item in items(values, list_) for name in rules
    )
    keys = [*SETTINGS, *(f"{item}.{name}" for item, name in names)]
    return {key: values[key].origin if key in values else "default" for key in keys}


def _line(mistake: str) -> int:
    """The line that a mistake names; those of variables and flags, which have none, come last."""
    found = re.search(r":(\d+): ", mistake)
    return int(found[1]) if found else sys.maxsize
