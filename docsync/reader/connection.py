"""The one connection to a database file: opened when it is needed, and anew when another file lies at the path.

Never writes. A connection that a fork has copied is never touched again, not even closed.
"""

import os
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from weakref import WeakSet

import apsw

from docsync.errors import NoDatabase
from docsync.reader.row import DATABASE
from docsync.reader.snapshot import Snapshot, begin, end
from docsync.store.connection import READER_BUSY_MS, UNREADABLE, make_unreadable, open_reader_connection

DAMAGED = (apsw.CorruptError, apsw.NotADBError, UnicodeDecodeError)
"""What SQLite says of a file that was moved away under an open connection, or is damaged."""

_SHORT_BUSY_MS = 50
_STEPS = 10_000  # of SQLite's machine between two looks at the clock: less than a millisecond
_MAX_OPENINGS = 3

_open: "WeakSet[apsw.Connection]" = WeakSet()
_inherited: list[apsw.Connection] = []
# SQLite's locks do not pass a fork, but its tables of them do: a connection that the child closes confuses both.
os.register_at_fork(after_in_child=lambda: _inherited.extend(_open))


class DatabaseFile:
    """A database file to read from; see `begin`."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()  # the working directory may change
        self._name = str(self._path)
        self._stack = ExitStack()
        self._connection: apsw.Connection | None = None
        self._identity = (0, 0)
        self._patient = True
        self._openings = 0
        self._until: float | None = None

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
        """Moves when somebody else has committed something, or another file lies at the path. Raises NoDatabase."""
        connection = self.connection()
        try:
            return self._openings, int(connection.pragma("data_version"))
        except UNREADABLE as error:
            raise make_unreadable(self._path, error) from error

    def close(self) -> None:
        """Give the connection back; the next `begin` opens another one."""
        self._stack.close()
        self._connection = None

    def stop_at(self, until: float) -> None:
        """From that moment on (`time.monotonic`) every statement is interrupted. May be called from any thread."""
        limited, self._until = self._until is not None, until
        if not limited and self._connection is not None:
            self._limit(self._connection)

    def _limit(self, connection: apsw.Connection) -> None:
        connection.set_progress_handler(lambda: self._until is not None and monotonic() > self._until, _STEPS)

    def hurry(self) -> None:
        """Somebody had to do without an answer: the next opening does not wait for locks, until one succeeds."""
        self._patient = False

    def connection(self) -> apsw.Connection:
        """The connection, outside of a transaction. Raises NoDatabase."""
        if self._connection is not None and self._read_identity() == self._identity:
            return self._connection
        self.close()
        for _ in range(_MAX_OPENINGS):
            before = self._read_identity()
            # A lock that has outlasted a whole wait is not waited for again by every question that follows.
            busy_ms = READER_BUSY_MS if self._patient else _SHORT_BUSY_MS
            connection = self._stack.enter_context(open_reader_connection(self._path, busy_ms))
            if before == self._read_identity():
                _open.add(connection)
                connection.set_busy_timeout(READER_BUSY_MS)
                if self._until is not None:
                    self._limit(connection)
                self._connection, self._identity, self._patient = connection, before, True
                self._openings += 1
                return connection
            self._stack.close()
        raise NoDatabase(f"{self._path}: another file is put there again and again")

    def _read_identity(self) -> tuple[int, int]:
        """What tells the file at the path from another one."""
        try:
            status = os.stat(self._name)  # noqa: PTH116  # asked before every question: half the time of Path.stat
        except OSError as error:
            raise NoDatabase(f"{self._path}: no database there; start 'docsync run' or 'docsync sync' first") from error
        return (status.st_dev, status.st_ino)
