"""Tells what is around a JSON object, or in its place, and so keeps a file from being JSON. Never unwraps."""

import re
from json import JSONDecodeError, JSONDecoder
from typing import NamedTuple

from docsync.formats.source import SourceText
from docsync.model import Problem

# Objects that text before them is looked at for, and how much text is decoded for it.
_MAX_TRIES, _MAX_DECODED = 5, 65_536
_CODE_FENCE = re.compile(r"`{3,}|~{3,}")
_LINE_FENCE = re.compile(r"(?<![^\r\n])[ \t]*(?P<marks>`{3,}|~{3,})")
_JAVASCRIPT = re.compile(
    r"export\s+(?:default|const|let|var)\b|(?:module\.)?exports(?:\.\w+)?\s*="
    r"|(?:const|let|var)\s+[\w$]+\s*[:=]"
    r"|(?:window|globalThis|self)\.[\w$.]+\s*=|import\s[^\n]*['\"]|[\"']use strict[\"']|\(\s*\{|function\b"
    r"|[A-Za-z_$][\w$.]*\(\s*[{\[]"
)
_YAML = re.compile(r"---[ \t]*(?:\r|\n|\Z)|[A-Za-z_][\w-]*:(?:[ \t][^\r\n]*)?(?:\r|\n|\Z)")
_TABLE = re.compile(r"\[(?!(?:true|false|null)\])[A-Za-z_][\w.-]*\][ \t]*(?:\r|\n)")
_COMMENT = re.compile(r"//|/\*|#")
_TOML = re.compile(r"[A-Za-z_][\w.-]*[ \t]*=[ \t]*[^\s{\[=>]")
_OBJECT = re.compile(r"\{\s*[\"}]")
_OBJECT_LINE = re.compile(r"(?<![^\r\n])[ \t]*(?P<object>\{)[ \t]*(?=[\r\n\"}])")
_DECODER = JSONDecoder()


class _Wrapping(NamedTuple):
    message: str
    hint: str


_KINDS: tuple[tuple[re.Pattern[str], _Wrapping], ...] = (
    (
        _JAVASCRIPT,
        _Wrapping(
            "JavaScript, not JSON", "keep only the object, from { to }, with keys and texts in double quotes"
        ),
    ),
    (re.compile("<"), _Wrapping("XML or HTML, not JSON", "put the JSON in its place")),
    (
        re.compile(r"\{\s*\\\""),
        _Wrapping("the quotes of this JSON are escaped", 'write " in the place of \\"'),
    ),
    (re.compile(r"\{\{"), _Wrapping("the braces of this JSON are doubled", "write { and } once each")),
)
_IS_TOML = _Wrapping("TOML, not JSON", 'write it as JSON, or have it read with format = "toml"')
_OTHER_FORMATS: tuple[tuple[re.Pattern[str], _Wrapping], ...] = (
    (_YAML, _Wrapping("YAML, not JSON", 'write it as JSON, or have it read with format = "yaml"')),
    (_TOML, _IS_TOML),
    (_TABLE, _IS_TOML),
)


def explain_wrapping(source: SourceText, pos: int) -> Problem | None:
    """Why a file is not JSON from its first character on; None where it begins as JSON does.

    *pos* is where the JSON stopped being one.
    """
    text = source.text
    first = len(text) - len(text.lstrip())
    if fence := _CODE_FENCE.match(text, first):
        hint = f"remove the lines with {fence[0]}"
        return source.problem("json-syntax", "a Markdown code fence around the JSON", first, hint=hint)
    found = _match(_KINDS, text, first)
    if found is None and (pos <= first or _TABLE.match(text, first)) and not _COMMENT.match(text, first):
        found = _find_text_before(source, first) or _match(_OTHER_FORMATS, text, first)
    return source.problem("json-syntax", found.message, first, hint=found.hint) if found else None


def explain_text_behind(source: SourceText, at: int) -> Problem | None:
    """What stands at the offset *at*, behind a whole JSON value; None for what may be more of the value."""
    text = source.text
    fence = _CODE_FENCE.match(text, at)
    if fence:
        hint = f"remove the line with {fence[0]}"
        return source.problem("json-syntax", "a Markdown code fence behind the JSON", at, hint=hint)
    if text.startswith("{", at):
        begun = len(text[:at].rstrip()) - 1
        is_line = text.startswith("}", begun) and ("\n" in text[begun:at] or "\r" in text[begun:at])
        message = "another object after the end of the JSON value" + (" (JSON Lines?)" if is_line else "")
        return source.problem("json-syntax", message, at, hint="one JSON object per file")
    if text[at : at + 1].isalpha() or text.startswith(";", at):
        message = "unexpected text after the end of the JSON value"
        return source.problem("json-syntax", message, at, hint="remove it")
    return None


def _match(kinds: tuple[tuple[re.Pattern[str], _Wrapping], ...], text: str, at: int) -> _Wrapping | None:
    return next((wrapping for pattern, wrapping in kinds if pattern.match(text, at)), None)


def _find_text_before(source: SourceText, first: int) -> _Wrapping | None:
    """The object that *source* has behind text that is none of it."""
    at = _find_object(source.text, first)
    if at is None:
        return None
    line, column = source.place(at)
    fence = _LINE_FENCE.search(source.text, first, at)
    more = f", and the lines with {fence['marks']}" if fence else ""
    return _Wrapping(f"text before the JSON object at {line}:{column}", f"remove it{more}")


def _find_object(text: str, first: int) -> int | None:
    at = first + 1
    for _ in range(_MAX_TRIES):
        found = _OBJECT.search(text, at)
        if found is None:
            break
        try:
            value, end = _DECODER.raw_decode(text[found.start() : found.start() + _MAX_DECODED])
        except (JSONDecodeError, RecursionError, ValueError):
            at = found.end()
        else:
            if value or end > 2:
                return found.start()
            at = found.end()
    begun = _OBJECT_LINE.search(text, first + 1)
    return begun.start("object") if begun else None
