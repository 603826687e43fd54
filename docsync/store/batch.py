"""Writes the changes of one transaction and keeps count: new documents together, all else row by row.

Never begins or ends the transaction.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple, assert_never

import apsw

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
from docsync.clock import iso, parse_iso
from docsync.model import Document, Entry, Problem
from docsync.policy.guard import WINDOW_NS
from docsync.store.connection import reading
from docsync.store.document_rows import DocumentRows, NewDocument, StoredDocument, extract_visible
from docsync.store.file_rows import EntryRows, FileRow, good_file_row
from docsync.store.guard_memory import (
    CountedDeletion,
    forget_deletion,
    forget_deletions,
    forget_swap,
    prune_deletions,
    read_newest,
    record_deletion,
    record_swap,
)
from docsync.store.problem_rows import ProblemRows
from docsync.store.state import ChangeRow, read_revision, record_changes, spend_revision
from docsync.store.waiting import WaitingDocuments, find_known

_MS = 1_000_000
_Other = Touch | Refuse | Hold | Delete | Relink | Warn | AdoptRoot | DoubtRoot | ForgetDeletions


class _NewRow(NamedTuple):
    """A document to be written where none is; `is_new`: nothing at all is stored of its path and id."""

    change: Upsert
    created_at: str
    is_new: bool = False


class BatchWriter:
    """One revision in the making: `write` each change, then `finish`.

    Documents wait to be written together. Whoever reads before the end must `flush` before.
    """

    def __init__(self, connection: apsw.Connection, now: str) -> None:
        self._connection = connection
        self._now = now
        self._documents = DocumentRows(connection)
        self._entries = EntryRows(connection)
        self._problems = ProblemRows(connection)
        self._waiting = WaitingDocuments()
        current = read_revision(connection)
        self._revision = current + 1
        self._counts = False
        self.applied = ApplyResult(current)

    def write(self, change: RowChange) -> None:
        """Carry out one change, or let it wait."""
        if not isinstance(change, Upsert):
            self.flush()
            with reading():
                self._write(change)
            return
        if not self._waiting.fits(change):
            self.flush()
        self._waiting.add(change)

    def flush(self) -> None:
        """Carry out what waits, in its order, a table at a time."""
        changes = self._waiting.take()
        if not changes:
            return
        with reading():
            known = find_known(self._connection, changes)
            together: list[_NewRow] = []
            for change in changes:
                document = change.document
                if known.isdisjoint((document.path, document.id)):
                    together.append(_NewRow(change, self._now, is_new=True))
                    continue
                stored = self._documents.read_stored(document.path)
                if stored is not None and stored.visible == extract_visible(document):
                    self._renew(change, stored)
                    continue
                if stored is None or stored.id != document.id:  # more than this row changes
                    self._insert(together)
                    together = []
                together.append(self._make_room(change, stored))
            self._insert(together)

    def _write(self, change: _Other) -> None:
        match change:
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
                self._remember(change)
            case _:
                assert_never(change)

    def finish(self) -> ApplyResult:
        """Spend a revision if a reader can see any of it."""
        self.flush()
        if self._counts:
            prune_deletions(self._connection, iso(parse_iso(self._now) - WINDOW_NS))
        if self.applied.changed:
            spend_revision(self._connection, self._revision)
            self.applied.revision = self._revision
        return self.applied

    def _insert(self, rows: Sequence[_NewRow]) -> None:
        """Write *rows*, a table at a time."""
        if not rows:
            return
        documents = [row.change.document for row in rows]
        rowids = self._documents.insert(
            [NewDocument(row.change.document, row.created_at, self._now) for row in rows], self._revision
        )
        self._record(documents)
        self.applied.upserted += [one.path for one in documents]
        self._entries.write(good_file_row(row.change, rowid) for row, rowid in zip(rows, rowids, strict=True))
        for row in rows:
            path, problems = row.change.document.path, row.change.problems
            if row.is_new:
                self._write_problems(path, (), problems)
            else:
                self._write_found(path, problems)

    def _renew(self, change: Upsert, stored: StoredDocument) -> None:
        """Record what no reader sees of a document that is *stored* as it is."""
        self._documents.renew(change.document)
        self._entries.write((good_file_row(change, stored.search_rowid),))
        self._write_found(change.document.path, change.problems)

    def _make_room(self, change: Upsert, stored: StoredDocument | None) -> _NewRow:
        """Remove what stands where the document of *change* is to be written."""
        document = change.document
        if stored is not None:
            self._documents.delete(stored)
            if stored.id == document.id:
                return _NewRow(change, stored.created_at)
            self._record_deletion(stored)
        return _NewRow(change, self._take_over_id(document))

    def _take_over_id(self, document: Document) -> str:
        """When the id of *document* was first seen: another file that had it until the configuration changed loses it."""
        owner = self._connection.execute(
            "SELECT file_path, created_at FROM documents WHERE id = ?", (document.id,)
        )
        found = owner.fetchone()
        stored = self._documents.read_stored(found[0]) if found else None
        if found is None or stored is None:
            # Nobody's; or half of it is missing, and then the database refuses the row as damaged.
            return self._now
        self._documents.delete(stored)
        self._entries.delete(found[0])
        self._clear_problems(found[0])
        self.applied.displaced.append(found[0])
        return str(found[1])

    def _touch(self, change: Touch) -> None:
        self._entries.touch(change.path, change.stamp, racy=change.racy)
        self.applied.touched += 1

    def _refuse(self, change: Refuse) -> None:
        known = self._entries.read(change.path)
        good_size = known.entry.good_size if known else None
        if good_size is not None:
            self._documents.prove(change.path)  # it stays as the last good version
        entry = Entry(
            change.path, change.type, change.state, change.stamp, change.content_hash, good_size, change.racy
        )
        if known is None or known.entry != entry:
            self._entries.write((replace(known, entry=entry) if known else FileRow(entry),))
        self.applied.changed |= known is None or known.entry.state is not change.state
        self.applied.refused += 1
        self._write_found(change.path, change.problems)

    def _hold(self, change: Hold) -> None:
        path = change.entry.path
        self._documents.prove(path)
        self.applied.changed |= self._entries.hold(path)
        self._write_problems(path, self._problems.of(path), (change.problem,))
        self.applied.held += 1

    def _remember(self, change: AdoptRoot | DoubtRoot | ForgetDeletions) -> None:
        """Record what no reader sees."""
        match change:
            case ForgetDeletions(type_):
                forget_deletions(self._connection, type_)
            case DoubtRoot(type_):
                # What this batch adds must not seem as old as what was added a moment ago.
                newest = read_newest(self._connection, type_)
                with suppress(ValueError, TypeError):  # of a row that is damaged, which is not for here
                    self._now = iso(parse_iso(newest) + _MS) if newest >= self._now else self._now
                record_swap(self._connection, type_, self._now)
            case AdoptRoot(type_, device, inode):
                forget_swap(self._connection, type_)
                self._connection.execute(
                    "UPDATE collections SET root_device = ?, root_inode = ? WHERE type = ?",
                    (device, inode, type_),
                )
            case _:
                assert_never(change)

    def _delete(self, change: Delete) -> None:
        path = change.path
        stored = self._documents.read_stored(path)
        if stored:
            self._documents.delete(stored)
            self._record_deletion(stored)
            self.applied.deleted.append(path)
            self._count_deletion(change)
        self._entries.delete(path)
        self._clear_problems(path)

    def _count_deletion(self, change: Delete) -> None:
        known = self._entries.read(change.path)
        if change.counts and known is not None:
            self._counts = True
            record_deletion(self._connection, CountedDeletion(change.path, known.entry.type, self._now))
        else:
            forget_deletion(self._connection, change.path)

    def _follow(self, change: Relink | Warn) -> None:
        """Record what has changed about a path because other files have."""
        if isinstance(change, Warn):
            before = self._problems.of(change.path)
            others = [problem for problem in before if problem.code != change.code]
            self._write_problems(
                change.path, before, (*others, *((change.problem,) if change.problem else ()))
            )
            return
        self._connection.execute(
            "UPDATE document_references SET status = ? WHERE document_id = ? AND ordinal = ?",
            (change.status.value, change.document_id, change.ordinal),
        )
        self.applied.changed = True

    def _record(self, documents: Iterable[Document]) -> None:
        """Tell of documents that were written."""
        rows = (ChangeRow(self._revision, one.id, one.type, one.content_hash, self._now) for one in documents)
        record_changes(self._connection, rows)
        self.applied.changed = True

    def _record_deletion(self, stored: StoredDocument) -> None:
        row = ChangeRow(self._revision, stored.id, stored.type, None, self._now)
        record_changes(self._connection, (row,))
        self.applied.changed = True

    def _clear_problems(self, path: str) -> None:
        self._write_problems(path, self._problems.of(path), ())

    def _write_found(self, path: str, found: Iterable[Problem]) -> None:
        """Record what was *found* in the file at *path*; what is warned because of other files stays."""
        before = self._problems.of(path)
        warned = [problem for problem in before if problem.code in WARN_CODES]
        self._write_problems(path, before, (*found, *warned))

    def _write_problems(self, path: str, before: Sequence[Problem], problems: Sequence[Problem]) -> None:
        """Let *problems* be those of *path* in the place of those *before*."""
        if not (before or problems) or not self._problems.replace(path, problems, self._now):
            return
        self.applied.changed = True
        known, codes = dict.fromkeys(one.code for one in before), {problem.code for problem in problems}
        self.applied.appeared += [problem for problem in problems if problem.code not in known]
        self.applied.cleared += [(path, code) for code in known if code not in codes]
