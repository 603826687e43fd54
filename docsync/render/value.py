"""Values of inputs as plain JSON: what a template gets holds no object of the caller, and nothing to call."""

import math
from collections.abc import Mapping

from docsync.render.mark import has_private, private_characters

MAX_DEPTH = 100
"""So deep may lists and objects of an input be inside of each other."""

ABSENT = object()
"""Stands for an input that was left out and may be."""


class NotPlain(Exception):
    """A value that is no JSON; `steps` lead to it, the innermost first."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.steps: list[str] = []

    def __str__(self) -> str:
        place = "".join(reversed(self.steps))
        return f"{place.removeprefix('.')}: {self.message}" if place else self.message


class PlainValues:
    """Copies values; `private` are the characters of the private plane that were in them."""

    def __init__(self) -> None:
        self.private: set[str] = set()
        self._depth = 0

    def copy(self, value: object) -> object:
        """*value* made of dict, list, str, int, float, bool and None only. NotPlain if it is no JSON.

        A row of docsync, or any other value with a `document`, stands for its document.
        """
        kind = type(value)
        if kind is str:
            return self._text(str(value))
        if value is None or kind is bool or kind is int:
            return value
        if isinstance(value, float):
            return _finite(value)
        return self._copy_deep(value)

    def _copy_deep(self, value: object) -> object:
        if isinstance(value, str):
            return self._text(str.__str__(value))
        if isinstance(value, int):
            return int(value)
        document = value if isinstance(value, Mapping) else getattr(value, "document", None)
        if not isinstance(document, Mapping) and not isinstance(value, list | tuple):
            raise NotPlain(f"{describe(value)} is no JSON value")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NotPlain(f"is nested more than {MAX_DEPTH} levels deep")
        copy = self._object(document) if isinstance(document, Mapping) else self._list(value)
        self._depth -= 1
        return copy

    def _object(self, value: Mapping[object, object]) -> dict[str, object]:
        copy: dict[str, object] = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotPlain(f"the key {key!r} is no text")
            try:
                copy[self._text(str.__str__(key))] = self.copy(item)
            except NotPlain as error:
                error.steps.append(f".{key}")
                raise
        return copy

    def _list(self, value: object) -> list[object]:
        assert isinstance(value, list | tuple)
        copy: list[object] = []
        for place, item in enumerate(value):
            try:
                copy.append(self.copy(item))
            except NotPlain as error:
                error.steps.append(f"[{place}]")
                raise
        return copy

    def _text(self, value: str) -> str:
        if value.isascii():
            return value
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise NotPlain(
                f"has half of a surrogate pair at character {error.start + 1}: it is no Unicode text"
            ) from None
        if has_private(value):
            self.private |= private_characters(value)
        return value


def describe(value: object) -> str:
    """What *value* is, in the words of JSON where it has one."""
    words = (
        (bool, "a boolean"),
        (str, "a text"),
        (int, "an integer"),
        (float, "a number"),
        (bytes, "bytes"),
        (Mapping, "an object"),
        (list | tuple, "an array"),
    )
    if value is None:
        return "null"
    name = type(value).__name__
    return next((word for kind, word in words if isinstance(value, kind)), f"a value of type {name}")


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise NotPlain(f"{value} is no JSON number")
    return float(value)
