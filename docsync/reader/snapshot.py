"""One state of the database, to ask several things of. Opens nothing, and never outlives its transaction."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from docsync.errors import NoDatabase, UsageError
from docsync.reader.row import DATABASE
from docsync.store.connection import UNREADABLE, answering, make_unreadable
from docsync.store.migration import check_version
from docsync.store.state import read_version

Tuple = tuple[Any, ...]  # a row as SQLite gives it: the types are those of the STRICT tables


class Snapshot(NamedTuple):
    """A read transaction that is open.

    `epoch` and `revision` name the state; they are None when it is made of files. One without a transaction
    (`DatabaseFile.glance`) is good for one statement, and does not know what it will see.
    """

    connection: apsw.Connection
    path: Path
    source: str
    epoch: str | None
    revision: int | None

    def ask(self, statement: str, values: Sequence[object] = ()) -> list[Tuple]:
        """All rows. Raises NoDatabase, and UsageError for a text that cannot be in a database."""
        try:
            return self.connection.execute(statement, values).fetchall()
        except UNREADABLE as error:
            raise make_unreadable(self.path, error) from error
        except UnicodeEncodeError as error:
            raise _make_usage_error(error) from None
        except apsw.SQLError as error:
            self._prove_version(error)
            raise

    def ask_each(self, statement: str, bindings: Iterable[Sequence[object]]) -> Iterator[Tuple]:
        """The rows of *statement*, run once for each of *bindings*, as a stream.

        Raises NoDatabase, UsageError.
        """
        cursor = self.connection.cursor()
        try:
            # Not "yield from", which would close it as if there were nothing left, and fail.
            for row in cursor.executemany(statement, bindings):  # noqa: UP028
                yield row
        except UNREADABLE as error:
            raise make_unreadable(self.path, error) from error
        except UnicodeEncodeError as error:
            raise _make_usage_error(error) from None
        except apsw.SQLError as error:
            self._prove_version(error)
            raise
        finally:
            cursor.close(True)  # noqa: FBT003  # apsw takes it by position only

    def _prove_version(self, error: apsw.SQLError) -> None:
        """Raises NoDatabase when *error* is due to tables that a newer docsync changed under this connection.

        Asked after an error and not before each question: a migration keeps every column that services query,
        so that a service can read on while docsync is upgraded.
        """
        with answering(self.path):
            version = self.connection.pragma("user_version")
        try:
            check_version(self.path, version)
        except NoDatabase as changed:
            raise changed from error


def begin(connection: apsw.Connection, path: Path) -> Snapshot:
    """Begin a read transaction and read which state it sees. Raises NoDatabase."""
    try:
        connection.execute("BEGIN")
        epoch, revision = read_version(connection)
    except UNREADABLE as error:
        end(connection)
        raise make_unreadable(path, error) from error
    except BaseException:  # interrupted: what it has begun would be the state of the next answer, too
        end(connection)
        raise
    return Snapshot(connection, path, DATABASE, epoch, revision)


def _make_usage_error(error: UnicodeEncodeError) -> UsageError:
    return UsageError(f"a text to look for holds half of a character: {error.object!r}")


def end(connection: apsw.Connection) -> None:
    """End the transaction, if SQLite has not done so by itself."""
    while connection.in_transaction:
        with suppress(apsw.InterruptError):  # it was meant for what was asked before
            connection.execute("ROLLBACK")
