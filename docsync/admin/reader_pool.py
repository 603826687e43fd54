"""Puts questions to the database, in a few threads that keep one reader each.

Never reads from files and never writes.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local
from typing import TypeVar

import apsw

from docsync.commands import TimedOut
from docsync.counters import Counters
from docsync.reader import Reader, open_reader

T = TypeVar("T")

_THREADS = 4
_SECONDS = 5.0


class ReaderPool:
    """Runs queries of the event loop in threads, each with a reader. Close it after the last request."""

    def __init__(self, database: Path, counters: Counters) -> None:
        self._database = database
        self._counters = counters
        self._threads = ThreadPoolExecutor(_THREADS, "docsync-read")
        self._mine = local()
        self._readers: list[Reader] = []
        self._closing = False

    async def ask(self, question: Callable[[Reader], T]) -> T:
        """The answer to *question*, from one state of the database.

        Raises NoDatabase, UsageError, TimedOut.
        """
        until = time.monotonic() + _SECONDS
        asked = asyncio.get_running_loop().run_in_executor(self._threads, self._answer, question, until)
        try:
            return await asyncio.wait_for(asked, _SECONDS)
        except (TimeoutError, apsw.InterruptError) as error:
            raise TimedOut(
                f"the database did not say within {_SECONDS:g} s; ask for less, or try again"
            ) from error

    def _answer(self, question: Callable[[Reader], T], until: float) -> T:
        reader = self._reader()
        # Nobody waits for longer: the thread must be free for the next one.
        reader.stop_at(until if not self._closing else 0.0)
        with reader.snapshot():
            answer = question(reader)
        self._counters.record_read(reader.source)
        return answer

    def _reader(self) -> Reader:
        reader: Reader | None = getattr(self._mine, "reader", None)
        if reader is None:
            self._mine.reader = reader = open_reader(database=self._database, source="database")
            self._readers.append(reader)
        return reader

    def close(self) -> None:
        """End the threads, whatever they are at, and give the readers back."""
        self._closing = True
        for reader in list(self._readers):
            reader.stop_at(0.0)
        self._threads.shutdown(cancel_futures=True)
        for reader in self._readers:
            reader.close()
