"""What every reader is: whose it is, where its answers come from, and when it ends. Asks nothing itself."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import get_ident
from types import TracebackType
from typing import NoReturn, Self, TypeVar

from docsync.reader.snapshot import Snapshot
from docsync.reader.source import AnswerSource

T = TypeVar("T")


class SourceHolder:
    """Holds what answers, for the thread that opened it."""

    def __init__(self, source: AnswerSource) -> None:
        self._source = source
        self._owner: tuple[int, int | None] = (os.getpid(), get_ident())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give everything back. In the child of a fork this does nothing: the connection is the parent's."""
        if os.getpid() == self._owner[0]:
            self._source.close()

    def hand_over(self, thread: int | None) -> None:
        """From now on it belongs to this thread (`threading.get_ident`), or to none.

        For pools: no other thread may be using it.
        """
        self._owner = (self._owner[0], thread)

    @property
    def source(self) -> str:
        """Where the last answer came from: database or files."""
        return self._source.name

    def snapshot(self) -> AbstractContextManager[None]:
        """Inside of this with block every answer belongs to the same state.

        Keep it short: it keeps the log growing. A database that fails in the middle raises NoDatabase, also
        where files could answer: `in_one_state` asks those.
        """
        self._check()
        return self._source.pin()

    def in_one_state(self, ask: Callable[[], T]) -> T:
        """The result of *ask*, in which every answer of this reader belongs to the same state.

        When the database fails in the middle, *ask* is called again, and the files answer all of it.
        """
        self._check()
        return self._source.in_one_state(ask)

    def stop_at(self, until: float) -> None:
        """From that moment on (`time.monotonic`) the database does not answer: `apsw.InterruptError`."""
        self._source.stop_at(until)

    def interrupt(self) -> None:
        """End what the database is asked now, and all that is asked before the next `stop_at`.

        For any thread.
        """
        self._source.interrupt()

    def _answer(self, query: Callable[[Snapshot], T], *, at_a_glance: bool = False) -> T:
        self._check()
        return self._source.answer(query, at_a_glance=at_a_glance)

    def _check(self) -> None:
        if (os.getpid(), get_ident()) != self._owner:
            self._refuse()

    def _refuse(self) -> NoReturn:
        if os.getpid() != self._owner[0]:
            raise RuntimeError("this Reader was opened before a fork; open one in each of the processes")
        if self._owner[1] is None:
            raise RuntimeError("this Reader was given back to its pool; take one for each with block")
        raise RuntimeError("this Reader belongs to another thread; open one in each, or use a ReaderPool")
