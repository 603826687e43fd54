"""Counts the batches of the loop, and the time of each path from its first hint to its commit.

Belongs to the sync thread. Never decides anything.
"""

from collections.abc import Iterable, Iterator, Mapping, Set

from docsync.change import ApplyResult
from docsync.clock import Clock, iso
from docsync.counters import BatchResult, Counters, Trigger
from docsync.model import BatchRecord, Sign
from docsync.names import EVERYTHING, ancestors
from docsync.policy.batch import DirtyPath
from docsync.status import LastBatch
from docsync.sync.thread.thread_status import ThreadStatus


class BatchMetrics:
    """The metrics of one loop: `record_hints`, then `record_trigger`, then a commit or a failure."""

    def __init__(self, counters: Counters, status: ThreadStatus, clock: Clock) -> None:
        self._clock = clock
        self._counters = counters
        self._status = status
        # First hint by path; None for undecided paths without one, so that they are not searched again.
        self._first_hints: dict[str, int | None] = {}
        self.trigger = Trigger.HINT

    def record_hints(self, hints: Mapping[str, DirtyPath]) -> None:
        """Record the watcher's *hints* for this batch, without the paths that the loop adds by itself."""
        for path, dirty in hints.items():
            self._first_hints[path] = min(
                dirty.first_hint_ns, self._first_hints.get(path) or dirty.first_hint_ns
            )

    def record_trigger(self, hints: Mapping[str, DirtyPath], *, requested: bool, rescan: bool) -> None:
        """Set the trigger of the next batch."""
        if rescan:
            self.trigger = Trigger.RESCAN if self._status.scanned else Trigger.START
        elif any(dirty.sign is Sign.LOST for dirty in hints.values()):
            self.trigger = Trigger.LOST_HINTS
        elif requested:
            self.trigger = Trigger.REQUEST
        else:
            self.trigger = Trigger.HINT if hints else Trigger.DEBOUNCE

    def record_failure(self, result: BatchResult, seconds: float) -> None:
        """The batch was undone: refused by the database, postponed for Git, or interrupted by a stop."""
        self._counters.record_run(self.trigger, result, seconds)

    def record_commit(self, applied: ApplyResult, seconds: float, undecided: Set[str], now_ns: int) -> None:
        """Record a committed batch. Only *undecided* paths keep the time of their first hint."""
        result = BatchResult.CHANGED if applied.changed else BatchResult.UNCHANGED
        self._counters.record_run(self.trigger, result, seconds)
        at = iso(self._clock.wall_ns())
        if applied.changed:
            counts = (len(applied.upserted), len(applied.deleted))
            self._status.last_batch = LastBatch(at, applied.revision, *counts, round(seconds, 6))
            batch = BatchRecord(at, applied.revision, round(seconds * 1e3, 3), *counts, self.trigger.value)
            for change, paths in (("upsert", applied.upserted), ("delete", applied.deleted)):
                self._counters.record_latency(change, at, self._seconds_since(paths, now_ns))
            self._counters.record_batch(batch)
        new = {path: self._first_hint_ns(path) for path in undecided - self._first_hints.keys()}
        for path in self._first_hints.keys() - undecided:
            del self._first_hints[path]
        self._first_hints |= new

    def record_rescan(self) -> None:
        """The batch was a look at everything."""
        self._status.rescans += 1
        self._counters.record_rescan(self.trigger)

    def _seconds_since(self, paths: Iterable[str], now_ns: int) -> Iterator[float]:
        times = (self._first_hint_ns(path) for path in paths)
        return ((now_ns - first) / 1e9 for first in times if first is not None)

    def _first_hint_ns(self, path: str) -> int | None:
        """When *path* or a folder above it was first hints at; None for what was found without a hint."""
        if not self._first_hints:
            return None
        times = (self._first_hints.get(one) for one in (path, *ancestors(path), EVERYTHING))
        return min((at_ns for at_ns in times if at_ns is not None), default=None)
