"""What a daemon has around it and a history does not: a log, the care for damage, and an inbox that says when it is emptied."""

from collections.abc import Callable, Iterable
from types import TracebackType

from docsync.errors import Damaged
from docsync.policy.batch import Batch
from docsync.policy.slice_size import SliceSize
from docsync.sync.batch.batch_context import Progress
from docsync.sync.batch.engine import Engine
from docsync.sync.thread.inbox import Inbox
from tests.simulation.clock import MS
from tests.simulation.observer import Violation
from tests.simulation.step import Step


class Silence:
    """A log that keeps nothing."""

    def debug(self, event: str, **values: object) -> None: ...
    def info(self, event: str, **values: object) -> None: ...
    def warning(self, event: str, **values: object) -> None: ...
    def error(self, event: str, **values: object) -> None: ...


class NoLock:
    """A lock in a program of one thread."""

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class WatchedInbox(Inbox):
    """An inbox that says when a batch is taken, if some of it was left by the one before; and when some is left."""

    taking: Callable[[bool], None]
    slicing: Callable[[], None]

    def wait(self, until_ns: int, *, for_paths: bool = True) -> None:
        super().wait(until_ns, for_paths=for_paths)
        if self.has_backlog:
            self.slicing()

    def take(
        self, now_ns: int, most: int | None = None, wanted: Iterable[str] = (), *, everything: bool
    ) -> Batch:
        self.taking(self.has_backlog)
        return super().take(now_ns, most, wanted, everything=everything)


class FixedSlices(SliceSize):
    """As many paths as a history says, whatever they cost; each batch of them takes `lasts_ns`."""

    lasts_ns = 0

    def follow(self, step: Step) -> None:
        """From now on it is as *step* says."""
        self.paths, self.lasts_ns = step.number, int(step.late_ms * MS)

    def mark(self, count: int, work: float, commit: float) -> None: ...


class NoUpkeep:
    """A database that nobody damages."""

    def check(self) -> None: ...

    def accept(self) -> None: ...

    def doubt(self) -> None: ...

    def tick(self, now_ns: int) -> int:
        return now_ns + 10**15

    def repair(self, error: Damaged, progress: Progress | None = None) -> Engine:
        raise Violation(f"taken for damaged: {error}")

    def rebuild(self, reason: str, progress: Progress | None = None) -> Engine:
        raise Violation(f"built afresh: {reason}")
