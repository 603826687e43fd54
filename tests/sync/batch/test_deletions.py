"""From missing files to deletions: what belief, the tree and the guard say together."""

import os
import shutil
from dataclasses import replace

from docsync.model import Sign
from docsync.names import Collection
from tests.helpers.project import PERSONAS, PROMPTS, Project


def people(project: Project, count: int, folder: str = "personas") -> None:
    for number in range(count):
        project.persona(f"{folder}/p{number}.json", value=number)


def remove(project: Project, *numbers: int, folder: str = "personas") -> None:
    for number in numbers:
        (project.root / f"{folder}/p{number}.json").unlink()


def test_a_file_heard_of_lately_and_found_missing_without_a_hint_counts_as_missing_since_now(
    project: Project,
) -> None:
    people(project, 2)
    project.sync()
    project.last_hints["personas/p0.json"] = project.now_ns
    project.later(4000)
    remove(project, 0)
    project.sync()
    assert len(project.paths()) == 2
    project.later(500)
    project.sync()
    assert project.paths() == ["personas/p1.json"]


def test_a_file_that_was_heard_of_since_it_was_missed_is_missing_anew(project: Project) -> None:
    people(project, 2)
    project.sync()
    remove(project, 0)
    project.sync("personas/p0.json", sign=Sign.GONE)
    project.later(400)
    project.sync("personas/p0.json", sign=Sign.GONE)  # it was there again, and went
    project.later(400)
    project.sync()
    assert len(project.paths()) == 2
    project.later(100)
    project.sync()
    assert project.paths() == ["personas/p1.json"]


def test_a_held_file_that_returns_broken_leaves_the_hold(project: Project) -> None:
    people(project, 30)
    project.sync()
    remove(project, *range(30))
    project.settle()
    assert len(project.engine.list_held()) == 30
    for number in range(30):
        project.write(f"personas/p{number}.json", "{")
    project.settle()
    assert project.engine.list_held() == []
    assert set(project.states().values()) == {"stale"}


def test_a_held_file_that_returns_unchanged_by_a_checkout_leaves_the_hold(project: Project) -> None:
    people(project, 30)
    project.sync()
    remove(project, *range(30))
    project.settle()
    people(project, 30)
    project.settle()
    assert (project.engine.list_held(), project.problems()) == ([], [])
    assert set(project.states().values()) == {"ok"}


def test_the_only_document_of_a_folder_that_was_replaced_by_an_empty_one_is_held(project: Project) -> None:
    people(project, 1)
    project.settle()
    (project.root / "personas").rename(project.root / "away")
    (project.root / "personas").mkdir()
    project.settle()
    assert (project.paths(), len(project.engine.list_held())) == (["personas/p0.json"], 1)


def test_the_only_document_of_a_folder_that_was_replaced_may_go_once_a_file_was_found_there(
    project: Project,
) -> None:
    people(project, 1)
    project.settle()
    (project.root / "personas").rename(project.root / "away")
    shutil.copytree(project.root / "away", project.root / "personas")
    project.settle()
    remove(project, 0)
    project.settle()
    assert (project.paths(), project.engine.list_held()) == ([], [])


def test_what_was_held_before_a_restart_stays_held_however_many_files_come(project: Project) -> None:
    people(project, 40)
    project.settle()
    remove(project, *range(25))
    project.settle()
    people(project, 30, folder="personas/new")
    project.start()
    project.settle()
    assert (len(project.engine.list_held()), len(project.paths())) == (25, 70)


def test_of_a_hold_only_what_did_not_return_is_released(project: Project) -> None:
    people(project, 30)
    project.sync()
    remove(project, *range(30))
    project.settle()
    people(project, 10)
    applied = project.engine.release(None)
    assert len(applied.deleted) == 20
    project.settle()
    assert len(project.paths()) == 10
    assert set(project.states().values()) == {"ok"}


def test_copies_that_went_themselves_excuse_nothing(project: Project) -> None:
    people(project, 60, "personas/x")
    project.sync()
    project.later(70_000)
    for copy in ("y", "z"):
        shutil.copytree(project.root / "personas/x", project.root / f"personas/{copy}")
    project.sync()
    for copy in ("y", "z"):
        shutil.rmtree(project.root / f"personas/{copy}")
    project.settle()
    assert len(project.engine.list_held()) == 120
    shutil.rmtree(project.root / "personas/x")
    project.settle()
    assert len(project.engine.list_held()) == 180


