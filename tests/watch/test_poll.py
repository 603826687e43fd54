import threading

import pytest

from docsync.model import Sign
from docsync.watch.poll import PollSource
from docsync.watch.source import PollSettings, WatchReason
from tests.watch.hint_recorder import Recorder


class Tree:
    """A scan whose answer the test sets; `looked` tells that it was asked since."""

    def __init__(self) -> None:
        self.answer: dict[str, object] | Exception = {}
        self.asked = threading.Condition()
        self.times = 0

    def scan(self) -> dict[str, object]:
        with self.asked:
            self.times += 1
            self.asked.notify_all()
        if isinstance(self.answer, Exception):
            raise self.answer
        return dict(self.answer)

    def until_asked_again(self, times: int = 2) -> None:
        """Two more scans have begun, so that one has been taken whole."""
        with self.asked:
            goal = self.times + times
            assert self.asked.wait_for(lambda: self.times >= goal, 20)


@pytest.fixture
def tree() -> Tree:
    return Tree()


def test_new_and_changed_is_written_vanished_is_gone_and_the_rest_is_silent(
    tree: Tree, hints: Recorder
) -> None:
    tree.answer = {"same": 1, "changed": 1, "gone": 1}
    with PollSource(PollSettings(tree.scan, poll_ms=10), hints):
        tree.answer = {"same": 1, "changed": 2, "new": 1}
        hints.until_hint("gone", Sign.GONE)
        tree.until_asked_again()
    assert hints.seen == [("changed", Sign.WRITTEN), ("new", Sign.WRITTEN), ("gone", Sign.GONE)]


def test_what_is_there_at_the_start_is_no_hint(tree: Tree, hints: Recorder) -> None:
    tree.answer = {"a": 1}
    with PollSource(PollSettings(tree.scan, poll_ms=10), hints) as source:
        tree.until_asked_again()
        assert source.alive()
    assert hints.seen == []


def test_a_failed_scan_is_a_reason_and_forgets_nothing(tree: Tree, hints: Recorder) -> None:
    tree.answer = {"a": 1}
    because = WatchReason("polling", "as configured")
    with PollSource(PollSettings(tree.scan, poll_ms=10), hints, reasons=(because,)) as source:
        assert source.reasons() == (because,)
        tree.answer = PermissionError(13, "Permission denied", "/far/p")
        tree.until_asked_again()
        assert [(reason.code, reason.path) for reason in source.reasons()] == [
            ("polling", None),
            ("scan_failed", "/far/p"),
        ]
        tree.answer = {"a": 1, "b": 1}
        hints.until_hint("b", Sign.WRITTEN)
        tree.until_asked_again()
        assert source.reasons() == (because,)
    assert hints.seen == [("b", Sign.WRITTEN)]


def test_scans_that_do_not_finish_count_as_dead_and_again_as_alive(tree: Tree, hints: Recorder) -> None:
    with PollSource(PollSettings(tree.scan, poll_ms=10), hints) as source:
        tree.answer = OSError("stale file handle")
        for _ in range(100):
            tree.until_asked_again()
            if not source.alive():
                break
        assert not source.alive()
        tree.answer = {"a": 1}
        hints.until_hint("a", Sign.WRITTEN)
        assert source.alive()
    assert not source.alive()


def test_after_a_change_it_looks_again_soon(tree: Tree, hints: Recorder) -> None:
    with PollSource(PollSettings(tree.scan, poll_ms=1000), hints) as source:
        tree.answer = {"a": 1}
        hints.until_hint("a", Sign.WRITTEN)
        before = source._finished
        tree.answer = {"a": 2}
        hints.until(lambda seen: len(seen.seen) == 2)
        assert source._finished - before < 1.0


def test_the_end_does_not_wait_for_the_next_interval(tree: Tree) -> None:
    with PollSource(PollSettings(tree.scan, poll_ms=3_600_000), Recorder()) as source:
        assert source.alive()
    assert tree.times == 1
