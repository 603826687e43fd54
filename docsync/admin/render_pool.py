"""Renders prompts for the endpoint, one at a time, each in a child of its own. Never resolves a variable."""

import asyncio
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import apsw

from docsync.admin.http.problem_response import DaemonStopping
from docsync.commands import Busy
from docsync.counters import Counters, RenderResult
from docsync.errors import DocsyncError, TimedOut
from docsync.reader import Reader, open_reader
from docsync.reader.render_apart import render_apart
from docsync.render.apart import Asked, ChildRenderer

MAX_WAITING = 8
MAX_ANSWER_BYTES = 4 * 1024 * 1024

_DATABASE_SECONDS = 5.0
_LAST_SECONDS = 1.0


class RenderPool:
    """One prompt is rendered while *MAX_WAITING* wait. For the event loop only; `leave`, then close it."""

    def __init__(self, database: Path, counters: Counters) -> None:
        self._database = database
        self._counters = counters
        self._thread = ThreadPoolExecutor(1, "docsync-render")
        self._jobs: set[Future[dict[str, Any]]] = set()
        self._reader: Reader | None = None
        self._renderer: ChildRenderer | None = None
        self._is_over = False

    async def render(self, id_: str, asked: Asked) -> dict[str, Any]:
        """The prompt with this id as *asked*: `messages`, `tools`, `request`, `unresolved`, `trace`.

        Raises RenderError, NoSuchDocument, NoDatabase, Busy, TimedOut, DaemonStopping.
        """
        if self._is_over:
            raise DaemonStopping
        if len(self._jobs) > MAX_WAITING:
            self._counters.record_render(RenderResult.REFUSED)
            raise Busy(f"{MAX_WAITING} prompts wait to be rendered already; try again in a second")
        job = self._thread.submit(self._render, id_, asked)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        try:
            return await asyncio.wrap_future(job)
        except (DocsyncError, asyncio.CancelledError):
            if self._is_over:
                raise DaemonStopping from None
            raise

    def leave(self) -> None:
        """End what is under way: a child is killed, and what waits is never begun."""
        self._is_over = True
        if self._reader:
            self._reader.interrupt()
        if self._renderer:
            self._renderer.kill()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Wait for the thread, but no longer than a second."""
        wait(list(self._jobs), _LAST_SECONDS)

    def _render(self, id_: str, asked: Asked) -> dict[str, Any]:
        begun = time.monotonic()
        result = RenderResult.FAILED
        try:
            with (
                open_reader(database=self._database, source="database") as self._reader,
                ChildRenderer(MAX_ANSWER_BYTES) as self._renderer,
            ):
                if self._is_over:
                    raise DaemonStopping
                self._reader.stop_at(begun + _DATABASE_SECONDS)
                answer = render_apart(self._reader, self._renderer, id_, asked)
            result = RenderResult.RENDERED
        except apsw.InterruptError as error:
            raise TimedOut(f"the database did not say within {_DATABASE_SECONDS:g} s; try again") from error
        else:
            return answer
        finally:
            self._reader = self._renderer = None
            self._counters.record_render(result, time.monotonic() - begun)
