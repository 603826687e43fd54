"""Counts what the loop does, and how long every path took from its first hint to its commit. Never decides anything.

Belongs to the sync thread.
"""

from collections.abc import Iterable, Iterator, Mapping, Set

from docsync.change import ApplyResult
from docsync.clock import Clock, iso
from docsync.counters import BatchResult, Counters, Trigger
from docsync.model import BatchRecord, Sign
from docsync.names import EVERYTHING, ancestors
from docsync.policy.coalesce import DirtyPath
from docsync.status import LastBatch
from docsync.sync.thread.thread_status import ThreadStatus


class BatchMetrics:
    """One for each loop. A batch is heard of, gets its trigger, and is committed or failed."""

    def __init__(self, counters: Counters, vitals: ThreadStatus, clock: Clock) -> None:
        self._clock = clock
        self._counters = counters
        self._vitals = vitals
        # Of what still waits also those that nobody hinted at (None): they are not looked up again with every batch.
        self._since: dict[str, int | None] = {}
        self.trigger = Trigger.HINT

    def record_hints(self, hinted: Mapping[str, DirtyPath]) -> None:
        """The watcher *hinted* at these paths, which are looked at now; not those that the loop looks at by itself."""
        for path, dirty in hinted.items():
            self._since[path] = min(dirty.first_ns, self._since.get(path) or dirty.first_ns)

    def record_trigger(self, hinted: Mapping[str, DirtyPath], *, asked: bool, rescan: bool) -> None:
        """Find out what sets the next batch off."""
        if rescan:
            self.trigger = Trigger.RESCAN if self._vitals.scanned else Trigger.START
        elif any(dirty.sign is Sign.LOST for dirty in hinted.values()):
            self.trigger = Trigger.LOST_HINTS
        elif asked:
            self.trigger = Trigger.REQUEST
        else:
            self.trigger = Trigger.HINT if hinted else Trigger.DEBOUNCE

    def record_failure(self, result: BatchResult, seconds: float) -> None:
        """The batch was undone: refused by the database, postponed for Git, or interrupted by a stop."""
        self._counters.record_run(self.trigger, result, seconds)

    def record_commit(self, applied: ApplyResult, seconds: float, waiting: Set[str], now_ns: int) -> None:
        """The batch is in the database. What is *waiting* still belongs to its first hint; the rest is forgotten."""
        result = BatchResult.CHANGED if applied.changed else BatchResult.UNCHANGED
        self._counters.record_run(self.trigger, result, seconds)
        at = iso(self._clock.wall_ns())
        if applied.changed:
            counts = (len(applied.upserted), len(applied.deleted))
            self._vitals.last_batch = LastBatch(at, applied.revision, *counts, round(seconds, 6))
            batch = BatchRecord(at, applied.revision, round(seconds * 1e3, 3), *counts, self.trigger.value)
            for change, paths in (("upsert", applied.upserted), ("delete", applied.deleted)):
                self._counters.record_latency(change, at, self._seconds_since(paths, now_ns))
            self._counters.record_batch(batch)
        new = {path: self._first_ns(path) for path in waiting - self._since.keys()}
        for path in self._since.keys() - waiting:
            del self._since[path]
        self._since |= new

    def record_rescan(self) -> None:
        """The batch was a look at everything."""
        self._vitals.rescans += 1
        self._counters.record_rescan(self.trigger)

    def _seconds_since(self, paths: Iterable[str], now_ns: int) -> Iterator[float]:
        times = (self._first_ns(path) for path in paths)
        return ((now_ns - first) / 1e9 for first in times if first is not None)

    def _first_ns(self, path: str) -> int | None:
        """When *path* or a folder above it was first hinted at; None for what was found without a hint."""
        if not self._since:
            return None
        times = (self._since.get(one) for one in (path, *ancestors(path), EVERYTHING))
        return min((at_ns for at_ns in times if at_ns is not None), default=None)
