"""Requests that wait for an answer: the paths each waits for, and what batches did meanwhile."""

from collections.abc import Callable, Iterable, Set

from docsync.change import ApplyResult, DatabaseState
from docsync.clock import Clock
from docsync.errors import StoreReason, StoreUnavailable
from docsync.names import is_within
from docsync.policy.batch import Batch
from docsync.sync.command_result import TypeOf, build_result
from docsync.sync.thread.request import Request, RequestKind


class PendingRequests:
    """Requests between being asked and being answered. Belongs to the sync thread."""

    def __init__(
        self, clock: Clock, last_own_hint_ns: Callable[[str], int | None], is_closed: Callable[[str], bool]
    ) -> None:
        """*last_own_hint_ns* gives the time of a path's own last hint, *is_closed* if nobody has it open."""
        self._clock = clock
        self._last_own_hint_ns = last_own_hint_ns
        self._is_closed = is_closed
        self._new: list[Request] = []
        self._begun: list[Request] = []

    def add(self, requests: Iterable[Request]) -> None:
        """Take in new requests; they stay until the look or the release that they ask for was done."""
        self._new += requests

    def looks(self) -> list[Request]:
        """The looks that are still to be taken."""
        return [request for request in self._new if request.kind is RequestKind.LOOK]

    def releases(self) -> list[Request]:
        """The releases that are still to be done."""
        return [request for request in self._new if request.kind is RequestKind.RELEASE]

    @property
    def waits_for_left(self) -> bool:
        """True while somebody waits for what a batch has left for later ones."""
        return any(request.left for request in self._begun)

    def mark_begun(
        self, requests: Iterable[Request], undecided: set[str], batch: Batch, deferred: Set[str] = frozenset()
    ) -> None:
        """Record that *requests* were carried out by *batch*, or as much as it took of what is dirty.

        Each now waits for the *undecided* among its paths, for what was left, and for what was *deferred*.
        """
        for request in requests:
            self._new.remove(request)
            self._begun.append(request)
            request.waits_for = {path for path in undecided if request.depends_on(path)}
            looked = frozenset(batch.dirty)
            request.left = {p for p in batch.left if request.depends_on(p) and not is_within(looked, p)}
            request.left.update(filter(request.depends_on, deferred))

    def mark_committed(
        self, applied: ApplyResult, undecided: set[str], batch: Batch, deferred: Set[str] = frozenset()
    ) -> None:
        """Record that *batch* was committed, after which the *undecided* paths are still so.

        What was *deferred* of a folder for which somebody waits is waited for like that.
        """
        for request in self._begun:
            still = request.waits_for & undecided
            if looked := frozenset(request.left & batch.dirty.keys()):
                request.left -= looked
                # What was left may be a folder.
                still |= _list_within(looked, undecided, request)
                request.left |= _list_within(looked, deferred, request)
            request.waits_for = {path for path in still if not self._is_later(request, path)}
        # A look may wait for a walk: what other batches do meanwhile is no less of an answer.
        for request in (*self._begun, *self.looks()):
            request.upserted.update(filter(request.concerns, applied.upserted))
            request.deleted.update(filter(request.concerns, applied.deleted))

    def _is_later(self, request: Request, path: str) -> bool:
        """True when *path* was hinted of after *request* was asked.

        Where hints may be missing, that one may be late: such a file is waited for unless it is open.
        """
        if (self._last_own_hint_ns(path) or 0) <= request.asked_ns:
            return False
        return not (request.rescan and self._is_closed(path))

    def answer(self, read_state: Callable[[Iterable[str]], DatabaseState], type_of: TypeOf) -> None:
        """Answer every request that waits for no path any more."""
        for request in [request for request in self._begun if not (request.waits_for or request.left)]:
            now, took_ns = read_state(request.paths), self._clock.monotonic_ns() - request.asked_ns
            did = (request.upserted, request.deleted)
            done = build_result(now, round(took_ns / 1e9, 6), *did, type_of)
            self._begun.remove(request)
            if request.answer.set_running_or_notify_cancel():
                request.answer.set_result(done)

    def give_up(self, why: str) -> None:
        """Fail all requests: the sync thread ends."""
        for request in (*self._new, *self._begun):
            if request.answer.set_running_or_notify_cancel():
                request.answer.set_exception(StoreUnavailable(StoreReason.STOPPING, why))


def _list_within(folders: frozenset[str], paths: Set[str], request: Request) -> set[str]:
    """Those of *paths* within *folders* on which the answer to *request* depends."""
    return {path for path in paths if is_within(folders, path) and request.depends_on(path)}
