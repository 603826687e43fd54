"""The store that sync writes to: the index of known files, and one transaction a batch. Never looks at the file tree."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain

import apsw

from docsync.change import ApplyResult, DatabaseState, FileReference, RowChange
from docsync.model import Asset, AssetUse, Entry, FileState, Problem, Reference, ReferenceStatus
from docsync.names import EVERYTHING, Collection, ancestors, fold_path, is_within
from docsync.store.asset_rows import AssetRows
from docsync.store.batch import BatchWriter
from docsync.store.connection import reading, writing
from docsync.store.document_rows import DocumentRows
from docsync.store.file_rows import ENTRY_COLUMNS, entry_of
from docsync.store.guard_memory import CountedDeletion, list_old_paths, read_deletions
from docsync.store.problem_rows import PROBLEM_COLUMNS, problem_of
from docsync.store.retention import DEFAULT_KEEP_CHANGES, prune
from docsync.store.schema import make_path_index, name_path_index
from docsync.store.state import read_version
from docsync.store.transaction import transaction

# "0" follows "/" in every collation of bytes: the range holds exactly what lies beneath a folder.
_BENEATH = "(file_path = ?1 OR (file_path > ?1 || '/' AND file_path < ?1 || '0'))"
_NAMES_OF = (
    "SELECT file_path FROM files WHERE (device, inode) IN "
    "(SELECT value ->> 0, value ->> 1 FROM json_each(?)) ORDER BY file_path"
)
# Asked once for all scopes of a batch: a statement for each would cost a file more than to parse it.
_LINKS = (
    "SELECT r.document_id, r.ordinal, d.file_path, r.kind, r.target, r.at, r.status FROM {} "
    "document_references r JOIN documents d ON d.id = r.document_id WHERE r.resolved IS NOT NULL {}"
)
_ALL_LINKS = _LINKS.format("", "")
_LINKS_OF = _LINKS.format("", "AND d.file_path = ?1")
_LINKS_TO = _LINKS.format(
    "json_each(?1) AS s CROSS JOIN",
    "AND " + _BENEATH.replace("file_path", "r.resolved").replace("?1", "s.value"),
)
_TWIN_KEYS = (
    "SELECT coalesce(twin_key, file_path) FROM files AS f WHERE {} AND (EXISTS (SELECT 1 FROM files "
    "WHERE twin_key = coalesce(f.twin_key, f.file_path) AND file_path <> f.file_path) "
    "OR (twin_key IS NOT NULL AND EXISTS (SELECT 1 FROM files WHERE file_path = f.twin_key)))"
)
# UNION ALL takes a quarter of the time that OR does (measured).
_WITH_KEY = "SELECT file_path FROM files WHERE"
_OF_TWIN_KEY = f"{_WITH_KEY} file_path = ?1 UNION ALL {_WITH_KEY} twin_key = ?1"

_HAS_FRONT_MATTER = (
    "SELECT 1 FROM documents WHERE file_path = ? AND json_extract(document, '$.frontmatter') <> '{}'"
)


class SqliteStore:
    """The writer's side of the database; belongs to the thread that syncs."""

    def __init__(
        self, connection: apsw.Connection, now: Callable[[], str], keep_changes: int = DEFAULT_KEEP_CHANGES
    ) -> None:
        """*keep_changes* is how many changes the feed remembers at least."""
        self._connection = connection
        self._now = now
        self._keep_changes = keep_changes
        self._batch: BatchWriter | None = None

    @property
    def epoch(self) -> str:
        """The random id of this database's life."""
        return self._version()[0]

    @property
    def revision(self) -> int:
        """The number of the last committed change."""
        return self._version()[1]

    @contextmanager
    def _looking(self) -> Iterator[None]:
        """Like `reading`, of all that the running transaction was given so far."""
        with reading():
            if self._batch is not None:
                self._batch.flush()
            yield

    def _version(self) -> tuple[str, int]:
        with self._looking():
            return read_version(self._connection)

    def index(self, scopes: Iterable[str]) -> dict[str, Entry]:
        """What is known of every path in *scopes*, by path."""
        found: dict[str, Entry] = {}
        with self._looking():
            for scope in scopes:
                if scope == EVERYTHING:
                    rows = self._connection.execute(f"SELECT {ENTRY_COLUMNS} FROM files")
                else:
                    rows = self._connection.execute(
                        f"SELECT {ENTRY_COLUMNS} FROM files WHERE {_BENEATH}", (scope,)
                    )
                found.update((row[0], entry_of(row)) for row in rows)
        return found

    def names_of(self, files: Iterable[tuple[int, int]]) -> list[str]:
        """The known paths of the files with these devices and inodes: one pass over all, without an index."""
        with self._looking():
            rows = self._connection.execute(_NAMES_OF, (json.dumps(list(files)),))
            return [str(path) for (path,) in rows]

    def list_held(self) -> list[Entry]:
        """The files whose deletion is kept back."""
        with self._looking():
            rows = self._connection.execute(
                f"SELECT {ENTRY_COLUMNS} FROM files WHERE state = 'held' AND good_size IS NOT NULL"
            )
            return list(map(entry_of, rows))

    def list_deletions(self) -> list[CountedDeletion]:
        """The deletions that the guard counted last, but for those whose document is back."""
        with self._looking():
            return read_deletions(self._connection)

    def old_paths(self, type_: str) -> set[str]:
        """The documents' files that a collection had before its folder was replaced; all where it was not."""
        with self._looking():
            return list_old_paths(self._connection, type_)

    def rows(self, type_: str) -> int:
        """How many documents a collection has now, those of the running transaction included.

        A broken file that another collection has taken over counts there, although its last good row has the old type:
        so do its deletions.
        """
        with self._looking():
            sql = "SELECT count(*) FROM files WHERE type = ? AND good_size IS NOT NULL"
            return int(self._connection.execute(sql, (type_,)).get)

    def twin_groups(self, scopes: Iterable[str], paths: Iterable[str]) -> list[list[str]]:
        """The known paths whose names differ in case or Unicode form only, group by group.

        The groups of all that lies in *scopes*, and those that each of *paths* belongs to or would belong to.
        """
        keys = {fold_path(path) for path in paths}
        with self._looking():
            for scope in scopes:
                # One of a group has a key that is not its own path.
                near = "twin_key IS NOT NULL" if scope == EVERYTHING else _BENEATH
                values = () if scope == EVERYTHING else (scope,)
                keys.update(str(key) for (key,) in self._connection.execute(_TWIN_KEYS.format(near), values))
            groups = (self._connection.execute(_OF_TWIN_KEY, (key,)).fetchall() for key in sorted(keys))
            return [sorted(str(path) for (path,) in group) for group in groups if group]

    def warnings(self, code: str, scopes: Iterable[str]) -> dict[str, Problem]:
        """The problem of *code* of each path in *scopes* that has one."""
        found: dict[str, Problem] = {}
        with self._looking():
            for scope in scopes:
                near = "" if scope == EVERYTHING else f"AND {_BENEATH}"
                rows = self._connection.execute(
                    f"SELECT {PROBLEM_COLUMNS} FROM problems WHERE code = ?2 {near}", (scope, code)
                )
                found.update((str(row[0]), problem_of(row)) for row in rows)
        return found

    def read_state(self, scopes: Iterable[str]) -> DatabaseState:
        """The database's version, and which paths in *scopes* are broken (or unreadable) and held.

        An unreadable folder above one of *scopes* counts, too.
        """
        wanted = frozenset(scopes)
        above = frozenset(chain.from_iterable(map(ancestors, wanted)))
        with self._looking():
            rows = self._connection.execute(
                "SELECT file_path, state FROM files WHERE state <> 'ok' ORDER BY file_path"
            ).fetchall()
        troubled = [
            (str(path), state)
            for path, state in rows
            if is_within(wanted, str(path)) or (state == FileState.UNREADABLE and path in above)
        ]
        broken = tuple(path for path, state in troubled if state in (FileState.BROKEN, FileState.UNREADABLE))
        held = tuple(path for path, state in troubled if state == FileState.HELD)
        return DatabaseState(*self._version(), broken, held)

    def links(self, scopes: Iterable[str]) -> list[FileReference]:
        """The references whose target lies in *scopes*."""
        wanted = list(scopes)
        return self._links(_ALL_LINKS) if EVERYTHING in wanted else self._links(_LINKS_TO, json.dumps(wanted))

    def links_of(self, paths: Iterable[str]) -> list[FileReference]:
        """The references to files that the documents of *paths* hold."""
        return [link for path in paths for link in self._links(_LINKS_OF, path)]

    def _links(self, statement: str, *values: str) -> list[FileReference]:
        with self._looking():
            rows = self._connection.execute(statement, values)
            return [
                FileReference(id_, n, path, Reference(*rest), ReferenceStatus(status))
                for id_, n, path, *rest, status in rows
            ]

    def asset_uses(self, scopes: Iterable[str], users: Iterable[str]) -> list[AssetUse]:
        """The assets that lie in *scopes*, once for each document that takes them in, and those of *users*.

        *users* are scopes in which documents lie.
        """
        with self._looking():
            return AssetRows(self._connection).list_uses(scopes, users)

    def read_assets(self, path: str) -> dict[str, Asset]:
        """The assets, with their texts, that are stored of the document at *path*, by their own paths."""
        with self._looking():
            DocumentRows(self._connection).prove(path)  # a text of a file that is gone goes into the next row
            return AssetRows(self._connection).read_texts(path)

    def has_front_matter(self, path: str) -> bool:
        """True where the stored document of the file at *path* has values in its front matter."""
        with self._looking():
            return bool(self._connection.execute(_HAS_FRONT_MATTER, (path,)).fetchone())

    def apply(self, changes: Iterable[RowChange], *, keep: bool = True) -> ApplyResult:
        """Write *changes* in one transaction, all or nothing. They may be made while it runs.

        With keep=False the transaction is rolled back: the answer says what would have happened.
        Raises StoreUnavailable when the database cannot be written now; then nothing was changed.
        """
        pending = iter(changes)
        first = next(pending, None)
        if first is None:
            return ApplyResult(self.revision)
        with writing(), transaction(self._connection):
            self._batch = batch = BatchWriter(self._connection, self._now())
            try:
                for change in chain((first,), pending):
                    batch.write(change)
                applied = batch.finish()
            finally:
                self._batch = None
            if applied.changed:
                prune(self._connection, self._keep_changes, len(applied.upserted) + len(applied.deleted))
            if not keep:
                self._connection.execute("ROLLBACK")
        return applied

    def declare(self, collections: Sequence[Collection], fingerprints: Mapping[str, str]) -> set[str]:
        """Record today's collections; returns the types whose rows were made by other rules and must be read again."""
        with writing(), transaction(self._connection):
            for collection in collections:
                self._connection.execute(
                    "INSERT INTO collections (type, path, format, fingerprint) VALUES (?,?,?,'') "
                    "ON CONFLICT (type) DO UPDATE SET path = excluded.path, format = excluded.format",
                    (collection.type, collection.path, collection.format),
                )
            declared = tuple(collection.type for collection in collections)
            self._connection.execute(
                f"DELETE FROM collections WHERE type NOT IN ({','.join('?' * len(declared))}) "
                "AND type NOT IN (SELECT type FROM documents)",
                declared,
            )
            _index_paths(self._connection, [path for collection in collections for path in collection.index])
            with reading():
                rows = self._connection.execute("SELECT type, fingerprint FROM collections").fetchall()
            known = {str(type_): fingerprint for type_, fingerprint in rows}
            changed = {type_ for type_ in declared if known[type_] != fingerprints[type_]}
            # Until all of them are read again, the rows are by two rules: no fingerprint may say otherwise.
            self._connection.executemany(
                "UPDATE collections SET fingerprint = '' WHERE type = ?",
                [(type_,) for type_ in sorted(changed)],
            )
        return changed

    def mark_loaded(self, fingerprints: Mapping[str, str]) -> None:
        """Every row of these types was made by the rules that their fingerprint names."""
        with writing(), transaction(self._connection):
            self._connection.executemany(
                "UPDATE collections SET fingerprint = ? WHERE type = ?",
                [(fingerprint, type_) for type_, fingerprint in fingerprints.items()],
            )

    def roots(self) -> dict[str, tuple[int, int] | None]:
        """The identity (device, inode) that each collection's folder had when it was last read, None if never."""
        with self._looking():
            rows = self._connection.execute("SELECT type, root_device, root_inode FROM collections")
            return {type_: None if inode is None else (device, inode) for type_, device, inode in rows}


def _index_paths(connection: apsw.Connection, paths: Sequence[str]) -> None:
    """Make the indexes on JSON paths those that the configuration names."""
    wanted = {name_path_index(path): path for path in paths}
    rows = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE 'documents\\_path\\_%' ESCAPE '\\'"
    )
    known = {str(name) for (name,) in rows.fetchall()}
    for name in known - wanted.keys():
        connection.execute(f"DROP INDEX {name}")
    for name in wanted.keys() - known:
        connection.execute(make_path_index(wanted[name]))
