"""The sync thread, one step at a time: what is due, who is answered when, and that no refusal loses anything."""

import os
from collections.abc import Iterable
from typing import Any

import pytest

from docsync.change import ApplyResult, RowChange
from docsync.errors import StoreReason, StoreUnavailable
from docsync.git import GitDirectories
from docsync.model import Sign
from docsync.store.sqlite import SqliteStore
from docsync.sync.batch.batch_context import BatchReport
from docsync.sync.thread.git_hold import GitHold
from tests.helpers.project import Project
from tests.helpers.rig import MS, Rig
from tests.store.child import locked_by_another

A, B = "personas/a.json", "personas/b.json"


@pytest.fixture
def rig(project: Project) -> Rig:
    project.persona(A, name="A")
    project.persona(B, name="B")
    made = Rig(project)
    made.settle()
    return made


def refuse(
    monkeypatch: pytest.MonkeyPatch, times: int, reason: StoreReason = StoreReason.LOCKED
) -> list[int]:
    """The store refuses so many transactions; returns a list that shows how many refusals are left."""
    left = [times]
    real = SqliteStore.apply

    def apply(self: SqliteStore, changes: Iterable[RowChange], *, keep: bool = True) -> ApplyResult:
        if left[0]:
            left[0] -= 1
            raise StoreUnavailable(reason, "not now")
        return real(self, changes, keep=keep)

    monkeypatch.setattr(SqliteStore, "apply", apply)
    return left


# What is due


def test_the_first_step_scans_everything(project: Project) -> None:
    project.persona(A)
    rig = Rig(project)
    assert rig.vitals.scanned is False
    rig.step()
    assert (project.paths(), rig.vitals.scanned, rig.vitals.rescans) == ([A], True, 1)


def test_a_hint_leads_to_a_row_once_it_is_due(rig: Rig) -> None:
    rig.project.persona("personas/c.json")
    rig.hint("personas/c.json", Sign.CLOSED)
    rig.step()
    assert "personas/c.json" not in rig.project.paths()
    rig.later(10)
    rig.step()
    assert "personas/c.json" in rig.project.paths()


def test_a_step_with_nothing_to_do_does_nothing(rig: Rig) -> None:
    before = len(rig.log.lines)
    rig.step()
    assert len(rig.log.lines) == before


def test_a_file_removed_and_written_again_and_again_makes_one_change_per_debounce_time(rig: Rig) -> None:
    revision = rig.project.revision
    for number in range(100):  # for 1.1 s; each look at the name that went finds the next file already there
        (rig.project.root / A).unlink()
        rig.hint(A, Sign.GONE)
        rig.project.persona(A, name=f"A{number}")
        rig.step()
        rig.hint(A, Sign.CLOSED)
        rig.later(11)
        rig.step()
    assert 2 <= rig.project.revision - revision <= 3
    rig.settle()
    assert rig.project.names()[A] == "A99"


def test_rapid_saves_make_one_change_per_debounce_time(rig: Rig) -> None:
    revision = rig.project.revision
    for number in range(100):
        rig.project.persona(A, name=f"A{number}")
        rig.hint(A, Sign.RENAMED)
        rig.step()
        rig.later(10)
    assert revision + 2 <= rig.project.revision <= revision + 3
    rig.settle()
    assert rig.project.names()[A] == "A99"


def test_everything_is_scanned_again_after_about_the_rescan_time(project: Project) -> None:
    rig = Rig(project, rescan_ms=60_000)
    rig.settle()
    project.persona("personas/unheard-of.json")
    rig.later(47_000)
    rig.step()
    assert project.paths() == []
    rig.later(25_000)
    rig.step()
    assert project.paths() == ["personas/unheard-of.json"]
    assert rig.vitals.rescans == 2


def test_the_loop_sleeps_until_belief_wants_something(rig: Rig) -> None:
    (rig.project.root / A).unlink()
    rig.hint(A, Sign.GONE)
    rig.step()
    assert rig.loop._next_ns(rig.now_ns) == rig.now_ns + 500 * MS
    rig.later(500)
    rig.step()
    assert rig.project.paths() == [B]


