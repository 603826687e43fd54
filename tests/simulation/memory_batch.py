"""Writes the changes of one transaction to tables that are dictionaries, as store.batch does to SQLite's.

Never begins or ends a transaction. The contract tests hold it against the real one.
"""

from dataclasses import replace
from typing import assert_never

from docsync.change import (
    WARN_CODES,
    AdoptRoot,
    ApplyResult,
    Delete,
    DoubtRoot,
    ForgetDeletions,
    Hold,
    Refuse,
    Relink,
    RowChange,
    Touch,
    Upsert,
    Warn,
)
from docsync.model import Document, Entry, FileState, Problem, Severity
from docsync.store.document_rows import extract_visible
from docsync.store.guard_memory import CountedDeletion
from tests.simulation.memory_tables import Tables
from tests.simulation.snapshot import FileRow, Pointer, Recorded, Row, Told, row_of


class MemoryBatch:
    """One revision in the making: `write` each change, then `finish`."""

    def __init__(self, tables: Tables, now: str) -> None:
        self._tables = tables
        self._now = now
        self._revision = tables.revision + 1
        self.applied = ApplyResult(tables.revision)

    def write(self, change: RowChange) -> None:
        """Carry out one change."""
        match change:
            case Upsert():
                self._upsert(change)
            case Touch():
                self._touch(change)
            case Refuse():
                self._refuse(change)
            case Hold():
                self._hold(change)
            case Delete():
                self._delete(change)
            case Relink() | Warn():
                self._follow(change)
            case AdoptRoot() | DoubtRoot() | ForgetDeletions():
                self._keep(change)
            case _:
                assert_never(change)

    def finish(self) -> ApplyResult:
        """Spend a revision if a reader can see any of it."""
        if self.applied.changed:
            self._tables.revision = self.applied.revision = self._revision
        return self.applied

    def _upsert(self, change: Upsert) -> None:
        document, tables = change.document, self._tables
        row = tables.rows.get(document.path)
        if row is None or not self._says(row, document):
            if row is not None:
                self._drop(row)
            if row is not None and row.id != document.id:
                self._record_deletion(row.id)
            if row is None or row.id != document.id:
                self._take_over_id(document.id)
            self._insert(document)
            self._record(document.id, "upsert", document.content_hash)
            self.applied.upserted.append(document.path)
            rowid = max(tables.search)
        else:
            rowid = _rowid(tables.files[document.path])
            self._keep_assets(document)
        size = change.stamp.size
        entry = Entry(
            document.path, document.type, FileState.OK, change.stamp, document.content_hash, size, change.racy
        )
        self._remember(entry, document.id, rowid)
        self._write_problems(document.path, (*change.problems, *self._list_warned(document.path)))

    def _says(self, row: Row, document: Document) -> bool:
        """True when what is stored is *document* to the letter."""
        *_, search_text, references = extract_visible(document)
        return (
            row == row_of(document, row.revision)
            and self._tables.search[_rowid(self._tables.files[row.path])][3] == search_text
            and self._tables.references.get(row.id, ()) == references
        )

    def _insert(self, document: Document) -> None:
        tables, content = self._tables, document.content
        tables.rows[document.path] = row_of(document, self._revision)
        tables.paths[document.id] = document.path
        if content.tags:
            tables.tags[document.id] = tuple(sorted(set(content.tags)))
        if document.references:
            tables.references[document.id] = tuple(
                Pointer(r.reference.kind, r.reference.target, r.reference.at, r.path, r.status.value)
                for r in document.references
            )
        self._keep_assets(document)
        found = (document.id, content.name, content.description, content.text)
        tables.search[max(tables.search, default=0) + 1] = found

    def _keep_assets(self, document: Document) -> None:
        self._tables.assets.pop(document.id, None)
        if document.assets:
            self._tables.assets[document.id] = document.assets

    def _drop(self, row: Row) -> None:
        tables = self._tables
        del tables.rows[row.path], tables.paths[row.id], tables.search[_rowid(tables.files[row.path])]
        tables.tags.pop(row.id, None)
        tables.references.pop(row.id, None)
        tables.assets.pop(row.id, None)

    def _take_over_id(self, id_: str) -> None:
        """Another file that had the id until the configuration changed loses it."""
        owner = self._tables.paths.get(id_)
        if owner is not None:
            self._drop(self._tables.rows[owner])
            self._forget(owner)
            self.applied.displaced.append(owner)

    def _touch(self, change: Touch) -> None:
        entry = self._tables.entries.get(change.path)
        if entry is not None:
            self._remember(replace(entry, stamp=change.stamp, racy=change.racy))
        self.applied.touched += 1

    def _refuse(self, change: Refuse) -> None:
        known, file = self._tables.entries.get(change.path), self._tables.files.get(change.path)
        good_size = known.good_size if known else None
        entry = Entry(
            change.path, change.type, change.state, change.stamp, change.content_hash, good_size, change.racy
        )
        self._remember(entry, file.id if file else None, file.rowid if file else None)
        self.applied.changed |= known is None or known.state is not change.state
        self.applied.refused += 1
        self._write_problems(change.path, (*change.problems, *self._list_warned(change.path)))

    def _hold(self, change: Hold) -> None:
        known = self._tables.entries.get(change.entry.path)
        if known is not None and known.state is not FileState.HELD:
            self._remember(replace(known, state=FileState.HELD))
            self.applied.changed = True
        self._write_problems(change.entry.path, (change.problem,))
        self.applied.held += 1

    def _keep(self, change: AdoptRoot | DoubtRoot | ForgetDeletions) -> None:
        tables = self._tables
        if isinstance(change, DoubtRoot):
            tables.replaced.setdefault(change.type, tables.ids_before)
            return
        if isinstance(change, ForgetDeletions):
            kept = {
                path: one for path, one in tables.deletions.items() if change.type not in (None, one.type)
            }
            tables.deletions = kept
            return
        tables.replaced.pop(change.type, None)
        declared = tables.collections[change.type]
        tables.collections[change.type] = replace(declared, identity=(change.device, change.inode))

    def _delete(self, change: Delete) -> None:
        path = change.path
        row = self._tables.rows.get(path)
        if row is not None:
            self._drop(row)
            self._record_deletion(row.id)
            self.applied.deleted.append(path)
            self._tables.deletions.pop(path, None)
            if change.counts:
                type_ = self._tables.entries[path].type
                self._tables.deletions[path] = CountedDeletion(path, type_, self._now)
        self._forget(path)

    def _record_deletion(self, id_: str) -> None:
        """What has this id later on is another document: it was not there when a folder was replaced."""
        self._record(id_, "delete", None)
        replaced = self._tables.replaced
        replaced |= {type_: ids - {id_} for type_, ids in replaced.items()}

    def _follow(self, change: Relink | Warn) -> None:
        if isinstance(change, Warn):
            others = [problem for problem in self._problems(change.path) if problem.code != change.code]
            self._write_problems(change.path, (*others, *((change.problem,) if change.problem else ())))
            return
        references = list(self._tables.references[change.document_id])
        references[change.ordinal] = references[change.ordinal]._replace(status=change.status.value)
        self._tables.references[change.document_id] = tuple(references)
        self.applied.changed = True

    def _remember(self, entry: Entry, id_: str | None = None, rowid: int | None = None) -> None:
        tables, stamp = self._tables, entry.stamp
        known = tables.files.get(entry.path)
        if id_ is None and known is not None:
            id_, rowid = known.id, known.rowid
        identity = (stamp.device, stamp.inode, stamp.size, stamp.mtime_ns) if stamp else (None,) * 4
        tables.entries[entry.path] = entry
        tables.files[entry.path] = FileRow(
            entry.path,
            entry.type,
            id_,
            entry.state.value,
            entry.content_hash,
            entry.good_size,
            rowid,
            identity,
        )

    def _forget(self, path: str) -> None:
        self._tables.entries.pop(path, None)
        self._tables.files.pop(path, None)
        self._write_problems(path, ())

    def _record(self, id_: str, op: str, content_hash: str | None) -> None:
        changes = self._tables.changes
        changes.append(Recorded(len(changes) + 1, self._revision, id_, op, content_hash))
        self.applied.changed = True

    def _problems(self, path: str) -> list[Problem]:
        return [
            Problem(path, t.code, t.message, Severity(t.severity), t.line, t.column, t.hint)
            for t in self._tables.problems.get(path, ())
        ]

    def _list_warned(self, path: str) -> list[Problem]:
        return [problem for problem in self._problems(path) if problem.code in WARN_CODES]

    def _write_problems(self, path: str, problems: tuple[Problem, ...]) -> None:
        before = self._tables.problems.get(path, ())
        if not (before or problems):
            return
        since = {told.code: told.since for told in sorted(before, key=lambda told: told.since, reverse=True)}
        new = tuple(_told(problem, since, self._now) for problem in sorted(problems, key=_rank))
        if [told[:-1] for told in before] == [told[:-1] for told in new]:
            return
        self._tables.problems[path] = new
        if not new:
            del self._tables.problems[path]
        self.applied.changed = True
        known, codes = {told.code for told in before}, {problem.code for problem in problems}
        self.applied.appeared += [problem for problem in problems if problem.code not in known]
        self.applied.cleared += [(path, code) for code in known if code not in codes]


def _told(problem: Problem, since: dict[str, str], now: str) -> Told:
    begun = since.get(problem.code, now)
    severity = problem.severity.value
    return Told(severity, problem.code, problem.line, problem.column, problem.message, problem.hint, begun)


def _rank(problem: Problem) -> tuple[bool, int, int]:
    return (problem.severity is not Severity.ERROR, problem.line or 0, problem.column or 0)


def _rowid(file: FileRow) -> int:
    assert file.rowid is not None
    return file.rowid
