"""Tells which values of a document are secrets written out, and replaces them. Never prints one."""

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from docsync.lint.place import dotted

REDACTED = "[REDACTED]"

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# The list of the Prompty specification, section 3.4. Not "tokens": those are counted far more often than kept secret.
_ONE = frozenset({"secret", "password", "apikey", "token", "auth", "credential", "cookie"})
_MANY = frozenset({"secrets", "passwords", "apikeys", "credentials", "cookies"})
_KEYS = {("api", "key"): "apikey", ("api", "keys"): "apikeys"}
# One of these is in every key that counts: most keys need not be taken apart.
_STEM = re.compile("secret|password|api|token|auth|credential|cookie")
_LONGEST_KEY = 200
# A reference to something else, whole: ${env:NAME}, {{ name }}.
_POINTS_ELSEWHERE = re.compile(r"\s*+(?:\$\{[^}]*+\}|\{\{[^}]*+\}\})\s*+")
# In a declaration such as `{name: apiKey, default: ...}` the key that counts is the one that is declared.
_OF_A_DECLARATION = frozenset({"default", "example", "sample", "value"})

Holder = dict[str, object] | list[object]
# A place is linked to the one above it: most values are no secrets and never need theirs written out.
Above = tuple["Above", str | int] | tuple[()]


class _Reach(IntEnum):
    """How far a key makes secret what it holds."""

    NOTHING = 0
    ITSELF = 1  # a text, or the texts of a list
    EVERYTHING = 2  # whatever lies beneath: `secrets: {...}`


class Secret(NamedTuple):
    """A secret written out: what holds it under which key, and the keys above, innermost last."""

    holder: Holder
    key: str | int
    above: "Above"

    @property
    def at(self) -> str:
        """The dotted place: `model.connection.apiKey`."""
        steps, above = [self.key], self.above
        while above:
            above, key = above
            steps.append(key)
        return dotted(reversed(steps))

    def redact(self) -> None:
        """Replace it in what holds it."""
        self.holder[self.key] = REDACTED  # type: ignore[index]  # the key is the holder's own


def secrets_in(value: Holder) -> Iterator[Secret]:
    """Every text in *value* that its key says is a secret; numbers, blanks and references are none."""
    return _found(value, (), _Reach.NOTHING)


def _found(holder: Holder, above: Above, reach: _Reach) -> Iterator[Secret]:
    for key, item in holder.items() if isinstance(holder, dict) else enumerate(holder):
        if isinstance(item, str):
            if _within(holder, key, reach) and _is_literal(item):
                yield Secret(holder, key, above)
        elif isinstance(item, (dict, list)):
            yield from _found(item, (above, key), _within(holder, key, reach))


def _within(holder: Holder, key: str | int, reach: _Reach) -> _Reach:
    """How far *key* of *holder* reaches, which lies within the *reach* of the key above."""
    if isinstance(key, int) or reach is _Reach.EVERYTHING or isinstance(holder, list):
        return reach
    name = holder.get("name") if key in _OF_A_DECLARATION else None
    return max(_reach(key), _reach(name)) if isinstance(name, str) else _reach(key)


def _is_literal(text: str) -> bool:
    return bool(text.strip()) and not _POINTS_ELSEWHERE.fullmatch(text)


@lru_cache(maxsize=4096)
def _reach(key: str) -> _Reach:
    if not _STEM.search(key.lower()):
        return _Reach.NOTHING
    words = [word.lower() for word in _WORD.findall(key[:_LONGEST_KEY])]
    words += [_KEYS[pair] for pair in pairwise(words) if pair in _KEYS]
    if not _MANY.isdisjoint(words):
        return _Reach.EVERYTHING
    return _Reach.NOTHING if _ONE.isdisjoint(words) else _Reach.ITSELF
