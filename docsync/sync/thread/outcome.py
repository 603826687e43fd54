"""What becomes of a batch that is undone, and when the next one is tried. No I/O: time is a parameter."""

from typing import assert_never

from docsync.counters import BatchResult
from docsync.errors import StoreUnavailable
from docsync.sync.thread.git_hold import GitAtWork

_RETRY_FIRST_NS = 50_000_000
_MAX_RETRY_NS = 5_000_000_000


class BatchInterrupted(Exception):
    """The batch would outlast the time of a stop: it is rolled back, and the next start does it."""


def result_of(error: GitAtWork | StoreUnavailable | BatchInterrupted) -> BatchResult:
    """How a batch ended that *error* undid."""
    match error:
        case GitAtWork():
            return BatchResult.POSTPONED
        case StoreUnavailable():
            return BatchResult.REFUSED
        case BatchInterrupted():
            return BatchResult.INTERRUPTED
        case _:
            assert_never(error)


class Retry:
    """The next try after a refusal comes later each time; none is made before `not_before_ns` (monotonic)."""

    def __init__(self) -> None:
        self.not_before_ns = 0
        self._pause_ns = _RETRY_FIRST_NS

    def postpone(self, now_ns: int) -> None:
        """A batch was refused at *now_ns*."""
        self.not_before_ns = now_ns + self._pause_ns
        self._pause_ns = min(2 * self._pause_ns, _MAX_RETRY_NS)

    def clear(self) -> None:
        """A batch was accepted."""
        self.not_before_ns = 0
        self._pause_ns = _RETRY_FIRST_NS
