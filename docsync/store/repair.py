"""Takes damaged rows out, and keeps sound ones that no file gives back. Never reads a file of the tree."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import apsw

from docsync.clock import is_past
from docsync.model import Document, Entry, FileState, Reference, ReferenceStatus, ResolvedReference
from docsync.status import ListedProblem
from docsync.store.asset_rows import decode_assets
from docsync.store.columns import BARE_COLUMNS, COLUMNS
from docsync.store.connection import closing, harden
from docsync.store.damage import is_sound
from docsync.store.database_files import find_stranger
from docsync.store.document_rows import DocumentRows, NewDocument, content_of
from docsync.store.epoch import wal_of
from docsync.store.file_rows import EntryRows, FileRow
from docsync.store.guard_memory import copy_memory
from docsync.store.problem_rows import ProblemRows
from docsync.store.schema import has_planted
from docsync.store.state import ChangeRow, read_revision, record_changes, spend_revision
from docsync.store.transaction import transaction

_DAMAGED = (apsw.CorruptError, apsw.NotADBError, apsw.SQLError, ValueError)


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A sound document of a damaged database: perhaps the only version that is left of a file that is broken
    now.

    `entry` and `problems` are what was known of its file, for as long as that is not seen again.
    `entry.good_size` is 0
    where it is not known: no save is too short then.
    """

    document: Document
    created_at: str
    updated_at: str
    entry: Entry
    problems: tuple[ListedProblem, ...] = ()


def read_kept(connection: apsw.Connection, rowids: Iterable[int]) -> Iterator[KeptDocument]:
    """The documents at *rowids* that are sound, with as much of what hangs on them as can be read."""
    for rowid in rowids:
        with suppress(*_DAMAGED):
            if is_sound(connection, rowid):
                yield _read_kept(connection, rowid)


def _read_kept(connection: apsw.Connection, rowid: int) -> KeptDocument:
    ((*row,),) = connection.execute(
        f"SELECT {BARE_COLUMNS} FROM documents WHERE rowid = ?", (rowid,)
    ).fetchall()
    values: dict[str, Any] = dict(
        zip(COLUMNS, row, strict=True)
    )  # the row is sound: it holds what was written
    id_, path = values["id"], values["file_path"]
    text = ""
    references: tuple[ResolvedReference, ...] = ()
    with suppress(*_DAMAGED):
        text = _text(connection, path)
    with suppress(*_DAMAGED):
        references = tuple(_references(connection, id_))
    content, content_hash, modified = (
        content_of(values, text),
        values["content_hash"],
        values["file_modified"],
    )
    assets = decode_assets(values["assets"])
    made = Document(id_, values["type"], path, content, content_hash, modified, references, assets)
    return KeptDocument(made, values["created_at"], values["updated_at"], *_read_file(connection, made))


def _read_file(connection: apsw.Connection, document: Document) -> tuple[Entry, tuple[ListedProblem, ...]]:
    """What was known of the file of *document*, and its problems. No stamp and no hash: what it holds now is
    to be read.
    """
    entry = Entry(document.path, document.type, FileState.OK, good_size=0)
    with suppress(*_DAMAGED):
        row, problems = (
            EntryRows(connection).read(document.path),
            tuple(ProblemRows(connection).read(document.path)),
        )
        if row is not None:
            entry = replace(entry, good_size=int(row.entry.good_size or 0))
            if (
                problems and row.entry.state is not FileState.OK
            ):  # without a problem no command would show the state
                entry = replace(entry, type=row.entry.type, state=row.entry.state)
            return entry, problems
    return entry, ()


def _text(connection: apsw.Connection, path: str) -> str:
    statement = (
        "SELECT text FROM documents_fts WHERE rowid = (SELECT search_rowid FROM files WHERE file_path = ?)"
    )
    return str(connection.execute(statement, (path,)).get or "")


def _references(connection: apsw.Connection, id_: str) -> Iterator[ResolvedReference]:
    rows = connection.execute(
        "SELECT kind, target, at, resolved, status FROM document_references WHERE document_id = ? ORDER BY ordinal",
        (id_,),
    )
    for kind, target, at, resolved, status in rows:
        yield ResolvedReference(Reference(kind, target, at), resolved, ReferenceStatus(status))


def forget(connection: apsw.Connection, rowids: Iterable[int]) -> set[str]:
    """Remove the documents at *rowids* and all that hangs on nothing, so that the next sync reads their
    files again.

    Returns the ids that are no longer there.
    """
    connection.execute("REINDEX")
    connection.executemany("DELETE FROM documents WHERE rowid = ?", [(rowid,) for rowid in rowids])
    for table in ("document_tags", "document_references"):
        connection.execute(f"DELETE FROM {table} WHERE document_id NOT IN (SELECT id FROM documents)")
    lost = connection.execute(
        "DELETE FROM files WHERE (good_size IS NOT NULL OR search_rowid IS NOT NULL) "
        "AND file_path NOT IN (SELECT file_path FROM documents) RETURNING id"
    ).fetchall()
    connection.execute(
        "DELETE FROM documents_fts WHERE rowid NOT IN (SELECT search_rowid FROM files WHERE search_rowid IS NOT NULL)"
    )
    connection.execute("DELETE FROM problems WHERE file_path NOT IN (SELECT file_path FROM files)")
    return {str(id_) for (id_,) in lost}


