"""A database of dictionaries with transactions that may fail: several times as fast as SQLite. Never touches a disk.

Passes the same contract tests as store.SqliteStore; what only SQL can get wrong is for the histories on the real one.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from itertools import chain

from docsync.change import ApplyResult, DatabaseState, FileReference, RowChange
from docsync.errors import StoreReason, StoreUnavailable
from docsync.model import Asset, AssetUse, Entry, FileState, Problem, Reference, ReferenceStatus, Severity
from docsync.names import Collection, covers, fold_path
from docsync.store.guard_memory import CountedDeletion
from tests.simulation.faults import Faults
from tests.simulation.memory_batch import MemoryBatch
from tests.simulation.memory_tables import Declared, Tables
from tests.simulation.snapshot import Recorded, Snapshot, stored_assets

_REASONS = {"locked": StoreReason.LOCKED, "full": StoreReason.DISK_FULL}
_fold = lru_cache(maxsize=4096)(fold_path)


class Memory:
    """The tables, and what a reader sees of them. Outlives the daemons that write to it."""

    def __init__(self) -> None:
        self.tables = Tables()
        self.faults = Faults(lambda fault: StoreUnavailable(_REASONS[fault], "simulated"))

    @contextmanager
    def transaction(self) -> Iterator[Tables]:
        """All or nothing."""
        before = self.tables
        self.faults.place()
        self.tables = before.copy()
        try:
            yield self.tables
            self.faults.place()
        except BaseException:
            self.tables = before
            raise
        if self.tables is before:
            return  # the body only wanted to try
        self.faults.committed()
        self.faults.place(after=True)

    # As a reader

    def take(self) -> Snapshot:
        """Look at everything: what is committed is never changed any more."""
        tables = self.tables
        return Snapshot(
            tables.revision,
            tables.rows,
            tables.files,
            tables.problems,
            tables.tags,
            tables.references,
            tables.search,
            frozenset(self._status()),
        )

    def _status(self) -> Iterator[tuple[str, str, str | None]]:
        """What the view document_status says of the documents that are not as their files say."""
        tables = self.tables
        for path, row in tables.rows.items():
            file, root = tables.files[path], tables.collections[row.type].path
            root_file = tables.files.get(root)
            state = {"held": "held", "broken": "stale", "unreadable": "stale"}.get(file.state)
            if state is None and root_file is not None and root_file.state == "unreadable":
                state = "stale"
            if state is not None:
                told = tables.problems.get(root if file.state == "ok" else path)
                yield row.id, state, told[0].code if told else None

    def changes(self, after: int) -> Sequence[Recorded]:
        """What was recorded after the change number *after*."""
        return self.tables.changes[after:]

    def ids_with(self, word: str) -> list[str]:
        """The documents that a search for *word* finds."""
        return [found[0] for found in self.tables.search.values() if word in " ".join(map(str, found[1:]))]


class MemoryStore:
    """The writer's side of a Memory."""

    def __init__(self, memory: Memory, now: Callable[[], str]) -> None:
        self._memory = memory
        self._now = now

    def index(self, scopes: Iterable[str]) -> dict[str, Entry]:
        """What is known of every path in *scopes*, by path."""
        entries = self._memory.tables.entries
        found: dict[str, Entry] = {}
        for scope in scopes:
            beneath = scope + "/" if scope else ""
            paths = [path for path in entries if path == scope or path.startswith(beneath)]
            found.update((path, entries[path]) for path in sorted(paths))
        return found

    def list_held(self) -> list[Entry]:
        """The files whose deletion is kept back."""
        entries = self._memory.tables.entries.values()
        return [entry for entry in entries if entry.state is FileState.HELD and entry.has_document]

    def list_deletions(self) -> list[CountedDeletion]:
        """The deletions that the guard counted last, but for those whose document is back."""
        tables = self._memory.tables
        return [one for path, one in sorted(tables.deletions.items()) if path not in tables.rows]

    def old_paths(self, type_: str) -> set[str]:
        """The documents' files that a collection had before its folder was replaced; all where it was not."""
        tables = self._memory.tables
        old = tables.replaced.get(type_, tables.paths.keys())
        return {
            path for id_, path in tables.paths.items() if id_ in old and tables.entries[path].type == type_
        }

    def rows(self, type_: str) -> int:
        """How many documents a collection has now, by the collection that their files are of."""
        return sum(e.type == type_ and e.has_document for e in self._memory.tables.entries.values())

    def names_of(self, files: Iterable[tuple[int, int]]) -> list[str]:
        """The known paths of the files with these devices and inodes."""
        stamps = {path: entry.stamp for path, entry in self._memory.tables.entries.items()}
        wanted = set(files)
        return sorted(path for path, one in stamps.items() if one and (one.device, one.inode) in wanted)

    def twin_groups(self, scopes: Iterable[str], paths: Iterable[str]) -> list[list[str]]:
        """The known paths whose names differ in case or Unicode form only: see SqliteStore."""
        wanted, named, groups = list(scopes), {_fold(path) for path in paths}, dict[str, list[str]]()
        for path in sorted(self._memory.tables.entries):
            groups.setdefault(_fold(path), []).append(path)
        return [
            group
            for key, group in sorted(groups.items())
            if key in named
            or (len(group) > 1 and any(covers(scope, path) for scope in wanted for path in group))
        ]

    def warnings(self, code: str, scopes: Iterable[str]) -> dict[str, Problem]:
        """The problem of *code* of each path in *scopes* that has one."""
        wanted = list(scopes)
        return {
            path: Problem(path, t.code, t.message, Severity(t.severity), t.line, t.column, t.hint)
            for path, told in self._memory.tables.problems.items()
            for t in told
            if t.code == code and any(covers(scope, path) for scope in wanted)
        }

    def links(self, scopes: Iterable[str]) -> list[FileReference]:
        """The references whose target lies in *scopes*."""
        references, wanted = self._memory.tables.references, list(scopes)
        return [
            link
            for id_ in sorted(references)
            for link, resolved in self._links(id_)
            if any(covers(scope, resolved) for scope in wanted)
        ]

    def links_of(self, paths: Iterable[str]) -> list[FileReference]:
        """The references to files that the documents of *paths* hold."""
        rows = self._memory.tables.rows
        return [link for path in paths if path in rows for link, _ in self._links(rows[path].id)]

    def asset_uses(self, scopes: Iterable[str], users: Iterable[str] = ()) -> list[AssetUse]:
        """The assets that lie in *scopes*, and those of documents in *users*."""
        tables, wanted, by = self._memory.tables, list(scopes), list(users)
        return [
            AssetUse(tables.paths[id_], one.path, one.stamp, one.racy)
            for id_ in sorted(tables.assets)
            for one in tables.assets[id_]
            if any(covers(scope, one.path) for scope in wanted)
            or any(covers(scope, tables.paths[id_]) for scope in by)
        ]

    def read_assets(self, path: str) -> dict[str, Asset]:
        """The assets that are stored of the document whose file is at *path*, by their paths."""
        row = self._memory.tables.rows.get(path)
        return {asset.path: asset for asset in stored_assets(row)} if row else {}

    def has_front_matter(self, path: str) -> bool:
        """True where the stored document of the file at *path* has values in its front matter."""
        row = self._memory.tables.rows.get(path)
        return bool(row and json.loads(row.document).get("frontmatter"))

    def _links(self, id_: str) -> Iterator[tuple[FileReference, str]]:
        path = self._memory.tables.paths[id_]
        for n, p in enumerate(self._memory.tables.references.get(id_, ())):
            if p.resolved is not None:
                yield (
                    FileReference(id_, n, path, Reference(p.kind, p.target, p.at), ReferenceStatus(p.status)),
                    p.resolved,
                )

    def roots(self) -> dict[str, tuple[int, int] | None]:
        """The identity that each collection's folder had when it was last read, None if never."""
        return {type_: declared.identity for type_, declared in self._memory.tables.collections.items()}

    def read_state(self, scopes: Iterable[str]) -> DatabaseState:
        """The database's version, and which paths in *scopes* are broken (or unreadable) and held."""
        wanted = list(scopes)
        entries = self.index(wanted).values()
        shut = (e for e in self._memory.tables.entries.values() if e.state is FileState.UNREADABLE)
        above = {e.path for e in shut if any(covers(e.path, scope) for scope in wanted)}
        seen = {e.path for e in entries if e.state in (FileState.BROKEN, FileState.UNREADABLE)}
        broken = sorted(above | seen)
        held = sorted(e.path for e in entries if e.state is FileState.HELD)
        return DatabaseState("simulated", self._memory.tables.revision, tuple(broken), tuple(held))

    def apply(self, changes: Iterable[RowChange], *, keep: bool = True) -> ApplyResult:
        """Write *changes* in one transaction, all or nothing. They may be made while it runs."""
        pending = iter(changes)
        first = next(pending, None)
        if first is None:
            return ApplyResult(self._memory.tables.revision)
        before = self._memory.tables
        with self._memory.transaction() as tables:
            batch = MemoryBatch(tables, self._now())
            for change in chain((first,), pending):
                self._memory.faults.place()
                batch.write(change)
            applied = batch.finish()
            if not keep:
                self._memory.tables = before
        return applied

    def declare(self, collections: Sequence[Collection], fingerprints: Mapping[str, str]) -> set[str]:
        """Record today's collections; returns the types whose rows were made by other rules."""
        with self._memory.transaction() as tables:
            today = {
                c.type: replace(tables.collections.get(c.type, Declared(c.path)), path=c.path)
                for c in collections
            }
            used = {row.type for row in tables.rows.values()}
            kept = {type_: declared for type_, declared in tables.collections.items() if type_ in used}
            tables.collections = {**kept, **today}
            changed = {
                type_ for type_, declared in today.items() if declared.fingerprint != fingerprints[type_]
            }
            for type_ in changed:
                tables.collections[type_] = replace(today[type_], fingerprint="")
        return changed

    def mark_loaded(self, fingerprints: Mapping[str, str]) -> None:
        """Every row of these types was made by the rules that their fingerprint names."""
        with self._memory.transaction() as tables:
            for type_, fingerprint in fingerprints.items():
                tables.collections[type_] = replace(tables.collections[type_], fingerprint=fingerprint)
