"""Waits for commits by polling SQLite's data_version. Never writes."""

import math
import time
from collections.abc import Callable
from typing import TypeVar

from docsync.errors import NoDatabase, NotFilledYet

T = TypeVar("T")

_MIN_PAUSE_SECONDS = 0.02
_MAX_PAUSE_SECONDS = 0.1
_REPLACEMENT_SECONDS = 5.0


class CommitPoll:
    """Sleeps until another connection has committed, or another file is at the path."""

    def __init__(self, commits: Callable[[], tuple[int, int]]) -> None:
        """*commits* returns another value after every commit. Raises NoDatabase."""
        self._commits = commits
        self._seen = commits()

    def remember(self) -> None:
        """Call this before a query: the next commit after it ends the next sleep. Raises NoDatabase."""
        self._seen = call_patiently(self._commits)

    def sleep(self, until: float) -> bool:
        """Sleep until a commit; False at the time *until* (monotonic seconds). Raises NoDatabase."""
        pause = _MIN_PAUSE_SECONDS
        while call_patiently(self._commits, until) == self._seen:
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(pause, left))
            pause = min(pause * 1.2, _MAX_PAUSE_SECONDS)
        return True


def call_patiently(call: Callable[[], T], until: float = math.inf) -> T:
    """The result of *call*; on NoDatabase it is tried again for 5 s, as a replacement takes a moment.

    While a database is filled, which takes as long as it takes, until *until* (monotonic seconds).
    """
    deadline = time.monotonic() + _REPLACEMENT_SECONDS
    while True:
        try:
            return call()
        except NotFilledYet:
            if time.monotonic() > until:
                raise
            deadline = time.monotonic() + _REPLACEMENT_SECONDS
        except NoDatabase:
            if time.monotonic() > deadline:
                raise
        time.sleep(_MIN_PAUSE_SECONDS)
