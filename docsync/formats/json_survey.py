"""Finds duplicate keys, big integers and half surrogate pairs in valid JSON, and the value without them.

Slow: runs only for such files. Never trusts a text to be valid: its patterns skip, they do not judge.
"""

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from math import isinf
from typing import Any

from docsync.formats.naming import encode_canonical
from docsync.formats.source import FileRefused, SourceText
from docsync.model import Problem, Severity

# Maximum number of warnings of one kind, so that a hostile file cannot make thousands.
MAX_WARNINGS = 1000
MAX_DIGITS = 4300

# The groups are atomic: every pattern passes a text once, whatever it holds.
_STRING = r'"(?>[^"\\]*)(?>(?:\\.(?>[^"\\]*))*)"'
_VALUES = rf"(?>(?:(?>[^\"{{}}]+)|{_STRING}(?!(?>[ \t\r\n]*):))*)"
# An object of one key cannot repeat one: it is skipped whole, if it holds no objects or only such as are
# skipped, too.
_SMALLEST = rf"\{{(?>[^\"{{}}]*)(?>(?:{_STRING}(?>[ \t\r\n]*):{_VALUES})?)\}}"
_SMALL = rf"\{{(?>[ \t\r\n]*){_STRING}(?>[ \t\r\n]*):(?>(?:(?>[^\"{{}}]+)|{_STRING}(?!(?>[ \t\r\n]*):)|{_SMALLEST})*)\}}"
_SKIPPED = rf"(?>(?:(?>[^\"{{}}]+)|{_STRING}(?!(?>[ \t\r\n]*):)|{_SMALLEST}|{_SMALL})*)"
# Every brace that opens is followed by a key: an empty object is skipped.
_KEY_OR_END = re.compile(rf"{_SKIPPED}(?:(?>(\{{)?)(?>[ \t\r\n]*)({_STRING})|(\}})|\Z)", re.DOTALL)
_OPEN, _KEY, _CLOSE = 1, 2, 3
_PAIR = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
# So many at once: what repeats takes some memory each time, until the whole has matched.
_RUN = 4096
_HALF_PAIR_AFTER = re.compile(
    rf"(?>(?:(?>[^\\]+)|\\[^u]|{_PAIR}|\\u(?![dD][89a-fA-F])){{0,{_RUN}}})", re.DOTALL
)
_NUL_AFTER = re.compile(rf"(?>(?:(?>[^\\]+)|\\[^u]|\\u(?!0000)){{0,{_RUN}}})", re.DOTALL)
_SMALL_NUMBER = (
    r"-?(?>[0-9]{1,18})(?>(?:\.(?>[0-9]{1,18}))?)"
    r"(?>(?:[eE](?:\+?(?:[12][0-8][0-9]|(?>[0-9]{1,2}))|-(?>[0-9]{1,18})))?)(?![0-9.eE])"
)
# The last two alternatives keep a search from starting over at the next character.
_ODD_NUMBER = re.compile(
    rf'(?>(?:(?>[^"0-9NI\-]+)|{_STRING}|{_SMALL_NUMBER})*)'
    r"(?:(-?(?>[0-9]+))(?![.eE])|(-?[0-9](?>[0-9.eE+-]*)|-?[NI](?>\w+))|\Z|.)",
    re.DOTALL,
)
# Like _ODD_NUMBER, for texts whose fractions are known to be finite: those are skipped.
_LONG_INTEGER = re.compile(
    rf'(?>(?:(?>[^"0-9\-]+)|{_STRING}|-?(?>[0-9]{{1,18}})(?![0-9.eE])|-?(?>[0-9]+)[.eE](?>[0-9.eE+-]*))*)'
    r"(?:(-?(?>[0-9]+))|\Z|.)",
    re.DOTALL,
)
_INTEGER, _OTHER = 1, 2


def survey(
    source: SourceText, value: object, document: str | None
) -> tuple[object, str, tuple[Problem, ...]]:
    """The value of a JSON text with odd keys, numbers or escapes, its canonical JSON, and the warnings.

    *value* and *document* are what a first reading made of the text, each None if it did not get so far.
    Raises FileRefused for what has no JSON form, and the JSONDecodeError of the first reading for a text that
    is no JSON.
    """
    integers_fit = value is not None
    halves = list(_find_half_pairs(source.text))
    text = _replace_halves(source.text, halves)
    if value is None or halves:
        value = _LENIENT.decode(text)
        document = _try_encode(value)
    _refuse_nul(source)
    numbers = (
        []
        if integers_fit and document
        else _warn_big_integers(source, _LONG_INTEGER if document else _ODD_NUMBER)
    )
    warnings = [*_warn_equal_keys(source, text), *numbers, *_warn_half_pairs(source, halves)]
    warnings.sort(key=lambda problem: (problem.line or 0, problem.column or 0))
    return value, document or encode_canonical(value), tuple(warnings)


