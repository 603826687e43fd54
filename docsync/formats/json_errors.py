"""Explains with a place and a hint why a text is not JSON. Never decides whether it is: json does."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from json import JSONDecodeError

from docsync.formats.json_wrapping import explain_text_behind, explain_wrapping
from docsync.formats.source import SourceText
from docsync.model import Problem

_SPACES = " \t\r\n"
# Straight single, backtick, acute; then the curly ones and guillemets.
_QUOTES = "'`\u00b4\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb"
_WORD = re.compile(r"[A-Za-z_$][\w$]{0,40}")
_NEXT_ITEM = re.compile(r'["{\[\-0-9]|(?:true|false|null)\b')
# What a half-written file may end with: part of a word, of a number, of an escape.
_HALF_WORD = re.compile(r"(?:t|tr|tru|f|fa|fal|fals|n|nu|nul|-|-?I\w{0,6}|Na?|[.eE](?>[-+0-9]*))\Z")
_HALF_ESCAPE = re.compile(r"\\u?[0-9a-fA-F]{0,4}\Z")
_MEANT = {
    "true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false",
    "null": "null", "none": "null", "nil": "null", "undefined": "null",
}  # fmt: skip
_CONTROLS = {"\n": ("line break", "\\n"), "\r": ("line break", "\\n"), "\t": ("tab", "\\t")}


def explain_json_error(source: SourceText, error: JSONDecodeError) -> Problem:
    """The problem behind an error of the json module."""
    wrapped = explain_wrapping(source, error.pos)
    if wrapped is not None:
        return wrapped
    explain = next(
        (explain for start, explain in _EXPLANATIONS if error.msg.startswith(start)), _explain_value
    )
    return explain(_ErrorPlace.near(source, error.pos))


@dataclass(frozen=True, slots=True)
class _ErrorPlace:
    """Where parsing stopped: offset `pos`, the next non-space character `at`, the last one `before`."""

    source: SourceText
    pos: int
    at: int
    before: int

    @classmethod
    def near(cls, source: SourceText, pos: int) -> "_ErrorPlace":
        text = source.text
        at = len(text) - len(text[pos:].lstrip(_SPACES))
        return cls(source, pos, at, len(text[:pos].rstrip(_SPACES)) - 1)

    @property
    def here(self) -> str:
        return self.source.text[self.at : self.at + 1]

    @property
    def earlier(self) -> str:
        return self.source.text[self.before] if self.before >= 0 else ""

    @property
    def word(self) -> str | None:
        match = _WORD.match(self.source.text, self.at)
        return match[0] if match else None

    def syntax(self, message: str, hint: str | None = None, *, offset: int | None = None) -> Problem:
        return self.source.problem("json-syntax", message, self.at if offset is None else offset, hint=hint)


def _explain_truncated(place: _ErrorPlace) -> Problem:
    text = place.source.text
    notes = (
        (place.source.note("this text is never closed", place.pos),)
        if text[place.pos : place.pos + 1] == '"'
        else ()
    )
    message, hint = "the file ends before the JSON is complete", "the file may be half-written"
    return place.source.problem("json-truncated", message, len(text), hint=hint, notes=notes)


def _explain_control(place: _ErrorPlace) -> Problem:
    character = place.source.text[place.pos]
    name, escape = _CONTROLS.get(
        character, (f"control character U+{ord(character):04X}", f"\\u{ord(character):04x}")
    )
    hint = f"write it as {escape}"
    if name == "line break":
        hint += ', or close the text with "'
    return place.syntax(f"{name} inside quoted text", hint, offset=place.pos)


def _explain_escape(place: _ErrorPlace) -> Problem:
    text = place.source.text
    at = text.rindex("\\", 0, place.pos + 1)
    if _HALF_ESCAPE.match(text, at):
        return _explain_truncated(place)
    if text[at + 1] == "u":
        return place.syntax(
            "\\u must be followed by four hexadecimal digits", "write a backslash as \\\\", offset=at
        )
    return place.syntax(
        f"'\\{text[at + 1]}' is not an escape JSON knows", "write a backslash as \\\\", offset=at
    )


def _explain_anywhere(place: _ErrorPlace) -> Problem | None:
    """What is wrong wherever it stands."""
    text, here = place.source.text, place.here
    if not here or _HALF_WORD.match(text, place.at):
        return _explain_truncated(place)
    if here == "#" or text.startswith(("//", "/*"), place.at):
        return place.syntax("JSON has no comments", "remove the comment")
    if here in _QUOTES:
        return place.syntax(f"JSON text is written with double quotes, not {here}", 'use the plain "')
    if not here.isprintable() or here.isspace():
        return place.syntax(
            f"U+{ord(here):04X} is not a space JSON knows", "replace it with a plain space or remove it"
        )
    return None


def _explain_stray_comma(place: _ErrorPlace) -> Problem | None:
    if place.earlier == "," and place.here in "]}":
        return place.syntax(f"trailing comma before '{place.here}'", "remove the comma", offset=place.before)
    if place.here == ",":
        return place.syntax("nothing before this ','", "remove the comma, or write what is missing")
    return None


def _explain_extra_data(place: _ErrorPlace) -> Problem:
    message = "unexpected text after the end of the JSON value"
    return (
        explain_text_behind(place.source, place.at)
        or _explain_anywhere(place)
        or place.syntax(message, "one JSON object per file")
    )


def _explain_trailing_comma(place: _ErrorPlace) -> Problem:
    # Python 3.13 and later point to the trailing comma itself, the earlier ones to what follows it.
    return _explain_stray_comma(_ErrorPlace.near(place.source, place.pos + 1)) or _explain_value(place)


def _explain_colon(place: _ErrorPlace) -> Problem:
    if place.here in (",", "}"):
        return place.syntax("this key has no value", offset=place.before)
    return (
        _explain_anywhere(place)
        or _explain_inner_quote(place)
        or place.syntax(f"expected ':' after the key, got '{place.here}'")
    )


def _explain_comma(place: _ErrorPlace) -> Problem:
    return (
        _explain_anywhere(place)
        or _explain_inner_quote(place)
        or _explain_missing_comma(place)
        or _explain_number(place)
        or _explain_unexpected(place)
    )


def _explain_inner_quote(place: _ErrorPlace) -> Problem | None:
    word = place.word
    if (
        place.earlier != '"'
        or not word
        or (word in ("true", "false", "null") and place.before + 1 < place.at)
    ):
        return None
    message = f"expected ',' or a closing bracket, got '{place.here}'"
    return place.syntax(message, 'a double quote inside text must be written \\"')


def _explain_missing_comma(place: _ErrorPlace) -> Problem | None:
    touching = place.before + 1 == place.at
    if not _NEXT_ITEM.match(place.source.text, place.at) or (touching and place.earlier not in '"}]'):
        return None
    notes = (place.source.note("next item starts here", place.at),)
    return place.source.problem("json-syntax", "missing ',' after this value", place.before + 1, notes=notes)


def _explain_number(place: _ErrorPlace) -> Problem | None:
    message = f"expected ',' or a closing bracket, got '{place.here}'"
    if not place.earlier.isdigit() or place.before + 1 < place.at:
        return None
    if place.here.isdigit():
        return place.syntax(message, "a number does not start with 0; write it as text if it is a code")
    if place.here in ".eExX_":
        return place.syntax(message, "numbers are written like 12, -0.5 or 1e3")
    return None


def _explain_unexpected(place: _ErrorPlace) -> Problem:
    if place.here == ":":
        return place.syntax(
            "unexpected ':'", "only an object, in { }, holds keys; a quote may be missing before it"
        )
    if place.here in "]}":
        return place.syntax(f"'{place.here}' does not match the bracket that is open here")
    return place.syntax(f"expected ',' or a closing bracket, got '{place.here}'")


def _explain_key(place: _ErrorPlace) -> Problem:
    message = "a key must be written in double quotes"
    return _explain_anywhere(place) or _explain_stray_comma(place) or place.syntax(message)


def _explain_value(place: _ErrorPlace) -> Problem:
    return _explain_anywhere(place) or _explain_stray_comma(place) or _explain_no_value(place)


def _explain_no_value(place: _ErrorPlace) -> Problem:
    if place.here in "]}":
        return place.syntax(f"a value is missing before '{place.here}'")
    if place.here in "+.":
        return place.syntax(
            f"a number does not start with '{place.here}'", "numbers are written like 12, -0.5 or 1e3"
        )
    word = place.word
    if not word:
        return place.syntax(f"expected a value, got '{place.here}'")
    meant = _MEANT.get(word.lower())
    hint = f"write {meant}" if meant else "write text in double quotes"
    return place.syntax(f"{word} is not a JSON value", hint)


_EXPLANATIONS: tuple[tuple[str, Callable[[_ErrorPlace], Problem]], ...] = (
    ("Invalid control", _explain_control),
    ("Invalid \\", _explain_escape),
    ("Unterminated", _explain_truncated),
    ("Extra data", _explain_extra_data),
    ("Illegal trailing", _explain_trailing_comma),
    ("Expecting ':'", _explain_colon),
    ("Expecting ','", _explain_comma),
    ("Expecting property", _explain_key),
)
