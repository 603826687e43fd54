"""Reads docsync.toml, the environment and the flags, key by key.

Each layer by itself: `merge_layers` merges them.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from docsync.config.keys import DEFAULT_COLLECTIONS, ITEMS, SECTIONS, SETTINGS
from docsync.config.toml import TomlFile, join_key

# Named beside DOCSYNC_ADMIN_TOKEN, whose file it is, the way containers hand over secrets.
_ALIASES = {"DOCSYNC_ADMIN_TOKEN_FILE": "DOCSYNC_ADMIN__TOKEN_FILE"}


class ConfigValue(NamedTuple):
    """A configured value for *key*; None if it was refused.

    `origin` says where it comes from, for people (`docsync.toml:3`), `where` is the place that a mistake
    names, `written` is the key as it was written there (`env.production.watch.mode`).
    """

    key: str
    value: object
    origin: str
    where: str
    written: str

    @property
    def setting(self) -> str:
        """The key with `[]` for the number of an item, as the rules name it."""
        head, bracket, tail = self.key.partition("[")
        return f"{head}[]{tail.partition(']')[2]}" if bracket else self.key


def read_defaults() -> Iterator[ConfigValue]:
    """The values of what is not configured."""
    collections = _leaves({"collections": DEFAULT_COLLECTIONS}, "")
    for key, value in [*((key, rule.default) for key, rule in SETTINGS.items()), *collections]:
        yield ConfigValue(key, value, "default", "default", key)


def read_tables(file: TomlFile) -> Iterator[ConfigValue]:
    """What the tables of docsync.toml say; `env` comes whole."""
    for key, value in _leaves(file.table, ""):
        line = file.line_of(key)
        yield ConfigValue(key, value, f"{file.path.name}:{line}", f"{file.shown}:{line}", key)


def read_overlay(file: TomlFile, name: str) -> Iterator[ConfigValue]:
    """What the tables below `[env.NAME]` say."""
    overlay, table = overlays(file)[name], join_key("env", name)
    for key, value in _leaves(overlay, "") if isinstance(overlay, dict) else [("env[]", overlay)]:
        written = table if key == "env[]" else f"{table}.{key}"
        line = file.line_of(written)
        yield ConfigValue(key, value, f"{file.path.name}:{line} ({table})", f"{file.shown}:{line}", written)


def overlays(file: TomlFile) -> dict[str, object]:
    """The overlays of docsync.toml by name."""
    found = file.table.get("env", {})
    return dict(found) if isinstance(found, dict) else {}


def read_environ(environ: Mapping[str, str]) -> Iterator[ConfigValue]:
    """What `DOCSYNC_TABLE__KEY` variables say. Upper case comes last and so wins over another spelling."""
    for name in sorted(environ, key=lambda name: (name == name.upper(), name)):
        prefix, _, rest = _ALIASES.get(name, name).upper().partition("DOCSYNC_")
        if prefix or "__" not in rest:
            continue
        key = rest.lower().replace("__", ".")
        value = SETTINGS[key].read(environ[name]) if key in SETTINGS else environ[name]
        yield ConfigValue(key, value, name, name, key)


def read_flags(flags: Mapping[str, object]) -> Iterator[ConfigValue]:
    """What flags of the command line say; None is a flag that was not given."""
    for key, value in flags.items():
        if value is not None:
            yield ConfigValue(key, value, "--flag", "--flag", key)


def merge_layers(layers: Iterable[Iterable[ConfigValue]]) -> dict[str, ConfigValue]:
    """One value for each key: later layers win, and a list of tables replaces the whole earlier one."""
    values: dict[str, ConfigValue] = {}
    for layer in layers:
        latest = {given.key: given for given in layer}
        for items in ITEMS:
            if any(key.startswith(items) for key in latest):
                values = {key: given for key, given in values.items() if not key.startswith(items)}
        values |= latest
    return values


def _leaves(value: object, key: str) -> Iterator[tuple[str, object]]:
    """The keys beneath *value* that have a rule of their own, and what has none, whole."""
    match value:
        case dict() if key in ("", *SECTIONS):
            for name, inner in value.items():
                yield from _leaves(inner, join_key(key, name))
        case [_, *_] if key in ITEMS:
            for number, item in enumerate(value):
                yield from _item(item, f"{key}[{number}]")
        case _:
            yield key, value


def _item(item: object, key: str) -> Iterator[tuple[str, object]]:
    yield key, item
    if isinstance(item, dict):
        yield from ((join_key(key, name), value) for name, value in item.items())
