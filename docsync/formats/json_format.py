"""JSON: one object per file, strictly. Never repairs a broken file, never loses a digit or a key."""

import re
from collections.abc import Mapping, Set
from json import JSONDecodeError, JSONDecoder

from docsync.formats.format import Format
from docsync.formats.json_errors import explain_json_error
from docsync.formats.json_place import json_places
from docsync.formats.json_survey import survey
from docsync.formats.limits import LIMITS
from docsync.formats.naming import encode_canonical, read_object
from docsync.formats.place import Place
from docsync.formats.plain_json import read_plain_json
from docsync.formats.source import FileRefused, SourceText
from docsync.formats.written import FindPlaces, Written
from docsync.model import ParsedFile, Problem

# Every integer of so few digits fits in 64 bits.
_SAFE_DIGITS = 18
_TEXT = re.compile(r'"(?>[^"\\]*)(?>(?:\\.(?>[^"\\]*))*)"', re.DOTALL)

_UNQUOTE = "the text holds JSON: write it without the quotes around it and without backslashes"


class _NeedsSurvey(ValueError):
    """The text holds something that needs a second look."""


class JsonFormat(Format):
    """Files of one JSON object each."""

    name = "json"
    version = 3
    proves_complete = True

    def parse(self, source: SourceText) -> ParsedFile:
        """The object as it is written, with what it is called."""
        plain = read_plain_json(source.text)
        if plain is not None:
            return read_object(Written(source, self.places), plain.value, plain.document, plain.texts)
        try:
            return _read(source, self.places)
        except JSONDecodeError as error:
            raise FileRefused(explain_json_error(source, error)) from None
        except RecursionError:
            message = f"nested more than {LIMITS.max_depth} levels deep"
            raise FileRefused(source.problem("too-deep", message, 0)) from None

    def places(self, source: SourceText, wanted: Set[str]) -> Mapping[str, Place]:
        """The places of those of *wanted* that there are; of two equal keys, that of the first."""
        return json_places(source.text, wanted)


FORMAT = JsonFormat()


def _parse_integer(digits: str) -> int:
    if len(digits) > _SAFE_DIGITS:
        raise _NeedsSurvey
    return int(digits)


def _refuse_constant(_: str) -> float:
    raise _NeedsSurvey


_STRICT = JSONDecoder(parse_int=_parse_integer, parse_constant=_refuse_constant)


def _read(source: SourceText, find_places: FindPlaces) -> ParsedFile:
    value: object = None
    document: str | None = None
    warnings: tuple[Problem, ...] = ()
    try:
        value = _STRICT.decode(source.text)
        _refuse_crowd(source)
        document = encode_canonical(value)
        _refuse_odd(source.text, document)
    except JSONDecodeError:
        raise
    except ValueError:  # _NeedsSurvey, an infinite number (1e999), or half a surrogate pair
        _refuse_crowd(source)
        value, document, warnings = survey(source, value, document)
    if not isinstance(value, dict):
        message = f"the file must hold one JSON object, got {_kind(value)}"
        hint = _UNQUOTE if isinstance(value, str) and value.lstrip().startswith("{") else None
        at = len(source.text) - len(source.text.lstrip())
        raise FileRefused(source.problem("json-not-object", message, at, hint=hint))
    read = read_object(Written(source, find_places), value, document)
    return ParsedFile(read.content, (*warnings, *read.problems))


def _refuse_crowd(source: SourceText) -> None:
    text = source.text
    if len(text) <= LIMITS.json_containers or text.count("{") + text.count("[") <= LIMITS.json_containers:
        return
    outside = _TEXT.sub("", text)
    if outside.count("{") + outside.count("[") > LIMITS.json_containers:
        message = f"more than {LIMITS.json_containers} objects and lists"
        raise FileRefused(source.problem("too-large", message, 0))


def _refuse_odd(text: str, document: str) -> None:
    # Every key has its colon: of two equal keys one is gone. An escape may hide a colon, a NUL, or half a
    # surrogate pair, which has no UTF-8 form.
    if text.count(":") != document.count(":"):
        raise _NeedsSurvey
    if "\\u" in text:
        if "\\u003" in text or "\\u0000" in document:
            raise _NeedsSurvey
        document.encode("utf-8")


def _kind(value: object) -> str:
    match value:
        case list():
            return "an array"
        case str():
            return "a text"
        case bool():
            return "true or false"
        case None:
            return "null"
        case _:
            return "a number"
