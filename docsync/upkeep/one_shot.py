"""One sync from beginning to end, without staying: all grace periods have ended when it returns."""

from dataclasses import replace
from pathlib import Path

from docsync.change import ApplyResult
from docsync.clock import SYSTEM, Clock
from docsync.errors import Damaged
from docsync.model import Timing
from docsync.names import EVERYTHING
from docsync.status import CommandResult, Repair
from docsync.store.connection import open_memory, open_reader_connection
from docsync.sync.batch.batch_context import Progress
from docsync.sync.setup import Settings, build_engine
from docsync.upkeep.convergence import Convergence
from docsync.upkeep.upkeep import DatabaseUpkeep, OnRepair, open_checked

_MAX_REPAIRS = 3


def ignore_repair(how: Repair, reason: str) -> None:
    """Repair observer that does nothing."""


def sync_once(
    settings: Settings, database: Path, progress: Progress | None = None, on_repair: OnRepair = ignore_repair
) -> CommandResult:
    """Make *database* equal to the files; damage is mended, see *on_repair*. The caller holds the lock.

    Every file is read, whatever its stamp says, and every row and page of the database looked at beside that.
    Raises StoreUnavailable, NoDatabase.
    """
    with open_checked(settings, database, on_repair) as upkeep:
        job = _settle(upkeep, settings, progress, asked=frozenset({EVERYTHING}))
        upkeep.accept()
        return job.summarize()


def release_once(
    settings: Settings, database: Path, type_: str | None, progress: Progress | None = None
) -> CommandResult:
    """Sync *database* once, then delete the held documents of *type_*, or of all types.

    The caller holds the lock. Raises StoreUnavailable, NoDatabase.
    """
    with open_checked(settings, database, ignore_repair) as upkeep:
        job = _settle(upkeep, settings, progress)
        job.deleted.update(job.engine.release(type_).deleted)
        upkeep.accept()
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


def _settle(
    upkeep: DatabaseUpkeep,
    settings: Settings,
    progress: Progress | None,
    asked: frozenset[str] = frozenset(),
) -> Convergence:
    """Sync until nothing is undecided, and look for damage meanwhile; what is found is mended first.

    SQLite looks at its pages beside the reading of files; the rows, for which Python is needed, come after it.
    """
    job = Convergence(upkeep.engine, settings.git)
    upkeep.inspector.is_busy = lambda: True
    upkeep.inspector.begin()
    for left in reversed(range(_MAX_REPAIRS + 1)):  # pragma: no branch - the last try ends it
        try:
            job.settle(progress, asked=asked)
            upkeep.inspector.is_busy = None
            upkeep.inspector.finish()
        except Damaged as error:
            if not left:
                raise
            job.engine = upkeep.repair(error, progress)
        else:
            break
    return job


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
