"""Finds the places of values in a JSON text. Never judges the text: it has been parsed before."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from json import JSONDecoder
from typing import Any

from docsync.formats.place import Place, ways_to

_SPACES = re.compile(r"(?>[ \t\r\n]*)")
_ITEM = re.compile(r"(.*)\[([0-9]{1,9})\]", re.DOTALL)
# A list may hold hundreds of thousands of texts and numbers before the one that is wanted.
_RUN_ITEMS = 64
_ITEM_RUN = re.compile(rf'(?>(?:(?:"(?>[^"\\]*)"|(?>[^"{{}}\[\],\s]+)),(?>[ \t\r\n]*)){{{_RUN_ITEMS}}})')
# Skips a value without keeping anything of it. The scanner itself, because it is called for every value.
_scan: Callable[[str, int], tuple[Any, int]] = vars(JSONDecoder(parse_int=str, parse_float=str))["scan_once"]


def json_places(text: str, wanted: Iterable[str]) -> dict[str, Place]:
    """The places of those of *wanted* that there are; of two equal keys, that of the first."""
    search = _JsonPlaceSearch(text, frozenset(wanted))
    start = search.skip(0)
    with suppress(_Complete):
        search.value(Place(start, start), "")
    return search.found


class _Complete(Exception):
    """Everything was found: the rest of a long text need not be read."""


class _JsonPlaceSearch:
    def __init__(self, text: str, wanted: frozenset[str]) -> None:
        self._text, self._wanted = text, wanted
        self._ways = ways_to(wanted)
        self._stops = self._wanted | self._ways
        self._indexes: defaultdict[str, set[int]] = defaultdict(set)
        for stop in self._stops:
            if item := _ITEM.fullmatch(stop):
                self._indexes[item[1]].add(int(item[2]))
        self.found: dict[str, Place] = {}

    def skip(self, at: int) -> int:
        """The next character that is no space."""
        if self._text[at] > " ":
            return at
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
            return _scan(self._text, place.value)[1]
        return self._object(place.value, path) if opening == "{" else self._array(place.value, path)

    def _object(self, at: int, path: str) -> int:
        at = self.skip(at + 1)
        text, stops, prefix = self._text, self._stops, f"{path}." if path else ""
        while text[at] != "}":
            key, end = _scan(text, at)
            value_at = self.skip(end + 1 if text[end] == ":" else self.skip(end) + 1)
            inner = prefix + key
            end = self.value(Place(at, value_at), inner) if inner in stops else _scan(text, value_at)[1]
            at = end + 1 if text[end] == "," and text[end + 1] == '"' else self._next(end)
        return at + 1

    def _array(self, at: int, path: str) -> int:
        at = self.skip(at + 1)
        text, indexes, count = self._text, self._indexes[path], 0
        while text[at] != "]":
            if (
                count % _RUN_ITEMS == 0
                and (run := _ITEM_RUN.match(text, at))
                and indexes.isdisjoint(range(count, count + _RUN_ITEMS))
            ):
                at, count = self.skip(run.end()), count + _RUN_ITEMS
                continue
            end = self.value(Place(at, at), f"{path}[{count}]") if count in indexes else _scan(text, at)[1]
            at = end + 1 if text[end] == "," and text[end + 1] > " " else self._next(end)
            count += 1
        return at + 1

    def _next(self, end: int) -> int:
        at = self.skip(end)
        return self.skip(at + 1) if self._text[at] == "," else at
