"""Looks the whole database through for damage, beside the work, and says how far it is. Repairs nothing.

The schedule belongs to the thread that syncs; a look has a thread and a read-only connection of its own.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event

from docsync.clock import Clock, iso
from docsync.errors import Damaged, DocsyncError, NoDatabase, StoreUnavailable
from docsync.status import InspectionStatus
from docsync.store.connection import open_reader_connection, reading
from docsync.store.damage import Damage, LookStep, judge, look

INSPECT_NS = 3_600_000_000_000
_LOOK_AGAIN_NS = 100_000_000
_DOUBT_PAUSE_NS = 10_000_000_000

_REST_SECONDS = 0.001
_WAIT_SECONDS = 0.005
# So long a step waits for what is due; then it is taken, so that the look comes to an end beside any work.
_MAX_WAIT_NS = 50_000_000
# After so many of its own steps SQLite asks whether to go on: some milliseconds.
_STATEMENT_STEPS = 10_000


class InspectionCancelled(Exception):
    """The look is not wanted any more."""


class Inspector:
    """Looks for damage when it is time: at the start, every hour, and soon when somebody doubts.

    `is_busy` tells a look that its next step has to wait, because something is due or being written; without
    it nothing is waited for. A statement that has begun waits for nothing, since it holds a state of the
    database that the log has to keep. `status` is how far the look is, replaced whole.
    """

    def __init__(self, database: Path, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._pool = ThreadPoolExecutor(1, "docsync-inspect")
        self._running: Future[Damage | None] | None = None
        self._is_cancelled = Event()
        self._due_ns = clock.monotonic_ns() + INSPECT_NS
        self._ended_ns = 0
        self._is_doubted = False
        self.is_busy: Callable[[], bool] | None = None
        self.status = InspectionStatus()

    # For the thread that syncs

    def doubt(self) -> None:
        """Look soon, at most once in 10 s; while a look runs, once more after it."""
        self._is_doubted = True
        if self._running is None:
            self._due_ns = min(self._due_ns, self._ended_ns + _DOUBT_PAUSE_NS)

    def mark_opened(self) -> None:
        """The database was opened and nobody has looked it through yet: that is due at once."""
        self._due_ns = self._clock.monotonic_ns()
        self.status = InspectionStatus()

    def mark_whole(self) -> None:
        """All of the database was looked at just now, or made."""
        self._schedule(self._clock.monotonic_ns(), INSPECT_NS)
        self.status = replace(self.status, is_running=False, proved_at=iso(self._clock.wall_ns()))

    def tick(self, now_ns: int) -> int:
        """Begin a look when it is time; returns when to call next.

        Raises Damaged when one found something, and StoreUnavailable when one could not be finished.
        """
        if self._running is None:
            if now_ns < self._due_ns:
                return self._due_ns
            self.begin()
        return self._due_ns if self._conclude(now_ns) else now_ns + _LOOK_AGAIN_NS

    def begin(self) -> None:
        """Begin to look now, if no look runs."""
        if self._running is None:
            self._is_doubted = False
            self._is_cancelled.clear()
            self.status = InspectionStatus(is_running=True, proved_at=self.status.proved_at)
            self._running = self._pool.submit(self._inspect)

    def conclude(self) -> None:
        """Take what a look found that is over by now. Raises as `tick` does."""
        self._conclude(self._clock.monotonic_ns())

    def finish(self) -> None:
        """Wait for the end of the look that runs, if any. Raises as `tick` does."""
        if self._running is not None:
            self._running.exception()
            self.conclude()

    def cancel(self) -> None:
        """End the look that runs, if any, and have its connection closed: the files are to be replaced."""
        if self._running is not None:
            running, self._running = self._running, None
            self._is_cancelled.set()
            with suppress(InspectionCancelled, DocsyncError):  # what it found is of files that go
                running.result()
            self.status = replace(self.status, is_running=False)

    def close(self) -> None:
        """End for good."""
        self.cancel()
        self._pool.shutdown()

    def _conclude(self, now_ns: int) -> bool:
        """Take what the look found, if it is over. Raises as `tick` does."""
        if self._running is None or not self._running.done():
            return False
        running, self._running = self._running, None
        self.status = replace(self.status, is_running=False)
        self._schedule(now_ns, _DOUBT_PAUSE_NS if self._is_doubted else INSPECT_NS)
        try:
            damage = running.result()
        except NoDatabase as error:
            raise Damaged(str(error)) from error
        except StoreUnavailable:
            self._schedule(now_ns, _DOUBT_PAUSE_NS)
            raise
        if damage:
            raise Damaged(damage.reason)
        self.status = replace(self.status, proved_at=iso(self._clock.wall_ns()))
        return True

    def _schedule(self, now_ns: int, pause_ns: int) -> None:
        self._ended_ns, self._due_ns, self._is_doubted = now_ns, now_ns + pause_ns, False

    # In the thread of the look

    def _inspect(self) -> Damage | None:
        with reading(), open_reader_connection(self._database) as connection:
            documents = int(connection.execute("SELECT count(*) FROM documents").get)
            self.status = replace(self.status, of=documents)
            connection.set_progress_handler(self._end_if_cancelled, _STATEMENT_STEPS)
            return judge(self._follow(look(connection)))

    def _follow(self, steps: Iterator[LookStep]) -> Iterator[LookStep]:
        """The *steps* up to the first one that found something: the repair looks at everything itself."""
        for step in steps:
            self.status = replace(self.status, documents=self.status.documents + step.documents)
            yield step
            if not step.is_sound:
                return
            self._give_way()

    def _give_way(self) -> None:
        """Rest between two steps, and wait while something is due. Raises InspectionCancelled."""
        self._end_if_cancelled()
        begun_ns, is_busy = self._clock.monotonic_ns(), self.is_busy
        if is_busy is None or self._is_cancelled.wait(_REST_SECONDS):
            return
        while is_busy() and self._clock.monotonic_ns() - begun_ns < _MAX_WAIT_NS:
            self._is_cancelled.wait(_WAIT_SECONDS)

    def _end_if_cancelled(self) -> bool:
        """Let a step, or a statement that SQLite works at, go on. Raises InspectionCancelled."""
        if self._is_cancelled.is_set():
            raise InspectionCancelled
        return False
