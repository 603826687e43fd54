"""The rows of `files`: what was last seen of every path. Never begins a transaction."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import apsw

from docsync.change import Upsert
from docsync.model import Entry, FileState, Stamp
from docsync.names import fold_path

ENTRY_COLUMNS = (
    "file_path, type, state, mtime_ns, ctime_ns, size, inode, device, content_hash, good_size, racy"
)
"""The columns that `entry_of` takes, in its order."""

_WRITE = f"INSERT OR REPLACE INTO files ({ENTRY_COLUMNS}, id, search_rowid, twin_key) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_NO_STAMP = (None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class FileRow:
    """A whole row: `document_id` is the document that the path stands for, `search_rowid` where its texts are indexed."""

    entry: Entry
    document_id: str | None = None
    search_rowid: int | None = None


def good_file_row(change: Upsert, search_rowid: int) -> FileRow:
    """What is known of the file of *change*, whose texts are indexed at *search_rowid*."""
    document, stamp = change.document, change.stamp
    entry = Entry(
        document.path, document.type, FileState.OK, stamp, document.content_hash, stamp.size, change.racy
    )
    return FileRow(entry, document.id, search_rowid)


class EntryRows:
    """The files table, on one connection."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def read(self, path: str) -> FileRow | None:
        """What is known of *path*. Raises ValueError for a row that no docsync has written."""
        row = self._connection.execute(
            f"SELECT {ENTRY_COLUMNS}, id, search_rowid FROM files WHERE file_path = ?", (path,)
        ).fetchone()
        return None if row is None else FileRow(entry_of(row[:-2]), *row[-2:])

    def write(self, rows: Iterable[FileRow]) -> None:
        """Let each of *rows* be all that is known of its path."""
        self._connection.executemany(_WRITE, map(_values, rows))

    def touch(self, path: str, stamp: Stamp, *, racy: bool) -> None:
        """Record a new stamp of the same bytes."""
        self._connection.execute(
            "UPDATE files SET mtime_ns = ?, ctime_ns = ?, size = ?, inode = ?, device = ?, racy = ? WHERE file_path = ?",
            (*stamp, int(racy), path),
        )

    def hold(self, path: str) -> bool:
        """Record that the deletion of *path* is kept back. True if it was not before."""
        self._connection.execute(
            "UPDATE files SET state = 'held' WHERE file_path = ? AND state <> 'held'", (path,)
        )
        return self._connection.changes() > 0

    def delete(self, path: str) -> None:
        """Forget *path*."""
        self._connection.execute("DELETE FROM files WHERE file_path = ?", (path,))


def list_read_paths(connection: apsw.Connection) -> Iterator[str]:
    """The paths of all files whose content was read, for better or worse, those taken in included."""
    for (path,) in connection.execute(
        "SELECT file_path FROM files WHERE content_hash IS NOT NULL "
        "UNION SELECT path FROM asset_uses WHERE mtime_ns IS NOT NULL"
    ):
        yield str(path)


def entry_of(row: Sequence[object]) -> Entry:
    """The Entry that a row of ENTRY_COLUMNS stands for. Raises ValueError for one that no docsync has written."""
    path, type_, state, *numbers, content_hash, good_size, racy = row
    stamp = None if numbers[0] is None else Stamp(*numbers)  # type: ignore[arg-type]  # STRICT columns: integers
    return Entry(
        str(path),
        str(type_),
        FileState(str(state)),
        stamp,
        content_hash,  # type: ignore[arg-type]  # STRICT column: text or NULL
        good_size,  # type: ignore[arg-type]  # STRICT column: integer or NULL
        bool(racy),
    )


def _values(row: FileRow) -> tuple[str | int | None, ...]:
    entry = row.entry
    return (
        entry.path,
        entry.type,
        entry.state.value,
        *(entry.stamp or _NO_STAMP),
        entry.content_hash,
        entry.good_size,
        int(entry.racy),
        row.document_id,
        row.search_rowid,
        _twin_key(entry.path),
    )


def _twin_key(path: str) -> str | None:
    """What files.twin_key holds for *path*: only what is not the path itself."""
    key = fold_path(path)
    return None if key == path else key
