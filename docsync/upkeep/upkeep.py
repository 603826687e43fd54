"""Keeps the database sound: finds damage beside the work and when SQLite reports it, and repairs it.

Belongs to the thread that syncs. Never invents a row: what is damaged comes back from the files, or is gone.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import apsw

from docsync.clock import SYSTEM, Clock, iso
from docsync.errors import Damaged
from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.policy.batch import Batch, DirtyPath
from docsync.status import Repair
from docsync.store.checkpoint import Checkpoint
from docsync.store.connection import open_writer, reading, writing
from docsync.store.damage import Damage, find, find_at_once, identity
from docsync.store.examination import Examination, examine
from docsync.store.file_rows import list_read_paths
from docsync.store.life import LifeNotes, Provenance
from docsync.store.log_index import LogIndex
from docsync.store.repair import (
    forget,
    open_damaged,
    read_kept,
    redate,
    redate_equal,
    restore,
    salvage,
    spend,
)
from docsync.store.replacement import finish, overwrite, prepare, start_over
from docsync.store.state import read_revision
from docsync.store.transaction import transaction
from docsync.sync.batch.batch_context import Progress
from docsync.sync.batch.engine import Engine
from docsync.sync.setup import Settings, build_engine
from docsync.upkeep.fresh import build_fresh, clear
from docsync.upkeep.inspector import Inspector
from docsync.upkeep.interference import Interference
from docsync.upkeep.sharing import Sharing

OnRepair = Callable[[Repair, str], object]
"""Callback after a repair: what was done, and what the damage was."""


class DatabaseUpkeep:
    """A sound database with its engine: `engine` is the one to use, until a repair makes another one."""

    engine: Engine

    def __init__(
        self, settings: Settings, database: Path, on_repair: OnRepair, clock: Clock = SYSTEM
    ) -> None:
        self._clock = clock
        self._database = database
        self._on_repair = on_repair
        self.sharing = Sharing(settings, database)
        self._settings = replace(settings.freeze_rules(), audience=self.sharing.audience)
        self._stack = ExitStack()
        self._index = LogIndex(database)
        self._notes = LifeNotes(database)
        self._examination = Examination(Provenance.NEW)
        self._connection: apsw.Connection | None = None
        self.inspector = Inspector(database, clock)
        self._unexplained_failures = 0
        self._progress: Progress | None = None

    def open(self) -> None:
        """Open the database. What is damaged and can be told at once is mended; for the rest the look is due.

        Raises NoDatabase, StoreUnavailable.
        """
        self._open(whole=False)

    def _open(self, *, whole: bool) -> bool:
        """Open the database; True if it had to be mended. With *whole* all is looked at, and waited for."""
        finish(self._database)
        found = self._examination = examine(self._database, self._settings.root, self._index)
        self.sharing.begin(is_strangers=found.is_shared, has_arrived=found.has_arrived)
        if found.obstacle:
            self._start_over(found.obstacle)
            return True
        try:
            self._connection = self._stack.enter_context(open_writer(self._database))
        except Damaged as error:
            self._start_over(str(error))
            return True
        damage = find_at_once(self._connection)
        if damage or whole:
            damage = find(self._connection) or damage
        if damage is None:
            self._use(self._connection)
            if not whole and found.origin is not Provenance.NEW:
                self.inspector.mark_opened()
        elif self._repair_in_place(damage):
            self._on_repair(Repair.IN_PLACE, damage.reason)
        else:
            self.rebuild(damage.reason)
        return damage is not None

    @property
    def connection(self) -> apsw.Connection:
        """The one that writes."""
        assert self._connection is not None
        return self._connection

    def close(self) -> None:
        """Close the database, and end the look that may run."""
        self.inspector.close()
        self._close()
        self._index.close()

    def _close(self) -> None:
        self._stack.close()
        self._connection = None

    def check(self) -> None:
        """Look whether damage was found, and whether only docsync writes; else all is looked at soon.

        Raises Damaged, for `repair`.
        """
        self.inspector.conclude()
        if self._interference.look():
            self.doubt()

    def doubt(self) -> None:
        """Look at all of the database soon, at most once in 10 s."""
        self.inspector.doubt()

    def prove(self) -> None:
        """Look at all of the database now, and mend what is found. Raises StoreUnavailable."""
        self.inspector.begin()
        try:
            self.inspector.finish()
        except Damaged as error:
            self.repair(error)

    def accept(self) -> None:
        """After a batch: once the first scan is over, it is decided who may read the database."""
        if self.engine.scanned:
            self.sharing.decide(lambda: list_read_paths(self.connection))

    def tick(self, now_ns: int) -> int:
        """What is to be done between batches; returns when to be called next.

        Raises Damaged, which `repair` repairs, and StoreUnavailable.
        """
        self._unexplained_failures = 0
        self._mark_revision()
        inspect_ns, checkpoint_ns = self.inspector.tick(now_ns), self._checkpoint.tick(now_ns)
        return inspect_ns if checkpoint_ns is None else min(inspect_ns, checkpoint_ns)

    def repair(self, error: Damaged, progress: Progress | None = None) -> Engine:
        """Find and repair damage; returns the engine to use from now on. Raises StoreUnavailable.

        *progress* is called for every file that is read; what it raises leaves the damage for the next call.
        An error without damage to be found is ignored once; the second time everything is rebuilt, and the
        third time it is a bug, and raised.
        """
        self._progress = progress
        self.inspector.cancel()
        found = identity(self._database)
        if self._connection is not None and found != (known := self._interference.identity):
            self.sharing.begin(is_strangers=found[0] != known[0])
            self._start_over(str(error))
            return self.engine
        # Reopened: an interrupted statement may still be open, which blocks REINDEX and a backup.
        self._close()
        if self._open(whole=True):
            return self.engine
        self._unexplained_failures += 1
        if self._unexplained_failures == 2:
            self.rebuild(str(error))
        elif self._unexplained_failures > 2:
            raise error.__cause__ or error
        return self.engine

    def rebuild(self, reason: str, progress: Progress | None = None) -> Engine:
        """Build everything afresh from the files, and put it in place in one step: there is a new epoch.

        Returns the engine to use from now on. Raises StoreUnavailable.
        """
        self._progress = progress or self._progress
        self.inspector.cancel()
        try:
            with self._build_replacement() as source:
                self.replace(source)
        except Damaged:
            self._start_over(reason)
        else:
            self._on_repair(Repair.AFRESH, reason)
        return self.engine

    def replace(self, source: apsw.Connection) -> None:
        """Put what *source* holds in the place of everything, in one step. Raises StoreUnavailable."""
        overwrite(self.connection, source)
        self._use(self.connection)

    def _use(self, connection: apsw.Connection) -> None:
        self.sharing.settle()
        self.engine = build_engine(self._settings, connection, self._clock)
        self._checkpoint = Checkpoint(connection, self._clock.monotonic_ns)
        self._interference = Interference(self._database, connection, self._index)
        self._examination = Examination(Provenance.OWN)
        self._marked_revision = 0
        self.inspector.mark_whole()

    def _mark_revision(self) -> None:
        """Let the next start know how far it got, should it find an older state there."""
        with reading():
            revision = read_revision(self.connection)
        if revision != self._marked_revision:
            self._notes.mark_revision(revision)
            self._marked_revision = revision

    def _repair_in_place(self, damage: Damage) -> bool:
        """Read again what is damaged, in one transaction, and look whether that was all. True if it was."""
        connection = self.connection
        try:
            with writing(), transaction(connection):
                self._use(connection)
                saved = list(read_kept(connection, damage.documents))
                revision = read_revision(connection) + 1
                lost = forget(connection, damage.documents)
                now_ns = self._clock.monotonic_ns()
                everything = Batch({EVERYTHING: DirtyPath(now_ns, now_ns, Sign.FOLDER)})
                self.engine.sync(everything, now_ns, lambda _: None, self._progress)
                redate(connection, saved)
                restore(connection, saved, revision)
                spend(connection, revision, lost, iso(self._clock.wall_ns()))
                if find(connection):
                    connection.execute("ROLLBACK")
                    return False
        except (Damaged, apsw.SQLError):  # the latter: what is right for our tables is wrong for these
            return False
        return True

    @contextmanager
    def _build_replacement(self) -> Iterator[apsw.Connection]:
        """A database made from the files, and from what was sound in the old one and is in no file now."""
        fresh = build_fresh(self._settings, self._database.parent, self._progress, self._clock)
        with fresh as path, open_writer(path) as source:
            with writing(), self._open_source(path.parent) as damaged:
                if damaged is not None:
                    self._keep(damaged, source)
            yield source

    def _open_source(self, folder: Path) -> AbstractContextManager[apsw.Connection | None]:
        known = self._connection
        return open_damaged(self._database, folder) if known is None else nullcontext(known)

    def _keep(self, damaged: apsw.Connection, source: apsw.Connection) -> None:
        """Keep in *source* what no file gives back; of a database from elsewhere only when it was first seen."""
        if self._examination.is_own:
            salvage(damaged, source)
        redate_equal(damaged, source, iso(self._clock.wall_ns()))

    def _start_over(self, reason: str) -> None:
        """Move aside what SQLite refuses, and put a new database there."""
        with self._build_replacement() as source:
            prepare(self._database, source, keep_access=self.sharing.believes_bits())
        self._close()
        start_over(self._database, iso(self._clock.wall_ns()).replace(":", ""))
        self._connection = self._stack.enter_context(open_writer(self._database))
        self._use(self._connection)
        self._on_repair(Repair.STARTED_OVER, reason)


@contextmanager
def open_checked(
    settings: Settings, database: Path, on_repair: OnRepair, clock: Clock = SYSTEM
) -> Iterator[DatabaseUpkeep]:
    """The database and its engine; the look for damage that does not show at once is due.

    The caller holds the lock.

    Raises NoDatabase, StoreUnavailable.
    """
    clear(database.parent)
    with open_upkeep(settings, database, on_repair, clock) as upkeep:
        yield upkeep


@contextmanager
def open_upkeep(
    settings: Settings, database: Path, on_repair: OnRepair, clock: Clock = SYSTEM
) -> Iterator[DatabaseUpkeep]:
    """Like `open_checked`, but keeps half-made databases in the folder: a restore is making one there."""
    upkeep = DatabaseUpkeep(settings, database, on_repair, clock)
    try:
        upkeep.open()
        yield upkeep
    finally:
        upkeep.close()
