"""Finds damage: rows that do not match their own hash, parts that do not fit together, and what SQLite
itself finds.

Never changes anything. Does not know the files: whether the rows are what the files say is for verify.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic_ns
from typing import Any

import apsw

from docsync.errors import Damaged, StoreReason, StoreUnavailable
from docsync.store.columns import BARE_COLUMNS, qualify
from docsync.store.connection import open_reader_connection, reading
from docsync.store.document_rows import row_hash, search_hash_of
from docsync.store.schema import has_own_schema
from docsync.store.state import EPOCH, REVISION

STEP_NS = 4_000_000
"""How long a step of a look takes, unless a single document or statement takes longer."""

_OTHER_TABLES = "the tables are not those that were made"

# True of a document whose file, tags, assets or search row say something else than its own row. A file that
# cannot be taken may be of another collection by now than the document that is left of it.
_IS_MISFIT = (
    "f.id IS NOT d.id OR (f.state = 'ok' AND f.type IS NOT d.type) OR f.good_size IS NULL "
    "OR s.id IS NOT d.id OR (SELECT group_concat(value, char(0)) FROM "
    "(SELECT DISTINCT value FROM json_each(d.tags) ORDER BY value)) IS NOT "
    "(SELECT group_concat(tag, char(0)) FROM "
    "(SELECT tag FROM document_tags WHERE document_id = d.id ORDER BY tag)) "
    "OR (d.assets <> '{{}}' AND EXISTS (SELECT 1 FROM json_each(d.assets) AS a "
    "WHERE NOT EXISTS (SELECT 1 FROM asset_uses WHERE document_id = d.id AND path = a.key)))"
)
# The documents beyond a rowid. What is searched comes as the bytes it is: a text that is none could not be
# read otherwise.
_DOCUMENTS = (
    f"SELECT d.rowid, {_IS_MISFIT}, s.row_hash, CAST(s.id AS BLOB), CAST(s.name AS BLOB), "
    "CAST(s.description AS BLOB), CAST(s.text AS BLOB), d.row_hash, {} "
    "FROM documents AS d NOT INDEXED LEFT JOIN files AS f ON f.file_path = d.file_path "
    "LEFT JOIN documents_fts AS s ON s.rowid = f.search_rowid WHERE d.rowid > ? ORDER BY d.rowid"
)
_SEARCHED = 4  # so many columns of a search row have a hash
_NEXT = "SELECT min(rowid) FROM documents NOT INDEXED WHERE rowid > ?"

# Statements that give a row for each thing that is wrong: of milliseconds, whatever there is.
_WRONG_AT_ONCE = {
    "there is no epoch or no revision": f"SELECT 1 WHERE ({EPOCH} GLOB '[0-9a-f]*' "
    f"AND {REVISION} = CAST({REVISION} AS INTEGER)) IS NOT 1",
    "a row is newer than the revision": f"SELECT 1 WHERE CAST({REVISION} AS INTEGER) < max("
    "(SELECT ifnull(max(revision), 0) FROM changes), (SELECT ifnull(max(revision), 0) FROM documents))",
}
# What the other statements find, too, with the documents that it is about; those take longer.
_MISCOUNTED = {
    "there are not as many files or search rows as documents": "SELECT 1 FROM "
    "(SELECT count(*) AS n FROM documents), "
    "(SELECT count(good_size) AS good, count(search_rowid) AS searched FROM files), "
    "(SELECT count(*) AS found FROM documents_fts_docsize) WHERE (n, n, n) IS NOT (good, searched, found)",
}
# Of seconds, where there is much.
_WRONG = {
    "a file has a document that is not there": "SELECT file_path FROM files AS f WHERE good_size IS NOT NULL "
    "AND NOT EXISTS (SELECT 1 FROM documents AS d WHERE d.file_path = f.file_path)",
    "a search row belongs to no file": "SELECT rowid FROM documents_fts WHERE rowid NOT IN "
    "(SELECT search_rowid FROM files WHERE search_rowid IS NOT NULL)",
    "a row refers to one that is not there": "PRAGMA foreign_key_check",
}


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong, in one line for the log, and the rowids of the documents that are known to be wrong."""

    reason: str
    documents: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class LookStep:
    """What one step of a look came to: how many documents it looked at, which are wrong, and what else is."""

    documents: int = 0
    wrong: frozenset[int] = frozenset()
    reason: str = ""

    @property
    def is_sound(self) -> bool:
        """True when nothing wrong was found in it."""
        return not (self.wrong or self.reason)


