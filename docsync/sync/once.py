"""One sync from beginning to end, without staying: every bad news is decided before it returns."""

import time
from pathlib import Path

from docsync.coalesce import Batch, Dirty
from docsync.commands import Done
from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.plan import Applied
from docsync.store.database import open_memory, open_writer
from docsync.sync.engine import Engine, Progress
from docsync.sync.setup import Settings, build_engine


def sync_once(settings: Settings, database: Path, progress: Progress | None = None, *, release: bool = False) -> Done:
    """Make *database* equal to the files; with *release*, delete what the guard held back as well.

    The caller holds the lock. Raises StoreUnavailable, NoDatabase.
    """
    begun = time.monotonic()
    with open_writer(database) as connection:
        engine = build_engine(settings, connection)
        upserted, deleted = settle(engine, progress)
        if release:
            deleted |= set(engine.release(None).deleted)
        now = engine.standing([EVERYTHING])
    seconds = round(time.monotonic() - begun, 6)
    return Done(now.epoch, now.revision, seconds, tuple(sorted(upserted)), tuple(sorted(deleted)), now.broken, now.held)


def settle(engine: Engine, progress: Progress | None = None) -> tuple[set[str], set[str]]:
    """Sync everything, and go on until nothing is in doubt; returns the paths that were upserted and deleted."""
    upserted: set[str] = set()
    deleted: set[str] = set()
    again = {EVERYTHING: 0}
    while again or engine.undecided():
        now_ns = time.monotonic_ns()
        batch = Batch({path: Dirty(now_ns, now_ns, Sign.FOLDER) for path, at_ns in again.items() if at_ns <= now_ns})
        report = engine.sync(batch, now_ns, lambda _: None, progress)
        upserted.update(report.applied.upserted)
        deleted.update(report.applied.deleted)
        again = {
            path: at_ns
            for path, at_ns in (again | dict(report.again)).items()
            if path not in batch.dirty or path in report.again
        }
        times = [*again.values(), *filter(None, [engine.next_due_ns()])]
        if times:
            time.sleep(max(0, min(times) - time.monotonic_ns()) / 1e9)
    return upserted, deleted


def preview(settings: Settings, database: Path) -> Applied:
    """What a sync would do to *database*, without doing it. Deletions that would be held count as held."""
    opened = open_writer(database) if database.exists() else open_memory()
    with opened as connection:
        return build_engine(settings, connection).preview(time.monotonic_ns())
