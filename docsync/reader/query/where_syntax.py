"""Turns a condition as people write it on a command line or in a URL into the mapping that `find` takes.

demographics.ageGroup=60+ · age<=30 · name!=Ana · tags contains calm · model.id in a,b · email exists ·
@updated_at>=2026-11
"""

import json
import re
from collections.abc import Iterable
from typing import NoReturn, cast

from docsync.errors import UsageError
from docsync.reader.query.field import SUBJECT
from docsync.reader.query.where_sql import WrittenNumber

_EXAMPLES = "demographics.ageGroup=60+, age<=30, 'tags contains calm', 'model.id in a,b', 'email exists' or '@name=Ana'"
# None of these tries an end twice: what comes from outside must not cost more than its length.
_PRESENCE = rf"(not\s+)?({SUBJECT})\s+(exists|missing)"
_COMPARISON = rf"({SUBJECT})(?:\s*(!=|<=|>=|=|<|>)|\s+(contains|not\s+in|in)\s)(?s:(.*))"
_NUMBER = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"
_MAX_NUMBER_CHARACTERS = 400
_WORDS = {"true": True, "false": False, "null": None}
_ITEM = re.compile(r'(\s*"(?:[^"\\]|\\.)*"\s*|[^,]*)(,|\Z)', re.DOTALL)


def parse_all(texts: Iterable[str]) -> list[dict[str, object]]:
    """What `find` takes for several conditions, of which all must hold. Raises UsageError."""
    return [parse_where(text) for text in texts]


def parse_where(text: str) -> dict[str, object]:
    """The mapping for one condition.

    Raises UsageError, which names what is wrong and shows how it is written. Numbers, true, false and null
    are taken as JSON, "…" as text. An unquoted number is the number or the text (see `WrittenNumber`). What a
    column (@name) is compared with is text.
    """
    presence = re.fullmatch(_PRESENCE, text.strip())
    if presence:
        negation, path, word = presence.groups()
        return {path: {"exists": (word == "exists") is not bool(negation)}}
    comparison = re.fullmatch(_COMPARISON, text.lstrip())
    if not comparison:
        _refuse(text, "is no condition")
    path, sign, word, value = comparison.groups()
    operator = sign or " ".join(word.split())
    if not value.strip() and operator not in ("=", "!="):
        _refuse(text, f"has nothing behind {operator}")
    return {path: _build_condition(text, operator, value.strip())}


def _build_condition(text: str, operator: str, value: str) -> dict[str, object]:
    """What *operator* with the value as it is written asks of a field."""
    match operator:
        case "in" | "not in":
            return {operator: [meant for item in _items(value) for meant in _meanings(text, item)]}
        case "<" | "<=" | ">" | ">=":
            meant = _meanings(text, value)
            return {operator: meant[0] if len(meant) == 1 else WrittenNumber(cast(float, meant[0]), value)}
        case _:
            meant = _meanings(text, value)
            return {operator: meant[0]} if len(meant) == 1 else {_PLURAL_OPERATORS[operator]: meant}


_PLURAL_OPERATORS = {"=": "in", "!=": "not in", "contains": "contains any"}


def _items(value: str) -> list[str]:
    """The parts of a list; a comma inside of "…" belongs to its text."""
    found: list[str] = []
    at, comma = 0, ","
    while comma:
        item = _ITEM.match(value, at)
        assert item is not None  # it may be nothing at all
        found.append(item[1].strip())
        at, comma = item.end(), item[2]
    return found


def _meanings(text: str, value: str) -> list[object]:
    """What an unquoted number, a word of JSON, a quoted text or a bare text can mean."""
    is_text = text.lstrip().startswith("@")  # a column holds nothing else
    if value in _WORDS and not is_text:
        return [_WORDS[value]]
    if len(value) <= _MAX_NUMBER_CHARACTERS and re.fullmatch(_NUMBER, value) and not is_text:
        return [json.loads(value), value]
    if value.startswith(("=", "<", ">")):
        _refuse(text, f'has two signs; write "…" around a text that begins with {value[0]}')
    if not value.startswith('"'):
        return [value]
    try:
        return [json.loads(value, strict=False)]
    except ValueError:
        _refuse(text, f"has a text that is not closed, {value}; double its backslashes")


def _refuse(text: str, why: str) -> NoReturn:
    raise UsageError(f"{text!r} {why}; write one such as {_EXAMPLES}")