def restore(connection: apsw.Connection, documents: Iterable[KeptDocument], revision: int) -> None:
    """Write *documents* that no file gave back, as the last good versions of their files."""
    rows, entries, problems = DocumentRows(connection), EntryRows(connection), ProblemRows(connection)
    for one in documents:
        document = one.document
        taken = connection.execute(
            "SELECT 1 FROM documents WHERE id = ? OR file_path = ?", (document.id, document.path)
        ).fetchone()
        if taken is None:
            new = NewDocument(document, one.created_at, one.updated_at)
            (search_rowid,) = rows.insert((new,), revision)
            known = entries.read(document.path)
            if known is None:
                problems.restore(document.path, one.problems)
            entry = replace(known.entry, good_size=one.entry.good_size) if known else one.entry
            entries.write((FileRow(entry, document.id, search_rowid),))
            change = ChangeRow(revision, document.id, document.type, document.content_hash, one.updated_at)
            record_changes(connection, (change,))


def redate(connection: apsw.Connection, documents: Iterable[KeptDocument]) -> None:
    """Let those of *documents* that their files gave back keep when they were first seen: the epoch goes on."""
    rows = DocumentRows(connection)
    for one in documents:
        rows.set_created_at(one.document.id, one.created_at)


def spend(connection: apsw.Connection, revision: int, lost: Iterable[str], now: str) -> None:
    """Make *revision* the current one, and tell in it that of *lost* those are deleted that did not come
    back.
    """
    spend_revision(connection, revision)
    for id_ in lost:
        if connection.execute("SELECT 1 FROM documents WHERE id = ?", (id_,)).fetchone() is None:
            record_changes(connection, (ChangeRow(revision, id_, id_.partition("/")[0], None, now),))


@contextmanager
def open_damaged(database: Path, folder: Path) -> Iterator[apsw.Connection | None]:
    """A connection to a copy, in *folder*, of what is left of *database*; None where nothing can be read of
    it.

    Good for `salvage` and `redate_equal` only. A copy, because what is left may have a log that SQLite would
    read by an
    index that belongs to another one; of the copy it makes that anew.
    """
    copy = folder / "damaged.db"
    try:
        shutil.copyfile(database, copy)
        if not find_stranger(wal_of(database)):
            with suppress(FileNotFoundError):
                shutil.copyfile(wal_of(database), wal_of(copy))
    except OSError:
        yield None
        return
    with closing(apsw.Connection(str(copy))) as connection:
        harden(connection)
        try:
            is_harmless = not has_planted(connection)
        except (apsw.Error, UnicodeDecodeError):
            is_harmless = False
        yield connection if is_harmless else None


def redate_equal(damaged: apsw.Connection, fresh: apsw.Connection, now: str) -> None:
    """Let documents of *fresh* whose files have not changed keep when *damaged* says that they were first
    seen.

    Only what a sound row says, and only of a moment before *now*.
    """
    rows = DocumentRows(fresh)
    with transaction(fresh), suppress(*_DAMAGED):
        for rowid in _rowids(damaged, "ASC"):
            if not is_sound(damaged, rowid):
                continue
            ((*columns,),) = damaged.execute(
                "SELECT id, content_hash, created_at FROM documents WHERE rowid = ?", (rowid,)
            ).fetchall()
            id_, content_hash, created_at = map(str, columns)
            if is_past(created_at, now) and rows.read_content_hash(id_) == content_hash:
                rows.set_created_at(id_, created_at)


def salvage(damaged: apsw.Connection, fresh: apsw.Connection) -> None:
    """Keep in *fresh* what only *damaged* has and is sound: versions of files that are broken or cannot be
    seen now.
    """
    with transaction(fresh):
        revision = read_revision(fresh)
        with suppress(*_DAMAGED):
            fresh.executemany(
                "INSERT INTO collections (type, path, format, fingerprint, root_device, root_inode) "
                "VALUES (?,?,?,'',?,?) ON CONFLICT (type) DO UPDATE SET root_device = excluded.root_device, "
                "root_inode = excluded.root_inode WHERE excluded.root_inode IS NOT NULL",
                damaged.execute(
                    "SELECT type, path, format, root_device, root_inode FROM collections"
                ).fetchall(),
            )
        with suppress(*_DAMAGED):
            copy_memory(damaged, fresh)
        for direction in ("ASC", "DESC"):  # a page that cannot be read is passed from both sides
            restore(fresh, read_kept(damaged, _rowids(damaged, direction)), revision)


def _rowids(connection: apsw.Connection, direction: str) -> Iterator[int]:
    with suppress(*_DAMAGED):
        for (rowid,) in connection.execute(
            f"SELECT rowid FROM documents NOT INDEXED ORDER BY rowid {direction}"
        ):
            yield int(rowid)