def look(connection: apsw.Connection) -> Iterator[LookStep]:
    """Look at everything behind *connection*: each step sees one state, and none is held between two.

    Nothing more is looked at where the tables are not those that were made. Raises what SQLite raises.
    """
    # What was read once would hide what became of it on the disk.
    connection.pragma("shrink_memory")
    if not has_own_schema(connection):
        yield LookStep(reason=_OTHER_TABLES)
        return
    # All pages in one statement: of a table at a time it would not see that two use the same page. First,
    # since what is written to pages that are damaged damages more.
    for (line,) in connection.execute("PRAGMA integrity_check").fetchall():
        yield LookStep(reason="" if line == "ok" else f"integrity check: {line}")
    yield from _look_at_documents(connection)
    yield from _look_at_parts(connection, {**_WRONG, **_WRONG_AT_ONCE})


def look_at_once(connection: apsw.Connection) -> Iterator[LookStep]:
    """What of a look takes milliseconds, however much there is: tables, epoch, revision and counts."""
    if has_own_schema(connection):
        yield from _look_at_parts(connection, {**_WRONG_AT_ONCE, **_MISCOUNTED})
    else:
        yield LookStep(reason=_OTHER_TABLES)


def _look_at_parts(connection: apsw.Connection, statements: Mapping[str, str]) -> Iterator[LookStep]:
    for reason, statement in statements.items():
        yield LookStep(reason="" if connection.execute(statement).fetchone() is None else reason)


def _look_at_documents(connection: apsw.Connection) -> Iterator[LookStep]:
    last: int | None = 0
    while last is not None:
        last, step = _prove_documents(connection, last)
        yield step


def _prove_documents(connection: apsw.Connection, last: int) -> tuple[int | None, LookStep]:
    """Look at documents beyond the rowid *last*, as many as a step has time for.

    Returns the last of them, None at the end.
    """
    wrong, count, until_ns = set(), 0, monotonic_ns() + STEP_NS
    rows = connection.execute(_DOCUMENTS.format(qualify(BARE_COLUMNS)), (last,))
    try:
        for last, *values in rows:
            count += 1
            if not _is_whole(values):
                wrong.add(last)
            if monotonic_ns() > until_ns:
                return last, LookStep(count, frozenset(wrong))
    except (apsw.SQLError, UnicodeDecodeError):  # of the next one: JSON or a text that is none
        unread = connection.execute(_NEXT, (last,)).get
        if unread is None:
            raise
        return unread, LookStep(count + 1, frozenset(wrong | {unread}))
    finally:
        rows.close(True)  # noqa: FBT003  # apsw takes it by position only
    return None, LookStep(count, frozenset(wrong))


def _is_whole(values: list[Any]) -> bool:
    """True for what _DOCUMENTS gives, without its rowid, of a document that is all that was written."""
    is_misfit, search_hash, *octets, stored = values[: _SEARCHED + 3]
    return (
        not is_misfit
        and search_hash_of(octets) == search_hash
        and row_hash(tuple(values[_SEARCHED + 3 :])) == stored
    )


def judge(steps: Iterable[LookStep]) -> Damage | None:
    """What *steps* of a look found, all together. Raises StoreUnavailable."""
    wrong: set[int] = set()
    reason = ""
    try:
        with reading():
            for step in steps:
                wrong |= step.wrong
                reason = reason or step.reason
    except Damaged as error:
        return Damage(str(error))
    except apsw.SQLError as error:  # a statement that is right for our tables is wrong for these
        return Damage(f"{_OTHER_TABLES} ({error})")
    if wrong:
        return Damage(reason or f"{len(wrong)} documents are not what was written", frozenset(wrong))
    return Damage(reason) if reason else None


def find(connection: apsw.Connection) -> Damage | None:
    """Look at everything behind *connection*, also at what it has not committed. Raises StoreUnavailable if
    it cannot.
    """
    return judge(look(connection))


def find_at_once(connection: apsw.Connection) -> Damage | None:
    """Like `find`, of what can be told in milliseconds, however much there is."""
    return judge(look_at_once(connection))


def inspect(database: Path) -> Damage | None:
    """Like `find`, on a read-only connection of its own to a database file: it may run beside the writer."""
    with open_reader_connection(database) as connection:
        return find(connection)


def identity(database: Path) -> tuple[tuple[int, int] | None, ...]:
    """What tells the database's files from others at the same paths; None for one that is not there.

    Raises StoreUnavailable.
    """
    return tuple(_identity(f"{database}{end}") for end in ("", "-wal", "-shm"))


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116  # a str: asked before every batch
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreUnavailable(
            StoreReason.IO_ERROR, f"{path}: cannot be looked at ({error.strerror})"
        ) from error
    return (status.st_dev, status.st_ino)


def is_sound(connection: apsw.Connection, rowid: int) -> bool:
    """True when the document at *rowid* is what was written there."""
    try:
        row = connection.execute(
            f"SELECT {BARE_COLUMNS}, row_hash FROM documents WHERE rowid = ?", (rowid,)
        ).fetchone()
    except UnicodeDecodeError:
        return False
    return row is not None and row_hash(row[:-1]) == row[-1]
