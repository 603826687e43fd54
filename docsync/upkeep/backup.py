"""Makes and restores backups; a restored one is made equal to the files. Never takes a damaged one."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from glob import escape
from pathlib import Path

import apsw

from docsync.claim import is_zombie
from docsync.clock import SYSTEM, iso
from docsync.errors import Damaged, NoDatabase, StoreReason, StoreUnavailable
from docsync.permission import OWNER_ALONE, Access, access_of, grant, persist
from docsync.status import CommandResult
from docsync.store.connection import harden, open_reader_connection, open_writer, reading, writing
from docsync.store.copy import copy_out
from docsync.store.damage import find
from docsync.store.epoch import renew, wal_of
from docsync.store.examination import has_our_header
from docsync.store.migration import APPLICATION_ID, SCHEMA_VERSION
from docsync.store.project_note import demand_project
from docsync.store.replacement import install
from docsync.store.state import read_version
from docsync.sync.batch.batch_context import Progress
from docsync.sync.setup import Settings, build_engine
from docsync.upkeep.convergence import Convergence
from docsync.upkeep.fresh import FRESH, clear
from docsync.upkeep.upkeep import OnRepair, open_upkeep

# Suffixes of the files beside a database in use, or left by its last user.
_COMPANION_SUFFIXES = ("-wal", "-shm", "-journal", ".left", ".life", ".new")
# In the names of earlier databases that are kept.
_KEPT_MARKS = (".before-restore-", ".damaged-")
# What SQLite gives every database that docsync makes.
_PAGE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """The state that a backup holds, and its size in bytes."""

    epoch: str
    revision: int
    documents: int
    bytes: int


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """The result of a restore: how many documents of each type the backup held, and what syncing changed.

    `kept` is the path of the replaced database, None if there was none. `is_foreign`: no file of any document
    of the backup exists.
    """

    documents: Mapping[str, int]
    done: CommandResult
    kept: Path | None
    is_foreign: bool


def back_up(database: Path, place: Path, access: Access = OWNER_ALONE) -> BackupInfo:
    """Make *place* a backup of *database* that those of *access* may read, also while a daemon writes.

    A file there stays until it is whole.

    Raises NoDatabase where there is no sound database, StoreUnavailable where no backup can be written.
    """
    with open_reader_connection(database) as connection:
        return keep(connection, place, access)


def keep(connection: apsw.Connection, place: Path, access: Access = OWNER_ALONE) -> BackupInfo:
    """Write a checked backup of the database of *connection* to *place*, see `back_up`."""
    _clear_drafts(place)
    draft = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        with _prefix_errors(f"{place}: no backup can be written there"):
            copy_out(connection, draft)
        with open_reader_connection(draft) as copy:
            if damage := find(copy):
                broken = f"{connection.filename}: damaged ({damage.reason})"
                raise NoDatabase(f"{broken}; mend it with 'docsync sync', then try again")
            made = _read_backup(copy, draft)
        with _prefix_errors(f"{place}: no backup can be written there"):
            grant(draft, access)
            persist(draft)
            draft.replace(place)
            persist(place.parent)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return made


def _clear_drafts(place: Path) -> None:
    """Remove what was begun for *place* by processes that are no more."""
    for draft in place.parent.glob(f".{escape(place.name)}.*.tmp*"):
        number = draft.name.removeprefix(f".{place.name}.").partition(".")[0]
        if number.isdecimal() and not _runs(int(number)):
            with suppress(OSError):
                draft.unlink()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # a process of another user
        return True
    # One with our own number is an earlier one, as every first process of a container has it.
    return pid != os.getpid() and not is_zombie(pid)


def may_be_replaced(place: Path) -> bool:
    """True for no file, an empty file, or an unused database of docsync's, such as an older backup."""
    if place.name.endswith(_COMPANION_SUFFIXES) or any(mark in place.name for mark in _KEPT_MARKS):
        return False
    if any(place.with_name(place.name + suffix).exists() for suffix in _COMPANION_SUFFIXES):
        return False
    if not place.exists() or not place.stat().st_size:
        return True
    return has_our_header(place) is True


def restore_once(
    settings: Settings, database: Path, backup: Path, progress: Progress | None, on_repair: OnRepair
) -> RestoreResult:
    """Replace *database* by *backup* in one step, under a new epoch, once that is equal to the files.

    What was there is kept beside it, under a name of its own. The caller holds the lock. Raises NoDatabase,
    StoreUnavailable; then nothing was changed.
    """
    demand_project(database, settings.root)
    clear(database.parent)
    with _copy_backup(backup, database.parent) as source:
        held = dict(source.execute("SELECT type, count(*) FROM documents GROUP BY type"))
        paths = {path for (path,) in source.execute("SELECT file_path FROM documents")}
        job = Convergence(build_engine(settings, source), settings.git)
        job.settle(progress)
        is_foreign = bool(paths) and not any((settings.root / path).exists() for path in paths)
        kept: Path | None = None
        if database.exists():
            kept = _put(settings, database, source, on_repair)
        else:
            install(database, source, _stamp())
        return RestoreResult(held, job.summarize(), kept, is_foreign)


