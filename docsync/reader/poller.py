"""One thread a process that looks again and again, for all who ask it to. Never asks anything by itself.

It begins with the first job and ends with the last. It holds a job weakly: one that nobody has any more is
forgotten.
"""

import atexit
import os
import time
from threading import Condition, Event, Thread
from typing import Protocol
from weakref import ref

_STOP_SECONDS = 5.0
_MAX_WAIT_SECONDS = 3_600.0  # a job may look never again: infinity is more than a lock can wait


class Job(Protocol):
    """What is called in the thread of the poller, and nowhere else. Neither may raise."""

    def look(self, now: float) -> float:
        """Look at the time *now*; when to look next (`time.monotonic`, both)."""
        ...

    def let_go(self) -> None:
        """Close what `look` used: it is never called again."""
        ...

    def forget_parent(self) -> None:
        """In the child of a fork: what the parent has is not ours, and nobody looks any more."""
        ...


class _Entry:
    """A job, and what must be closed when it is gone."""

    def __init__(self, job: Job) -> None:
        self.job = ref(job)
        self.next_look = 0.0
        self.is_over = False
        self.let_go = Event()


class Poller:
    """The thread, and its jobs. Any thread may add and remove them."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._entries: list[_Entry] = []
        self._thread: Thread | None = None

    def add(self, job: Job) -> None:
        """Look for *job* from now on, the first time at once."""
        with self._changed:
            self._entries.append(_Entry(job))
            self._changed.notify()
            if self._thread is None:
                # A service that forgets to close must be able to end; before the interpreter goes it is
                # stopped.
                self._thread = Thread(target=self._run, name="docsync-poll", daemon=True)
                self._thread.start()

    def remove(self, job: Job, *, waits: bool = True) -> None:
        """Look for it no longer. If it *waits*, it was let go then, which a look under way may put off."""
        with self._changed:
            mine = [entry for entry in self._entries if entry.job() is job]
            for entry in mine:
                entry.is_over = True
            self._changed.notify()
        for entry in mine if waits else ():
            entry.let_go.wait(_STOP_SECONDS)

    def stop(self) -> None:
        """Let all jobs go and end the thread."""
        with self._changed:
            thread = self._thread
            for entry in self._entries:
                entry.is_over = True
            self._changed.notify()
        if thread is not None:
            thread.join(_STOP_SECONDS)

    def jobs(self) -> list[Job]:
        """Those that are still wanted."""
        return [job for entry in self._entries if (job := entry.job()) is not None]

    def _run(self) -> None:
        while True:
            with self._changed:
                over = [entry for entry in self._entries if entry.is_over or entry.job() is None]
                self._entries = [entry for entry in self._entries if entry not in over]
                due = [*self._entries]
                if not due:
                    self._thread = None
            for entry in over:
                if (job := entry.job()) is not None:
                    job.let_go()
                    del job
                entry.let_go.set()
            if not due:
                return
            self._look(due)

    def _look(self, entries: list[_Entry]) -> None:
        now = time.monotonic()
        for entry in entries:
            if now >= entry.next_look and (job := entry.job()) is not None:
                entry.next_look = job.look(now)
                del job  # held no longer than it takes: nobody else may have it
        with self._changed:
            if self._entries == entries and not any(entry.is_over for entry in entries):
                seconds = min(entry.next_look for entry in entries) - time.monotonic()
                self._changed.wait(max(0.0, min(seconds, _MAX_WAIT_SECONDS)))


POLLER = Poller()
"""That of this process."""


def _begin_anew() -> None:
    """In the child of a fork: no thread came along, and the lock may be one that somebody held."""
    jobs = POLLER.jobs()
    POLLER.__init__()  # type: ignore[misc]  # as a new one, under the name that others imported
    for job in jobs:
        job.forget_parent()


os.register_at_fork(after_in_child=_begin_anew)
atexit.register(POLLER.stop)
