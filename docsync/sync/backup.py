"""Makes backups of a database and puts them back, brought up to date with the files. Never takes a damaged one."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import apsw

from docsync.errors import NoDatabase, StoreUnavailable
from docsync.status import Done
from docsync.store.copy import copy_out
from docsync.store.damage import find
from docsync.store.database import (
    APPLICATION_ID,
    DAMAGED,
    SCHEMA_VERSION,
    open_reader_connection,
    open_writer,
    writing,
)
from docsync.store.life import renew, wal_of
from docsync.sync.engine import Progress
from docsync.sync.job import Job
from docsync.sync.recovery import FRESH, Told, open_sound
from docsync.sync.setup import Settings, build_engine


@dataclass(frozen=True, slots=True)
class Backup:
    """The state that a backup holds, and its size in bytes."""

    epoch: str
    revision: int
    documents: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore came to: how many documents of each type the backup held, and what the files changed of that.

    `kept` is where the database is that was replaced, None where there was none.
    """

    documents: Mapping[str, int]
    done: Done
    kept: Path | None


def back_up(database: Path, place: Path) -> Backup:
    """Make *place* a backup of *database*, which a daemon may be writing; what was there stays until it is whole.

    Raises NoDatabase where there is no sound database, StoreUnavailable where no backup can be written.
    """
    with open_reader_connection(database) as connection:
        return keep(connection, place)


def keep(connection: apsw.Connection, place: Path) -> Backup:
    """The same for what is behind *connection*."""
    draft = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        copy_out(connection, draft)
        with open_reader_connection(draft) as copy:
            if damage := find(copy):
                broken = f"{connection.filename}: damaged ({damage.reason})"
                raise NoDatabase(f"{broken}; mend it with 'docsync sync', then try again")
            made = _described(copy, draft)
        with _disk(f"{place}: cannot be written"):
            _persist(draft)
            draft.replace(place)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return made


def is_backup(path: Path) -> bool:
    """True for a database of docsync's, by its header; sound or not."""
    with suppress(NoDatabase, StoreUnavailable):
        _demand(path, path)
        return True
    return False


def restore_once(
    settings: Settings, database: Path, backup: Path, told: Told, progress: Progress | None = None
) -> Restored:
    """Put *backup* in the place of *database*, in one step and under a new epoch, once it is equal to the files.

    What was there is kept beside it (see `before`). The caller holds the lock. Raises NoDatabase, StoreUnavailable.
    """
    was_there = database.exists()
    with open_sound(settings, database, told) as upkeep, _taken(backup, database.parent) as source:
        held = dict(source.execute("SELECT type, count(*) FROM documents GROUP BY type"))
        job = Job(build_engine(settings, source), settings.git)
        job.settle(progress)
        if was_there:
            for left_behind in database.parent.glob(f".{before(database).name}.*.tmp"):  # by one that was killed
                left_behind.unlink()
            keep(upkeep.connection, before(database))
        upkeep.replace(source)
        return Restored(held, job.done(), before(database) if was_there else None)


def before(database: Path) -> Path:
    """Where the database is kept that the last restore replaced: a backup like any other."""
    return database.with_name(f"{database.name}.before-restore")


@contextmanager
def _taken(backup: Path, beside: Path) -> Iterator[apsw.Connection]:
    """A writable copy of *backup*, with an epoch of its own."""
    with ExitStack() as stack:
        with _disk(f"{backup}: cannot be copied"):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=FRESH, dir=beside))
            copy = Path(folder) / "restored.db"
            shutil.copyfile(backup, copy)
            with suppress(FileNotFoundError):  # a database that was copied by hand has its last commits there
                shutil.copyfile(wal_of(backup), wal_of(copy))
        _demand(copy, backup)
        yield stack.enter_context(_opened(copy, backup))


@contextmanager
def _opened(copy: Path, backup: Path) -> Iterator[apsw.Connection]:
    """The sound database *copy*, to be filled; raises NoDatabase for a damaged one."""
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(open_writer(copy))
            damage = find(connection)
        except StoreUnavailable as error:
            if error.reason != DAMAGED:
                raise
            raise NoDatabase(_damaged(backup, str(error))) from error
        if damage:
            raise NoDatabase(_damaged(backup, damage.reason))
        with writing():
            renew(connection, copy)
            connection.pragma("synchronous", "OFF")
        yield connection


@contextmanager
def _disk(what: str) -> Iterator[None]:
    """Turns what the disk refuses into StoreUnavailable, which begins with *what*."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable("io_error", f"{what} ({error.strerror or error})") from error


def _damaged(backup: Path, reason: str) -> str:
    return f"{backup}: damaged ({reason}); nothing was changed"


def _demand(path: Path, named: Path) -> None:
    """See that *path*, which people know as *named*, is a database that this docsync can take.

    Raises NoDatabase, StoreUnavailable.
    """
    uri = path.absolute().as_uri() + "?mode=ro"
    with writing():
        connection = apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
        try:
            found, version = connection.pragma("application_id"), connection.pragma("user_version")
        except (apsw.NotADBError, apsw.CorruptError) as error:
            raise NoDatabase(f"{named}: no backup of docsync's ({error})") from error
        finally:
            connection.close(True)  # noqa: FBT003  # apsw takes it by position only
    if found != APPLICATION_ID:
        raise NoDatabase(f"{named}: no backup of docsync's (application_id {found})")
    if version > SCHEMA_VERSION:
        raise NoDatabase(f"{named}: made by a newer docsync (tables {version}, this one knows {SCHEMA_VERSION})")


def _described(copy: apsw.Connection, path: Path) -> Backup:
    state = dict(copy.execute("SELECT key, value FROM sync_state WHERE key IN ('epoch', 'revision')"))
    documents = int(copy.execute("SELECT count(*) FROM documents").get)
    return Backup(str(state["epoch"]), int(state["revision"]), documents, path.stat().st_size)


def _persist(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
