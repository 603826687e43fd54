"""Polling source: compares each scan of the tree with the one before."""

import time
from collections.abc import Mapping
from threading import Event, Thread
from types import TracebackType
from typing import Self

from docsync.model import FollowedFile, Sign
from docsync.watch.source import Hint, PollSettings, WatchReason

_BUSY_MS = 200
"""The interval after a change: while people work, the next one is near."""
_MAX_MISSED_SCANS = 3
"""After so many intervals without a finished scan the source counts as dead."""


class PollSource:
    """Hints WRITTEN for what is new or differs between two scans, GONE for what is no longer there."""

    name = "poll"

    def __init__(self, polling: PollSettings, hint: Hint, *, reasons: tuple[WatchReason, ...] = ()) -> None:
        self._polling = polling
        self._hint = hint
        self._reasons = reasons
        self._trouble: WatchReason | None = None
        self._seen: Mapping[str, object] = {}
        self._stop = Event()
        self._thread = Thread(target=self._run, name="docsync-poll")
        self._finished = time.monotonic()
        self._took = 0.0

    def __enter__(self) -> Self:
        self._look(hint=False)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def alive(self) -> bool:
        """True while the thread runs and a scan has finished within the last three intervals."""
        oldest = time.monotonic() - _MAX_MISSED_SCANS * (self._polling.poll_ms / 1000 + self._took)
        return self._thread.is_alive() and self._finished >= oldest

    def reasons(self) -> tuple[WatchReason, ...]:
        """Why there is polling at all, and what the last scan met."""
        return self._reasons + ((self._trouble,) if self._trouble else ())

    def check(self) -> tuple[str, ...]:
        """Nothing to do: a scan looks at what lies at the path now."""
        return ()

    def follow(self, files: Mapping[str, FollowedFile]) -> None:
        """Nothing to do: a scan looks at the file behind a name, whatever it is written through."""

    def resync(self) -> None:
        """Nothing to do: the next scan finds whatever was lost."""

    def _run(self) -> None:
        pause_ms = self._polling.poll_ms
        while not self._stop.wait(pause_ms / 1000):
            found = self._look(hint=True)
            pause_ms = min(_BUSY_MS, self._polling.poll_ms) if found else self._polling.poll_ms

    def _look(self, *, hint: bool) -> bool:
        """One scan; True if it differs from the one before. *hint*: each difference is hinted."""
        started = time.monotonic()
        try:
            now = self._polling.scan()
        except OSError as error:
            self._trouble = WatchReason(
                "scan_failed", f"the last look at the tree failed: {error}", error.filename
            )
            return False
        self._trouble = None
        before, self._seen = self._seen, now
        written = [path for path, stamp in now.items() if path not in before or before[path] != stamp]
        gone = [path for path in before if path not in now]
        self._finished = time.monotonic()
        self._took = self._finished - started
        if hint:
            for path in written:
                self._hint(path, Sign.WRITTEN)
            for path in gone:
                self._hint(path, Sign.GONE)
        return bool(written or gone)