def test_bad_news_of_a_file_that_is_open_again_does_not_keep_the_loop_busy(rig: Rig) -> None:
    rig.project.write(A, "{")
    rig.hint(A)
    rig.step()
    rig.later(499)
    rig.hint(A, Sign.OPEN)
    rig.later(1)
    rig.step()
    assert rig.loop._next_ns(rig.now_ns) > rig.now_ns


def test_lost_hints_make_the_watches_anew_and_scan_everything(rig: Rig) -> None:
    rig.project.persona("personas/unheard-of.json")
    rig.hint("", Sign.LOST)
    rig.step()
    assert (rig.resyncs, "personas/unheard-of.json" in rig.project.paths()) == (1, True)
    assert "hints.lost" in rig.log.events()


def test_hints_lost_again_within_a_second_wait_for_the_second_to_be_over(rig: Rig) -> None:
    for _ in range(5):
        rig.hint("", Sign.LOST)
        rig.step()
        rig.later(100)
    assert rig.resyncs == 1
    rig.project.persona("personas/unheard-of.json")
    rig.later(500)
    rig.step()
    assert (rig.resyncs, "personas/unheard-of.json" in rig.project.paths()) == (2, True)


def test_lost_hints_that_were_put_off_are_not_forgotten_because_git_was_at_work(rig: Rig) -> None:
    (rig.project.root / ".git").mkdir()
    rig.loop._git_hold = GitHold(lambda: GitDirectories(rig.project.root / ".git"), lambda: True)
    rig.hint("", Sign.LOST)
    rig.step()
    rig.later(10)
    (rig.project.root / ".git/index").write_text("moved on")
    rig.hint("", Sign.LOST)
    rig.project.persona("personas/new.json")
    rig.hint("personas/new.json")
    rig.step()
    assert rig.resyncs == 2
    assert "personas/new.json" in rig.project.paths()


# Who is answered when


def test_a_look_is_answered_in_the_same_step_when_all_is_good(rig: Rig) -> None:
    rig.project.persona("personas/c.json")
    rig.hint("personas/c.json", Sign.CLOSED)
    request = rig.ask()
    rig.step()
    done = rig.answer(request)
    assert done is not None
    assert (done.upserted, done.deleted, done.broken, done.held) == (("personas/c.json",), (), (), ())
    assert (done.revision, done.epoch) == (
        rig.project.revision,
        rig.project.query("SELECT value FROM sync_state WHERE key='epoch'")[0][0],
    )


def test_a_look_at_a_quiet_tree_is_answered_at_once(rig: Rig) -> None:
    request = rig.ask()
    rig.step()
    assert rig.answer(request) is not None


def test_a_look_at_a_scope_finds_what_nobody_hinted_at(rig: Rig) -> None:
    rig.project.persona("personas/unheard-of.json")
    rig.project.persona(B, name="Unheard of")
    request = rig.ask("personas/unheard-of.json")
    rig.step()
    done = rig.answer(request)
    assert done is not None
    assert done.upserted == ("personas/unheard-of.json",)
    assert rig.project.names()[B] == "B"


def test_a_look_waits_until_a_deletion_is_decided(rig: Rig) -> None:
    (rig.project.root / A).unlink()
    rig.hint(A, Sign.GONE)
    request = rig.ask()
    rig.step()
    rig.later(499)
    rig.step()
    assert rig.answer(request) is None
    rig.later(1)
    rig.step()
    done = rig.answer(request)
    assert done is not None
    assert done.deleted == (A,)


def test_a_look_waits_until_a_broken_file_is_decided_and_names_it(rig: Rig) -> None:
    rig.project.write(A, "{")
    rig.hint(A)
    request = rig.ask()
    rig.step()
    assert rig.answer(request) is None
    rig.later(500)
    rig.step()
    done = rig.answer(request)
    assert done is not None
    assert done.broken == (A,)


def test_a_look_that_concerns_other_paths_does_not_wait(rig: Rig) -> None:
    rig.project.write(A, "{")
    rig.hint(A)
    request = rig.ask(concern=(B,))
    rig.step()
    done = rig.answer(request)
    assert done is not None
    assert done.broken == ()


def test_a_look_waits_for_bad_news_from_before_it_too(rig: Rig) -> None:
    (rig.project.root / A).unlink()
    rig.hint(A, Sign.GONE)
    rig.step()
    rig.later(100)
    request = rig.ask()
    rig.step()
    assert rig.answer(request) is None
    rig.later(400)
    rig.step()
    assert rig.answer(request) is not None


