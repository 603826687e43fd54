"""Puts questions to the database, in a few threads that keep one reader each.

Never reads from files and never writes.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock, local
from typing import TypeVar

import apsw

from docsync.counters import Counters
from docsync.errors import TimedOut
from docsync.reader import Reader, open_reader

T = TypeVar("T")

_THREADS = 4
_SECONDS = 5.0
_LAST_SECONDS = 1.0


class _Question:
    """One question: who asks may end it from outside, and never the next one of the same reader."""

    def __init__(self, until: float) -> None:
        self.until = until
        self._lock = Lock()
        self._reader: Reader | None = None
        self._is_over = False
        self.done = Event()

    def put(self, reader: Reader, question: Callable[[Reader], T]) -> T:
        """The answer. Raises apsw.InterruptError once it is over."""
        with self._lock:
            if self._is_over or time.monotonic() > self.until:  # nobody waits for it any more
                raise apsw.InterruptError
            reader.stop_at(self.until)
            self._reader = reader
        try:
            with reader.snapshot():
                return question(reader)
        finally:
            with self._lock:
                self._reader = None

    def mark_done(self, _answer: "Future[T]") -> None:
        """Its thread is free again, or it was never put."""
        self.done.set()

    def end(self) -> None:
        """Nobody waits for the answer. For any thread."""
        with self._lock:
            self._is_over = True
            if self._reader is not None:
                self._reader.interrupt()


class QuestionPool:
    """Runs queries of the event loop in threads, each with a reader. Close it after the last request."""

    def __init__(self, database: Path, counters: Counters) -> None:
        self._database = database
        self._counters = counters
        self._threads = ThreadPoolExecutor(_THREADS, "docsync-read")
        self._mine = local()
        self._readers: list[Reader] = []
        self._asked: set[_Question] = set()

    async def ask(self, question: Callable[[Reader], T]) -> T:
        """The answer to *question*, from one state of the database.

        Raises NoDatabase, UsageError, TimedOut.
        """
        mine = _Question(time.monotonic() + _SECONDS)
        asked: Future[T] = self._threads.submit(self._answer, mine, question)
        self._asked.add(mine)
        asked.add_done_callback(mine.mark_done)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(asked), _SECONDS)
        except (TimeoutError, apsw.InterruptError) as error:
            raise TimedOut(
                f"the database did not say within {_SECONDS:g} s; ask for less, or try again"
            ) from error
        finally:
            mine.end()  # its thread must be free for the next one
            self._asked = {one for one in self._asked if not one.done.is_set()}

    def _answer(self, mine: _Question, question: Callable[[Reader], T]) -> T:
        reader = self._reader()
        answer = mine.put(reader, question)
        self._counters.record_read(reader.source)
        return answer

    def _reader(self) -> Reader:
        reader: Reader | None = getattr(self._mine, "reader", None)
        if reader is None:
            self._mine.reader = reader = open_reader(database=self._database, source="database")
            self._readers.append(reader)
        return reader

    def close(self) -> None:
        """End what is under way and give the readers back, but wait for none of them longer than a second.

        One step of SQLite cannot be ended, however long it is. Such a thread is left alone with its reader:
        the process does not wait for it either.
        """
        until = time.monotonic() + _LAST_SECONDS
        asked = list(self._asked)
        for question in asked:
            question.end()
        self._threads.shutdown(wait=False, cancel_futures=True)
        if all(one.done.wait(max(0.0, until - time.monotonic())) for one in asked):
            self._threads.shutdown()
            for reader in self._readers:
                reader.close()