def test_a_copy_that_is_missing_for_a_moment_excuses_nothing_meanwhile(project: Project) -> None:
    people(project, 2)
    project.sync()
    shutil.copy(project.root / "personas/p0.json", project.root / "personas/copy.json")
    project.sync()
    remove(project, 0)
    project.sync()
    project.later(400)
    (project.root / "personas/copy.json").unlink()
    project.sync()
    project.later(100)
    project.sync()
    remove(project, 1)
    project.settle()
    assert len(project.engine.list_held()) > 0


def test_a_file_renamed_onto_another_replaces_it_in_one_revision(project: Project) -> None:
    project.persona("personas/a.json", name="A")
    project.persona("personas/b.json", name="B")
    project.persona("personas/keep.json")
    project.sync()
    revision = project.revision
    os.replace(project.root / "personas/a.json", project.root / "personas/b.json")
    project.sync("personas/a.json", "personas/b.json", sign=Sign.RENAMED)
    project.settle()
    assert project.names() == {"personas/b.json": "A", "personas/keep.json": "keep"}
    assert project.revision == revision + 1


def test_of_two_hard_links_one_may_go(project: Project) -> None:
    file = project.persona("personas/a.json", name="A")
    os.link(file, project.root / "personas/b.json")
    project.sync()
    file.unlink()
    project.settle()
    assert project.names() == {"personas/b.json": "A"}


def test_a_rename_of_case_only_lands_as_one(project: Project) -> None:
    project.persona("personas/a.json", name="A")
    project.persona("personas/keep.json")
    project.sync()
    revision = project.revision
    os.rename(project.root / "personas/a.json", project.root / "personas/A.json")
    project.sync("personas", sign=Sign.FOLDER)
    assert (sorted(project.paths()), project.revision) == (
        ["personas/A.json", "personas/keep.json"],
        revision + 1,
    )


def test_a_file_that_leaves_and_comes_back_under_its_name_is_never_gone(project: Project) -> None:
    people(project, 2)
    project.sync()
    os.rename(project.root / "personas/p0.json", project.root / "away")
    project.sync()
    os.rename(project.root / "away", project.root / "personas/p0.json")
    project.settle()
    assert project.query("SELECT count(*) FROM changes WHERE op = 'delete'") == [(0,)]
    assert project.engine.list_undecided() == set()


def test_a_folder_that_is_renamed_in_the_configuration_and_on_disk_keeps_its_ids(project: Project) -> None:
    people(project, 40)
    project.sync()
    os.rename(project.root / "personas", project.root / "people")
    project.start(collections=(Collection("persona", "people", ("**/*.json",), "json"), PROMPTS))
    project.settle()
    assert len(project.paths()) == 40
    assert {path.partition("/")[0] for path in project.paths()} == {"people"}
    assert (project.engine.list_held(), project.problems(), project.engine.list_undecided()) == (
        [],
        [],
        set(),
    )
    assert project.query("SELECT count(*) FROM files") == [(40,)]


def test_another_suffix_in_the_configuration_takes_the_ids_over(project: Project) -> None:
    for number in range(40):
        project.persona(f"personas/p{number}.json", value=number)
        project.write(f"personas/p{number}.md", f"# Person {number}\n\nHello.\n")
    project.sync()
    project.start(collections=(Collection("persona", "personas", ("**/*.md",), "markdown"), PROMPTS))
    project.settle()
    assert all(path.endswith(".md") for path in project.paths())
    assert (len(project.paths()), project.engine.list_held(), project.problems()) == (40, [], [])
    assert project.query("SELECT count(*) FROM files") == [(40,)]


def test_a_held_file_that_returns_into_another_collection_leaves_the_hold(project: Project) -> None:
    people(project, 30, "personas/team")
    people(project, 40)
    project.sync()
    shutil.rmtree(project.root / "personas")
    team = Collection("team", "personas/team", ("*.json",), "json")
    project.start(collections=(team, PERSONAS, PROMPTS))
    (project.root / "personas/team").mkdir(parents=True)
    project.settle()
    assert len(project.engine.list_held("persona")) == 70
    people(project, 30, "personas/team")
    people(project, 40)
    project.settle()
    assert project.engine.list_held() == []
    remove(project, 0)
    project.settle()
    assert (len(project.paths()), project.engine.list_held()) == (69, [])


