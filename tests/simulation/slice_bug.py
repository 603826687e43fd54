"""Planted bugs in what is taken of many paths that are due: see bug.py."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from docsync.model import Sign
from docsync.policy.backlog import Backlog
from docsync.policy.batch import Batch, DirtyPath
from docsync.policy.coalesce import Coalescer
from docsync.policy.grace_period import GracePeriod
from docsync.sync.batch.batch_context import BatchContext
from docsync.sync.thread.pending_requests import PendingRequests
from tests.simulation.bug import Wrapped, instead


@instead(GracePeriod, "list_overdue")
def what_is_missing_goes_before_new_names_had_their_turn(
    right: Wrapped, self: GracePeriod, now_ns: int, heard_ns: int | None = None
) -> Any:
    return right(self, now_ns)


@instead(Coalescer, "_take_slice")
def what_is_left_of_a_batch_is_forgotten(right: Wrapped, self: Coalescer, *args: Any) -> Batch:
    batch: Batch = right(self, *args)
    for path in batch.left:
        self._backlog.discard(path)
        del self._dirty[path]
    return replace(batch, left={})


@instead(Coalescer, "_take_slice")
def what_is_left_may_not_be_looked_at(right: Wrapped, self: Coalescer, *args: Any) -> Batch:
    batch: Batch = right(self, *args)
    return replace(batch, resting=batch.resting | batch.left.keys(), left={})


@instead(Backlog, "choose")
def a_name_that_went_waits_for_its_turn(right: Wrapped, self: Backlog, *args: Any) -> list[str]:
    self._first.clear()
    names: list[str] = right(self, *args)
    return names


@instead(Coalescer, "mark")
def a_new_name_comes_without_its_old_one(
    right: Wrapped, self: Coalescer, path: str, sign: Sign, now_ns: int
) -> None:
    right(self, path, sign, now_ns)
    self._is_after_gone = False


@instead(PendingRequests, "mark_begun")
def a_wait_is_answered_after_its_first_slice(
    right: Wrapped,
    self: PendingRequests,
    requests: Any,
    undecided: set[str],
    batch: Batch,
    deferred: Any = frozenset(),
) -> None:
    right(self, requests, undecided, replace(batch, left={}), deferred)


@instead(BatchContext, "defer")
def what_is_deferred_is_forgotten(right: Wrapped, self: BatchContext, paths: Any) -> None:
    for path in paths:
        del self.stale[path]


@instead(Batch, "hints")
def what_was_found_in_a_folder_was_heard_of(right: Wrapped, self: Batch) -> Mapping[str, DirtyPath]:
    return {**self.left, **self.dirty}
