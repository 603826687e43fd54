"""Makes the calls to `Commands` off the event loop, each bounded in time. Never decides what is asked."""

from collections.abc import Callable
from typing import TypeVar

from anyio import CancelScope, CapacityLimiter, move_on_after, to_thread

from docsync.admin.http.problem_response import DaemonStopping
from docsync.commands import Busy, Commands
from docsync.errors import TimedOut

T = TypeVar("T")

# Waiting calls have their own threads: however many there are, a call that only looks finds one.
_WAITING_CALLS = 32
_LOOKING_CALLS = 16
_LOOK_SECONDS = 5.0
# A call should end by its own timeout; this long afterwards the pool gives it up.
_GRACE_SECONDS = 5.0


class CommandPool:
    """Runs calls to *commands* in bounded worker threads, so that they do not block the event loop.

    Use it on the event loop only.
    """

    def __init__(self, commands: Commands) -> None:
        self.commands = commands
        self._wait_limiter = CapacityLimiter(_WAITING_CALLS)
        self._look_limiter = CapacityLimiter(_LOOKING_CALLS)
        self._calls: set[CancelScope] = set()
        self._leaving = False

    async def look(self, call: Callable[[], T]) -> T:
        """The result of *call*, which does not wait for the sync thread. Raises TimedOut if it does."""
        with move_on_after(_LOOK_SECONDS):
            return await to_thread.run_sync(call, abandon_on_cancel=True, limiter=self._look_limiter)
        raise TimedOut("the daemon did not say within 5 s; try again")

    async def wait(self, call: Callable[[], T], timeout: float) -> T:
        """The result of *call*, which ends within *timeout* seconds. Raises TimedOut, Busy, Stopping."""
        if self._wait_limiter.available_tokens < 1:
            raise Busy(f"{_WAITING_CALLS} calls wait already; try again in a second")
        with move_on_after(timeout + _GRACE_SECONDS) as scope:
            self._calls.add(scope)
            try:
                return await to_thread.run_sync(call, abandon_on_cancel=True, limiter=self._wait_limiter)
            finally:
                self._calls.discard(scope)
        if self._leaving:
            raise DaemonStopping
        raise TimedOut(f"not done within {timeout:g} s; the work goes on")

    def leave(self) -> None:
        """Cancel all waiting calls. Their threads end when the daemon ends the calls."""
        self._leaving = True
        for scope in self._calls:
            scope.cancel()
