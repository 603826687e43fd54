"""Puts the questions of one event loop to readers, in threads of its own. Never knows what is asked.

A reader is used by one question at a time. A question whose task is cancelled is interrupted, and its reader
is free for the next one as soon as the thread has seen that.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, suppress
from contextvars import ContextVar
from math import inf
from threading import get_ident
from typing import TypeVar

from docsync.errors import UsageError
from docsync.reader.opening import open_proved
from docsync.reader.reader import Reader
from docsync.reader.source import AnswerSource

T = TypeVar("T")


class _Slot:
    """A place for a reader, opened when it is first needed. Its lock is held while a thread uses it."""

    def __init__(self, template: AnswerSource) -> None:
        self._template = template
        self._reader: Reader | None = None
        self._is_interrupted = False
        self.lock = asyncio.Lock()

    def put(self, question: Callable[[Reader], T]) -> tuple[T, str]:
        """The answer, and where it came from. In a thread."""
        if self._reader is None:
            opened = open_proved(self._template.again())
            opened.stop_at(inf)  # from here on `interrupt` holds for all that is asked before `calm`
            self._reader = opened
            if self._is_interrupted:  # it may have been too early for the reader
                opened.interrupt()
        self._reader.hand_over(get_ident())
        return question(self._reader), self._reader.source

    def interrupt(self) -> None:
        """End what a thread asks, or is about to. For the event loop."""
        self._is_interrupted = True
        if self._reader is not None:
            self._reader.interrupt()

    def calm(self) -> None:
        """After `interrupt`, once the thread is done: it may be asked again."""
        self._is_interrupted = False
        if self._reader is not None:
            self._reader.stop_at(inf)

    def close(self) -> None:
        """Close the reader, which no thread uses."""
        if self._reader is not None:
            self._reader.close()


class _Pin:
    """One slot for all that is asked within a block."""

    def __init__(self, owner: "ReaderThreads", slot: _Slot) -> None:
        self.owner = owner
        self.slot = slot
        self.is_over = False


_pins: ContextVar[tuple[_Pin, ...]] = ContextVar("pins", default=())


class ReaderThreads:
    """*size* readers at most, each opened when it is first needed. For the event loop that uses it first."""

    def __init__(self, template: AnswerSource, size: int) -> None:
        """*template* is what answers; it is not opened itself. Raises UsageError for a size below 1."""
        if size < 1:
            raise UsageError(f"size must be 1 or more, got {size}")
        self.template = template
        self.source = template.name
        self._size = size
        self._threads = ThreadPoolExecutor(size, "docsync-read")
        self._free = asyncio.Semaphore(size)
        self._idle: list[_Slot] = []
        self._owner: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._is_closed = False

    async def ask(self, question: Callable[[Reader], T]) -> T:
        """The answer to *question*, which a thread puts to a reader. Raises what it raises."""
        pin = self._find_pin()
        if pin is not None:
            return await self._put(pin.slot, question)
        slot = await self._take()
        try:
            return await self._put(slot, question)
        finally:
            self._give_back(slot)

    def is_pinned(self) -> bool:
        """True within a block of `pin`."""
        return self._find_pin() is not None

    def _find_pin(self) -> _Pin | None:
        return next((pin for pin in reversed(_pins.get()) if pin.owner is self and not pin.is_over), None)

    @asynccontextmanager
    async def pin(self) -> AsyncIterator[None]:
        """Inside, what this task and those that it begins ask belongs to one state. Raises NoDatabase."""
        if self.is_pinned():
            yield
            return
        slot = await self._take()
        try:
            state = await self._put(slot, _begin_state)
            pin = _Pin(self, slot)
            token = _pins.set((*_pins.get(), pin))
            try:
                yield
            finally:
                _pins.reset(token)
                pin.is_over = True
                await _insist(self._put(slot, lambda _: state.close()))
        finally:
            self._give_back(slot)

    async def close(self) -> None:
        """Give everything back, once what is asked now is answered; what waits for its turn is refused."""
        if self._is_closed:
            return
        self._is_closed = True
        for _ in range(self._size):
            await self._free.acquire()
        self._free.release()  # who waits is refused, one after the other
        for slot in self._idle:
            slot.close()
        self._threads.shutdown()

    async def _take(self) -> _Slot:
        self._check()
        await self._free.acquire()
        if self._is_closed:
            self._free.release()
            self._check()
        return self._idle.pop() if self._idle else _Slot(self.template)

    def _give_back(self, slot: _Slot) -> None:
        self._idle.append(slot)
        self._free.release()

    async def _put(self, slot: _Slot, question: Callable[[Reader], T]) -> T:
        """Put it in a thread. Returns when that is done with the reader, also when it is cancelled."""
        async with slot.lock:
            asked = self._threads.submit(slot.put, question)
            try:
                told, self.source = await asyncio.wrap_future(asked)
            except asyncio.CancelledError:
                slot.interrupt()
                await _outlast(asked)
                slot.calm()
                raise
            return told

    def _check(self) -> None:
        mine = (os.getpid(), asyncio.get_running_loop())
        self._owner = self._owner or mine
        if self._is_closed:
            raise RuntimeError("this AsyncReader is closed")
        if self._owner[0] != mine[0]:
            raise RuntimeError("this AsyncReader was used before a fork; make one in each of the processes")
        if self._owner[1] is not mine[1]:
            raise RuntimeError("this AsyncReader belongs to another event loop; make one in each")


def _begin_state(reader: Reader) -> ExitStack:
    with ExitStack() as stack:
        stack.enter_context(reader.snapshot())
        return stack.pop_all()


async def _outlast(asked: Future[tuple[T, str]]) -> None:
    """Wait until its thread is done, also when that is cancelled; nobody asks what it says."""
    over, loop = asyncio.Event(), asyncio.get_running_loop()
    asked.add_done_callback(lambda _: loop.call_soon_threadsafe(over.set))
    while not over.is_set():
        with suppress(asyncio.CancelledError):
            await over.wait()


async def _insist(work: Coroutine[object, object, None]) -> None:
    """Do *work* to its end, also when it is cancelled meanwhile."""
    doing, cancelled = asyncio.create_task(work), False
    while not doing.done():
        try:
            await asyncio.wait([doing])
        except asyncio.CancelledError:
            cancelled = True
    doing.result()
    if cancelled:
        raise asyncio.CancelledError
