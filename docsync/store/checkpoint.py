"""Copies the write-ahead log back into the database between batches, so that it stays small. Never waits for readers,
but for a quarter of a second when the log has grown too large."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import apsw

from docsync.errors import StoreUnavailable
from docsync.store.connection import WRITER_BUSY_MS, writing

MAX_LOG_BYTES = 6 * 1024 * 1024
"""A log larger than this is worth a short stop of the writer."""

_MAX_KEPT_LOG_BYTES = 4 * 1024 * 1024  # a log that may stay: it is written from its beginning again
_MIN_WAIT_NS = 200_000_000
_MAX_WAIT_NS = 10_000_000_000
_RELIEF_NS = 250_000_000
_RELIEF_PAUSE_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class CheckpointPace:
    """When to try next (None: nothing is left to do) and how long to wait after a try that does not finish."""

    due_ns: int | None = None
    wait_ns: int = _MIN_WAIT_NS

    def mark_written(self, now_ns: int) -> "CheckpointPace":
        """Something was committed: the waits start afresh, and a try that comes sooner than the first of them stays."""
        due_ns = now_ns + _MIN_WAIT_NS
        return CheckpointPace(due_ns if self.due_ns is None else min(due_ns, self.due_ns))

    def mark_tried(self, now_ns: int, *, finished: bool) -> "CheckpointPace":
        """A try at *now_ns* left nothing to do, or readers of an older state were in its way."""
        if finished:
            return CheckpointPace()
        return CheckpointPace(now_ns + self.wait_ns, min(2 * self.wait_ns, _MAX_WAIT_NS))

    def is_due(self, now_ns: int) -> bool:
        """True when it is time for a try."""
        return self.due_ns is not None and now_ns >= self.due_ns


class Checkpoint:
    """The checkpoints of one writer connection; `tick` is called by its thread, after each batch and when it is due."""

    def __init__(self, connection: apsw.Connection, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._connection = connection
        self._clock = clock
        self._changes = -1  # what an earlier life left in the log counts as written
        self._pace = CheckpointPace()
        self._relief = CheckpointPace(0)

    def tick(self, now_ns: int) -> int | None:
        """Try if it is time; returns when to be called next, None while nothing is written. What fails is tried later."""
        changes = self._connection.total_changes()
        if changes != self._changes:
            self._changes = changes
            self._pace = self._pace.mark_written(now_ns)
        if self._pace.due_ns is not None and self._relief.is_due(now_ns) and self.wal_bytes() > MAX_LOG_BYTES:
            self._relieve()
        elif self._pace.is_due(now_ns):
            self._pace = self._pace.mark_tried(now_ns, finished=self._try())
        return self._pace.due_ns

    def wal_bytes(self) -> int:
        """The size of the log. It is never opened here: closing it again would drop SQLite's locks."""
        with suppress(OSError):
            return Path(self._connection.filename_wal).stat().st_size
        return 0

    def _relieve(self) -> None:
        """Stop writing until the readers of older states are gone: a state that is copied whole is in nobody's way."""
        deadline_ns = self._clock() + _RELIEF_NS
        while not (finished := self._try()) and self._clock() < deadline_ns:
            time.sleep(_RELIEF_PAUSE_SECONDS)
        now_ns = self._clock()
        self._pace = self._pace.mark_tried(now_ns, finished=finished)
        # A reader that never lets go must not stop the writer each time: the next relief comes later and later.
        self._relief = CheckpointPace(0) if finished else self._relief.mark_tried(now_ns, finished=False)

    def _try(self) -> bool:
        """Copy what no reader needs any more. True when all is copied and the log is small or empty."""
        try:
            with writing():
                frames, copied = self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
                if frames != copied:
                    return False
                return self.wal_bytes() <= _MAX_KEPT_LOG_BYTES or self._truncate()
        except StoreUnavailable:  # nothing is lost: it is all in the log
            return False

    def _truncate(self) -> bool:
        """Empty the log if no reader is in it at this very moment."""
        self._connection.set_busy_timeout(0)
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        finally:
            self._connection.set_busy_timeout(WRITER_BUSY_MS)
        return self.wal_bytes() == 0
