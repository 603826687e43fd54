"""Where hints and requests wait: who is woken, when, and what is taken. The threads here wait for facts, not for time."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from docsync.clock import SYSTEM, Clock
from docsync.errors import StoreUnavailable
from docsync.model import Sign, Timing
from docsync.policy.coalesce import Coalescer
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.request import Request, RequestKind

MS = 1_000_000
FAR = 10**18


def inbox() -> Inbox:
    return Inbox(Coalescer(Timing(), lambda path: True), SYSTEM)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as threads:
        yield threads


def asleep(box: Inbox) -> None:
    """Return once the sync thread sleeps in `wait`."""
    while True:
        with box._bell:
            if box._bell._waiters:  # type: ignore[attr-defined]  # a Condition tells it in no other way
                return


def test_a_hint_waits_until_it_is_due() -> None:
    now = [0]
    box = Inbox(Coalescer(Timing(), lambda path: True), Clock(lambda: now[0]))
    box.hint("a.json", Sign.CLOSED)
    assert (len(box), box.dirty()) == (1, frozenset({"a.json"}))
    assert box.take(9 * MS, everything=False).resting == {"a.json"}
    assert set(box.take(10 * MS, everything=False).dirty) == {"a.json"}
    assert (len(box), box.dirty()) == (0, frozenset())


def test_everything_is_taken_when_it_is_asked_for() -> None:
    box = inbox()
    box.hint("a.json", Sign.CLOSED)
    assert set(box.take(0, everything=True).dirty) == {"a.json"}


def test_a_hint_that_is_due_wakes_the_sync_thread(pool: ThreadPoolExecutor) -> None:
    box = inbox()
    woken = pool.submit(box.wait, FAR)
    asleep(box)
    box.hint("a.json", Sign.RENAMED)
    woken.result(30)


def test_a_hint_that_is_not_due_is_waited_for(pool: ThreadPoolExecutor) -> None:
    box = inbox()
    woken = pool.submit(box.wait, FAR)
    asleep(box)
    box.hint("a.json", Sign.CLOSED)
    woken.result(30)
    assert set(box.take(time.monotonic_ns(), everything=False).dirty) == {"a.json"}


def test_a_later_hint_does_not_wake_who_sleeps_for_an_earlier_one(pool: ThreadPoolExecutor) -> None:
    now = [0]
    box = Inbox(Coalescer(Timing(), lambda path: True), Clock(lambda: now[0]))
    box.hint("a.json", Sign.CLOSED)
    woken = pool.submit(box.wait, FAR)
    asleep(box)
    rung: list[str] = []
    real = box._bell.notify

    def notify() -> None:
        rung.append("!")
        real()

    box._bell.notify = notify  # type: ignore[method-assign]  # to hear the bell
    box.hint("b.json", Sign.OPEN)
    assert rung == []
    box.hint("c.json", Sign.RENAMED)
    assert rung == ["!"]
    woken.result(30)


def test_a_request_wakes_the_sync_thread_and_is_given_once(pool: ThreadPoolExecutor) -> None:
    box, request = inbox(), Request(RequestKind.LOOK, asked_ns=0)
    woken = pool.submit(box.wait, FAR, for_paths=False)
    asleep(box)
    box.ask(request)
    woken.result(30)
    assert (box.requests(), box.requests()) == ([request], [])


def test_the_end_wakes_the_sync_thread_and_it_never_sleeps_again(pool: ThreadPoolExecutor) -> None:
    box = inbox()
    woken = pool.submit(box.wait, FAR)
    asleep(box)
    before = box.closed
    box.close()
    woken.result(30)
    assert (before, box.closed) == (False, True)
    box.wait(FAR)


def test_while_the_database_refuses_paths_do_not_wake_the_sync_thread(pool: ThreadPoolExecutor) -> None:
    box = inbox()
    box.hint("a.json", Sign.RENAMED)
    until_ns = time.monotonic_ns() + 20 * MS
    box.wait(until_ns, for_paths=False)
    assert time.monotonic_ns() >= until_ns


def test_a_time_that_is_over_is_not_waited_for() -> None:
    inbox().wait(0)


def test_new_content_rests_from_the_time_at_which_it_was_applied() -> None:
    now = [1000 * MS]
    box = Inbox(Coalescer(Timing(), lambda path: True), Clock(lambda: now[0]))
    box.mark_applied(["a.json"])
    box.hint("a.json", Sign.RENAMED)
    assert not box.take(1499 * MS, everything=False).dirty
    assert box.take(1500 * MS, everything=False).dirty


def test_what_is_put_back_or_to_be_looked_at_again_is_dirty() -> None:
    box = inbox()
    box.hint("a.json", Sign.RENAMED)
    batch = box.take(FAR, everything=False)
    box.put_back(batch, FAR)
    box.look_again("b.json", 0, FAR)
    assert box.dirty() == {"a.json", "b.json"}
    assert set(box.take(FAR - 1, everything=False).dirty) == set()


def test_when_a_path_was_heard_of_is_known() -> None:
    box = Inbox(Coalescer(Timing(), lambda path: True), Clock(lambda: 7))
    box.hint("a", Sign.FOLDER)
    assert (box.last_hint_ns("a/b.json"), box.last_hint_ns("b.json")) == (7, None)


def test_who_asks_when_it_is_closed_is_told_that_docsync_is_stopping() -> None:
    box = inbox()
    box.close()
    with pytest.raises(StoreUnavailable, match="stopping"):
        box.ask(Request(RequestKind.LOOK, asked_ns=0))
