"""The queue of hints and requests for the sync thread. Thread-safe; no method but `wait` blocks."""

from collections.abc import Iterable
from threading import Condition
from types import TracebackType
from typing import Protocol

from docsync.clock import Clock
from docsync.errors import StoreReason, StoreUnavailable
from docsync.model import Sign
from docsync.policy.batch import Batch, DirtyPath
from docsync.policy.coalesce import Coalescer
from docsync.sync.delivery import Delivery, Failure
from docsync.sync.thread.request import Request


class Bell(Protocol):
    """The lock of an inbox, on which one thread waits until another one notifies it: a Condition."""

    def __enter__(self) -> object: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> object: ...
    def wait(self, timeout: float) -> object: ...
    def notify(self) -> None: ...


class Inbox:
    """The coalescer behind a lock, a queue of requests, and the bell that wakes the sync thread.

    `clock` is the one that its waits go by; the loop that waits here has the same.
    """

    def __init__(self, coalescer: Coalescer, clock: Clock, bell: Bell | None = None) -> None:
        self._coalescer = coalescer
        self.clock = clock
        self._bell: Bell = bell or Condition()
        self._requests: list[Request] = []
        self._deliveries: list[Delivery | Failure] = []
        self._sleeps_until_ns = 0
        self._closed = False

    # From any thread

    def hint(self, path: str, sign: Sign) -> None:
        """Look at *path* soon: never raises, wakes the sync thread only if that is needed."""
        with self._bell:
            self._coalescer.mark(path, sign, self.clock.monotonic_ns())
            if self._coalescer.due_ns(path) < self._sleeps_until_ns:
                self._bell.notify()

    def ask(self, request: Request) -> None:
        """Queue *request* for the sync thread. Raises StoreUnavailable when that is coming to an end."""
        with self._bell:
            if self._closed:
                raise StoreUnavailable(StoreReason.STOPPING, "docsync is stopping")
            self._requests.append(request)
            self._bell.notify()

    def deliver(self, result: Delivery | Failure) -> None:
        """Hand over what a walk found."""
        with self._bell:
            self._deliveries.append(result)
            self._bell.notify()

    def close(self) -> None:
        """Tell the sync thread to come to an end."""
        with self._bell:
            self._closed = True
            self._bell.notify()

    @property
    def closed(self) -> bool:
        """True once `close` was called."""
        return self._closed

    def is_pressed(self, within_ns: int) -> bool:
        """True when something waits for the sync thread that is due *within_ns*."""
        with self._bell:
            due_ns = self._coalescer.next_due_ns()
            is_due = due_ns is not None and due_ns <= self.clock.monotonic_ns() + within_ns
            return is_due or bool(self._requests or self._deliveries)

    def __len__(self) -> int:
        with self._bell:
            return len(self._coalescer)

    # From the sync thread

    def wait(self, until_ns: int, *, for_paths: bool = True) -> None:
        """Sleep until a path is due, a request or a delivery waits, it is closed, or it is *until_ns*.

        With for_paths=False paths may wait: the database refused the last batch.
        """
        with self._bell:
            while not self._closed and not self._requests and not self._deliveries:
                due_ns = self._coalescer.next_due_ns() if for_paths else None
                wake_ns = until_ns if due_ns is None else min(due_ns, until_ns)
                left_ns = wake_ns - self.clock.monotonic_ns()
                if left_ns <= 0:
                    break
                self._sleeps_until_ns = wake_ns if for_paths else 0
                self._bell.wait(left_ns / 1e9)
            self._sleeps_until_ns = 0

    def requests(self) -> list[Request]:
        """The requests that came in since the last call."""
        with self._bell:
            waiting, self._requests = self._requests, []
            return waiting

    def deliveries(self) -> list[Delivery | Failure]:
        """What walks found since the last call."""
        with self._bell:
            waiting, self._deliveries = self._deliveries, []
            return waiting

    def next_due_ns(self) -> int | None:
        """When the first path is due, None when nothing is dirty."""
        with self._bell:
            return self._coalescer.next_due_ns()

    def take(
        self, now_ns: int, most: int | None = None, wanted: Iterable[str] = (), *, everything: bool
    ) -> Batch:
        """The paths that are due; with *everything* also those that are not, but for files still open.

        With *most* about so many, the *wanted* ones among them; the others are the backlog.
        """
        with self._bell:
            take = self._coalescer.take_all if everything else self._coalescer.take
            return take(now_ns, most, wanted)

    @property
    def has_backlog(self) -> bool:
        """True while paths are due that a `take` has left."""
        with self._bell:
            return self._coalescer.has_backlog

    def list_open(self, now_ns: int) -> dict[str, DirtyPath]:
        """The paths that `take` leaves behind although everything is asked for: their files may be open."""
        with self._bell:
            return self._coalescer.list_open(now_ns)

    def mark_closed(self, path: str, dirty: DirtyPath) -> None:
        """The file of *path* was found closed after the hint *dirty*."""
        with self._bell:
            self._coalescer.mark_closed(path, dirty)

    def dirty(self) -> frozenset[str]:
        """The paths that wait to be looked at."""
        with self._bell:
            return self._coalescer.paths()

    def put_back(self, batch: Batch, not_before_ns: int) -> None:
        """The batch could not be applied: its paths are dirty again."""
        with self._bell:
            self._coalescer.put_back(batch, not_before_ns)

    def look_again(self, path: str, now_ns: int, not_before_ns: int) -> None:
        """*path* could not be judged at *now_ns*; it is due again at *not_before_ns*."""
        with self._bell:
            self._coalescer.look_again(path, now_ns, not_before_ns)

    def defer(self, path: str, now_ns: int, since_ns: int) -> None:
        """There was no room for *path*, in a folder that was hinted at *since_ns*."""
        with self._bell:
            self._coalescer.defer(path, now_ns, since_ns)

    def mark_applied(self, paths: list[str]) -> None:
        """New content of *paths* is in the database by now."""
        with self._bell:
            now_ns = self.clock.monotonic_ns()
            for path in paths:
                self._coalescer.mark_applied(path, now_ns)

    def last_own_hint_ns(self, path: str) -> int | None:
        """When *path* itself was last hinted at, None if not lately."""
        with self._bell:
            return self._coalescer.last_own_hint_ns(path)

    def last_hint_ns(self, path: str) -> int | None:
        """When *path* or a folder above it was last hinted at, None if not lately."""
        with self._bell:
            return self._coalescer.last_hint_ns(path)
