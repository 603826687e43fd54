"""Where values stand in a JSON text, by their dotted place. Never judges the text: it has been parsed before."""

import re
from collections.abc import Iterable
from contextlib import suppress
from json import JSONDecoder

from docsync.lint.place import Place, ways_to

_SPACES = re.compile(r"[ \t\r\n]*+")
# What lies beside the way is only skipped: nothing of it is kept.
_DECODER = JSONDecoder(parse_int=str, parse_float=str)


def json_places(text: str, wanted: Iterable[str]) -> dict[str, Place]:
    """The places of those of *wanted* that there are; of two equal keys, that of the first."""
    search = _Search(text, frozenset(wanted))
    start = search.skip(0)
    with suppress(_Complete):
        search.value(Place(start, start), "")
    return search.found


class _Complete(Exception):
    """Everything was found: the rest of a long text need not be read."""


class _Search:
    def __init__(self, text: str, wanted: frozenset[str]) -> None:
        self._text, self._wanted = text, wanted
        self._ways = ways_to(wanted)
        self.found: dict[str, Place] = {}

    def skip(self, at: int) -> int:
        """The next character that is no space."""
        match = _SPACES.match(self._text, at)
        return match.end() if match else at

    def value(self, place: Place, path: str) -> int:
        """Look into the value at *place*; returns where it ends."""
        if path in self._wanted:
            self.found.setdefault(path, place)
            if len(self.found) == len(self._wanted):
                raise _Complete
        opening = self._text[place.value]
        if path not in self._ways or opening not in "{[":
            return _DECODER.raw_decode(self._text, place.value)[1]
        return self._object(place.value, path) if opening == "{" else self._array(place.value, path)

    def _object(self, at: int, path: str) -> int:
        at = self.skip(at + 1)
        while self._text[at] != "}":
            key, end = _DECODER.raw_decode(self._text, at)
            value_at = self.skip(self.skip(end) + 1)
            at = self._next(self.value(Place(at, value_at), f"{path}.{key}" if path else key))
        return at + 1

    def _array(self, at: int, path: str) -> int:
        at = self.skip(at + 1)
        count = 0
        while self._text[at] != "]":
            at = self._next(self.value(Place(at, at), f"{path}[{count}]"))
            count += 1
        return at + 1

    def _next(self, end: int) -> int:
        at = self.skip(end)
        return self.skip(at + 1) if self._text[at] == "," else at
