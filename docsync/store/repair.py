"""Takes damaged rows out, keeps sound ones, and puts a sound database in the place of a damaged one.

Never reads a file of the tree, and never deletes the last damaged database: it is moved aside.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import apsw

from docsync.errors import StoreReason, StoreUnavailable
from docsync.model import Document, Entry, FileState, Reference, ReferenceStatus, ResolvedReference
from docsync.status import ListedProblem
from docsync.store.columns import BARE_COLUMNS, COLUMNS
from docsync.store.connection import open_writer, writing
from docsync.store.damage import is_sound
from docsync.store.database_files import persist
from docsync.store.document_rows import DocumentRows, content_of
from docsync.store.epoch import EpochGuard, record_inode, wal_of
from docsync.store.file_rows import EntryRows, FileRow
from docsync.store.problem_rows import ProblemRows
from docsync.store.state import ChangeRow, read_revision, record_change, spend_revision
from docsync.store.transaction import transaction

_DAMAGED = (apsw.CorruptError, apsw.NotADBError, apsw.SQLError, ValueError)


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A sound document of a damaged database: perhaps the only version that is left of a file that is broken now.

    `entry` and `problems` are what was known of its file, for as long as that is not seen again. `entry.good_size` is 0
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
    made = Document(id_, values["type"], path, content, content_hash, modified, references)
    return KeptDocument(made, values["created_at"], values["updated_at"], *_read_file(connection, made))


def _read_file(connection: apsw.Connection, document: Document) -> tuple[Entry, tuple[ListedProblem, ...]]:
    """What was known of the file of *document*, and its problems. No stamp and no hash: what it holds now is to be read."""
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
    """Remove the documents at *rowids* and all that hangs on nothing, so that the next sync reads their files again.

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
            search_rowid = rows.insert(document, revision, one.created_at, one.updated_at)
            known = entries.read(document.path)
            if known is None:
                problems.restore(document.path, one.problems)
            entry = replace(known.entry, good_size=one.entry.good_size) if known else one.entry
            entries.write(FileRow(entry, document.id, search_rowid))
            change = ChangeRow(revision, document.id, document.type, document.content_hash, one.updated_at)
            record_change(connection, change)


def redate(connection: apsw.Connection, documents: Iterable[KeptDocument]) -> None:
    """Let those of *documents* that their files gave back keep when they were first seen: the epoch goes on."""
    rows = DocumentRows(connection)
    for one in documents:
        rows.set_created_at(one.document.id, one.created_at)


def spend(connection: apsw.Connection, revision: int, lost: Iterable[str], now: str) -> None:
    """Make *revision* the current one, and tell in it that of *lost* those are deleted that did not come back."""
    spend_revision(connection, revision)
    for id_ in lost:
        if connection.execute("SELECT 1 FROM documents WHERE id = ?", (id_,)).fetchone() is None:
            record_change(connection, ChangeRow(revision, id_, id_.partition("/")[0], None, now))


@contextmanager
def open_damaged(database: Path) -> Iterator[apsw.Connection]:
    """A connection to what is left of *database*; good for `salvage` only."""
    connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        with suppress(apsw.Error):
            connection.pragma("writable_schema", True)  # noqa: FBT003  # lets SQLite read a file that was cut off
        yield connection
    finally:
        connection.close(True)  # noqa: FBT003  # apsw takes it by position only


def salvage(damaged: apsw.Connection, fresh: apsw.Connection) -> None:
    """Keep in *fresh* what only *damaged* has and is sound: versions of files that are broken or cannot be seen now."""
    with transaction(fresh):
        revision = read_revision(fresh)
        with suppress(*_DAMAGED):
            fresh.executemany(
                "INSERT INTO collections (type, path, format, fingerprint, root_device, root_inode) "
                "VALUES (?,?,?,'',?,?) ON CONFLICT (type) DO UPDATE SET root_device = excluded.root_device, "
                "root_inode = excluded.root_inode WHERE root_inode IS NULL",
                damaged.execute(
                    "SELECT type, path, format, root_device, root_inode FROM collections"
                ).fetchall(),
            )
        for direction in ("ASC", "DESC"):  # a page that cannot be read is passed from both sides
            restore(fresh, read_kept(damaged, _rowids(damaged, direction)), revision)


def _rowids(connection: apsw.Connection, direction: str) -> Iterator[int]:
    with suppress(*_DAMAGED):
        for (rowid,) in connection.execute(
            f"SELECT rowid FROM documents NOT INDEXED ORDER BY rowid {direction}"
        ):
            yield int(rowid)


def overwrite(target: apsw.Connection, source: apsw.Connection) -> None:
    """Give *target* the content of *source* in one transaction: readers see all of it or none. Raises StoreUnavailable."""
    with writing():
        record_inode(source, Path(target.filename))
        with target.backup("main", source, "main") as backup:
            backup.step(-1)


def prepare(database: Path, source: apsw.Connection) -> None:
    """Write a copy of *source* beside *database*, for `start_over`. Raises StoreUnavailable."""
    draft = _draft(database)
    for path in _files(draft):
        path.unlink(missing_ok=True)
    with open_writer(draft) as target:
        overwrite(target, source)
        with writing():
            target.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    EpochGuard(draft).mark_new()
    for path in _files(draft)[1:]:  # the log last: a draft without one is finished
        path.unlink(missing_ok=True)


def finish(database: Path) -> None:
    """Put a finished draft in the place of a database that was moved aside before docsync was killed."""
    draft = _draft(database)
    if draft.exists() and not database.exists() and not wal_of(draft).exists():
        _place(database)


def install(database: Path, source: apsw.Connection) -> None:
    """Make what *source* holds the database where none is: readers find all of it or none. Raises StoreUnavailable."""
    prepare(database, source)
    try:
        _place(database)
    except OSError as error:
        raise StoreUnavailable(StoreReason.IO_ERROR, f"{database}: cannot be put there ({error})") from error


def start_over(database: Path, stamp: str) -> None:
    """Move the three files of *database* aside and put what `prepare` wrote there. Nobody here may have it open.

    Raises StoreUnavailable.
    """
    try:
        for older in database.parent.glob(f"{database.name}.damaged-*"):
            older.unlink()
        # The database first: SQLite throws a log without a database away, but would read one that belongs to another.
        for path in filter(Path.exists, _files(database)):
            path.replace(
                path.with_name(path.name.replace(database.name, f"{database.name}.damaged-{stamp}", 1))
            )
        _place(database)
    except OSError as error:
        raise StoreUnavailable(
            StoreReason.IO_ERROR, f"the damaged database cannot be moved aside ({error})"
        ) from error


def _place(database: Path) -> None:
    EpochGuard(database).mark_new()
    wal_of(database).touch()  # without a log it would be taken for a copy, and get one more epoch
    _draft(database).replace(database)
    persist(database.parent)


def _draft(database: Path) -> Path:
    return database.with_name(database.name + ".new")


def _files(database: Path) -> tuple[Path, Path, Path]:
    return database, database.with_name(database.name + "-shm"), wal_of(database)