def test_a_look_does_not_wait_for_bad_news_that_came_after_it(rig: Rig) -> None:
    (rig.project.root / A).unlink()
    rig.hint(A, Sign.GONE)
    request = rig.ask()
    rig.step()
    rig.later(400)
    (rig.project.root / B).unlink()
    rig.project.persona("personas/c.json")
    rig.hint(B, Sign.GONE)
    rig.hint("personas/c.json")
    rig.step()
    rig.later(100)
    rig.step()
    done = rig.answer(request)
    assert done is not None
    assert (done.deleted, done.upserted) == ((A,), ("personas/c.json",))


def test_a_look_is_over_when_the_bad_news_turned_good(rig: Rig) -> None:
    rig.project.write(A, "{")
    rig.hint(A)
    request = rig.ask()
    rig.step()
    rig.project.persona(A, name="Mended")
    rig.hint(A)
    rig.later(20)
    rig.step()
    done = rig.answer(request)
    assert done is not None
    assert (done.upserted, done.broken) == ((A,), ())


def test_a_look_does_not_wait_for_a_file_that_is_still_open(rig: Rig) -> None:
    rig.hint(A, Sign.OPEN)
    request = rig.ask()
    rig.step()
    assert rig.answer(request) is not None


def test_a_look_waits_for_a_rename_that_is_not_quiet_yet_whatever_else_happens(rig: Rig) -> None:
    project = rig.project
    os.link(
        project.root / A, project.root / "personas/link.json"
    )  # the second name keeps the first one's inode
    rig.hint("personas/link.json", Sign.FOLDER)
    rig.settle()
    os.rename(project.root / A, project.root / "personas/new.json")
    rig.hint(A, Sign.GONE)
    rig.hint("personas/new.json", Sign.RENAMED)
    request = rig.ask(concern=("personas/new.json",))
    rig.step()
    assert rig.answer(request) is None
    rig.later(3)
    rig.project.persona(B, name="Something else")
    rig.hint(B)
    rig.step()
    assert rig.answer(request) is None
    rig.later(10)
    rig.step()
    done = rig.answer(request)
    assert done is not None
    assert "personas/new.json" in project.paths()


def test_an_answer_that_nobody_waits_for_any_more_disturbs_nothing(rig: Rig) -> None:
    request, other = rig.ask(), rig.ask()
    request.answer.cancel()
    rig.step()
    assert rig.answer(other) is not None


def test_a_release_deletes_what_is_held_and_says_what(rig: Rig) -> None:
    for path in (A, B):
        (rig.project.root / path).unlink()
        rig.hint(path, Sign.GONE)
    rig.settle()
    look = rig.ask()
    rig.step()
    seen = rig.answer(look)
    assert seen is not None
    assert seen.held == (A, B)
    request = rig.release("persona")
    rig.step()
    done = rig.answer(request)
    assert done is not None
    assert (done.deleted, done.held, rig.project.paths()) == ((A, B), (), [])
    assert "deletions.released" in rig.log.events()


# Refusals of the database


