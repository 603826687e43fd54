"""Puts questions to the database, in a few threads that keep one reader each. Never reads from files and never writes."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local
from typing import TypeVar

from docsync.commands import TimedOut
from docsync.counters import Counters
from docsync.reader import Reader, open_reader

T = TypeVar("T")

_THREADS = 4
_SECONDS = 5.0


class Reading:
    """The way from the event loop to the database. Close it once nobody asks any more."""

    def __init__(self, database: Path, counters: Counters) -> None:
        self._database = database
        self._counters = counters
        self._threads = ThreadPoolExecutor(_THREADS, "docsync-read")
        self._mine = local()
        self._readers: list[Reader] = []

    async def ask(self, question: Callable[[Reader], T]) -> T:
        """The answer to *question*, from one state of the database. Raises NoDatabase, UsageError, TimedOut."""
        asked = asyncio.get_running_loop().run_in_executor(self._threads, self._answer, question)
        try:
            return await asyncio.wait_for(asked, _SECONDS)
        except TimeoutError as error:
            raise TimedOut(f"the database did not say within {_SECONDS:g} s; ask for less, or try again") from error

    def _answer(self, question: Callable[[Reader], T]) -> T:
        reader: Reader | None = getattr(self._mine, "reader", None)
        if reader is None:
            self._mine.reader = reader = open_reader(database=self._database, source="database")
            self._readers.append(reader)
        with reader.snapshot():
            answer = question(reader)
        self._counters.read(reader.source)
        return answer

    def close(self) -> None:
        """End the threads, and give the readers back."""
        self._threads.shutdown(cancel_futures=True)
        for reader in self._readers:
            reader.close()
