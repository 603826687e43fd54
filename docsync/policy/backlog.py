"""The paths that are due and were not taken yet, and which of them come first. No I/O.

Rule 1 of docs/design.md: of many, those whose folder has the fewest come first, so that a save by hand does
not wait for a thousand files that a program writes; a quarter are those that were hinted first, so that none
waits for ever.
"""

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush, nsmallest
from itertools import chain
from posixpath import dirname

from docsync.policy.batch import DirtyPath


class Backlog:
    """Due paths, each with the time at which it became due (monotonic nanoseconds)."""

    def __init__(self) -> None:
        self._dirty: dict[str, DirtyPath] = {}
        self._due_ns: dict[str, int] = {}
        self._folders: dict[str, dict[str, None]] = {}
        self._first: dict[str, None] = {}
        self._ages: list[tuple[int, str]] = []  # by first hint; also of paths that are not here any more

    def __len__(self) -> int:
        return len(self._dirty)

    def __contains__(self, path: str) -> bool:
        return path in self._dirty

    def view(self) -> Mapping[str, DirtyPath]:
        """Every path, with what is known of it; changes with the backlog."""
        return self._dirty

    def due_ns(self, path: str) -> int:
        """When *path*, which must be here, became due."""
        return self._due_ns[path]

    def add(self, path: str, dirty: DirtyPath, due_ns: int) -> None:
        """*path* is due since *due_ns*; or there is news of it, and it still is."""
        known = self._dirty.get(path)
        self._dirty[path], self._due_ns[path] = dirty, due_ns
        if known is None:
            self._folders.setdefault(dirname(path), {})[path] = None
        if known is None or known.since_ns != dirty.since_ns:
            heappush(self._ages, (dirty.since_ns, path))
        if dirty.comes_first:
            self._first[path] = None

    def discard(self, path: str) -> None:
        """*path*, which must be here, was taken, or is not due any more."""
        del self._dirty[path]
        del self._due_ns[path]
        self._first.pop(path, None)
        folder = self._folders[dirname(path)]
        del folder[path]
        if not folder:
            del self._folders[dirname(path)]

    def since_ns(self) -> int | None:
        """The earliest hint of all that is here, None when nothing is."""
        while self._ages and not self._is_aged(*self._ages[0]):
            heappop(self._ages)
        return self._ages[0][0] if self._ages else None

    def _is_aged(self, since_ns: int, path: str) -> bool:
        dirty = self._dirty.get(path)
        return dirty is not None and dirty.since_ns == since_ns

    def choose(self, most: int, wanted: Iterable[str] = ()) -> list[str]:
        """About *most* paths: all that come first and all that are *wanted*, and then as said above."""
        if len(self._dirty) <= most:
            return list(self._dirty)
        chosen = dict.fromkeys(chain(self._first, filter(self._dirty.__contains__, wanted)))
        chosen |= dict.fromkeys(self._list_oldest(max(most // 4, 1)))
        fewest: list[dict[str, None]] = nsmallest(most, self._folders.values(), key=len)
        for path in chain.from_iterable(fewest):
            if len(chosen) >= most:
                break
            chosen[path] = None
        return list(chosen)

    def _list_oldest(self, count: int) -> list[str]:
        oldest: list[tuple[int, str]] = []
        while len(oldest) < count and self.since_ns() is not None:
            oldest.append(heappop(self._ages))
        for one in oldest:  # whoever asks may not take them
            heappush(self._ages, one)
        return [path for _, path in oldest]
