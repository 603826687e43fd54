"""Texts that say where a page ended. They hold no state of their own; a wrong or foreign one is refused."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from docsync.errors import UsageError

_DIGEST_BYTES = 6


def encode_cursor(question: object, place: Sequence[str | int | float]) -> str:
    """The cursor for the *place* at which the answer to *question* is to go on."""
    text = json.dumps(place)
    return urlsafe_b64encode(_digest(question, text) + text.encode()).decode().rstrip("=")


def decode_cursor(question: object, cursor: str) -> list[Any]:  # what `encoded` was given: its digest proves it
    """The place that *cursor* stands for. Raises UsageError when it was not made for *question*."""
    try:
        octets = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        text = octets[_DIGEST_BYTES:].decode()
    except ValueError:
        text, octets = "", b""
    if octets[:_DIGEST_BYTES] != _digest(question, text):
        raise UsageError(
            "this cursor belongs to another question; begin without one, and change nothing from page to page"
        )
    found: list[Any] = json.loads(text)
    return found


def _digest(question: object, text: str) -> bytes:
    asked = json.dumps(question, sort_keys=True, default=_to_stable)
    return blake2b(f"{asked}\n{text}".encode(), digest_size=_DIGEST_BYTES).digest()


def _to_stable(value: object) -> object:
    """A form of *value* that is the same in every process: the order of a set is not."""
    return sorted(map(repr, value)) if isinstance(value, set | frozenset) else repr(value)
