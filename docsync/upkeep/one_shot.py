"""One sync from beginning to end, without staying: all grace periods have ended when it returns."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from docsync.change import ApplyResult
from docsync.clock import SYSTEM, Clock
from docsync.model import Timing
from docsync.names import EVERYTHING
from docsync.status import CommandResult, Repair
from docsync.store.connection import open_memory, open_reader_connection
from docsync.sync.batch.batch_context import Progress
from docsync.sync.setup import Settings, build_engine
from docsync.upkeep.convergence import Convergence
from docsync.upkeep.upkeep import OnRepair, open_checked


def ignore_repair(how: Repair, reason: str) -> None:
    """Repair observer that does nothing."""


def sync_once(
    settings: Settings, database: Path, progress: Progress | None = None, on_repair: OnRepair = ignore_repair
) -> CommandResult:
    """Make *database* equal to the files; damage is mended first, see *on_repair*. The caller holds the lock.

    Every file is read, whatever its stamp says. Raises StoreUnavailable, NoDatabase.
    """
    with _open(settings, database, on_repair) as job:
        job.settle(progress, asked=frozenset({EVERYTHING}))
        return job.summarize()


def release_once(
    settings: Settings, database: Path, type_: str | None, progress: Progress | None = None
) -> CommandResult:
    """Sync *database* once, then delete the held documents of *type_*, or of all types.

    The caller holds the lock. Raises StoreUnavailable, NoDatabase.
    """
    with _open(settings, database, ignore_repair) as job:
        job.settle(progress)
        job.deleted.update(job.engine.release(type_).deleted)
        return job.summarize()


def rebuild_once(
    settings: Settings, database: Path, progress: Progress | None, on_repair: OnRepair
) -> CommandResult:
    """Build *database* afresh and sync it once. The caller holds the lock.

    Raises StoreUnavailable, NoDatabase.
    """
    with open_checked(settings, database, on_repair) as upkeep:
        upkeep.rebuild("asked for")
        job = Convergence(upkeep.engine, settings.git)
        job.settle(progress)
        upkeep.accept()
        return job.summarize()


@contextmanager
def _open(settings: Settings, database: Path, on_repair: OnRepair) -> Iterator[Convergence]:
    with open_checked(settings, database, on_repair) as upkeep:
        yield Convergence(upkeep.engine, settings.git)
        upkeep.accept()


def preview(settings: Settings, database: Path) -> ApplyResult:
    """What a sync would do to *database*, without doing it: it is tried on a copy.

    There are no grace periods, for a plan is about now. Deletions that would be held count as held.
    """
    with open_memory() as copy:
        if database.exists():
            with (
                open_reader_connection(database) as connection,
                copy.backup("main", connection, "main") as backup,
            ):
                backup.step(-1)
        at_once = replace(settings, timing=Timing(0, 0, 0))
        now_ns = SYSTEM.monotonic_ns()
        return build_engine(at_once, copy, Clock(lambda: now_ns)).preview(now_ns)
