"""The first look of a process at everything: a batch for a new database, else a walk that all wait for."""

import os
import shutil

import pytest

from docsync.model import Sign
from docsync.scan import read
from docsync.sync.delivery import Failure
from tests.helpers.project import Project
from tests.helpers.rig import Rig

A, B, C = "personas/a.json", "personas/b.json", "personas/c.json"


@pytest.fixture
def rig(project: Project, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """A new process on a database that was filled by an earlier one; stamps are believed at once."""
    monkeypatch.setattr(read, "_TICK_NS", 0)
    for path in (A, B):
        project.persona(path, name=path)
    project.write("prompts/p.prompty", "---\nname: P\n---\nhello\n")
    project.settle()
    project.start()
    return Rig(project, walks=True)


def test_the_first_look_of_a_new_database_is_a_batch(project: Project) -> None:
    rig = Rig(project, walks=True)
    rig.step()
    assert (rig.vitals.scanned, rig.vitals.rescans, rig.walker.orders) == (True, 1, [])


def test_that_of_one_that_was_filled_is_a_walk_and_nobody_is_ready_before_it_is_over(rig: Rig) -> None:
    rig.step()
    assert [order.is_first for order in rig.walker.orders] == [True]
    assert not rig.vitals.scanned
    rig.walk()
    rig.step()
    assert (rig.vitals.scanned, rig.vitals.rescans) == (True, 1)
    assert rig.counters.rescans() == {"start": 1}
    rig.later(80_000)


def test_new_rules_are_read_by_in_a_batch(project: Project) -> None:
    project.persona(A)
    project.settle()
    project.start(ignore=frozenset({"no-description"}))
    rig = Rig(project, walks=True)
    rig.step()
    assert (rig.vitals.scanned, rig.walker.orders) == (True, [])


def test_all_that_changed_before_the_start_lands_in_one_revision(rig: Rig) -> None:
    rig.fix_slices(1)
    for path in (A, B):
        rig.project.persona(path, name="later")
    rig.project.persona(C, name="new")
    before = rig.project.revision
    rig.step()
    rig.walk()
    rig.step()
    assert rig.project.names() == {A: "later", B: "later", C: "new", "prompts/p.prompty": "P"}
    assert rig.project.revision == before + 1
    assert rig.vitals.scanned


def test_files_that_only_have_new_stamps_take_one_batch_too(rig: Rig) -> None:
    rig.fix_slices(1)
    for path in (A, B):
        os.utime(rig.project.root / path, (1_700_000_000, 1_700_000_000))
    rig.step()
    assert len(rig.walk().rereads) == 2
    rig.step()
    assert rig.vitals.scanned


def test_a_save_meanwhile_and_a_question_about_it_wait_for_the_walk(rig: Rig) -> None:
    rig.step()
    rig.project.persona(A, name="meanwhile")
    rig.hint(A)
    asked = rig.ask(A)
    rig.later(600)
    rig.step()
    assert rig.project.names()[A] == A
    assert Rig.answer(asked) is None
    assert rig.loop._next_ns(rig.now_ns) > rig.now_ns, "it sleeps until then"
    rig.walk()
    rig.step()
    assert rig.project.names()[A] == "meanwhile"
    assert Rig.answer(asked) is not None


@pytest.mark.parametrize("is_hard", [False, True])
def test_links_are_known_from_the_walk(project: Project, rig: Rig, *, is_hard: bool) -> None:
    link = project.root / "personas/link.json"
    os.link(project.root / A, link) if is_hard else link.symlink_to("a.json")
    project.settle()
    project.start()
    rig = Rig(project, walks=True)
    rig.step()
    rig.walk()
    rig.step()
    (project.root / A).write_text((project.root / A).read_text().replace(A, "other"))
    rig.hint(A, Sign.CLOSED)
    rig.step()
    rig.settle()
    assert project.names()["personas/link.json"] == project.names()[A] == "other"


def test_where_a_folder_is_another_one_than_before_a_batch_looks_at_everything(
    project: Project, rig: Rig
) -> None:
    shutil.rmtree(project.root / "prompts")
    project.start()
    rig = Rig(project, walks=True)
    rig.step()
    assert rig.walk().roots_differ
    rig.step()
    assert rig.vitals.scanned
    rig.settle()
    assert "prompts/p.prompty" in project.paths(), "its rows stay"
    assert ("prompts", "root-missing") in project.problems()


def test_of_a_tree_that_never_holds_still_a_batch_looks_at_everything(rig: Rig) -> None:
    folder = rig.project.root / "personas"
    rig.step()
    assert not rig.walk(lambda pieces: (folder / f"{pieces}.tmp").touch()).is_still
    rig.step()
    assert rig.vitals.scanned
    assert "walked" in str(rig.log.lines)


def test_so_it_does_when_no_walk_can_be_done(rig: Rig) -> None:
    rig.step()
    rig.inbox.deliver(Failure(rig.walker.orders[-1].number, "refused"))
    rig.step()
    assert rig.vitals.scanned


def test_a_stop_waits_for_no_walk(rig: Rig) -> None:
    rig.step()
    rig.inbox.close()
    rig.loop.run()
    assert not rig.vitals.scanned


def test_a_folder_that_is_back_before_the_walk_is_seen_to_be(project: Project, rig: Rig) -> None:
    prompts, away = project.root / "prompts", project.root / "away"
    prompts.rename(away)
    project.start()
    away.rename(prompts)
    rig = Rig(project, walks=True)
    rig.step()
    rig.walk()
    rig.step()
    assert {state.value for state in rig.loop.root_states().values()} == {"ok"}


def test_a_stop_ends_a_batch_of_new_stamps(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (A, B):
        os.utime(rig.project.root / path, (1_700_000_000, 1_700_000_000))
    rig.step()
    rig.walk()
    told: list[int] = []
    monkeypatch.setattr(rig.loop, "_progress", lambda done, of: told.append(of))
    rig.step()
    assert told == [0, 0]