def _put(settings: Settings, database: Path, source: apsw.Connection, on_repair: OnRepair) -> Path:
    """Put *source* in the place of *database*; returns where that is kept."""
    with open_upkeep(settings, database, on_repair) as upkeep:
        upkeep.prove()
        draft, kept = Path(source.filename).with_name("kept.db"), _place_for(database)
        keep(upkeep.connection, draft, access_of(database) or OWNER_ALONE)
        with _prefix_errors(f"{kept}: cannot be made"):
            draft.rename(kept)
        try:
            upkeep.replace(source)
        except BaseException:
            kept.unlink()  # nothing was replaced
            raise
        return kept


def _place_for(database: Path) -> Path:
    """A new path for the replaced database.

    The name has a time stamp, as an earlier one may hold the only copy of something.
    """
    return database.with_name(f"{database.name}.before-restore-{_stamp()}")


def _stamp() -> str:
    return iso(SYSTEM.wall_ns()).replace(":", "").replace(".", "")


@contextmanager
def _copy_backup(backup: Path, parent: Path) -> Iterator[apsw.Connection]:
    """A writable copy of *backup*, with an epoch of its own."""
    with ExitStack() as stack:
        with _prefix_errors(f"{parent}: cannot be written"):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=FRESH, dir=parent))
        with _prefix_errors(f"{backup}: cannot be copied"):
            copy = Path(folder) / "restored.db"
            shutil.copyfile(backup, copy)
            if wal_of(backup).is_file():  # a database that was copied by hand has its last commits there
                shutil.copyfile(wal_of(backup), wal_of(copy))
        _demand(copy, backup)
        _let_fit(copy, backup)
        yield stack.enter_context(_open_copy(copy, backup))


def _let_fit(copy: Path, backup: Path) -> None:
    """Give *copy* the page size of docsync's databases.

    SQLite's backup into a database in use requires equal page sizes.
    """
    with writing():
        connection = apsw.Connection(str(copy))
        harden(connection)
        try:
            if connection.pragma("page_size") != _PAGE_BYTES:
                connection.pragma("journal_mode", "delete")
                connection.pragma("page_size", _PAGE_BYTES)
                connection.execute("VACUUM")
        except apsw.CorruptError as error:
            raise NoDatabase(_describe_damaged(backup, str(error))) from error
        finally:
            connection.close(True)  # noqa: FBT003  # apsw takes it by position only


@contextmanager
def _open_copy(copy: Path, backup: Path) -> Iterator[apsw.Connection]:
    """The sound database *copy*, to be filled; raises NoDatabase for a damaged one."""
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(open_writer(copy))
            damage = find(connection)
        except Damaged as error:
            raise NoDatabase(_describe_damaged(backup, str(error))) from error
        if damage:
            raise NoDatabase(_describe_damaged(backup, damage.reason))
        with writing():
            renew(connection)
            connection.pragma("synchronous", "OFF")
        yield connection


@contextmanager
def _prefix_errors(what: str) -> Iterator[None]:
    """Lets what the disk refuses begin with *what*. Raises StoreUnavailable."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(StoreReason.IO_ERROR, f"{what} ({error.strerror or error})") from error
    except Damaged as error:
        raise Damaged(f"{what} ({error.__cause__ or error})") from error
    except StoreUnavailable as error:
        why = "no space left" if error.reason is StoreReason.DISK_FULL else error.__cause__ or error
        raise StoreUnavailable(error.reason, f"{what} ({why})") from error


def _describe_damaged(backup: Path, reason: str) -> str:
    return f"{backup}: damaged ({reason}); nothing was changed"


def _demand(path: Path, named: Path) -> None:
    """Check that the copy *path* of the backup *named* is a database that this docsync can restore.

    Raises NoDatabase, StoreUnavailable.
    """
    uri = path.absolute().as_uri() + "?mode=ro"
    with writing():
        connection = apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
        harden(connection)
        try:
            found, version = connection.pragma("application_id"), connection.pragma("user_version")
        except apsw.NotADBError as error:
            raise NoDatabase(f"{named}: no backup of docsync's ({error})") from error
        except apsw.CorruptError as error:
            raise NoDatabase(_describe_damaged(named, str(error))) from error
        finally:
            connection.close(True)  # noqa: FBT003  # apsw takes it by position only
    if found != APPLICATION_ID:
        raise NoDatabase(f"{named}: no backup of docsync's (application_id {found})")
    if version > SCHEMA_VERSION:
        raise NoDatabase(
            f"{named}: made by a newer docsync (tables {version}, this one knows {SCHEMA_VERSION})"
        )


def _read_backup(copy: apsw.Connection, path: Path) -> BackupInfo:
    with reading():
        documents = int(copy.execute("SELECT count(*) FROM documents").get)
        return BackupInfo(*read_version(copy), documents, path.stat().st_size)
