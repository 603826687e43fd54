"""Rescans beside the loop: when a walk begins, what becomes of its delivery, and who is answered when."""

from functools import partial

import pytest

from docsync.counters import Trigger
from docsync.errors import StoreReason, StoreUnavailable
from docsync.model import Sign
from docsync.scan import read
from docsync.sync.batch.engine import Engine
from docsync.sync.delivery import Failure
from docsync.sync.thread.rescans import _MAX_UNSTEADY
from tests.helpers.passes import list_claims
from tests.helpers.project import Project
from tests.helpers.rig import MS, Rig
from tests.sync.thread.test_loop import refuse

A, B = "personas/a.json", "personas/b.json"


@pytest.fixture
def rig(project: Project, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """A loop that has seen everything, and whose time for a rescan has come; stamps are believed at once."""
    monkeypatch.setattr(read, "_TICK_NS", 0)
    project.persona(A, name="A")
    project.persona(B, name="B")
    made = Rig(project, rescan_ms=60_000, walks=True)
    made.settle()
    made.later(80_000)
    made.step()
    return made


def stir(rig: Rig, _pieces: int) -> None:
    """Make a new name that is no document's."""
    folder = rig.project.root / "personas"
    (folder / f"draft{len(list(folder.iterdir()))}.tmp").touch()


def test_a_rescan_is_a_walk_and_one_at_a_time(rig: Rig) -> None:
    assert len(rig.walker.orders) == 1
    rig.later(80_000)
    rig.step()
    assert (len(rig.walker.orders), rig.vitals.rescans) == (1, 1)


def test_what_a_walk_found_lands(rig: Rig) -> None:
    rig.project.persona("personas/c.json")
    rig.walk()
    rig.step()
    assert "personas/c.json" in rig.project.paths()
    assert rig.vitals.rescans == 2
    assert rig.vitals.last_batch is not None
    assert rig.counters.rescans()[Trigger.RESCAN.value] == 1


def test_a_walk_that_found_nothing_makes_no_batch(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    delivery = rig.walk()
    assert list_claims(delivery) == []
    monkeypatch.setattr(Engine, "sync", None)
    rescans, before = rig.vitals.rescans, rig.counters.last_success
    rig.step()
    assert rig.vitals.rescans == rescans + 1
    assert rig.counters.last_success >= before
    assert rig.log.lines[-1][:2] == ("debug", "sync.finished")


def test_files_that_were_written_in_place_come_in_parts_and_a_save_between_them(rig: Rig) -> None:
    project = rig.project
    rig.fix_slices(10)
    names = [f"personas/n{number:03}.json" for number in range(25)]
    for name in names:
        project.persona(name)
    rig.hint("personas", Sign.FOLDER)
    rig.settle()
    rig.walk()
    rig.settle()
    for name in names:
        project.persona(name, name="new")
    rig.later(80_000)
    rig.step()
    rig.walk()
    revision = project.revision
    rig.step()
    project.persona(A, name="saved meanwhile")
    rig.hint(A)
    rig.step()
    assert project.names()[A] == "saved meanwhile"
    done = [name for name, given in project.names().items() if given == "new"]
    assert 0 < len(done) < len(names)
    for _ in range(4):
        rig.step()
    assert all(project.names()[name] == "new" for name in names)
    assert project.revision > revision + 2
    assert rig.vitals.rescans == 3


def test_a_delivery_that_the_database_refuses_is_decided_later(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.project.persona("personas/c.json")
    left = refuse(monkeypatch, 2)
    rig.walk()
    for _ in range(3):
        rig.step()
        rig.later(6_000)
    rig.step()
    assert left == [0]
    assert "personas/c.json" in rig.project.paths()


def test_a_delivery_that_comes_while_the_database_refuses_lets_the_loop_sleep(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, 1)
    rig.project.persona(A, name="changed")
    rig.hint(A)
    rig.step()
    rig.walk()
    rig.step()
    assert rig.loop._next_ns(rig.now_ns) > rig.now_ns
    assert rig.inbox.deliveries() == [], "else the loop would never sleep"


def test_when_no_walk_can_be_done_a_batch_looks_at_everything(rig: Rig) -> None:
    rig.project.persona("personas/c.json")
    rig.inbox.deliver(Failure(rig.walker.orders[-1].number))
    rig.step()
    assert "personas/c.json" in rig.project.paths()
    assert rig.vitals.rescans == 2
    rig.later(80_000)
    rig.step()
    assert len(rig.walker.orders) == 2, "the next one is a walk again"


def test_lost_hints_are_made_up_for_by_a_batch(rig: Rig) -> None:
    rig.project.persona("personas/c.json")
    rig.hint("", Sign.LOST)
    rig.step()
    assert "personas/c.json" in rig.project.paths()


def test_a_delivery_of_another_life_is_worth_nothing(rig: Rig) -> None:
    old = rig.walk()
    rig.inbox.deliveries()
    rig.loop._rescans.stop()
    rig.project.start()
    rig.loop._engine = rig.project.engine
    rig.inbox.deliver(old)
    rig.step()
    assert rig.loop._rescans.part is None
    assert rig.vitals.rescans == 1
    assert rig.walker.orders[-1].is_first, "a walk of its own began"


def test_whoever_wants_everything_read_is_answered_when_that_is_decided(rig: Rig) -> None:
    rig.walk()
    rig.step()
    rig.step()
    request = rig.ask("")
    rig.step()
    assert rig.walker.orders[-1].reads_all
    assert Rig.answer(request) is None
    rig.project.persona(A, name="later")
    rig.walk()
    rig.step()
    rig.step()
    assert Rig.answer(request) is not None
    assert rig.project.names()[A] == "later"
    assert rig.doubts > 0
    assert rig.counters.rescans() == {"start": 1, "rescan": 1, "request": 1}


def test_who_wants_everything_read_does_not_wait_for_a_walk_that_believes_stamps(rig: Rig) -> None:
    old = rig.walk()
    rig.inbox.deliveries()
    request = rig.ask("")
    rig.step()
    assert [order.reads_all for order in rig.walker.orders] == [False, True]
    rig.inbox.deliver(old)
    rig.step()
    assert Rig.answer(request) is None
    rig.walk()
    rig.step()
    assert Rig.answer(request) is not None


def test_the_answer_tells_of_all_parts(rig: Rig) -> None:
    project = rig.project
    rig.fix_slices(10)
    names = [f"personas/n{number:03}.json" for number in range(15)]
    for name in names:
        project.persona(name)
    rig.hint("personas", Sign.FOLDER)
    rig.settle()
    for name in names:
        project.persona(name, name="new")
    project.persona("personas/another.json")
    request = rig.ask("")
    rig.step()
    rig.walk()
    for _ in range(4):
        rig.step()
    answer = Rig.answer(request)
    assert answer is not None
    assert answer.counts.upserted == len(names) + 1


def test_the_answer_tells_of_what_was_decided_while_it_was_walked(rig: Rig) -> None:
    (rig.project.root / A).unlink()
    rig.hint(A, Sign.GONE)
    rig.step()
    request = rig.ask("")
    rig.step()
    rig.later(600)
    rig.step()
    assert A not in rig.project.paths()
    rig.walk()
    rig.step()
    answer = Rig.answer(request)
    assert answer is not None
    assert answer.counts.deleted == 1


def test_a_walk_of_a_tree_that_never_held_still_is_no_answer(rig: Rig) -> None:
    request = rig.ask("")
    rig.step()
    (rig.project.root / A).unlink()
    rig.walk(partial(stir, rig))
    rig.step()
    rig.later(600)
    rig.step()
    assert Rig.answer(request) is not None
    assert A not in rig.project.paths()
    assert "rescan.again" in rig.log.events()


def test_after_some_walks_of_a_tree_that_never_held_still_a_batch_looks_at_everything(rig: Rig) -> None:
    (rig.project.root / A).unlink()
    for _ in range(_MAX_UNSTEADY):
        assert not rig.walk(partial(stir, rig)).is_still
        assert A in rig.project.paths()
        rig.step()
        rig.later(80_000)
        rig.step()
    rig.later(600)
    rig.step()
    assert "rescan.again" in rig.log.events()
    assert A not in rig.project.paths()


def test_a_stop_decides_nothing_of_a_delivery(rig: Rig) -> None:
    rig.project.persona("personas/c.json")
    rig.walk()
    rig.inbox.close()
    rig.step()
    assert "personas/c.json" not in rig.project.paths()


def test_a_walk_that_was_over_before_does_not_do(rig: Rig) -> None:
    rig.walk()
    request = rig.ask("")
    rig.step()
    assert Rig.answer(request) is None
    rig.step()
    assert [order.reads_all for order in rig.walker.orders] == [False, True]
    rig.walk()
    rig.step()
    assert Rig.answer(request) is not None


def test_bad_news_that_a_reload_found_is_waited_for(rig: Rig) -> None:
    rig.walk()
    rig.step()
    rig.step()
    (rig.project.root / A).unlink()
    request = rig.ask("")
    rig.step()
    rig.walk()
    rig.step()
    assert Rig.answer(request) is None
    rig.later(600)
    rig.step()
    answer = Rig.answer(request)
    assert answer is not None
    assert A not in rig.project.paths()


def test_a_look_at_one_path_waits_for_no_walk(rig: Rig) -> None:
    request = rig.ask(A, concern=[A])
    rig.step()
    assert Rig.answer(request) is not None


def test_where_hints_are_proved_a_dear_walk_comes_less_often(rig: Rig) -> None:
    rig.hears_all = True
    rig.walk(cpu_ns=3_000 * MS)
    rig.step()
    rig.step()
    rig.later(250_000)
    rig.step()
    assert len(rig.walker.orders) == 1
    rig.later(51_000)
    rig.step()
    assert len(rig.walker.orders) == 2
    rig.walk(cpu_ns=60_000 * MS)
    rig.step()
    rig.step()
    rig.later(601_000)
    rig.step()
    assert len(rig.walker.orders) == 3, "at most ten minutes"


def test_a_refusal_while_a_delivery_is_opened_loses_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Engine.open_delivery

    def fail(self: Engine, delivery: object) -> frozenset[str]:
        monkeypatch.setattr(Engine, "open_delivery", right)
        raise StoreUnavailable(StoreReason.LOCKED, "not now")

    monkeypatch.setattr(Engine, "open_delivery", fail)
    rig.project.persona("personas/c.json")
    rig.walk()
    rig.step()
    rig.later(100)
    rig.step()
    assert "personas/c.json" in rig.project.paths()
