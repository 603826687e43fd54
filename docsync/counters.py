"""What the daemon has done since it started, as numbers: batches, latency, hints, reads. Never shows them.

Every method may be called from any thread. All but `wait` return at once.
"""

import time
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from enum import StrEnum
from threading import Condition

from docsync.model import BatchRecord

_MAX_BATCHES = 50
_MAX_TIMES = 200
_SYNC_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_LATENCY_SECONDS = (0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Trigger(StrEnum):
    """What started a batch: the word in the status and the metrics."""

    START = "start"
    HINT = "hint"
    DEBOUNCE = "debounce"
    REQUEST = "request"
    RESCAN = "rescan"
    LOST_HINTS = "lost_hints"
    GIT = "git"
    RELEASE = "release"


class BatchResult(StrEnum):
    """How a batch ended: the word in the metrics."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"  # the database could not be written
    POSTPONED = "postponed"  # Git is at work
    INTERRUPTED = "interrupted"  # docsync stops


class RenderResult(StrEnum):
    """How the endpoint's rendering of a prompt ended: the word in the metrics."""

    RENDERED = "rendered"
    FAILED = "failed"
    REFUSED = "refused"  # too many wait


class Histogram:
    """How many values fell in front of each bound. The last count is of those beyond all bounds."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def copy(self) -> "Histogram":
        """A copy of this histogram, so that a reader does not see it change."""
        made = Histogram(self.bounds)
        made.counts, made.total = list(self.counts), self.total
        return made


class Counters:
    """One for each daemon. What it gives out is a copy."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._revisions = 0
        self._runs: Counter[tuple[Trigger, BatchResult]] = Counter()
        self._rescans: Counter[Trigger] = Counter()
        self._hints: Counter[str] = Counter()
        self._reads: Counter[str] = Counter()
        self._batches: deque[BatchRecord] = deque(maxlen=_MAX_BATCHES)
        self._renders: Counter[RenderResult] = Counter()
        self._render_seconds = Histogram(_SYNC_SECONDS)
        self._seconds = Histogram(_SYNC_SECONDS)
        self._latency = {change: Histogram(_LATENCY_SECONDS) for change in ("upsert", "delete")}
        self._recent: deque[tuple[str, float]] = deque(maxlen=_MAX_TIMES)
        self._saves = 0
        self.last_success = 0.0
        """When a batch was last committed or nothing was found to do: seconds since 1970."""

    # From those who work

    def record_hint(self, kind: str) -> None:
        """The watcher gave a hint of this kind."""
        with self._changed:
            self._hints[kind] += 1

    def record_read(self, source: str) -> None:
        """A service was answered from this source."""
        with self._changed:
            self._reads[source] += 1

    def record_render(self, result: RenderResult, seconds: float | None = None) -> None:
        """A prompt was to be rendered, and took so long if it was begun."""
        with self._changed:
            self._renders[result] += 1
            if seconds is not None:
                self._render_seconds.add(seconds)

    def record_rescan(self, trigger: Trigger) -> None:
        """Everything was looked at, for this reason."""
        with self._changed:
            self._rescans[trigger] += 1

    def record_run(self, trigger: Trigger, result: BatchResult, seconds: float) -> None:
        """A batch was tried."""
        with self._changed:
            self._runs[trigger, result] += 1
            if result in (BatchResult.CHANGED, BatchResult.UNCHANGED):
                self._seconds.add(seconds)
                self.last_success = time.time()

    def record_batch(self, batch: BatchRecord) -> None:
        """Record a batch that made a revision, and wake the waiters of `wait`."""
        with self._changed:
            self._batches.append(batch)
            self._revisions += 1
            self._changed.notify_all()

    def record_latency(self, change: str, at: str, seconds: Iterable[float]) -> None:
        """Record latencies: *seconds* from the first hint of each path to the commit at *at* (ISO 8601).

        *change* is upsert or delete; that of a delete includes the time for which bad news must last.
        """
        with self._changed:
            for each in seconds:
                self._latency[change].add(each)
                if change == "upsert":
                    self._recent.append((at, round(each * 1e3, 3)))
                    self._saves += 1

    # From those who ask

    def wait(self, after: int, timeout: float) -> int:
        """The number of revisions since the start, once it is not *after*, or after *timeout* seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._revisions != after, timeout)
            return self._revisions

    def batches(self) -> tuple[BatchRecord, ...]:
        """The last batches that made a revision, oldest first."""
        with self._changed:
            return tuple(self._batches)

    def recent(self) -> tuple[int, tuple[tuple[str, float], ...]]:
        """The number of saves, and the last of them, oldest first: when (UTC, ISO 8601), and milliseconds."""
        with self._changed:
            return self._saves, tuple(self._recent)

    def runs(self) -> dict[tuple[Trigger, BatchResult], int]:
        """Batches by trigger and result."""
        with self._changed:
            return dict(self._runs)

    def rescans(self) -> dict[str, int]:
        """Looks at everything by reason."""
        with self._changed:
            return {trigger.value: count for trigger, count in self._rescans.items()}

    def hints(self) -> dict[str, int]:
        """Hints by kind."""
        with self._changed:
            return dict(self._hints)

    def reads(self) -> dict[str, int]:
        """Answers by source."""
        with self._changed:
            return dict(self._reads)

    def renders(self) -> dict[str, int]:
        """Prompts that were to be rendered, by result."""
        with self._changed:
            return {result.value: count for result, count in self._renders.items()}

    def render_seconds(self) -> Histogram:
        """How long prompts took to be rendered, with the start of their child."""
        with self._changed:
            return self._render_seconds.copy()

    def seconds(self) -> Histogram:
        """How long batches took."""
        with self._changed:
            return self._seconds.copy()

    def latency(self) -> dict[str, Histogram]:
        """From the first hint to the commit, for upserts and deletes."""
        with self._changed:
            return {change: histogram.copy() for change, histogram in self._latency.items()}
