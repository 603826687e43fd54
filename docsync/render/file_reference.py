"""Puts the content of `${file:…}` where a prompt names it. Opens nothing: the texts are given.

Never below `model.connection` and `model.configuration`: what is named there may be a key.
"""

import json
from collections.abc import Iterator, Mapping

from docsync.formats.limits import LIMITS
from docsync.formats.prompty.reference import WHOLE_REFERENCE
from docsync.formats.prompty.shape import JsonObject, mapping
from docsync.render.error import Mistake, RenderError
from docsync.render.mistake_list import MistakeList
from docsync.render.text import Text

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
    """As `parse_text`, but what is wrong is added to *mistakes*: then it is the text itself."""
    try:
        return parse_text(Text(path, text))
    except RenderError as error:
        for mistake in error.mistakes:
            mistakes.add(str(mistake))
        return text


def parse_text(text: Text) -> object:
    """What a file says: JSON and YAML, by its suffix, as values, else its text. Raises RenderError."""
    suffix = text.path.rpartition(".")[2].lower()
    if suffix == "json":
        return _read_json(text)
    return _read_yaml(text) if suffix in ("yaml", "yml") else text.content


def find_files(document: Mapping[str, object]) -> Iterator[str]:
    """The files that the parts name which become a request, as written."""
    named = mapping(document.get("references")).get("files")
    for one in named if isinstance(named, list) else ():
        at, path = str(mapping(one).get("at")), mapping(one).get("path")
        if at.startswith(_PLACES) and not at.startswith(tuple(_SECRET_PLACES)) and isinstance(path, str):
            yield path


def _read_json(text: Text) -> object:
    try:
        value = json.loads(text.content, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise RenderError(Mistake(f"no JSON: {error.msg}", text.path, error.lineno, error.colno)) from None
    except (ValueError, RecursionError) as error:
        raise RenderError(Mistake(f"no JSON: {error}", text.path)) from None
    level, depth = [value], 0
    while level := [inner for item in level for inner in _members(item)]:
        depth += 1
        if depth > LIMITS.max_depth:
            raise RenderError(Mistake(f"nested more than {LIMITS.max_depth} levels deep", text.path))
    return value


def _members(value: object) -> list[object]:
    return [*value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []


def _refuse_constant(word: str) -> float:
    raise ValueError(f"{word} is no value of JSON")


def _read_yaml(text: Text) -> object:
    from docsync.formats.source import FileRefused, decode_source  # for the few prompts that name such a file
    from docsync.formats.yaml_reader import read_yaml

    try:
        source = decode_source(text.path, text.content.encode())
        return read_yaml(source, 0, len(source.text)).value
    except FileRefused as refused:
        problem = refused.problems[0]
        raise RenderError(
            Mistake(problem.message, problem.path, problem.line, problem.column, problem.hint)
        ) from None


def _fill(value: object, at: str, files: Mapping[str, str], mistakes: MistakeList) -> object:
    if at in _SECRET_PLACES:
        return value
    path = file_path(value)
    if path is not None:
        if path in files:
            return parse_file(path, files[path], mistakes)
        if not at.startswith(("tools[", "tools.")):
            mistakes.add(f"the file {path} is not there", at)
        return value
    if isinstance(value, dict):
        return {key: _fill(item, f"{at}.{key}", files, mistakes) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, f"{at}[{place}]", files, mistakes) for place, item in enumerate(value)]
    return value
