"""The walker's thread: it walks when it is told to, gives way, and ends when it is to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Event

import pytest

from docsync.clock import SYSTEM
from docsync.daemon.running import running
from docsync.errors import NoDatabase
from docsync.store.connection import open_reader_connection
from docsync.store.survey_rows import SurveyRows
from docsync.sync.delivery import Delivery, Failure, WalkOrder
from docsync.sync.rescan import walker as walker_module
from docsync.sync.rescan.ports import Sources
from docsync.sync.rescan.walker import Walker
from tests.helpers.project import Project

SECONDS = 20
Results = Queue[Delivery | Failure]


@contextmanager
def walking(
    project: Project, is_busy: Callable[[], bool] = lambda: False
) -> Iterator[tuple[Walker, Results, Event]]:
    """A walker at work; the event is set once a pass has begun to read."""
    results: Results = Queue()
    has_begun = Event()

    @contextmanager
    def open_sources() -> Iterator[Sources]:
        with open_reader_connection(project.database) as connection:
            has_begun.set()
            yield Sources(project.settings.tree(), SurveyRows(connection))

    walker = Walker(open_sources, results.put, is_busy, SYSTEM)
    with running("walker", walker.run, stop=walker.close, on_failure=lambda: None):
        yield walker, results, has_begun


def test_a_pass_that_is_ordered_is_delivered(project: Project) -> None:
    project.persona("personas/a.json")
    project.settle()
    project.persona("personas/new.json")
    with walking(project) as (walker, results, _):
        for number in (1, 2):
            walker.begin(WalkOrder(number))
            found = results.get(timeout=SECONDS)
            assert isinstance(found, Delivery)
            assert found.number == number
            assert found.scopes == {"personas/new.json"}
            assert found.cpu_ns > 0


def test_it_ends_although_it_walks(project: Project) -> None:
    project.settle()
    with walking(project, lambda: True) as (walker, results, has_begun):
        walker.begin(WalkOrder(1))
        assert has_begun.wait(SECONDS)
    assert results.qsize() <= 1


def test_it_gives_way_and_goes_on_nevertheless(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []
    right = Walker._rest

    def rest(self: Walker, seconds: float) -> bool:
        rests.append(seconds)
        return right(self, seconds)

    monkeypatch.setattr(Walker, "_rest", rest)
    monkeypatch.setattr(walker_module, "SLICE_NS", 0)
    project.settle()
    with walking(project, lambda: True) as (walker, results, _):
        walker.begin(WalkOrder(1))
        assert isinstance(results.get(timeout=SECONDS), Delivery)
    assert len(rests) >= 2


def test_a_pass_that_is_replaced_delivers_nothing(project: Project) -> None:
    project.settle()
    with walking(project, lambda: True) as (walker, results, has_begun):
        walker.begin(WalkOrder(1))
        assert has_begun.wait(SECONDS)
        walker.begin(WalkOrder(2))
        numbers = []
        while 2 not in numbers:
            numbers.append(results.get(timeout=SECONDS).number)
        assert numbers in ([2], [1, 2])


def test_a_pass_that_is_cancelled_has_nothing_open_and_the_next_one_is_done(project: Project) -> None:
    project.settle()
    with walking(project, lambda: True) as (walker, results, has_begun):
        walker.cancel()  # nothing is under way
        walker.begin(WalkOrder(1))
        assert has_begun.wait(SECONDS)
        walker.cancel()
        assert not walker._is_walking
        while not results.empty():
            assert results.get().number == 1, "it was over already"
        walker.begin(WalkOrder(2))
        assert results.get(timeout=SECONDS).number == 2


def test_a_database_that_cannot_be_read_is_told_of(project: Project, tmp_path: Path) -> None:
    results: Results = Queue()

    @contextmanager
    def refuse() -> Iterator[Sources]:
        if project.database:
            raise NoDatabase("there is none")
        yield  # type: ignore[misc]  # it never comes so far

    walker = Walker(refuse, results.put, lambda: False, SYSTEM)
    with running("walker", walker.run, stop=walker.close, on_failure=lambda: None):
        walker.begin(WalkOrder(7))
        assert results.get(timeout=SECONDS) == Failure(7, "there is none")


def test_whoever_wants_everything_read_is_not_kept_waiting_by_rests() -> None:
    assert walker_module._rest_of(WalkOrder(1, reads_all=True)) < walker_module._rest_of(WalkOrder(1))


def test_nothing_has_to_be_given_way_to_while_nothing_was_looked_at(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walker_module, "SLICE_NS", 10**18)
    monkeypatch.setattr(Walker, "_rest", lambda *_: pytest.fail("it rests"))
    project.settle()
    with walking(project, lambda: True) as (walker, results, _):
        walker.begin(WalkOrder(1, is_first=True))
        assert isinstance(results.get(timeout=SECONDS), Delivery)
    assert walker_module._rest_of(WalkOrder(1, is_first=True)) == 0
