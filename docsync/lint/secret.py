"""Tells which values of a document are secrets written out, and replaces them. Never prints one."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, cast

from docsync.formats.place import format_place

REDACTED = "[REDACTED]"

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# The list of the Prompty specification, section 3.4. Not "tokens": those are counted far more often than kept
# secret.
_SECRET_WORDS = frozenset({"secret", "password", "apikey", "token", "auth", "credential", "cookie"})
_SECRET_PLURALS = frozenset({"secrets", "passwords", "apikeys", "credentials", "cookies"})
_WORD_PAIRS = {("api", "key"): "apikey", ("api", "keys"): "apikeys"}
# One of these is in every key that counts: most keys need not be taken apart, and most documents not be
# looked through.
_STEMS = ("secret", "password", "api", "token", "auth", "credential", "cookie")
_STEM = re.compile("|".join(stem for stem in _STEMS if stem != "api"))  # which counts with "key" only
_MAX_KEY_CHARACTERS = 200
# A reference to something else, whole: ${env:NAME}, {{ name }}.
_REFERENCE = re.compile(r"(?>\s*)(?:\$\{(?>[^}]*)\}|\{\{(?>[^}]*)\}\})(?>\s*)")
# In a declaration such as `{name: apiKey, default: ...}` the key that counts is the one that is declared.
_VALUE_KEYS = frozenset({"default", "example", "sample", "value"})

Holder = dict[str, object] | list[object]
# A place is linked to the one above it: most values are no secrets and never need theirs written out.
Above = tuple["Above", str | int] | tuple[()]
Take = Callable[[Holder, str | int, Above], None]


class _Reach(IntEnum):
    """How much of its value a secret key covers."""

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
        return format_place(reversed(steps))

    def redact(self) -> None:
        """Replace it in what holds it."""
        self.holder[self.key] = REDACTED  # type: ignore[index]  # the key is the holder's own


def may_hold_secrets(document: str) -> bool:
    """False when no key of this JSON text can name a secret; cheap, by substrings."""
    lowered = document.lower()
    return any(stem in lowered for stem in _STEMS)


def secrets_in(value: Holder, maximum: int | None = None) -> list[Secret]:
    """The texts in *value* whose keys name secrets, *maximum* at most; blanks and references are none."""
    return _secrets(value, _Reach.NOTHING, maximum)


def redact_all(value: Holder) -> None:
    """Replace every secret in *value*."""

    def redact(holder: Holder, key: str | int, _: Above) -> None:
        holder[key] = REDACTED  # type: ignore[index]  # the key is the holder's own

    _look(value, (), _Reach.NOTHING, redact)


def is_secret(value: Holder, path: Iterable[str | int]) -> bool:
    """True when the value at *path* in *value* is or holds a secret, or when there is none at *path*."""
    reach, found = _Reach.NOTHING, cast(object, value)
    for key in path:
        # jsonschema_rs takes a key of digits for an index.
        step = str(key) if isinstance(found, dict) else key
        try:
            reach, found = (
                _extend_reach(cast(Holder, found), step, reach),
                cast("dict[object, object]", found)[step],
            )
        except LookupError:
            return True
    if isinstance(found, str):
        return bool(reach) and _is_literal(found)
    return isinstance(found, (dict, list)) and bool(_secrets(found, reach, 1))


def _secrets(value: Holder, reach: _Reach, maximum: int | None) -> list[Secret]:
    found: list[Secret] = []

    def take(holder: Holder, key: str | int, above: Above) -> None:
        found.append(Secret(holder, key, above))
        if len(found) == maximum:
            raise _Enough

    with suppress(_Enough):
        _look(value, (), reach, take)
    return found


class _Enough(Exception):
    """As many secrets as were asked for are found."""


def _look(holder: Holder, above: Above, reach: _Reach, take: Take) -> None:
    """Call *take* for every secret in *holder*, whose own key has the given *reach*.

    This runs for every value: comparing types is faster than isinstance, and an empty value needs no call. No
    generator: each secret would be handed up through all the levels above it.
    """
    for key, item in holder.items() if isinstance(holder, dict) else enumerate(holder):
        if type(item) is str:
            if _extend_reach(holder, key, reach) and _is_literal(item):
                take(holder, key, above)
        elif item and (type(item) is dict or type(item) is list):
            _look(item, (above, key), _extend_reach(holder, key, reach), take)


def _extend_reach(holder: Holder, key: str | int, reach: _Reach) -> _Reach:
    """How far *key* of *holder* reaches, which lies within the *reach* of the key above."""
    if isinstance(key, int) or reach is _Reach.EVERYTHING or isinstance(holder, list):
        return reach
    name = holder.get("name") if key in _VALUE_KEYS else None
    return max(_reach_of(key), _reach_of(name)) if isinstance(name, str) else _reach_of(key)


def _reach_of(key: str) -> _Reach:
    # What is remembered must not keep the longest keys of all hostile files.
    return _reach(key if len(key) <= _MAX_KEY_CHARACTERS else key[:_MAX_KEY_CHARACTERS])


def _is_literal(text: str) -> bool:
    return bool(text.strip()) and not ("{" in text and _REFERENCE.fullmatch(text))


@lru_cache(maxsize=4096)
def _reach(key: str) -> _Reach:
    lowered = key.lower()
    if not (_STEM.search(lowered) or ("api" in lowered and "key" in lowered)):
        return _Reach.NOTHING
    words = " ".join(_WORD.findall(key)).lower().split()
    if "api" in words:
        words += [_WORD_PAIRS[pair] for pair in pairwise(words) if pair in _WORD_PAIRS]
    if not _SECRET_PLURALS.isdisjoint(words):
        return _Reach.EVERYTHING
    return _Reach.NOTHING if _SECRET_WORDS.isdisjoint(words) else _Reach.ITSELF
