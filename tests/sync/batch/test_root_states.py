"""What cannot be looked at: nothing beneath it is deleted, and it says so once, until it can be looked at again."""

import errno
import os
import shutil
from typing import Any

import pytest

from docsync.model import RootState
from docsync.names import Collection
from docsync.verify import verify
from tests.helpers.project import Project

EVERY_JSON = Collection("all", ".", ("**/*.json",), "json")


def shut(
    monkeypatch: pytest.MonkeyPatch, ending: str, call: str = "scandir", number: int = errno.EACCES
) -> None:
    real = getattr(os, call)

    def refuse(path: Any, **options: Any) -> Any:
        if str(path).endswith(ending):
            raise OSError(number, os.strerror(number))
        return real(path, **options)

    monkeypatch.setattr(os, call, refuse)


def test_a_shut_folder_is_told_only_after_the_debounce_time(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.persona("personas/shut/a.json")
    project.sync()
    shut(monkeypatch, "/shut")
    project.sync()
    assert project.problems() == []
    project.later(500)
    project.sync()
    assert project.problems() == [("personas/shut", "unreadable"), ("personas/shut/a.json", "unreadable")]


def test_a_folder_that_stays_shut_is_told_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.persona("personas/shut/a.json")
    project.sync()
    shut(monkeypatch, "/shut")
    project.settle()
    revision = project.revision
    project.later(5000)
    project.settle()
    assert project.revision == revision


def test_what_was_said_beneath_a_folder_stays_while_it_is_shut(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("personas/shut/a.json", "{")
    project.settle()
    shut(monkeypatch, "/shut")
    project.settle()
    assert project.problems() == [("personas/shut", "unreadable"), ("personas/shut/a.json", "json-truncated")]
    assert verify(project.settings, project.database).differences == ()


def test_another_reason_for_being_shut_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.persona("personas/shut/a.json")
    project.sync()
    shut(monkeypatch, "/shut")
    project.settle()
    monkeypatch.undo()
    shut(monkeypatch, "/shut", number=errno.EIO)
    project.sync()
    assert [message for (message,) in project.query("SELECT message FROM problems ORDER BY file_path")] == [
        "cannot be read: input/output error",
        "the folder personas/shut cannot be read: input/output error",
    ]
    assert verify(project.settings, project.database).differences == ()


def test_a_look_at_one_file_of_a_shut_folder_changes_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.persona("personas/shut/a.json")
    project.sync()
    shut(monkeypatch, "/shut")
    shut(monkeypatch, "/shut/a.json", "lstat")
    project.settle()
    told, revision = project.query("SELECT * FROM problems"), project.revision
    project.sync("personas/shut/a.json")
    project.later(500)
    project.sync("personas/shut/a.json")
    assert (project.query("SELECT * FROM problems"), project.revision) == (told, revision)


def test_a_single_file_that_cannot_be_looked_at_is_told_as_a_file(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.persona("personas/a.json", name="A")
    project.sync()
    shut(monkeypatch, "/a.json", "lstat")
    project.sync("personas/a.json")
    project.later(500)
    project.sync("personas/a.json")
    assert project.query("SELECT file_path, code, message FROM problems") == [
        ("personas/a.json", "unreadable", "cannot be read: permission denied")
    ]
    assert project.states() == {"persona/a": "stale"}
    monkeypatch.undo()
    project.settle()
    assert (project.problems(), project.states()) == ([], {"persona/a": "ok"})


def test_an_input_output_error_deletes_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.persona("personas/a.json")
    project.sync()
    shut(monkeypatch, "/personas", number=errno.EIO)
    project.settle()
    assert project.paths() == ["personas/a.json"]


def test_a_root_that_may_not_be_looked_at_keeps_its_rows(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.persona("personas/a.json")
    project.sync()
    real = os.stat

    def refuse(path: Any, **options: Any) -> os.stat_result:
        if str(path).endswith("/personas"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, **options)

    monkeypatch.setattr(os, "stat", refuse)
    project.settle()
    assert project.engine.root_states()["persona"] is RootState.UNREADABLE
    assert (project.paths(), project.problems()) == (["personas/a.json"], [("personas", "root-unreadable")])
    monkeypatch.undo()
    project.settle()
    assert project.problems() == []


def test_a_folder_above_what_is_asked_for_is_part_of_the_answer(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut(monkeypatch, "/shut")
    (project.root / "personas/shut").mkdir()
    os.rmdir(project.root / "prompts")
    project.settle()

    def state(path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        found = project.engine.read_state([path])
        return found.broken, tuple(one.path for one in found.lost)

    assert state("personas/shut/new.json") == (("personas/shut",), ())
    assert state("personas/new.json") == ((), ())
    assert state("prompts/new.prompty") == ((), ())  # it never had a document, and was never seen
    project.write("prompts/p.prompty", "---\nname: P\n---\nhello\n")
    project.settle()
    shutil.rmtree(project.root / "prompts")
    project.settle()
    assert state("prompts/new.prompty") == (("prompts",), ("prompts",))
    assert state("personas/new.json") == ((), ())


def test_a_root_that_was_seen_before_a_restart_is_missing_and_not_absent(project: Project) -> None:
    project.settle()
    os.rmdir(project.root / "personas")
    project.start()
    project.settle()
    assert project.engine.root_states()["persona"] is RootState.MISSING
    assert project.problems() == [("personas", "root-missing")]


def test_a_root_that_becomes_a_file_is_missing(project: Project) -> None:
    project.persona("personas/a.json")
    project.sync()
    os.rename(project.root / "personas", project.root / "away")
    (project.root / "personas").touch()
    project.settle()
    assert (project.paths(), project.problems()) == (["personas/a.json"], [("personas", "root-missing")])


def test_a_root_that_is_back_is_read_whole_whatever_the_scope(project: Project) -> None:
    for name in "abc":
        project.persona(f"personas/{name}.json")
    project.sync()
    os.rename(project.root / "personas", project.root / "away")
    project.sync("prompts")
    project.persona("away/d.json")
    os.rename(project.root / "away", project.root / "personas")
    project.sync("prompts")
    assert len(project.paths()) == 4


def test_a_linked_root_that_points_elsewhere_is_read_whole_whatever_the_scope(project: Project) -> None:
    os.rmdir(project.root / "personas")
    for version in ("v1", "v2"):
        project.persona(f"{version}/{version}.json")
    link = project.root / "personas"
    link.symlink_to("v1")
    project.sync()
    link.unlink()
    link.symlink_to("v2")
    project.sync("prompts")
    assert "personas/v2.json" in project.paths()


def test_what_lies_beneath_a_missing_root_is_left_alone_broken_or_not(project: Project) -> None:
    project.persona("personas/a.json")
    project.write("personas/broken.json", "{")
    os.mkfifo(project.root / "personas/pipe.json")
    project.settle()
    before = project.problems()
    os.rename(project.root / "personas", project.root / "away")
    project.settle()
    assert project.problems() == sorted([*before, ("personas", "root-missing")])
    os.rename(project.root / "away", project.root / "personas")
    project.settle()
    assert project.problems() == before


def test_a_project_that_is_a_collection_itself_is_read_whole_when_it_is_back(project: Project) -> None:
    database = project.root.parent / "elsewhere" / "docsync.db"
    project.database = database
    project.start(collections=(EVERY_JSON,))
    for name in "abc":
        project.persona(f"{name}.json")
    project.sync()
    away = project.root.with_name("away")
    os.rename(project.root, away)
    project.sync("a.json")
    assert (project.engine.root_states()["all"], project.engine.list_undecided() & {"a.json"}) == (
        RootState.MISSING,
        set(),
    )
    (away / "c.json").unlink()
    os.rename(away, project.root)
    project.sync("a.json")
    assert project.engine.list_undecided() == {"c.json"}
    project.later(500)
    project.sync("a.json")
    assert project.paths() == ["a.json", "b.json"]


def test_a_skipped_name_is_told_again_when_it_becomes_another_one(project: Project) -> None:
    path = project.root / "personas/x.json"
    os.mkfifo(path)
    project.settle()
    path.unlink()
    path.symlink_to("/dev/null")
    project.settle()
    assert project.query("SELECT message FROM problems") == [
        ("a link that leaves the collection's folder is not followed",)
    ]
    path.unlink()
    project.settle()
    assert project.problems() == []


def test_a_broken_file_that_becomes_a_pipe_is_skipped(project: Project) -> None:
    file = project.write("personas/x.json", "{")
    project.settle()
    file.unlink()
    os.mkfifo(file)
    project.settle()
    assert project.problems() == [("personas/x.json", "skipped")]
