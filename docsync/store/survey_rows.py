"""The database as a walk beside the sync reads it: page by page, each a read of its own. Never writes."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import apsw

from docsync.change import FileReference
from docsync.model import AssetUse, Entry, Problem, Reference, ReferenceStatus, Scan, Stamp
from docsync.store.connection import reading
from docsync.store.file_rows import ENTRY_COLUMNS, EntryRows, entry_of
from docsync.store.problem_rows import ProblemRows
from docsync.store.sqlite import SqliteStore

Key = tuple[str, str | int]
"""Where a page begins: behind the row with this key. The first one is behind START."""

START: Key = ("", "")

_PATHS = "SELECT file_path FROM files WHERE file_path > ? ORDER BY file_path LIMIT ?"
_ENTRIES = f"SELECT {ENTRY_COLUMNS} FROM files WHERE file_path > ? ORDER BY file_path LIMIT ?"
_LINKS = (
    "SELECT r.document_id, r.ordinal, d.file_path, r.kind, r.target, r.at, r.status "
    "FROM document_references AS r JOIN documents AS d ON d.id = r.document_id "
    "WHERE r.resolved IS NOT NULL AND (r.document_id, r.ordinal) > (?, ?) "
    "ORDER BY r.document_id, r.ordinal LIMIT ?"
)
_USES = (
    "SELECT u.document_id, d.file_path, u.path, u.racy, u.mtime_ns, u.ctime_ns, u.size, u.inode, u.device "
    "FROM asset_uses AS u JOIN documents AS d ON d.id = u.document_id "
    "WHERE (u.document_id, u.path) > (?, ?) ORDER BY u.document_id, u.path LIMIT ?"
)


class KnownPage(NamedTuple):
    """Some of what is known, up to the path `last`; `alike` are the paths of files that are as it says."""

    last: str
    alike: list[str]
    others: list[Entry]


class SurveyRows:
    """What is known, on a connection that only reads."""

    def __init__(self, connection: apsw.Connection) -> None:
        store = SqliteStore(connection, str)
        self._connection = connection
        self._entries = EntryRows(connection)
        self._problems = ProblemRows(connection)
        self.roots = store.roots
        self.warnings = store.warnings
        self.twin_groups = store.twin_groups
        self.read_assets = store.read_assets

    def page_paths(self, after: str, count: int) -> list[str]:
        """The *count* paths that follow *after*, in the order of their bytes."""
        with reading():
            paths = [str(path) for (path,) in self._connection.execute(_PATHS, (after, count))]
            _check_order([after, *paths])
            return paths

    def page_entries(self, after: str, count: int, scan: Scan) -> KnownPage | None:
        """The *count* entries whose paths follow *after*, in the order of their bytes; None if there is none.

        Alike is a file that was read, under the type and stamp that *scan* found, which prove something.
        """
        with reading():
            paths, alike, others = list[str](), list[str](), list[Entry]()
            for row in self._connection.execute(_ENTRIES, (after, count)):
                paths.append(last := str(row[0]))
                if _is_alike(last, row, scan):
                    alike.append(last)
                else:
                    others.append(entry_of(row))
            _check_order([after, *paths])
        return KnownPage(paths[-1], alike, others) if paths else None

    def find_entries(self, paths: Iterable[str]) -> dict[str, Entry]:
        """What is known of *paths* themselves, and not of what lies beneath."""
        with reading():
            rows = map(self._entries.read, paths)
            return {row.entry.path: row.entry for row in rows if row is not None}

    def page_links(self, after: Key, count: int) -> list[tuple[Key, FileReference]]:
        """The *count* references to files behind *after*, each with its key."""
        with reading():
            rows = self._connection.execute(_LINKS, (*after, count))
            links = [
                ((id_, n), FileReference(id_, n, path, Reference(*rest), ReferenceStatus(status)))
                for id_, n, path, *rest, status in rows
            ]
            _check_order([after, *(key for key, _ in links)])
            return links

    def page_uses(self, after: Key, count: int) -> list[tuple[Key, AssetUse]]:
        """The *count* assets behind *after* that documents take in, each with its key."""
        with reading():
            rows = self._connection.execute(_USES, (*after, count))
            uses = [
                ((id_, asset), AssetUse(path, asset, None if at[0] is None else Stamp(*at), bool(racy)))
                for id_, path, asset, racy, *at in rows
            ]
            _check_order([after, *(key for key, _ in uses)])
            return uses

    def list_problems(self, paths: Iterable[str]) -> list[Problem]:
        """What is recorded of *paths*."""
        with reading():
            return [problem for path in paths for problem in self._problems.of(path)]


def _check_order(keys: Sequence[Any]) -> None:
    """*keys* are paths, or of Key. Pages of a damaged tree would follow one another for ever.

    Raises CorruptError.
    """
    try:
        is_ordered = all(earlier < later for earlier, later in pairwise(keys))
    except TypeError:  # no docsync has written such keys
        is_ordered = False
    if not is_ordered:
        raise apsw.CorruptError("rows are not in their order")


def _is_alike(path: str, row: Sequence[object], scan: Scan) -> bool:
    """The judge of this quick way is `diff`: what is alike here is present there."""
    type_, state, racy = row[1], row[2], row[-1]
    return scan.found.get(path) == row[3:8] and scan.types[path] == type_ and state == "ok" and not racy
