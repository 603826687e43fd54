"""Wakes an event loop when another connection has committed. Asks for nothing but whether that is so."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

from docsync.errors import NoDatabase
from docsync.reader.poller import POLLER
from docsync.reader.source import AnswerSource

_LOOK_SECONDS = 0.01
_LOOK_FOR_DATABASE_SECONDS = 0.1


class CommitBell:
    """Rings once when it begins, and then with each commit and when the database comes or goes.

    Use it in a with block, in the event loop that it wakes.
    """

    def __init__(self, source: AnswerSource) -> None:
        """*source* is this bell's own."""
        self._source = source
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()
        self._commits: tuple[int, int] | None = (-1, -1)

    def __enter__(self) -> Self:
        POLLER.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        POLLER.remove(self, waits=False)

    async def wait(self, timeout: float | None) -> bool:
        """True when it has rung since the last call; False after *timeout* seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._rung.wait()
        has_rung = self._rung.is_set()
        self._rung.clear()
        return has_rung

    # From the thread of the poller

    def look(self, now: float) -> float:
        """See `Job`."""
        try:
            commits = self._source.commits()
        except NoDatabase:
            commits = None
        if commits != self._commits:
            self._commits = commits
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._rung.set)
        return now + (_LOOK_FOR_DATABASE_SECONDS if commits is None else _LOOK_SECONDS)

    def let_go(self) -> None:
        """See `Job`."""
        self._source.close()

    def forget_parent(self) -> None:
        """See `Job`. An event loop does not go on in a child."""
