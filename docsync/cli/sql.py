"""Runs one SQL statement of the command line, read-only and within limits.

Never attaches a file or changes anything.
"""

import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

import apsw

from docsync.apart.fork import describe_timeout, run_apart
from docsync.cli.database_advice import advising
from docsync.errors import UsageError
from docsync.names import find_closest, to_printable
from docsync.reader.query.limit import extend_limit
from docsync.store.connection import open_reader_connection
from docsync.store.state import read_version

if TYPE_CHECKING:
    from apsw import Cursor, SQLiteValues

# A single value, such as everything in one JSON array, may take this much memory.
_MAX_VALUE_BYTES = 64 * 1024 * 1024
_MAX_SQLITE_BYTES = 384 * 1024 * 1024  # some values while they are put together
_MAX_ANSWER_BYTES = 256 * 1024 * 1024
# Of SQLite's machine, between two looks at the clock: well below a millisecond.
_STEPS_BETWEEN_LOOKS = 10_000

# Those that a service may use: docs/reading.md describes them.
_TABLES = (
    "documents", "document_status", "document_tags", "document_references", "documents_fts", "changes",
    "problems", "sync_state",
)  # fmt: skip
_ALLOWED_OPERATIONS = {apsw.SQLITE_SELECT, apsw.SQLITE_READ, apsw.SQLITE_RECURSIVE}
# What describes the tables takes the name of one; the others would set something if they were given a value.
_TABLE_PRAGMAS = {
    "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list",
}  # fmt: skip
_READ_PRAGMAS = {"application_id", "compile_options", "data_version", "encoding", "function_list", "page_count", "page_size",
           "schema_version", "user_version"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The first rows of a statement's result, of one revision: `count`, and whether there are `more`."""

    epoch: str
    revision: int
    columns: tuple[str, ...]
    count: int
    more: bool


@contextmanager
def select(
    database: Path, statement: str, *, limit: int, seconds: float
) -> "Iterator[tuple[QueryResult, Iterator[SQLiteValues]]]":
    """What *statement* gives, *limit* rows at most, in *seconds* at most: read the rows inside of this block.

    It runs in a process of its own, since SQLite cannot be ended within one step. Its rows come through a
    file: they are never in memory together. Raises UsageError with SQLite's own words for a statement that is
    wrong, that would do more than read, or that takes too long or too much memory; NoDatabase when there is
    none that can be read.
    """
    with TemporaryFile() as file:
        bounds = _Bounds(limit, seconds)
        found = run_apart(lambda: _select(database, statement, bounds, file), seconds)
        file.seek(0)
        yield found, (pickle.load(file) for _ in range(found.count))  # noqa: S301  # from our own child


@dataclass(frozen=True, slots=True)
class _Bounds:
    """How many rows there may be, and how long they may take."""

    rows: int
    seconds: float


def _select(database: Path, statement: str, bounds: _Bounds, file: IO[bytes]) -> QueryResult:
    """Write the rows of *statement* to *file*, one after the other."""
    columns: tuple[str, ...] = ()

    def trace(cursor: "Cursor", _statement: str, _bindings: object) -> bool:
        nonlocal columns
        try:
            # Asked for now: a cursor forgets its columns with its last row.
            found = tuple(str(name) for name, *_ in cursor.get_description())
        except apsw.ExecutionCompleteError:  # a comment, or nothing at all
            found = ()
        if columns and found:
            raise UsageError("more than one statement; run them one by one")
        columns = columns or found
        return True

    apsw.hard_heap_limit(_MAX_SQLITE_BYTES)
    with advising(database), open_reader_connection(database) as connection:
        connection.execute("BEGIN")  # so that epoch and revision are those of the rows
        epoch, revision = read_version(connection)
        with _translate_errors(statement, bounds.seconds):
            _restrict(connection, bounds.seconds)
            cursor = connection.cursor()
            cursor.exec_trace = trace
            rows = islice(cursor.execute(statement), extend_limit(bounds.rows))
            count = _write_rows(rows, bounds.rows, file)
    if not columns:
        raise UsageError(
            'there is no statement to run; write: docsync query "SELECT id, name FROM documents"'
        )
    return QueryResult(epoch, revision, columns, min(count, bounds.rows), count > bounds.rows)


def _write_rows(rows: "Iterator[SQLiteValues]", limit: int, file: IO[bytes]) -> int:
    """How many rows there are, one more than *limit* at most, which is not written. Raises UsageError."""
    count = 0
    for row in rows:
        count += 1
        if count <= limit:
            pickle.dump(row, file)
        if file.tell() > _MAX_ANSWER_BYTES:
            raise UsageError(
                f"the answer has more than {_MAX_ANSWER_BYTES // 2**20} MiB; ask for less, "
                "or for whole documents: docsync export"
            )
    file.flush()
    return count


def _restrict(connection: apsw.Connection, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    connection.limit(apsw.SQLITE_LIMIT_LENGTH, _MAX_VALUE_BYTES)
    connection.authorizer = _allows
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)


def _allows(
    operation: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None
) -> int:
    """Keeps a read-only connection from other files: ATTACH, VACUUM INTO, extensions."""
    match operation:
        case _ if operation in _ALLOWED_OPERATIONS:
            allowed = True
        case apsw.SQLITE_FUNCTION:
            allowed = second != "load_extension"
        case apsw.SQLITE_PRAGMA:
            allowed = first in _TABLE_PRAGMAS or (first in _READ_PRAGMAS and second is None)
        case _:
            allowed = False
    return apsw.SQLITE_OK if allowed else apsw.SQLITE_DENY


@contextmanager
def _translate_errors(statement: str, seconds: float) -> Iterator[None]:
    """Turns what SQLite says of the statement into UsageError; what it says of the database passes."""
    try:
        yield
    except apsw.InterruptError as error:
        raise UsageError(describe_timeout(seconds)) from error
    except (apsw.AuthError, apsw.ReadOnlyError) as error:
        raise UsageError(f"{error}: query only reads; SELECT, VALUES, WITH and EXPLAIN will do") from error
    except apsw.NoMemError as error:
        raise MemoryError from error
    except UnicodeDecodeError as error:
        raise UsageError(f"the answer holds a text that is not UTF-8 ({error}); ask for its hex()") from error
    except UnicodeEncodeError as error:
        raise UsageError(
            f"the statement is not UTF-8: {to_printable(statement)}; type it in UTF-8"
        ) from error
    except (
        apsw.SQLError,
        apsw.TooBigError,
        apsw.BindingsError,
        apsw.MismatchError,
    ) as error:
        raise UsageError(f"{error}{_place(error)}{_list_tables(str(error))}") from error


def _list_tables(reason: str) -> str:
    """The tables that there are, if *reason* is that there is no such table."""
    _, found, name = reason.partition("no such table: ")
    if not found:
        return ""
    close = find_closest(name, _TABLES, 1)
    return f"; {f'did you mean {close[0]}? ' if close else ''}there are {', '.join(_TABLES)}"


def _place(error: apsw.Error) -> str:
    offset = getattr(error, "error_offset", -1)
    return f" (at byte {offset + 1})" if offset >= 0 else ""
