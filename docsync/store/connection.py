"""Opens the database file, as writer or reader, and brings its tables up to date. Never reads or writes a
row.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from errno import EDQUOT, ENOSPC
from pathlib import Path

import apsw

from docsync.errors import Damaged, NoDatabase, StoreReason, StoreUnavailable
from docsync.permission import drop_lists, make_folder
from docsync.store.database_files import (
    companions,
    describe_missing_log,
    equalize_companions,
    is_empty,
    is_there,
    may_be_file,
)
from docsync.store.epoch import wal_of
from docsync.store.migration import APPLICATION_ID, check_version, migrate
from docsync.store.schema import has_own_schema, has_planted
from docsync.store.state import Mark, read_mark

_OUR_TABLES = frozenset({"documents", "files", "changes", "documents_fts", "sync_state"})
WRITER_BUSY_MS = 1_000
READER_BUSY_MS = 5_000
_NO_DATABASE = "no database there; start 'docsync run' or 'docsync sync' first"
_NOT_YOURS = (
    "permission denied; read it as its owner, or let that one set mode under [database] in docsync.toml"
)
_NOT_A_FILE = "is not a regular file; move it away, or set database.path to another place"
NOT_A_LINK = "is a symbolic link; remove it, or set database.path to the file itself"
_OTHER_TABLES = "its tables are not those that docsync makes; 'docsync sync' makes it anew from the files"
_JOURNAL_BYTES = 4 * 1024 * 1024


@contextmanager
def open_writer(path: Path) -> Iterator[apsw.Connection]:
    """The one writing connection, to a database that is created or migrated as needed.

    Raises NoDatabase when *path* is not a docsync database or was made by a newer docsync, StoreUnavailable
    when it
    cannot be opened now or is damaged.
    """
    from docsync.store.life import LifeNotes  # a reader, which must start fast, never comes here

    notes = LifeNotes(path)
    with ExitStack() as closed, ExitStack() as stack:
        with writing(), noting(path):
            make_folder(path.parent)
            demand_file(path)
            origin = notes.begin_or_judge()
            connection = stack.enter_context(closing(apsw.Connection(str(path))))
            harden(connection)
            connection.set_busy_timeout(WRITER_BUSY_MS)
            made = [file for file in companions(path) if not file.exists()]
            _keep_log(connection, keep=True)
            try:
                _claim(connection, path)
            except NoDatabase:
                notes.forget()  # beside a file of somebody else nothing of ours may lie
                _keep_log(connection, keep=False)
                raise
            _configure(connection)
            equalize_companions(path)
            migrate(connection, path)
            for file in made:  # SQLite lets them inherit access lists
                drop_lists(file)
            notes.settle(connection, origin)
            closed.callback(notes.mark_closed)
        yield connection


def demand_file(path: Path) -> None:
    """Raises StoreUnavailable where something else than a regular file is in the place of the database."""
    if path.is_symlink():
        raise StoreUnavailable(StoreReason.IO_ERROR, f"{path}: {NOT_A_LINK}")
    for file in (path, _journal_of(path)):
        if not may_be_file(file):
            raise StoreUnavailable(StoreReason.IO_ERROR, f"{file}: {_NOT_A_FILE}")


def _journal_of(path: Path) -> Path:
    """Where SQLite looks for a transaction that was cut off, whatever the database says: a pipe would be waited for."""
    return path.with_name(path.name + "-journal")


@contextmanager
def noting(path: Path) -> Iterator[None]:
    """Turns what the disk refuses beside the database at *path* into StoreUnavailable."""
    try:
        yield
    except OSError as error:
        reason = StoreReason.DISK_FULL if error.errno in (ENOSPC, EDQUOT) else StoreReason.IO_ERROR
        raise StoreUnavailable(reason, f"{path}: nothing can be written beside it ({error})") from error


@contextmanager
def open_memory() -> Iterator[apsw.Connection]:
    """A database with the same tables that lives in memory, for comparing and for answering without a file."""
    with closing(apsw.Connection(":memory:")) as connection:
        harden(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection, Path(":memory:"))
        yield connection


@contextmanager
def open_reader_connection(path: Path, busy_ms: int = READER_BUSY_MS) -> Iterator[apsw.Connection]:
    """A read-only connection that waits *busy_ms* for a lock. Raises NoDatabase when no docsync database is
    at *path*.
    """
    for file in (path, _journal_of(path)):
        if not may_be_file(file):
            raise NoDatabase(f"{file}: {_NOT_A_FILE}")
    try:
        connection = apsw.Connection(
            _make_read_only_uri(path), flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        )
    except apsw.CantOpenError as error:
        is_shut = is_there(path) and not os.access(path, os.R_OK)
        raise NoDatabase(f"{path}: {_NOT_YOURS if is_shut else _NO_DATABASE}") from error
    with closing(connection):
        harden(connection)
        connection.set_busy_timeout(busy_ms)
        try:
            _prove_ours(connection, path)
        except (apsw.CorruptError, UnicodeDecodeError) as error:
            raise make_unreadable(path, error) from error
        except apsw.Error as error:
            reason = describe_missing_log(path) or f"cannot be read as a database ({error})"
            raise NoDatabase(f"{path}: {reason}") from error
        yield connection


def _prove_ours(connection: apsw.Connection, path: Path) -> None:
    """Raises NoDatabase unless it has exactly the tables of this version, in one look; no row is read."""
    connection.execute("BEGIN")
    try:
        found, version = connection.pragma("application_id"), connection.pragma("user_version")
        if not found and is_empty(path):
            raise NoDatabase(f"{path}: {_NO_DATABASE}")
        if found != APPLICATION_ID:
            raise NoDatabase(_describe_foreign(path, found))
        check_version(path, version)
        if not has_own_schema(connection):
            raise NoDatabase(f"{path}: {_OTHER_TABLES}")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def harden(connection: apsw.Connection) -> None:
    """Nothing that is written in the database itself is carried out: no trigger, no function that is not
    harmless.

    docsync has no trigger of its own; what deletes tags and references with their document is none for SQLite.
    """
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.pragma("cell_size_check", True)  # noqa: FBT003  # apsw takes it by position only


@contextmanager
def writing() -> Iterator[None]:
    """Turns SQLite's refusals into StoreUnavailable with a reason, or Damaged; nothing else is caught.

    A broken constraint counts as damage: the rows that are there are not those that were written.
    """
    try:
        yield
    except (apsw.BusyError, apsw.LockedError) as error:
        raise StoreUnavailable(
            StoreReason.LOCKED, f"another program has locked the database ({error})"
        ) from error
    except apsw.FullError as error:
        raise StoreUnavailable(StoreReason.DISK_FULL, f"no space left for the database ({error})") from error
    except (apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError) as error:
        raise StoreUnavailable(StoreReason.IO_ERROR, f"the database cannot be written ({error})") from error
    except (apsw.CorruptError, apsw.NotADBError, apsw.ConstraintError) as error:
        raise Damaged(f"the database is damaged ({error})") from error


@contextmanager
def reading() -> Iterator[None]:
    """Like `writing`, for rows that are read: a ValueError (bad UTF-8, a word that is none of an enum) is
    damage too.
    """
    with writing():
        try:
            yield
        except ValueError as error:
            raise apsw.CorruptError(str(error)) from error


UNREADABLE = (
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.IOError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,  # a log that only its owner may recover
    apsw.BusyError,
    UnicodeDecodeError,
)
"""What SQLite says of a database that a reader cannot read now."""


def make_unreadable(path: Path, error: Exception) -> NoDatabase:
    """The NoDatabase that a reader raises for one of UNREADABLE."""
    return NoDatabase(f"{path}: cannot be read now ({error}); a daemon or 'docsync sync' mends it")


@contextmanager
def answering(path: Path) -> Iterator[None]:
    """Turns what SQLite says of a database that a reader cannot read now into NoDatabase."""
    try:
        yield
    except UNREADABLE as error:
        raise make_unreadable(path, error) from error


def _claim(connection: apsw.Connection, path: Path) -> None:
    """Refuse a file that belongs to another program; an empty one is taken. Damage is only seen in a file of
    ours.
    """
    try:
        found = connection.pragma("application_id")
        tables = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    except (apsw.NotADBError, apsw.CorruptError, apsw.SQLError, UnicodeDecodeError) as error:
        # Our log is always beside our database; a file that somebody named by mistake has none.
        if wal_of(path).exists():
            raise apsw.CorruptError(str(error)) from error
        raise NoDatabase(f"{path}: not an SQLite database; move it away or set database.path") from error
    is_ours = tables >= _OUR_TABLES
    if not is_ours and found != APPLICATION_ID and (found or tables):
        raise NoDatabase(_describe_foreign(path, found))
    if has_planted(connection):  # before anything else is asked: what a view gives may never end
        raise apsw.CorruptError("a view or a trigger is in it that docsync has not made")
    if is_ours and not _has_own_header(connection, path):
        raise apsw.CorruptError("the header does not belong to the tables")


def _has_own_header(connection: apsw.Connection, path: Path) -> bool:
    if connection.readonly("main") and os.access(path, os.W_OK):
        return False  # made read-only by its header and by nobody else
    version = read_mark(connection, Mark.SCHEMA_VERSION)
    marks = (connection.pragma("application_id"), str(connection.pragma("user_version")))
    return marks == (APPLICATION_ID, version)


def _describe_foreign(path: Path, application_id: object) -> str:
    return f"{path}: belongs to another program (application_id {application_id}); set database.path to another file"


def _configure(connection: apsw.Connection) -> None:
    # FULL, not NORMAL: after a power loss NORMAL may use a revision number twice for different content.
    for pragma, value in (
        ("journal_mode", "wal"),
        ("synchronous", "FULL"),
        ("foreign_keys", "ON"),
        ("journal_size_limit", _JOURNAL_BYTES),
        ("mmap_size", 0),
    ):
        connection.pragma(pragma, value)


def _keep_log(connection: apsw.Connection, *, keep: bool) -> None:
    """With -wal and -shm in place, readers without write permission can open the database while nobody
    writes it.

    Set before anything is read: a connection that is closed because a start failed would remove the log.
    """
    import ctypes

    wish = ctypes.c_int(keep)
    connection.file_control("main", apsw.SQLITE_FCNTL_PERSIST_WAL, ctypes.addressof(wish))


@contextmanager
def closing(connection: apsw.Connection) -> Iterator[apsw.Connection]:
    """*connection*, closed at the end whatever it is doing."""
    try:
        yield connection
    finally:
        connection.close(True)  # noqa: FBT003  # apsw takes it by position only


def _make_read_only_uri(path: Path) -> str:
    return path.absolute().as_uri() + "?mode=ro"
