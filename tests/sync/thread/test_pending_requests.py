"""Requests that wait for paths: which of them a later hint sets free, and who gets no answer."""

from docsync.change import ApplyResult, DatabaseState
from docsync.clock import SYSTEM
from docsync.errors import StoreUnavailable
from docsync.policy.batch import Batch
from docsync.sync.thread.pending_requests import PendingRequests
from docsync.sync.thread.request import Request, RequestKind

PATH = "personas/a.json"
STATE = DatabaseState("epoch", 1, (), ())


def begun(request: Request, *, is_closed: bool) -> PendingRequests:
    """What waits for PATH, of which something is heard a moment after *request* was asked."""
    waiting = PendingRequests(SYSTEM, lambda _: request.asked_ns + 1, lambda _: is_closed)
    waiting.add([request])
    waiting.mark_begun([request], {PATH}, Batch())
    waiting.mark_committed(ApplyResult(1), {PATH}, Batch())
    waiting.answer(lambda _: STATE, lambda _: None)
    return waiting


def look(*, rescan: bool) -> Request:
    return Request(RequestKind.LOOK, paths=("",), asked_ns=SYSTEM.monotonic_ns(), rescan=rescan)


def test_what_is_hinted_later_is_not_waited_for() -> None:
    request = look(rescan=False)
    begun(request, is_closed=True)
    assert request.answer.result(0).revision == 1


def test_where_hints_may_be_missing_a_closed_file_is_waited_for() -> None:
    request = look(rescan=True)
    begun(request, is_closed=True)
    assert not request.answer.done()


def test_where_hints_may_be_missing_an_open_file_is_not_waited_for() -> None:
    request = look(rescan=True)
    begun(request, is_closed=False)
    assert request.answer.done()


def test_who_has_gone_gets_no_answer() -> None:
    request = look(rescan=False)
    request.answer.cancel()
    begun(request, is_closed=True)
    assert request.answer.cancelled()


def test_at_the_end_those_who_wait_are_told_why_and_those_who_have_gone_are_not() -> None:
    waits, gone = look(rescan=True), look(rescan=True)
    gone.answer.cancel()
    waiting = PendingRequests(SYSTEM, lambda _: None, lambda _: True)
    waiting.add([waits, gone])
    waiting.give_up("docsync is stopping")
    assert isinstance(waits.answer.exception(0), StoreUnavailable)
    assert gone.answer.cancelled()
