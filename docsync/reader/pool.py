"""Readers for the threads of a service: each borrows one for as long as it asks. Never asks anything."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, get_ident
from types import TracebackType
from typing import Self
from weakref import WeakSet

from docsync.errors import TimedOut, UsageError
from docsync.reader.opening import make_source, open_proved
from docsync.reader.reader import Reader
from docsync.reader.source import OnFallback


class ReaderPool:
    """Lends readers to threads, *size* at most at once. Close it, or use it in a with block.

    Any thread may use it. The child of a fork begins with none and opens its own.
    """

    def __init__(
        self,
        project: Path | str | None = None,
        *,
        database: Path | str | None = None,
        source: str | None = None,
        on_fallback: OnFallback | None = None,
        size: int = 8,
    ) -> None:
        """As `open_reader`, and opens the first of them. Raises NoDatabase, ConfigError, UsageError.

        Args:
            size: so many readers at most; who wants one more waits. Each that the files answer has them in
                memory.
        """
        if size < 1:
            raise UsageError(f"size must be 1 or more, got {size}")
        self._source = make_source(project, database=database, source=source, on_fallback=on_fallback)
        self._size = size
        self._is_closed = False
        self._forget()
        _pools.add(self)
        with self.reader():
            pass

    def _forget(self) -> None:
        """Begin without any reader. Those of a process that was forked are never touched again."""
        self._changed = Condition()
        self._idle: list[Reader] = []
        self._lent: set[Reader] = set()
        self._opening = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def reader(self, timeout: float | None = None) -> Iterator[Reader]:
        """A reader for the calling thread until the block ends; a thread that nests two blocks has two.

        Raises NoDatabase, TimedOut when all are lent for *timeout* seconds, RuntimeError after `close`.
        """
        lent = self._take(timeout)
        try:
            yield lent
        finally:
            self._take_back(lent)

    def close(self) -> None:
        """Close all readers; one that is lent is closed when it comes back."""
        with self._changed:
            self._is_closed = True
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for reader in idle:
            reader.close()

    def _take(self, timeout: float | None) -> Reader:
        with self._changed:
            if not self._changed.wait_for(self._may_take, timeout):
                raise TimedOut(f"all {self._size} readers of the pool were lent for {timeout:g} seconds")
            if self._is_closed:
                raise RuntimeError("this ReaderPool is closed")
            # The one that came back last: its pages are in memory, and those that nobody needs stay closed.
            if self._idle:
                return self._lend(self._idle.pop())
            self._opening += 1
        try:
            opened = open_proved(self._source.again())
        except BaseException:
            with self._changed:
                self._opening -= 1
                self._changed.notify()
            raise
        with self._changed:
            self._opening -= 1
            return self._lend(opened)

    def _may_take(self) -> bool:
        return self._is_closed or bool(self._idle) or len(self._lent) + self._opening < self._size

    def _lend(self, reader: Reader) -> Reader:
        reader.hand_over(get_ident())
        self._lent.add(reader)
        return reader

    def _take_back(self, reader: Reader) -> None:
        with self._changed:
            if reader not in self._lent:
                return  # it was lent before a fork, to the parent
            self._lent.remove(reader)
            reader.hand_over(None)
            if not self._is_closed:
                self._idle.append(reader)
                self._changed.notify()
                return
        reader.close()


_pools: "WeakSet[ReaderPool]" = WeakSet()


def _forget_all() -> None:
    for pool in list(_pools):
        pool._forget()  # noqa: SLF001  # its own module


os.register_at_fork(after_in_child=_forget_all)
