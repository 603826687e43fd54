"""One sync from beginning to end, without staying: every bad news is decided before it returns."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from docsync.coalesce import Batch, Dirty
from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.plan import Applied
from docsync.status import Done
from docsync.store.database import open_memory, open_writer
from docsync.sync.engine import Engine, Progress
from docsync.sync.setup import Settings, build_engine


def sync_once(settings: Settings, database: Path, progress: Progress | None = None) -> Done:
    """Make *database* equal to the files. The caller holds the lock. Raises StoreUnavailable, NoDatabase."""
    with _open(settings, database) as job:
        job.settle(progress)
        return job.done()


def release_once(settings: Settings, database: Path, type_: str | None, progress: Progress | None = None) -> Done:
    """The same, and then delete what the guard holds, of one collection or of all."""
    with _open(settings, database) as job:
        job.settle(progress)
        job.deleted.update(job.engine.release(type_).deleted)
        return job.done()


@contextmanager
def _open(settings: Settings, database: Path) -> Iterator["Job"]:
    with open_writer(database) as connection:
        yield Job(build_engine(settings, connection))


class Job:
    """An engine that works until nothing is in doubt, and what it did: paths that were upserted and deleted."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.upserted: set[str] = set()
        self.deleted: set[str] = set()
        self._begun = time.monotonic()

    def settle(self, progress: Progress | None = None) -> None:
        """Sync everything, and go on until every bad news is decided."""
        again = {EVERYTHING: 0}
        while again or self.engine.undecided():
            again = self._step(again, progress)
            times = [*again.values(), *filter(None, [self.engine.next_due_ns()])]
            if times:
                time.sleep(max(0, min(times) - time.monotonic_ns()) / 1e9)

    def _step(self, again: Mapping[str, int], progress: Progress | None) -> dict[str, int]:
        """One batch of what is due; returns what is to be looked at again, and when."""
        now_ns = time.monotonic_ns()
        due = {path for path, at_ns in again.items() if at_ns <= now_ns}
        batch = Batch({path: Dirty(now_ns, now_ns, Sign.FOLDER) for path in due})
        report = self.engine.sync(batch, now_ns, lambda _: None, progress)
        self.upserted.update(report.applied.upserted)
        self.deleted.update(report.applied.deleted)
        return {path: at_ns for path, at_ns in again.items() if path not in due} | dict(report.again)

    def done(self) -> Done:
        """What was done, and where the database stands."""
        now = self.engine.standing([EVERYTHING])
        seconds = round(time.monotonic() - self._begun, 6)
        did = (tuple(sorted(self.upserted)), tuple(sorted(self.deleted)))
        return Done(now.epoch, now.revision, seconds, *did, now.broken, now.held)


def preview(settings: Settings, database: Path) -> Applied:
    """What a sync would do to *database*, without doing it. Deletions that would be held count as held."""
    opened = open_writer(database) if database.exists() else open_memory()
    with opened as connection:
        return build_engine(settings, connection).preview(time.monotonic_ns())