def _try_encode(value: object) -> str | None:
    """*value* as it is stored, None if one of its numbers has no JSON form."""
    try:
        return encode_canonical(value)
    except ValueError:
        return None


def _integer(digits: str) -> int:
    # int() refuses more digits than this; the text is refused afterwards, with its place.
    return int(digits) if len(digits) <= MAX_DIGITS else 0


_LENIENT = json.JSONDecoder(parse_int=_integer)
# Reads one value; the decoder around it costs more than a key does.
_scan: Callable[[str, int], tuple[Any, int]] = vars(_LENIENT)["scan_once"]


def _replace_halves(text: str, halves: list[int]) -> str:
    """*text* with every half of a surrogate pair replaced; offsets stay what they are."""
    pieces: list[str] = []
    at = 0
    for offset in halves:
        pieces += (text[at:offset], "\\ufffd")
        at = offset + 6
    return "".join((*pieces, text[at:]))


def _find_half_pairs(text: str) -> Iterator[int]:
    at = _end(_HALF_PAIR_AFTER, text, 0)
    while at < len(text):
        if not text.startswith("\\u", at):
            return
        yield at
        at = _end(_HALF_PAIR_AFTER, text, at + 6)


def _end(skipping: re.Pattern[str], text: str, at: int) -> int:
    """Where *skipping* ends that begins at *at*, a run of it after the other."""
    while (match := skipping.match(text, at)) and match.end() > at:
        at = match.end()
    return at


def _refuse_nul(source: SourceText) -> None:
    at = _end(_NUL_AFTER, source.text, 0)
    if at < len(source.text):
        raise FileRefused(
            source.problem("nul", "NUL character; SQLite cuts texts there", at, hint="remove it")
        )


def _warn_big_integers(source: SourceText, pattern: re.Pattern[str]) -> list[Problem]:
    """A warning for each integer that SQLite cannot hold; Refused for a number that JSON cannot."""
    warnings: list[Problem] = []
    for match in pattern.finditer(source.text):
        if match.lastindex == _OTHER:
            _refuse_endless(source, match[_OTHER], match.start(_OTHER))
        elif match.lastindex == _INTEGER and not _fits(source, match) and len(warnings) < MAX_WARNINGS:
            message = f"{_shorten(match[_INTEGER])} does not fit in 64 bits; SQLite reads it as a float"
            warnings.append(
                source.problem("big-int", message, match.start(_INTEGER), severity=Severity.WARNING)
            )
    return warnings


def _fits(source: SourceText, match: re.Match[str]) -> bool:
    number = match[_INTEGER]
    if len(number) > MAX_DIGITS:
        message = f"an integer of {len(number.lstrip('-'))} digits is too long"
        hint = "write it as text, in double quotes"
        raise FileRefused(source.problem("json-number", message, match.start(_INTEGER), hint=hint))
    return -(2**63) <= int(number) < 2**63


def _refuse_endless(source: SourceText, number: str, offset: int) -> None:
    if number[-1].isalpha():
        hint = "use a finite number, null, or a quoted string"
        raise FileRefused(source.problem("json-number", f"{number} is not JSON", offset, hint=hint))
    if isinf(float(number)):
        message = f"{_shorten(number)} is too large for a number"
        raise FileRefused(
            source.problem("json-number", message, offset, hint="write it as text, in double quotes")
        )


def _warn_half_pairs(source: SourceText, halves: list[int]) -> Iterator[Problem]:
    for offset in halves[:MAX_WARNINGS]:
        message = "half of a surrogate pair; stored as U+FFFD"
        yield source.problem("surrogate", message, offset, severity=Severity.WARNING)


def _warn_equal_keys(source: SourceText, text: str) -> Iterator[Problem]:
    for key, before, offset in islice(_find_repeated(text), MAX_WARNINGS):
        line, column = source.place(before)
        message = f"duplicate key {_shorten(key)!r}; this value replaces the one at {line}:{column}"
        notes = (source.note("the value that is replaced", before),)
        yield source.problem("duplicate-key", message, offset, severity=Severity.WARNING, notes=notes)


def _find_repeated(text: str) -> Iterator[tuple[str, int, int]]:
    """Every key that its object already had: the key, where it was before, where it is now."""
    around: list[dict[str, int]] = []
    keys: dict[str, int] = {}
    for match in _KEY_OR_END.finditer(text):
        if match.lastindex == _CLOSE:
            keys = around.pop()
        elif match.lastindex == _KEY:
            if match[_OPEN]:
                around.append(keys)
                keys = {}
            quoted, at = match[_KEY], match.start(_KEY)
            key = _scan(quoted, 0)[0] if "\\" in quoted else quoted[1:-1]
            before = keys.get(key)
            keys[key] = at
            if before is not None:
                yield key, before, at


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
