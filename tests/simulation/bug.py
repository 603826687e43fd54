"""Planted bugs: each makes the real code wrong in one place, for as long as a test lets it. Never used elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any
from unittest.mock import patch

from docsync import change, diff
from docsync.model import FileState, Sign
from docsync.policy.coalesce import Coalescer
from docsync.policy.grace_period import GracePeriod, MissingGroup
from docsync.policy.guard import Guard
from docsync.store.batch import BatchWriter
from docsync.store.document_rows import DocumentRows, StoredDocument
from docsync.store.problem_rows import ProblemRows
from docsync.store.sqlite import SqliteStore
from docsync.sync.batch import survey
from docsync.sync.batch.deletions import Deletions
from docsync.sync.batch.dependents import Dependents
from docsync.sync.batch.load import Loader
from docsync.sync.batch.root_states import RootTracker, Visibility
from docsync.sync.thread.git_hold import GitHold
from docsync.sync.thread.inbox import Inbox

Wrapped = Callable[..., Any]
BUGS: dict[str, Callable[[], Any]] = {}
IN_SQL: set[str] = set()
"""The bugs that only a real database can show."""


def instead(owner: Any, name: str) -> Callable[[Wrapped], Wrapped]:
    """Register a bug: *name* of *owner* is replaced; the replacement is given the original first."""

    def register(wrong: Wrapped) -> Wrapped:
        right = getattr(owner, name)
        wrapper: Any = wraps(right)(lambda *args, **kwargs: wrong(right, *args, **kwargs))
        if isinstance(vars(owner).get(name), staticmethod):
            wrapper = staticmethod(wrapper)
        if isinstance(owner, type) and owner.__module__.startswith("docsync.store"):
            IN_SQL.add(wrong.__name__)
        BUGS[wrong.__name__] = lambda: patch.object(owner, name, wrapper)
        return wrong

    return register


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The bug *name* is in the code."""
    with BUGS[name]():
        yield


# Hints and time


@instead(Inbox, "hint")
def an_announced_loss_is_ignored(right: Wrapped, self: Inbox, path: str, sign: Sign) -> None:
    if sign is not Sign.LOST:
        right(self, path, sign)


@instead(Inbox, "put_back")
def a_refused_batch_is_forgotten(right: Wrapped, self: Inbox, *args: Any) -> None:
    pass


@instead(Inbox, "look_again")
def a_file_caught_changing_is_forgotten(right: Wrapped, self: Inbox, *args: Any) -> None:
    pass


@instead(Coalescer, "mark_applied")
def an_applied_path_does_not_rest(right: Wrapped, self: Coalescer, *args: Any) -> None:
    pass


@instead(Coalescer, "_wait_ns")
def an_unfinished_write_is_looked_at_at_once(right: Wrapped, self: Coalescer, path: str, sign: Sign) -> int:
    return 0


@instead(diff, "_is_current")
def mtime_and_size_are_trusted(right: Wrapped, entry: Any, stamp: Any, type_: str) -> bool:
    known = entry.stamp
    same = known is not None and (known.mtime_ns, known.size) == (stamp.mtime_ns, stamp.size)
    return same and entry.type == type_ and entry.state in (FileState.OK, FileState.BROKEN)


@instead(diff, "_is_current")
def a_racy_stamp_is_trusted(right: Wrapped, entry: Any, stamp: Any, type_: str) -> bool:
    return bool(right(replace(entry, racy=False), stamp, type_))


# Grace period


@instead(GracePeriod, "_select_due")
def a_missing_file_is_believed_at_once(right: Wrapped, self: GracePeriod, group: Any, now_ns: int) -> Any:
    return [*group.immediate.values(), *group.delayed.values()]


@instead(MissingGroup, "group_due_ns")
def a_group_does_not_wait_for_its_last(right: Wrapped, self: MissingGroup, quiet_ns: int) -> int:
    return min(gone.since_ns for gone in self.delayed.values()) + quiet_ns


@instead(GracePeriod, "suspect")
def a_broken_file_is_believed_at_once(right: Wrapped, self: GracePeriod, *args: Any) -> bool:
    right(self, *args)
    return True


@instead(GracePeriod, "mark_returned")
def a_missing_file_that_is_back_stays_missing(right: Wrapped, self: GracePeriod, *args: Any) -> None:
    pass


