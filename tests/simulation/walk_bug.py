"""Planted bugs in the walk beside the sync thread, and in what becomes of its delivery: see bug.py."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from docsync.change import Touch
from docsync.model import Sign
from docsync.names import EVERYTHING
from docsync.policy.batch import Batch, DirtyPath
from docsync.scan.tree_walk import TreeWalk
from docsync.sync.batch.batch_context import BatchContext
from docsync.sync.batch.engine import Engine
from docsync.sync.batch.links import LinkTracker
from docsync.sync.rescan import differences, survey_pass
from docsync.sync.rescan.differences import Differences
from docsync.sync.thread import rescans
from docsync.sync.thread.rescans import Rescans
from tests.simulation.bug import BUGS, Wrapped, instead


@contextmanager
def a_walk_marks_what_is_missing_as_it_goes() -> Iterator[None]:
    """Each page of a walk tells the grace period what it misses, long before the walk is over."""
    right_order, right_compare = Engine.order_survey, Differences._compare
    engines: list[Engine] = []

    def order(self: Engine, *args: Any, **kwargs: Any) -> Any:
        engines[:] = [self]
        return right_order(self, *args, **kwargs)

    def compare(self: Differences, scan: Any, page: Any) -> Iterator[None]:
        yield from right_compare(self, scan, page)
        for entry in self.found.gone.values():
            engines[0]._grace.mark_missing(entry, engines[0]._clock.monotonic_ns())

    with ExitStack() as stack:
        stack.enter_context(patch.object(Engine, "order_survey", order))
        stack.enter_context(patch.object(Differences, "_compare", compare))
        yield


BUGS[a_walk_marks_what_is_missing_as_it_goes.__name__] = a_walk_marks_what_is_missing_as_it_goes


@instead(Batch, "hints")
def a_delivery_changes_what_was_heard(right: Wrapped, self: Batch) -> dict[str, DirtyPath]:
    return {**right(self), **dict.fromkeys(self.delivered, DirtyPath(0, 0, Sign.RENAMED))}


@instead(differences, "_is_held")
def a_held_file_differs_for_ever(right: Wrapped, entry: Any) -> bool:
    return False


@instead(differences, "is_listed")
def what_is_skipped_differs_for_ever(right: Wrapped, entry: Any, unread: Any) -> bool:
    return False


@instead(TreeWalk, "recheck")
def a_folder_that_moves_is_not_walked_again(right: Wrapped, self: TreeWalk) -> Iterator[None]:
    yield


@instead(BatchContext, "accept_rereads")
def what_a_walk_read_is_believed_of_what_came_since(
    right: Wrapped, self: BatchContext, rereads: Any, must_read: Any
) -> None:
    for one in rereads:
        stamp = self.stale.pop(one.entry.path, None)
        if stamp is not None and one.entry.path in self.look.known:
            self.touches.append(Touch(one.entry.path, stamp, racy=False))


@instead(Rescans, "serves")
def a_walk_that_was_under_way_answers(right: Wrapped, self: Rescans, request: Any) -> bool:
    walk = self._walk
    return walk is not None and len(walk.parts) == 1 and EVERYTHING in request.scopes


@instead(LinkTracker, "find_news")
def links_that_a_walk_saw_are_not_looked_at(right: Wrapped, self: LinkTracker, seen: Any) -> set[str]:
    return set()


@instead(survey_pass, "look_aside")
def a_walk_looks_at_documents_only(right: Wrapped, *_: Any) -> Iterator[None]:
    yield from ()


@instead(rescans, "find_obstacle")
def a_first_walk_is_a_look_at_everything_whatever_it_saw(right: Wrapped, *_: Any, **__: Any) -> str:
    return ""


@instead(Rescans, "awaits_first")
def a_save_waits_for_no_first_walk(right: Wrapped, self: Rescans, engine: Engine) -> bool:
    return False
