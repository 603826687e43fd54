"""When to look: gathers hints per path and says which paths are due. No I/O: time comes in, nothing is read.

Rules 1 to 3 of docs/design.md. A path that is not due delays no other one; a path that never goes quiet is
looked at after `max_delay_ns`; a path whose new content was just applied rests for `debounce_ns`. Of many
that are due a slice is taken, and the others stay in the backlog.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from heapq import heappop, heappush

from docsync.model import Sign, Timing
from docsync.names import ancestors, covers
from docsync.policy.backlog import Backlog
from docsync.policy.batch import Batch, DirtyPath, merge_hints

_IMMEDIATE = frozenset({Sign.RENAMED, Sign.GONE, Sign.FOLDER, Sign.CREATED, Sign.LOST})
# Somebody waits for it: nothing that came before makes it rest again.
_HURRIED_NS = -1
# Without close events a file in a format that cannot prove itself complete gets this long to be finished.
_UNPROVEN_SETTLE_NS = 50_000_000
# How long the last hint of a path is remembered after the path was taken; settle_ns would do.
_MEMORY_NS = 5_000_000_000


class Coalescer:
    """The dirty paths. Memory grows with paths, not with hints. Not thread-safe: its owner holds the lock."""

    def __init__(
        self,
        timing: Timing,
        proves_complete: Callable[[str], bool],
        is_document: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """*proves_complete* is true of a path whose format does, *is_document* of one that may have a row."""
        self._timing = timing
        self._proves_complete = proves_complete
        self._is_document = is_document
        self._dirty: dict[str, DirtyPath] = {}
        # No dirty path is due before its alarm, its earliest one in the queue. What makes a path due later
        # leaves the alarm where it is: it is put off when it goes. Without one, it is in the backlog.
        self._alarms: dict[str, int] = {}
        self._queue: list[tuple[int, str]] = []
        self._backlog = Backlog()
        self._is_after_gone = False
        self._is_hurried = False
        self._swapped: set[str] = set()
        self._applied_ns: dict[str, int] = {}
        self._last_hints: dict[str, int] = {}
        self._forget_at = 256

    def __len__(self) -> int:
        return len(self._dirty)

    def mark(self, path: str, sign: Sign, now_ns: int) -> None:
        """Take a hint. A later one replaces it, but a change of attributes neither delays nor ends it."""
        # The hints of both names of a move follow each other.
        is_old_name = sign is Sign.GONE and self._is_document(path)
        is_half = is_old_name or (sign is Sign.RENAMED and self._is_after_gone)
        self._is_after_gone = is_old_name
        known, newer = self._dirty.get(path), DirtyPath(now_ns, now_ns, sign, is_half=is_half)
        self._put(path, merge_hints(known, newer) if known else newer, now_ns)
        if sign is not Sign.ATTRIBUTES:  # else nothing new is in it, and whoever waits for it waits on
            self._last_hints[path] = now_ns

    def look_again(self, path: str, now_ns: int, not_before_ns: int) -> None:
        """*path* is to be looked at once more at *not_before_ns*, unless a newer hint says when."""
        if path not in self._dirty:
            # Nothing new was heard of it: at that time it has been quiet for long enough.
            quiet_ns = min(now_ns, not_before_ns - self._timing.settle_ns)
            # What one batch has found together, such as the new names of a folder, is looked at together.
            again = DirtyPath(now_ns, quiet_ns, Sign.CLOSED, not_before_ns, is_half=True)
            self._put(path, again, now_ns)

    def defer(self, path: str, now_ns: int, since_ns: int) -> None:
        """*path* was found in a folder that was hinted at *since_ns*, and is looked at in its turn."""
        if path in self._dirty:
            return
        quiet_ns = now_ns - self._timing.settle_ns
        found = DirtyPath(now_ns, quiet_ns, Sign.CLOSED, is_found=True, folder_ns=since_ns)
        self._put(path, found, now_ns)
        if (due_ns := self.due_ns(path)) <= now_ns:
            del self._alarms[path]
            self._backlog.add(path, found, due_ns)

    def put_back(self, batch: Batch, not_before_ns: int) -> None:
        """Undo a `take` whose batch was not applied; a newer hint of a path stays."""
        for path, dirty in batch.dirty.items():
            newer = self._dirty.get(path)
            merged = merge_hints(dirty, newer) if newer else replace(dirty, not_before_ns=not_before_ns)
            self._put(path, merged, merged.last_hint_ns)

    def _put(self, path: str, dirty: DirtyPath, now_ns: int) -> None:
        self._dirty[path] = dirty
        if dirty.sign is Sign.SWAPPED:
            self._swapped.add(path)
            for waiting in [one for one in self._backlog.view() if covers(path, one)]:
                self._put_off(waiting)
        due_ns = self.due_ns(path)
        if path in self._backlog:
            if due_ns <= now_ns:
                self._backlog.add(path, dirty, self._backlog.due_ns(path))
                return
            self._backlog.discard(path)
        self._arm(path, due_ns)

    def _arm(self, path: str, due_ns: int) -> None:
        """Set the alarm of *path* to *due_ns*, unless an earlier one is set."""
        if due_ns < self._alarms.get(path, due_ns + 1):
            self._alarms[path] = due_ns
            heappush(self._queue, (due_ns, path))

    def _pop_due(self, until_ns: int | None) -> Iterator[str]:
        """Pops the paths that are due by *until_ns* (None: all) from the queue, earliest first."""
        while self._queue and (until_ns is None or self._queue[0][0] <= until_ns):
            at_ns, path = heappop(self._queue)
            if self._alarms.get(path) != at_ns:
                continue  # taken meanwhile, or found before
            del self._alarms[path]
            if (due_ns := self.due_ns(path)) <= at_ns:
                yield path
            else:
                self._arm(path, due_ns)

    def mark_applied(self, path: str, now_ns: int) -> None:
        """New content of *path* was committed: it rests for the debounce time."""
        self._applied_ns[path] = now_ns
        if path in self._backlog:
            self._put_off(path)

    def _put_off(self, path: str) -> None:
        """Take *path* out of the backlog if it is to rest by now, unless somebody waits for it."""
        if _HURRIED_NS < self._backlog.due_ns(path) < (due_ns := self.due_ns(path)):
            self._backlog.discard(path)
            self._arm(path, due_ns)

    def due_ns(self, path: str) -> int:
        """When *path* (which must be dirty) may be looked at."""
        dirty = self._dirty[path]
        due = dirty.last_hint_ns + self._wait_ns(path, dirty.sign)
        if dirty.sign is not Sign.GONE:
            due = max(due, self._rest_until_ns(path))
        due = max(min(due, dirty.first_hint_ns + self._timing.max_delay_ns), dirty.not_before_ns)
        # Hints within a swapped volume belong to the swap: the links of removed keys go right after it.
        above = self._swapped.intersection(ancestors(path)) if self._swapped else ()
        return max((due, *map(self.due_ns, above)))

    def _rest_until_ns(self, path: str) -> int:
        applied_ns = self._applied_ns.get(path)
        return 0 if applied_ns is None else applied_ns + self._timing.debounce_ns

    def _wait_ns(self, path: str, sign: Sign) -> int:
        if sign in _IMMEDIATE:
            return 0
        if sign is Sign.OPEN:
            return self._timing.debounce_ns
        if sign is Sign.WRITTEN and not self._proves_complete(path):
            return max(_UNPROVEN_SETTLE_NS, self._timing.settle_ns)
        return self._timing.settle_ns

    def paths(self) -> frozenset[str]:
        """Every dirty path."""
        return frozenset(self._dirty)

    @property
    def has_backlog(self) -> bool:
        """True while paths are due that a `take` has left."""
        return bool(self._backlog)

    def next_due_ns(self) -> int | None:
        """The earliest time at which `take` gives something, None when nothing is dirty."""
        if (path := next(iter(self._backlog.view()), None)) is not None:
            return self._backlog.due_ns(path)
        path = next(self._pop_due(None), None)
        if path is None:
            return None
        due_ns = self.due_ns(path)
        self._arm(path, due_ns)
        return due_ns

    def take(self, now_ns: int, most: int | None = None, wanted: Iterable[str] = ()) -> Batch:
        """Remove and return every path that is due, or about *most* of them, with those that are *wanted*."""
        self._end_hurry()
        for path in self._pop_due(now_ns):
            self._backlog.add(path, self._dirty[path], self.due_ns(path))
        return self._take_slice(now_ns, most, wanted)

    def take_all(self, now_ns: int, most: int | None = None, wanted: Iterable[str] = ()) -> Batch:
        """Like `take`, but every dirty path is due, except files that are still open.

        For barriers, which do not wait for settle times.
        """
        self._is_hurried = True
        for path in tuple(self._alarms):
            dirty = self._dirty[path]
            if dirty.sign is not Sign.OPEN or self.due_ns(path) <= now_ns:
                del self._alarms[path]
                self._backlog.add(path, dirty, _HURRIED_NS)
        return self._take_slice(now_ns, most, wanted)

    def _end_hurry(self) -> None:
        """Nobody waits any more: what a `take_all` has left has its own time again."""
        hurried, self._is_hurried = self._is_hurried, False
        for path in tuple(self._backlog.view()) if hurried else ():
            if self._backlog.due_ns(path) == _HURRIED_NS:
                self._backlog.discard(path)
                self._arm(path, self.due_ns(path))

    def _take_slice(self, now_ns: int, most: int | None, wanted: Iterable[str]) -> Batch:
        is_swap = any(path in self._backlog for path in self._swapped)
        chosen = self._backlog.choose(len(self._backlog) if most is None or is_swap else most, wanted)
        due = {path: self._dirty[path] for path in chosen}
        rests = {
            path: self._return_due_ns(path, dirty)
            for path, dirty in due.items()
            if dirty.sign is Sign.GONE and not self._is_hurried
        }
        self._remove(due)
        self._forget(now_ns)
        return Batch(
            due,
            frozenset(self._alarms),
            {path: until for path, until in rests.items() if until > now_ns},
            left=dict(self._backlog.view()),
            left_since_ns=self._backlog.since_ns(),
        )

    def _return_due_ns(self, path: str, dirty: DirtyPath) -> int:
        """When a path with a GONE hint whose file exists again may be looked at (monotonic nanoseconds)."""
        return min(self._rest_until_ns(path), dirty.first_hint_ns + self._timing.max_delay_ns)

    def list_open(self, now_ns: int) -> dict[str, DirtyPath]:
        """The dirty paths that `take_all` leaves behind, since their files may still be open."""
        return {
            path: dirty
            for path, dirty in self._dirty.items()
            if dirty.sign is Sign.OPEN and self.due_ns(path) > now_ns
        }

    def mark_closed(self, path: str, dirty: DirtyPath) -> None:
        """Record that the file of *path* was found closed after the hint *dirty*; a newer one stays."""
        if self._dirty.get(path) == dirty:
            self._put(path, replace(dirty, sign=Sign.CLOSED), dirty.last_hint_ns)

    def _remove(self, due: Iterable[str]) -> None:
        for path in due:
            del self._dirty[path]
            self._backlog.discard(path)
        if not self._swapped.isdisjoint(due):
            self._swapped.difference_update(due)
            for path in tuple(self._alarms):  # due by their own hints again, without the swap
                self._arm(path, self.due_ns(path))

    def last_hint_ns(self, path: str) -> int | None:
        """When *path* or a folder above it was last hinted at, None if not lately."""
        times = [self._last_hints[p] for p in (path, *ancestors(path)) if p in self._last_hints]
        return max(times, default=None)

    def last_own_hint_ns(self, path: str) -> int | None:
        """When *path* itself was last hinted at, None if not lately."""
        return self._last_hints.get(path)

    def _forget(self, now_ns: int) -> None:
        """Drop memories that no rule can ask for any more, each time their number has doubled."""
        if len(self._last_hints) + len(self._applied_ns) < self._forget_at:
            return
        self._last_hints = {path: at for path, at in self._last_hints.items() if now_ns - at < _MEMORY_NS}
        rest_ns = self._timing.debounce_ns
        self._applied_ns = {path: at for path, at in self._applied_ns.items() if now_ns - at < rest_ns}
        self._forget_at = max(256, 2 * (len(self._last_hints) + len(self._applied_ns)))
