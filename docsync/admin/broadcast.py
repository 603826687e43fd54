"""Wakes the tasks of the event loop that wait for a new revision or status.

One thread polls the daemon for all of them.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from anyio import CapacityLimiter, to_thread

from docsync.admin.command_pool import CommandPool
from docsync.admin.http.json_body import Json, dump_json, to_json
from docsync.errors import DocsyncError
from docsync.status import Status

# A state that changes without a revision (a dead watcher, a stalled sync) is noticed after this time.
_LOOK_SECONDS = 0.5
# To tell one of them takes the processor some half a millisecond: all of them together get a share of it,
# while one save follows another. The first one is told of at once.
_PAUSE_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class BroadcastState:
    """The broadcast state: the number of revisions made since the start, and the short status as JSON."""

    number: int = 0
    status: bytes = b""


class Broadcast:
    """Polls the daemon while there are listeners and wakes them on a change.

    Use it on the event loop only.
    """

    def __init__(self, pool: CommandPool) -> None:
        self._pool = pool
        self._bell = asyncio.Event()
        self._thread = CapacityLimiter(1)
        self._watching: asyncio.Task[None] | None = None
        self.listeners = 0
        self.leaving = False
        self.now = BroadcastState()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Inside of this block `now` keeps up with the daemon."""
        self.listeners += 1
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            self.listeners -= 1

    async def wait_for_change(self, seen: BroadcastState, seconds: float) -> bool:
        """Wait up to *seconds* for a state other than *seen*.

        True if there is one; False after the time, and when the endpoint stops.
        """
        if not self.leaving and self.now == seen:
            try:
                await asyncio.wait_for(self._bell.wait(), seconds)
            except TimeoutError:
                return False
        return self.now != seen

    async def leave(self) -> None:
        """Stop polling and wake all listeners."""
        self.leaving = True
        self._ring()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])

    async def _watch(self) -> None:
        while self.listeners and not self.leaving:
            status = await self._status()
            if (number := self._number) != self.now.number or status != self.now.status:
                self.now = BroadcastState(number, status)
                self._ring()
                await asyncio.sleep(self.listeners * _PAUSE_SECONDS)
            call = partial(self._pool.commands.wait_for_change, number, _LOOK_SECONDS)
            self._number = await to_thread.run_sync(call, abandon_on_cancel=True, limiter=self._thread)

    _number = 0

    async def _status(self) -> bytes:
        try:
            return dump_json(summary(await self._pool.look(self._pool.commands.status)))
        except DocsyncError:  # what is known stays; the next look is soon
            return self.now.status

    def _ring(self) -> None:
        self._bell.set()
        self._bell = asyncio.Event()


def summary(status: Status) -> Json:
    """The part of *status* that is sent as a status event."""
    short = (
        "state",
        "ready",
        "epoch",
        "revision",
        "documents",
        "errors",
        "warnings",
        "held",
        "restart_to_apply",
    )
    return {
        **{name: to_json(getattr(status, name)) for name in short},
        "reasons": to_json(status.reasons),
        "collections": to_json(status.collections),
    }