def test_what_lies_beneath_the_missing_folder_of_another_collection_is_not_deleted(project: Project) -> None:
    people(project, 3, "personas/team/deep")
    people(project, 3)
    project.start(collections=(Collection("team", "personas/team", ("*.json",), "json"), PERSONAS, PROMPTS))
    project.sync()
    remove(project, 0, folder="personas/team/deep")
    project.sync()  # one file is missing …
    shutil.rmtree(project.root / "personas/team")  # … and then the volume it was on
    project.settle()
    assert len(project.paths()) == 6
    beneath = [f"personas/team/deep/p{number}.json" for number in range(3)]
    assert project.problems() == [(path, "root-missing") for path in ("personas/team", *beneath)]


def test_a_held_document_that_another_file_takes_over_leaves_the_hold(project: Project) -> None:
    people(project, 30)
    project.sync()
    project.start(collections=(Collection("persona", "personas", ("**/*.md",), "markdown"), PROMPTS))
    project.settle()
    assert len(project.engine.list_held()) == 30
    for number in range(30):
        project.write(f"personas/p{number}.md", f"# Person {number}\n\nHello.\n")
    project.settle()
    assert (len(project.paths()), project.engine.list_held(), set(project.states().values())) == (
        30,
        [],
        {"ok"},
    )
    (project.root / "personas/p0.md").unlink()
    project.settle()
    assert len(project.paths()) == 29


def test_a_held_deletion_whose_document_another_file_takes_over_is_held_no_longer(project: Project) -> None:
    """The collection has another folder since a restart, and there the document comes up again."""
    people(project, 30)
    project.sync()
    remove(project, *range(30))
    project.settle()
    assert len(project.engine.list_held()) == 30
    (project.root / "people").mkdir()
    project.start(collections=(replace(PERSONAS, path="people"), PROMPTS))
    project.settle()
    assert len(project.engine.list_held()) == 30
    project.persona("people/p3.json", number=3)
    project.settle()
    assert sorted(entry.path for entry in project.engine.list_held()) == sorted(
        f"personas/p{number}.json" for number in range(30) if number != 3
    )
    assert project.states()["persona/p3"] == "ok"


def statements(project: Project, number: int) -> int:
    """How many statements a save costs."""
    project.later(1000)
    project.persona("personas/saved.json", number=number)
    seen: list[str] = []

    def traced(_cursor: object, sql: str, _values: object) -> bool:
        seen.append(sql)
        return True

    project.connection.exec_trace = traced
    project.sync("personas/saved.json")
    project.connection.exec_trace = None
    return len(seen)


def test_a_save_costs_the_same_however_many_deletions_are_held(project: Project) -> None:
    people(project, 60)
    project.persona("personas/saved.json")
    project.settle()
    before = statements(project, 1)
    remove(project, *range(60))
    project.settle()
    assert len(project.engine.list_held()) == 60
    assert statements(project, 2) == before


def test_only_a_link_by_way_of_a_volume_goes_at_once_when_the_volume_is_swapped(project: Project) -> None:
    people(project, 2)
    for folder, version in (("personas/mounted", "..1"), ("personas/mounted", "..2")):
        (project.root / folder / version).mkdir(parents=True)
    project.write("personas/mounted/..1/key.json", "{}")
    volume = project.root / "personas/mounted"
    (volume / "..data").symlink_to("..1")
    (volume / "key.json").symlink_to("..data/key.json")
    project.persona("personas/mounted/plain.json", value=9)
    project.persona("personas/old/f.json", value=10)
    project.sync()
    assert len(project.paths()) == 5
    (volume / "..data").unlink()
    (volume / "..data").symlink_to("..2")
    (volume / "plain.json").unlink()
    (project.root / "personas/old/f.json").unlink()
    (project.root / "personas/old/f.json").symlink_to("../.spare.json")
    project.sync("personas", sign=Sign.SWAPPED)
    assert "personas/mounted/key.json" not in project.paths()
    assert {"personas/mounted/plain.json", "personas/old/f.json"} <= set(project.paths())