@instead(GracePeriod, "match_renames")
def any_missing_file_was_renamed(right: Wrapped, self: GracePeriod, stamps: Any) -> Any:
    missing = [
        gone
        for group in self._missing.values()
        for gone in (*group.immediate.values(), *group.delayed.values())
    ]
    return dict(zip(stamps, missing, strict=False))


@instead(Loader, "_is_suspicious")
def a_shrunk_prompt_is_believed_at_once(right: Wrapped, *args: Any) -> bool:
    return False


@instead(GitHold, "check")
def a_batch_is_committed_while_git_works(right: Wrapped, self: GitHold, now_ns: int) -> None:
    pass


# What cannot be seen


@instead(RootTracker, "look")
def a_root_that_is_another_one_is_not_noticed(right: Wrapped, self: RootTracker) -> list[str]:
    right(self)
    return []


@instead(survey, "split_visible")
def what_is_shut_counts_as_missing(right: Wrapped, roots: Any, scan: Any, known: Any) -> Visibility:
    return Visibility(known, ())


@instead(Deletions, "_make_is_lost")
def a_missing_root_deletes(right: Wrapped, self: Deletions) -> Callable[[Any], bool]:
    return lambda entry: False


@instead(Deletions, "release")
def a_release_does_not_look_again(right: Wrapped, self: Deletions, type_: str | None) -> Any:
    yield from (change.Delete(entry.path) for entry in self._guard.list_held(type_))


# Guard


@instead(Guard, "_is_too_many")
def the_guard_is_off(right: Wrapped, self: Guard, *args: Any) -> bool:
    return False


@instead(Guard, "mark_applied")
def an_appearance_excuses_for_ever(
    right: Wrapped, self: Guard, type_: str, verdict: Any, now_ns: int
) -> None:
    before = dict(self._appeared)
    right(self, type_, verdict, now_ns)
    self._appeared |= before


@instead(Guard, "mark_vanished")
def a_file_that_went_excuses(right: Wrapped, self: Guard, path: str) -> None:
    pass


@instead(Guard, "mark_returned")
def a_file_that_is_back_counts_as_deleted(right: Wrapped, self: Guard, *args: Any) -> None:
    pass


@instead(Guard, "remember")
def the_guards_minute_ends_with_the_process(right: Wrapped, self: Guard, held: Any, *_: Any) -> None:
    right(self, held)


@instead(Guard, "mark_present")
def a_held_file_that_is_back_stays_held(right: Wrapped, self: Guard, *args: Any) -> None:
    pass


# Store


@instead(BatchWriter, "finish")
def the_revision_is_not_stored(right: Wrapped, self: BatchWriter) -> Any:
    return self.applied


@instead(BatchWriter, "write")
def a_batch_is_split(right: Wrapped, self: BatchWriter, change: Any) -> None:
    right(self, change)
    if len(self.applied.upserted) == 2:
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE")


@instead(BatchWriter, "_record_deletion")
def a_deletion_is_not_recorded(right: Wrapped, self: BatchWriter, stored: StoredDocument) -> None:
    self.applied.changed = True


@instead(BatchWriter, "_touch")
def a_new_stamp_clears_the_hash(right: Wrapped, self: BatchWriter, change: Any) -> None:
    right(self, change)
    self._connection.execute("UPDATE files SET content_hash = NULL WHERE file_path = ?", (change.path,))


@instead(ProblemRows, "replace")
def a_problem_is_never_cleared(right: Wrapped, self: ProblemRows, path: str, problems: Any, now: str) -> bool:
    return bool(right(self, path, problems, now)) if problems else False


@instead(DocumentRows, "delete")
def a_search_row_is_left_behind(right: Wrapped, self: DocumentRows, stored: StoredDocument) -> None:
    self._connection.execute("DELETE FROM documents WHERE id = ?", (stored.id,))


@instead(SqliteStore, "declare")
def new_rules_do_not_reload(right: Wrapped, self: SqliteStore, *args: Any) -> set[str]:
    right(self, *args)
    return set()


@instead(Dependents, "update_references")
def a_reference_is_never_looked_at_again(right: Wrapped, self: Dependents, work: Any) -> Any:
    yield from ()
