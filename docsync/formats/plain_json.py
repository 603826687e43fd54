"""Reads plain JSON objects at once. Never judges: every other text is left to `json_format`."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson

from docsync.formats.limits import LIMITS
from docsync.formats.plain_value import encode_plain, is_plain_number


class PlainJson(NamedTuple):
    """An object, its canonical JSON, and every string value in it in document order."""

    value: dict[str, object]
    document: str
    texts: list[str]


class _NotPlainJson(Exception):
    """There is a value that somebody else must look at."""


def read_plain_json(text: str) -> PlainJson | None:
    """What *text* holds; None for all that may be refused, warned of or stored in another form."""
    if len(text) > LIMITS.json_containers:
        return None
    try:
        value = orjson.loads(text)
        if type(value) is not dict:
            return None
        texts: list[str] = []
        _collect((value,), texts, LIMITS.max_depth)
    except (orjson.JSONDecodeError, _NotPlainJson):
        return None
    document = encode_plain(value)
    return None if _may_hide(text, document) else PlainJson(value, document, texts)


def _may_hide(text: str, document: str) -> bool:
    """True where a key may be there twice, or a NUL: every key has its colon, which may be an escape."""
    if text.count(":") != document.count(":"):
        return True
    return "\\" in text and ("\\u003" in text or "\\u0000" in document)


def _collect(values: Iterable[Any], texts: list[str], levels: int) -> None:
    # As in `naming`, and numbers are looked at on the way: a second walk would cost as much again.
    for value in values:
        kind = type(value)
        if kind is str:
            texts.append(value)
        elif kind is dict or kind is list:
            if not levels:
                raise _NotPlainJson
            if value:
                _collect(value.values() if kind is dict else value, texts, levels - 1)
        elif (kind is float or kind is int) and not is_plain_number(value):
            raise _NotPlainJson
