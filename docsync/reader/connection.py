"""The connection to a database file: opened on demand, and again when another file is at the path.

Never writes. A connection that a fork has copied is never touched again, not even closed.
"""

import os
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from time import monotonic
from weakref import WeakSet

import apsw

from docsync.errors import NoDatabase, NotFilledYet
from docsync.reader.row import DATABASE
from docsync.reader.snapshot import Snapshot, begin, end
from docsync.store.connection import (
    READER_BUSY_MS,
    UNREADABLE,
    answering,
    make_unreadable,
    open_reader_connection,
)
from docsync.store.project_note import demand_place
from docsync.store.state import REVISION

DAMAGED = (apsw.CorruptError, apsw.NotADBError, UnicodeDecodeError)
"""The errors for a file that was moved away under an open connection, or is damaged."""

_START = "start 'docsync run' or 'docsync sync' first"
_SHORT_BUSY_MS = 50
_STEPS = 10_000  # of SQLite's machine between two looks at the clock: less than a millisecond
_MAX_OPENINGS = 3
# Without a revision: the files were read all the same, and there are none, where it is by which rules.
_IS_FILLED = f"SELECT {REVISION} <> '0' OR EXISTS (SELECT 1 FROM collections WHERE fingerprint <> '')"

_files: "WeakSet[DatabaseFile]" = WeakSet()
_inherited: list[ExitStack] = []


def _keep_inherited() -> None:
    """In the child of a fork. SQLite's locks do not pass it, but its tables of them do: a connection that the
    child closes confuses both, and a stack that nobody has any more closes what is on it.
    """
    for file in list(_files):
        file.keep_inherited(_inherited)


os.register_at_fork(after_in_child=_keep_inherited)


class DatabaseFile:
    """A database file to read from; see `begin`."""

    def __init__(self, path: Path, project: Path | None = None, *, advice: str = _START) -> None:
        """*project*: the folder whose database it must be; without it, it is what the caller says.

        *advice*: what to do where there is no file at the path.
        """
        self.project = project
        self._advice = advice
        self._path = path.absolute()  # the working directory may change
        self._name = str(self._path)
        self._stack = ExitStack()
        self._connection: apsw.Connection | None = None
        self._identity = (0, 0)
        self._full_busy_wait = True
        self._openings = 0
        self._stop_at: float | None = None
        self._closing = Lock()
        _files.add(self)

    def keep_inherited(self, kept: list[ExitStack]) -> None:
        """Put what the parent opened among *kept*, and have nothing open."""
        kept.append(self._stack)
        self._stack, self._connection, self._closing = ExitStack(), None, Lock()

    def again(self) -> "DatabaseFile":
        """Another one for this database, not opened yet: for another thread."""
        return DatabaseFile(self._path, self.project, advice=self._advice)

    def begin(self) -> Snapshot:
        """Begin a read transaction, on the file that is at the path now. Raises NoDatabase."""
        return begin(self.connection(), self._path)

    def glance(self) -> Snapshot:
        """For one statement: without a transaction around it, in half the time. Raises NoDatabase."""
        return Snapshot(self.connection(), self._path, DATABASE, None, None)

    def end(self) -> None:
        """End what `begin` began."""
        if self._connection is not None:
            end(self._connection)

    def commits(self) -> tuple[int, int]:
        """Another pair after every commit of another connection, and for another file. Raises NoDatabase."""
        connection = self.connection()
        try:
            return self._openings, int(connection.pragma("data_version"))
        except UNREADABLE as error:
            raise make_unreadable(self._path, error) from error

    def close(self) -> None:
        """Close the connection; the next `begin` opens another one."""
        with self._closing:
            connection, self._connection = self._connection, None
        self._stack.close()
        del connection

    def stop_at(self, until: float) -> None:
        """Interrupt every statement from the time *until* (`time.monotonic`) on."""
        limited, self._stop_at = self._stop_at is not None, until
        if not limited and self._connection is not None:
            self._limit(self._connection)

    def interrupt(self) -> None:
        """End the statement that runs, and every other one. For any thread.

        SQLite looks at the clock after so many steps only, and one step may be as long as a document: this it
        sees after each row.
        """
        self._stop_at = 0.0
        with self._closing:
            if self._connection is not None:
                self._connection.interrupt()

    def _limit(self, connection: apsw.Connection) -> None:
        connection.set_progress_handler(
            lambda: self._stop_at is not None and monotonic() > self._stop_at, _STEPS
        )

    def hurry(self) -> None:
        """After a failed answer: until an opening succeeds, openings wait for locks 50 ms only."""
        self._full_busy_wait = False

    def connection(self) -> apsw.Connection:
        """The connection, outside of a transaction. Raises NoDatabase."""
        if self._connection is not None and self._read_identity() == self._identity:
            return self._connection
        self.close()
        if self.project is not None:
            demand_place(self._path, self.project)
        for _ in range(_MAX_OPENINGS):
            before = self._read_identity()
            # After one full busy wait the next openings wait 50 ms only.
            busy_ms = READER_BUSY_MS if self._full_busy_wait else _SHORT_BUSY_MS
            connection = self._stack.enter_context(open_reader_connection(self._path, busy_ms))
            if before == self._read_identity():
                _demand_filled(connection, self._path)
                connection.set_busy_timeout(READER_BUSY_MS)
                if self._stop_at is not None:
                    self._limit(connection)
                self._connection, self._identity, self._full_busy_wait = connection, before, True
                self._openings += 1
                return connection
            self._stack.close()
        raise NoDatabase(f"{self._path}: another file is put there again and again")

    def _read_identity(self) -> tuple[int, int]:
        """What tells the file at the path from another one."""
        try:
            status = os.stat(self._name)  # noqa: PTH116  # before every query: half the time of Path.stat
        except OSError as error:
            raise NoDatabase(f"{self._path}: no database there; {self._advice}") from error
        return (status.st_dev, status.st_ino)


def _demand_filled(connection: apsw.Connection, path: Path) -> None:
    """Not there yet is not empty. Raises NotFilledYet while the files are read for the first time."""
    with answering(path):
        is_filled = connection.execute(_IS_FILLED).get
    if not is_filled:
        raise NotFilledYet(f"{path}: not filled yet; 'docsync wait' ends when the first scan has ended")
