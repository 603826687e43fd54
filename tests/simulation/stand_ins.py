"""What a daemon has around it and a history does not: a log, the care for damage, and an inbox that says when it is emptied."""

from collections.abc import Callable

from docsync.errors import Damaged
from docsync.policy.coalesce import Batch
from docsync.sync.batch.batch_context import Progress
from docsync.sync.batch.engine import Engine
from docsync.sync.thread.inbox import Inbox
from tests.simulation.observer import Violation


class Silence:
    """A log that keeps nothing."""

    def debug(self, event: str, **values: object) -> None: ...
    def info(self, event: str, **values: object) -> None: ...
    def warning(self, event: str, **values: object) -> None: ...
    def error(self, event: str, **values: object) -> None: ...


class WatchedInbox(Inbox):
    """An inbox that says when a batch is taken from it."""

    taking: Callable[[], None]

    def take(self, now_ns: int, *, everything: bool) -> Batch:
        self.taking()
        return super().take(now_ns, everything=everything)


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
