"""Time passes while docsync looks: bad news counts from after the look that found it, and is judged from before the next."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from docsync.change import ApplyResult
from docsync.model import FileBytes, FileState, ReadFailure, RefusedPath, Scan, Sign
from docsync.names import EVERYTHING, Collection
from docsync.policy.batch import Batch, DirtyPath
from tests.helpers.project import PERSONAS, Project

STALL_MS = 400
TEAM = Collection("team", "personas/team", ("**/*.json",), "json")


@pytest.fixture
def stalls(project: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, float], None]:
    """Make the next call of a step of the tree, such as "scan", take so many milliseconds."""

    def stall(step: str, ms: float) -> None:
        tree = project.engine._tree
        right = getattr(tree, step)

        def slow(*arguments: Any) -> Scan | FileBytes | RefusedPath | ReadFailure:
            answer: Scan | FileBytes | RefusedPath | ReadFailure = right(*arguments)
            project.later(ms)
            monkeypatch.setattr(tree, step, right)
            return answer

        monkeypatch.setattr(tree, step, slow)

    return stall


@pytest.fixture
def ana(project: Project) -> str:
    project.persona("personas/ana.json")
    project.persona("personas/keep.json")
    project.sync()
    project.later(1000)
    return "personas/ana.json"


def test_a_missing_file_counts_from_after_the_scan_that_did_not_find_it(
    project: Project, ana: str, stalls: Callable[[str, float], None]
) -> None:
    (project.root / ana).unlink()
    stalls("scan", STALL_MS)
    project.sync(ana, sign=Sign.GONE)
    project.later(499)
    project.sync(ana)
    assert ana in project.paths()
    project.later(1)
    project.sync(ana)
    assert ana not in project.paths()


def test_a_wait_before_the_scan_makes_no_deletion_older(project: Project, ana: str) -> None:
    (project.root / ana).unlink()
    begun_ns = project.now_ns
    project.later(1000)  # a cookie that did not come back, before the batch could begin
    batch = Batch({ana: DirtyPath(begun_ns, begun_ns, Sign.GONE)})
    project.engine.sync(batch, begun_ns, project.last_hints.get)
    project.later(499)
    project.sync(ana)
    assert ana in project.paths()


def test_a_scan_that_began_too_early_decides_nothing_however_long_it_takes(
    project: Project, ana: str, stalls: Callable[[str, float], None]
) -> None:
    (project.root / ana).unlink()
    project.sync(ana, sign=Sign.GONE)
    project.later(300)
    stalls("scan", STALL_MS)
    project.sync(ana)
    assert ana in project.paths()
    project.sync(ana)
    assert ana not in project.paths()


@pytest.mark.parametrize("step", ["scan", "read"])
def test_a_broken_file_counts_from_after_it_was_read(
    project: Project, ana: str, stalls: Callable[[str, float], None], step: str
) -> None:
    project.write(ana, "{")
    stalls(step, STALL_MS)
    project.sync(ana, sign=Sign.CLOSED)
    project.later(499)
    project.sync(ana)
    assert project.problems() == []
    project.later(1)
    project.sync(ana)
    assert project.problems() == [(ana, "json-truncated")]


def test_a_read_that_takes_long_does_not_make_a_broken_file_older(
    project: Project, ana: str, stalls: Callable[[str, float], None]
) -> None:
    project.write(ana, "{")
    project.sync(ana, sign=Sign.CLOSED)
    project.later(300)
    stalls("read", STALL_MS)
    project.sync(ana)
    assert project.problems() == []
    project.sync(ana)
    assert project.problems() == [(ana, "json-truncated")]


def test_a_shut_folder_counts_from_after_the_scan(
    project: Project, ana: str, stalls: Callable[[str, float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.root / "personas").rename(project.root / "away")
    stalls("scan", STALL_MS)
    project.sync()
    project.later(499)
    project.sync()
    assert project.problems() == []
    project.later(1)
    project.sync()
    assert project.problems() == [("personas", "root-missing")]


def test_the_minute_of_the_guard_begins_when_a_deletion_is_committed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        project.persona(f"personas/p{number}.json", number=number)
    project.sync()
    for number in range(20):
        (project.root / f"personas/p{number}.json").unlink()
    project.sync()
    project.later(500)
    apply = project.engine._store.apply

    def slow(*arguments: Any) -> ApplyResult:
        applied = apply(*arguments)
        project.later(5000)
        return applied

    monkeypatch.setattr(project.engine._store, "apply", slow)
    project.sync()
    monkeypatch.setattr(project.engine._store, "apply", apply)
    assert len(project.paths()) == 20
    (project.root / "personas/p20.json").unlink()
    project.later(59_000)
    project.sync()
    project.later(500)
    project.sync()
    assert [entry.path for entry in project.engine.list_held()] == ["personas/p20.json"]


@pytest.fixture
def handed_over(project: Project) -> Project:
    """A collection whose files another one has taken over while all of them are broken: its rows are the last good ones."""
    for number in range(5):
        project.persona(f"personas/team/p{number}.json", number=number)
    project.persona("personas/keep.json")
    project.settle()
    for number in range(5):
        project.write(f"personas/team/p{number}.json", "{")
    project.start(collections=(TEAM, PERSONAS))
    project.settle()
    assert project.query("SELECT type, count(*) FROM documents GROUP BY type") == [("persona", 6)]
    states = project.query("SELECT DISTINCT type, state FROM files WHERE file_path LIKE 'personas/team/%'")
    assert states == [("team", FileState.BROKEN)]
    return project


def test_what_another_collection_has_taken_over_is_not_deleted_to_the_last_row(handed_over: Project) -> None:
    for path in (handed_over.root / "personas/team").iterdir():
        path.unlink()
    handed_over.settle()
    assert len(handed_over.engine.list_held("team")) == 5
    assert len(handed_over.paths()) == 6


def test_what_another_collection_has_taken_over_counts_for_it(handed_over: Project) -> None:
    """One of its own good files and one of the six that went over: not all that it has."""
    handed_over.persona("personas/team/own.json")
    handed_over.settle()
    (handed_over.root / "personas/team/own.json").unlink()
    handed_over.settle()
    assert handed_over.engine.list_held() == []
    assert handed_over.states().get("team/own") is None


def test_what_a_collection_has_lost_to_another_does_not_count_for_it(handed_over: Project) -> None:
    handed_over.start(collections=(replace(TEAM, path="personas"), PERSONAS))
    handed_over.sync(EVERYTHING)
    handed_over.settle()
    assert handed_over.engine._store.rows("persona") == 0
    assert handed_over.engine._store.rows("team") == 6
