"""Finds damage: rows that do not match their own hash, parts that do not fit together, and what SQLite
itself finds.

Never changes anything. Does not know the files: whether the rows are what the files say is for verify.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw

from docsync.errors import Damaged, StoreReason, StoreUnavailable
from docsync.store.columns import BARE_COLUMNS
from docsync.store.connection import open_reader_connection, reading
from docsync.store.document_rows import row_hash, search_hash_of
from docsync.store.schema import has_own_schema
from docsync.store.state import EPOCH, REVISION

# Documents whose file, tags or search row say something else than their own row. A file that cannot be
# taken may be of
# another collection by now than the document that is left of it.
_MISFITS = (
    "SELECT d.rowid FROM documents AS d LEFT JOIN files AS f ON f.file_path = d.file_path "
    "LEFT JOIN documents_fts AS s ON s.rowid = f.search_rowid "
    "WHERE f.id IS NOT d.id OR (f.state = 'ok' AND f.type IS NOT d.type) OR f.good_size IS NULL OR s.id IS NOT d.id",
    "SELECT d.rowid FROM documents AS d WHERE "
    "(SELECT group_concat(value, char(0)) FROM (SELECT DISTINCT value FROM json_each(d.tags) ORDER BY value)) IS NOT "
    "(SELECT group_concat(tag, char(0)) FROM (SELECT tag FROM document_tags WHERE document_id = d.id ORDER BY tag))",
    "SELECT DISTINCT d.rowid FROM documents AS d, json_each(d.assets) AS a WHERE d.assets <> '{}' "
    "AND NOT EXISTS (SELECT 1 FROM asset_uses WHERE document_id = d.id AND path = a.key)",
)

# The search rows of documents, as the bytes they are: a text that is none could not be read otherwise.
_SEARCHED = (
    "SELECT d.rowid, s.row_hash, CAST(s.id AS BLOB), CAST(s.name AS BLOB), CAST(s.description AS BLOB), "
    "CAST(s.text AS BLOB) FROM documents AS d JOIN files AS f ON f.file_path = d.file_path "
    "JOIN documents_fts AS s ON s.rowid = f.search_rowid"
)

# Statements that give a row for each thing that is wrong outside of documents.
_WRONG = {
    "a file has a document that is not there": "SELECT file_path FROM files AS f WHERE good_size IS NOT NULL "
    "AND NOT EXISTS (SELECT 1 FROM documents AS d WHERE d.file_path = f.file_path)",
    "a search row belongs to no file": "SELECT rowid FROM documents_fts WHERE rowid NOT IN "
    "(SELECT search_rowid FROM files WHERE search_rowid IS NOT NULL)",
    "a row refers to one that is not there": "PRAGMA foreign_key_check",
    "there is no epoch or no revision": f"SELECT 1 WHERE ({EPOCH} GLOB '[0-9a-f]*' "
    f"AND {REVISION} = CAST({REVISION} AS INTEGER)) IS NOT 1",
    "a row is newer than the revision": f"SELECT 1 WHERE CAST({REVISION} AS INTEGER) < max("
    "(SELECT ifnull(max(revision), 0) FROM changes), (SELECT ifnull(max(revision), 0) FROM documents))",
}


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong, in one line for the log, and the rowids of the documents that are known to be wrong."""

    reason: str
    documents: frozenset[int] = frozenset()


def find(connection: apsw.Connection) -> Damage | None:
    """Look at everything behind *connection*, also at what it has not committed. Raises StoreUnavailable if
    it cannot.
    """
    try:
        with reading():
            # What was read once would hide what became of it on the disk.
            connection.pragma("shrink_memory")
            if not has_own_schema(connection):
                return Damage("the tables are not those that were made")
            wrong = frozenset(_wrong_documents(connection))
            reason = next(_wrong_parts(connection), None)
    except Damaged as error:
        return Damage(str(error))
    except apsw.SQLError as error:  # a statement that is right for our tables is wrong for these
        return Damage(f"the tables are not those that were made ({error})")
    if wrong:
        return Damage(reason or f"{len(wrong)} documents are not what was written", wrong)
    return Damage(reason) if reason else None


def inspect(database: Path) -> Damage | None:
    """Like `find`, on a read-only connection of its own to a database file: it may run beside the writer."""
    with open_reader_connection(database) as connection:
        connection.execute("BEGIN")
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


def _wrong_documents(connection: apsw.Connection) -> Iterator[int]:
    """The documents that do not match their hash, or that do not match what hangs on them."""
    rowids = [
        int(rowid)
        for (rowid,) in connection.execute("SELECT rowid FROM documents NOT INDEXED ORDER BY rowid")
    ]
    for rowid in rowids:
        if not is_sound(connection, rowid):
            yield rowid
    for statement in _MISFITS:
        yield from (int(rowid) for (rowid,) in connection.execute(statement))
    for rowid, stored, *octets in connection.execute(_SEARCHED):
        if search_hash_of(octets) != stored:
            yield int(rowid)


def is_sound(connection: apsw.Connection, rowid: int) -> bool:
    """True when the document at *rowid* is what was written there."""
    try:
        row = connection.execute(
            f"SELECT {BARE_COLUMNS}, row_hash FROM documents WHERE rowid = ?", (rowid,)
        ).fetchone()
    except UnicodeDecodeError:
        return False
    return row is not None and row_hash(row[:-1]) == row[-1]


def _wrong_parts(connection: apsw.Connection) -> Iterator[str]:
    for (line,) in connection.execute("PRAGMA integrity_check"):
        if line != "ok":
            yield f"integrity check: {line}"
    for reason, statement in _WRONG.items():
        if connection.execute(statement).fetchone() is not None:
            yield reason
