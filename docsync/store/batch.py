"""Writes the changes of one transaction, row by row, and keeps count. Never begins or ends the transaction."""

from contextlib import suppress
from dataclasses import replace
from typing import assert_never

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
from docsync.model import Document, Entry, FileState, Problem
from docsync.policy.guard import WINDOW_NS
from docsync.store.document_rows import DocumentRows, extract_visible
from docsync.store.file_rows import EntryRows, FileRow
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
from docsync.store.state import ChangeRow, read_revision, record_change, spend_revision

_MS = 1_000_000


class BatchWriter:
    """One revision in the making: `write` each change, then `finish`."""

    def __init__(self, connection: apsw.Connection, now: str) -> None:
        self._connection = connection
        self._now = now
        self._documents = DocumentRows(connection)
        self._entries = EntryRows(connection)
        self._problems = ProblemRows(connection)
        current = read_revision(connection)
        self._revision = current + 1
        self._counts = False
        self.applied = ApplyResult(current)

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
                self._remember(change)
            case _:
                assert_never(change)

    def finish(self) -> ApplyResult:
        """Spend a revision if a reader can see any of it."""
        if self._counts:
            prune_deletions(self._connection, iso(parse_iso(self._now) - WINDOW_NS))
        if self.applied.changed:
            spend_revision(self._connection, self._revision)
            self.applied.revision = self._revision
        return self.applied

    def _upsert(self, change: Upsert) -> None:
        document = change.document
        stored = self._documents.read_stored(document.path)
        if stored and stored[0] == extract_visible(document):
            rowid = stored[2]
            self._documents.renew(document)
        else:
            if stored:
                self._documents.delete(str(stored[0][0]), stored[2])
            same_id = stored is not None and stored[0][0] == document.id
            if stored and not same_id:
                self._record(str(stored[0][0]), str(stored[0][1]), None)
            created_at = stored[1] if stored and same_id else self._take_over_id(document)
            rowid = self._documents.insert(document, self._revision, created_at, self._now)
            self._record(document.id, document.type, document.content_hash)
            self.applied.upserted.append(document.path)
        stamp = change.stamp
        entry = Entry(
            document.path, document.type, FileState.OK, stamp, document.content_hash, stamp.size, change.racy
        )
        self._entries.write(FileRow(entry, document.id, rowid))
        self._write_problems(document.path, (*change.problems, *self._list_warned(document.path)))

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
        self._documents.delete(document.id, stored[2])
        self._entries.delete(found[0])
        self._write_problems(found[0], ())
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
            self._entries.write(replace(known, entry=entry) if known else FileRow(entry))
        self.applied.changed |= known is None or known.entry.state is not change.state
        self.applied.refused += 1
        self._write_problems(change.path, (*change.problems, *self._list_warned(change.path)))

    def _hold(self, change: Hold) -> None:
        path = change.entry.path
        self._documents.prove(path)
        self.applied.changed |= self._entries.hold(path)
        self._write_problems(path, (change.problem,))
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
            self._documents.delete(str(stored[0][0]), stored[2])
            self._record(str(stored[0][0]), str(stored[0][1]), None)
            self.applied.deleted.append(path)
            self._count_deletion(change)
        self._entries.delete(path)
        self._write_problems(path, ())

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
            others = [problem for problem in self._problems.of(change.path) if problem.code != change.code]
            self._write_problems(change.path, (*others, *((change.problem,) if change.problem else ())))
            return
        self._connection.execute(
            "UPDATE document_references SET status = ? WHERE document_id = ? AND ordinal = ?",
            (change.status.value, change.document_id, change.ordinal),
        )
        self.applied.changed = True

    def _record(self, id_: str, type_: str, content_hash: str | None) -> None:
        """Tell of a document that was written, or deleted where there is no hash."""
        record_change(self._connection, ChangeRow(self._revision, id_, type_, content_hash, self._now))
        self.applied.changed = True

    def _list_warned(self, path: str) -> list[Problem]:
        """What is warned of *path* because of other files."""
        return [problem for problem in self._problems.of(path) if problem.code in WARN_CODES]

    def _write_problems(self, path: str, problems: tuple[Problem, ...]) -> None:
        before = dict.fromkeys(problem.code for problem in self._problems.of(path))
        if not (before or problems) or not self._problems.replace(path, problems, self._now):
            return
        self.applied.changed = True
        codes = {problem.code for problem in problems}
        self.applied.appeared += [problem for problem in problems if problem.code not in before]
        self.applied.cleared += [(path, code) for code in before if code not in codes]
