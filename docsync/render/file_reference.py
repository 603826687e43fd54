"""Puts the content of `${file:…}` where a prompt names it. Opens nothing: the texts are given.

Never below `model.connection` and `model.configuration`: what is named there may be a key.
"""

import json
from collections.abc import Mapping

from docsync.formats.limits import LIMITS
from docsync.formats.prompty.reference import WHOLE_REFERENCE
from docsync.formats.prompty.shape import JsonObject, mapping
from docsync.formats.source import FileRefused, SourceText
from docsync.formats.yaml_reader import read_yaml
from docsync.render.mistake_list import MistakeList

_SECRET_PLACES = frozenset({"model.connection", "model.configuration"})
_PLACES = ("model", "tools", "outputs", "outputSchema")


def fill_files(front_matter: JsonObject, files: Mapping[str, str], mistakes: MistakeList) -> JsonObject:
    """*front_matter* with the content of the files that its model, tools and outputs name.

    *files* has texts by the path that is written. JSON and YAML are parsed, as their suffix says. A file
    that is not there is a mistake, but in a tool: only who uses the tool needs it.
    """
    filled = {
        place: _fill(front_matter[place], place, files, mistakes)
        for place in _PLACES
        if place in front_matter
    }
    return {**front_matter, **filled}


def file_path(value: object) -> str | None:
    """The path of `${file:path}` if *value* is nothing but that."""
    found = WHOLE_REFERENCE.fullmatch(value) if isinstance(value, str) and value.startswith("${") else None
    return found["value"] if found and found["protocol"].lower() == "file" else None


def parse_file(path: str, text: str, mistakes: MistakeList) -> object:
    """What the *text* of a file says: the value of JSON or YAML by the suffix of *path*, else itself."""
    suffix = path.rpartition(".")[2].lower()
    try:
        if suffix == "json":
            return _parse_json(text)
        if suffix in ("yaml", "yml"):
            return read_yaml(SourceText(path, text), 0, len(text)).value
    except (ValueError, RecursionError) as error:
        mistakes.add(f"{path}: {error}")
    except FileRefused as refused:
        mistakes.add(f"{path}: {refused}")
    return text


def names_files(document: Mapping[str, object]) -> bool:
    """True if a file is named in the parts that become a request."""
    named = mapping(document.get("references")).get("files")
    places = (str(mapping(one).get("at")) for one in (named if isinstance(named, list) else ()))
    return any(at.startswith(_PLACES) and not at.startswith(tuple(_SECRET_PLACES)) for at in places)


def _fill(value: object, at: str, files: Mapping[str, str], mistakes: MistakeList) -> object:
    if at in _SECRET_PLACES:
        return value
    path = file_path(value)
    if path is not None:
        if path in files:
            return parse_file(path, files[path], mistakes)
        if not at.startswith(("tools[", "tools.")):
            mistakes.add(f"{at}: the file {path} is not there")
        return value
    if isinstance(value, dict):
        return {key: _fill(item, f"{at}.{key}", files, mistakes) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, f"{at}[{place}]", files, mistakes) for place, item in enumerate(value)]
    return value


def _parse_json(text: str) -> object:
    value = json.loads(text, parse_constant=_refuse_constant)
    level, depth = [value], 0
    while level := [inner for item in level for inner in _members(item)]:
        depth += 1
        if depth > LIMITS.max_depth:
            raise ValueError(f"nested more than {LIMITS.max_depth} levels deep")
    return value


def _members(value: object) -> list[object]:
    return [*value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []


def _refuse_constant(word: str) -> float:
    raise ValueError(f"{word} is no value of JSON")
