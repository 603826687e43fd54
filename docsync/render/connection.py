"""How a model is reached, and with which key. Reads files of keys in the project, and no others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from docsync.formats.prompty.model import normalize_model
from docsync.formats.prompty.shape import JsonObject, mapping, scalar_text, text
from docsync.lint.secret import REDACTED
from docsync.real_path import real_path
from docsync.regular_file import read_regular
from docsync.render.environment import Environment, find_variables, resolve_variables
from docsync.render.file_reference import file_path, parse_file
from docsync.render.mistake_list import MistakeList
from docsync.render.model import read_model
from docsync.render.trace import Provenance

MAX_KEY_FILE_BYTES = 65_536

_AT = "model.connection"
_KEYS = ("connection", "configuration")
_NAMES = {
    "kind": ("kind",),
    "endpoint": ("endpoint", "base_url", "baseUrl"),
    "api_version": ("api_version", "apiVersion"),
    "api_key": ("apiKey", "key"),
    "deployment": ("azure_deployment", "deployment", "deployment_name"),
}


@dataclass(frozen=True, slots=True)
class Connection:
    """What a prompt says of the way to its model; None is what it does not say.

    `reference` is the name of a connection that the service itself keeps. `settings` has all else, as
    written. `unresolved` names the variables that stay as `${env:NAME}`, because no environment was given.
    Its `repr` shows no key.
    """

    provider: str | None = None
    kind: str | None = None
    endpoint: str | None = None
    deployment: str | None = None
    api_version: str | None = None
    api_key: str | None = field(default=None, repr=False)
    reference: str | None = None
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    unresolved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """Where files of keys may lie: in the project's folder. With None nothing is read."""

    root: Path | None
    provenance: Provenance


def read_connection(
    written: JsonObject, folder: KeyFolder, environment: Environment, mistakes: MistakeList
) -> Connection:
    """The connection in *written*, a prompt's own `model`, with the variables and the files that it names."""
    loaded = {
        key: _load(value, folder, mistakes) if key in _KEYS else value for key, value in written.items()
    }
    model = normalize_model(loaded)
    connection = model.get("connection")
    if isinstance(connection, str):
        # promptflow: the name of a connection that its users keep.
        model["connection"] = connection = {"connection": connection}
    deployment = read_model(model, loaded).deployment
    resolved = mapping(resolve_variables(mapping(connection), environment, _AT, mistakes))
    if deployment is not None:
        resolved["azure_deployment"] = resolve_variables(deployment, environment, _AT, mistakes)
    _refuse_redacted(resolved, mistakes)
    reference = _reference(resolved)
    taken = {name: key for name, keys in _NAMES.items() if (key := _find_key(resolved, keys))}
    used = {*taken.values(), *(("name", "connection") if reference else ())}
    return Connection(
        provider=text(model.get("provider")),
        reference=reference,
        settings=MappingProxyType({key: value for key, value in resolved.items() if key not in used}),
        unresolved=tuple(dict.fromkeys(find_variables(resolved))) if environment is None else (),
        **{name: scalar_text(resolved[key]) for name, key in taken.items()},
    )


def _find_key(connection: JsonObject, keys: tuple[str, ...]) -> str | None:
    return next((key for key in keys if scalar_text(connection.get(key))), None)


def _reference(connection: JsonObject) -> str | None:
    name = text(connection.get("connection"))
    return name or (text(connection.get("name")) if connection.get("kind") == "reference" else None)


def _refuse_redacted(connection: JsonObject, mistakes: MistakeList) -> None:
    for at, value in _texts(connection, _AT):
        if value == REDACTED:
            mistakes.add(f"the database has {REDACTED} in place of it; write ${{env:NAME}} in the prompt", at)


def _texts(value: object, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield at, value
    for key, item in mapping(value).items():
        yield from _texts(item, f"{at}.{key}")


def _load(value: object, folder: KeyFolder, mistakes: MistakeList) -> object:
    """*value* with the content of the files that it names: an object if it is one, else each text of it."""
    path = file_path(value)
    if path is not None:
        content = _read(path, folder, mistakes)
        # What is wrong with the text may quote it, and it may be a key: that is told to nobody.
        parsed = None if content is None else parse_file(path, content, MistakeList())
        if content is not None and not isinstance(parsed, dict):
            mistakes.add(f"{path} must hold an object of JSON or YAML", _AT)
        return mapping(parsed)
    if not isinstance(value, dict):
        return value
    return {key: _load_text(item, folder, mistakes) for key, item in value.items()}


def _load_text(value: object, folder: KeyFolder, mistakes: MistakeList) -> object:
    path = file_path(value)
    return value if path is None else (_read(path, folder, mistakes) or "").strip()


def _read(path: str, folder: KeyFolder, mistakes: MistakeList) -> str | None:
    if folder.root is None or folder.provenance.file_path is None:
        mistakes.add(
            f"the file {path} is read only where the project's folder is; this call is not there", _AT
        )
        return None
    beside = PurePosixPath(folder.provenance.file_path).parent
    try:
        root, file = (Path(real_path(one)) for one in (folder.root, folder.root / beside / path))
        if not file.is_relative_to(root):
            mistakes.add(f"{path} leads out of the project", _AT)
            return None
        return read_regular(file, MAX_KEY_FILE_BYTES).octets.decode("utf-8-sig")
    except OSError as error:
        mistakes.add(f"{path}: {error.strerror or error}", _AT)
    except ValueError:  # NUL in the path, or no UTF-8
        mistakes.add(f"{path} is no text in UTF-8", _AT)
    return None