def test_a_refusal_loses_nothing_and_is_said_once(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    left = refuse(monkeypatch, 3)
    rig.project.persona("personas/c.json")
    rig.hint("personas/c.json")
    rig.step()
    assert [reason.code for reason in rig.vitals.reasons] == ["locked"]
    assert rig.vitals.syncing is False
    for _ in range(10):
        rig.later(100)
        rig.step()
    assert (left, "personas/c.json" in rig.project.paths(), rig.vitals.reasons) == ([0], True, ())
    assert rig.log.events().count("database.unavailable") == 1
    assert rig.log.events().count("database.available") == 1


def test_each_try_comes_later_than_the_one_before_up_to_five_seconds(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = refuse(monkeypatch, 12)
    rig.hint(A)
    rig.step()
    pauses = []
    while left[0]:
        before, begun_ns = left[0], rig.now_ns
        while left[0] == before:
            rig.later(50)
            rig.step()
        pauses.append((rig.now_ns - begun_ns) // MS)
    assert pauses == [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000]


def test_hints_that_come_meanwhile_are_taken_by_the_try_that_succeeds(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, 2)
    for number in range(5):
        rig.project.persona(f"personas/n{number}.json")
        rig.hint(f"personas/n{number}.json")
        rig.step()
        rig.later(40)
    rig.later(100)
    rig.step()
    assert len(rig.project.paths()) == 7


def test_a_refused_rescan_is_tried_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.persona(A)
    refuse(monkeypatch, 1, StoreReason.DISK_FULL)
    rig = Rig(project)
    rig.step()
    assert (project.paths(), rig.vitals.scanned) == ([], False)
    rig.later(50)
    rig.step()
    assert (project.paths(), rig.vitals.scanned) == ([A], True)


def test_requests_are_answered_by_the_try_that_succeeds(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, 1)
    rig.project.persona("personas/c.json")
    before = rig.ask("")
    rig.step()
    meanwhile = rig.ask("")
    rig.later(20)
    rig.step()
    assert (rig.answer(before), rig.answer(meanwhile)) == (None, None)
    rig.later(30)
    rig.step()
    for request in (before, meanwhile):
        done = rig.answer(request)
        assert done is not None
        assert done.upserted == ("personas/c.json",)


def test_a_refused_release_is_tried_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (A, B):
        (rig.project.root / path).unlink()
        rig.hint(path, Sign.GONE)
    rig.settle()
    refuse(monkeypatch, 1)
    request = rig.release()
    rig.step()
    assert (rig.answer(request), len(rig.project.engine.list_held())) == (None, 2)
    rig.later(50)
    rig.step()
    done = rig.answer(request)
    assert done is not None
    assert done.deleted == (A, B)


def test_a_database_that_is_really_locked_gets_everything_afterwards(rig: Rig) -> None:
    rig.project.connection.set_busy_timeout(0)
    rig.project.persona("personas/c.json")
    (rig.project.root / A).unlink()
    with locked_by_another(rig.project.database):
        rig.hint("personas/c.json")
        rig.hint(A, Sign.GONE)
        rig.step()
        assert [reason.code for reason in rig.vitals.reasons] == ["locked"]
    rig.later(50)
    rig.settle()
    assert rig.project.paths() == [B, "personas/c.json"]


def test_a_full_disk_passes_without_a_restart(rig: Rig) -> None:
    connection = rig.project.connection
    connection.pragma("max_page_count", connection.pragma("page_count"))
    for number in range(20):
        rig.project.persona(f"personas/n{number}.json", text="x" * 20_000)
    rig.hint("personas", Sign.FOLDER)
    rig.step()
    assert [reason.code for reason in rig.vitals.reasons] == ["disk_full"]
    connection.pragma("max_page_count", 1_000_000)
    rig.later(50)
    rig.step()
    assert (len(rig.project.paths()), rig.vitals.reasons) == (22, ())


# The end


def test_what_was_hinted_before_the_end_is_taken_although_it_is_not_due(rig: Rig) -> None:
    rig.project.persona("personas/c.json")
    rig.hint("personas/c.json", Sign.CLOSED)
    rig.inbox.close()
    rig.loop.run()
    assert "personas/c.json" in rig.project.paths()


def test_what_is_hinted_while_the_last_batch_is_under_way_is_taken_too(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = rig.project.engine.sync

    def sync_and_end(*asked: Any, **more: Any) -> BatchReport:
        report = real(*asked, **more)
        if not rig.inbox.closed:
            rig.project.persona("personas/late.json")
            rig.hint("personas/late.json", Sign.CLOSED)
            rig.inbox.close()
        return report

    monkeypatch.setattr(rig.project.engine, "sync", sync_and_end)
    rig.hint(A)
    rig.loop.run()
    assert "personas/late.json" in rig.project.paths()


def test_who_still_waits_at_the_end_is_told(rig: Rig) -> None:
    (rig.project.root / A).unlink()
    request = rig.ask("")
    rig.inbox.close()
    rig.loop.run()
    with pytest.raises(StoreUnavailable, match="stopping"):
        request.answer.result(0)
    assert A in rig.project.paths()


def test_the_end_does_not_wait_for_a_database_that_refuses(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, 100)
    rig.hint(A)
    request = rig.ask()
    rig.inbox.close()
    rig.loop.run()
    with pytest.raises(StoreUnavailable):
        request.answer.result(0)
