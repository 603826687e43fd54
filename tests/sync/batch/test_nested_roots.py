"""A collection's folder inside another one's: not there yet, there, gone. Nothing beneath it is lost, or kept in secret."""

import shutil

import pytest

from docsync.model import RootState
from docsync.names import Collection
from docsync.verify import verify
from tests.helpers.project import PERSONAS, Project

TEAM = Collection("team", "personas/team", ("**/*.json",), "json")
NOTES = Collection("team", "personas/team", ("**/*.md",), "markdown")
ORDERS = [(TEAM, PERSONAS), (PERSONAS, TEAM), (NOTES, PERSONAS), (PERSONAS, NOTES)]
IDS = ["inner-first", "outer-first", "other-files-inner-first", "other-files-outer-first"]
TOP = ["personas/x.json", "personas/y.json"]
INNER = ["personas/team/ana.json", "personas/team/ben.json"]


@pytest.fixture
def nested(project: Project, collections: tuple[Collection, ...]) -> Project:
    """Two personas, and an inner collection whose folder does not exist."""
    project.start(collections=collections)
    for path in TOP:
        project.persona(path)
    project.settle()
    return project


def state(project: Project) -> RootState:
    return project.engine.root_states()["team"]


def rest(project: Project) -> None:
    """Let all pass that only delays, and compare the database with the files."""
    project.later(61_000)
    project.settle()
    assert verify(project.settings, project.database).equal


def fill(project: Project) -> None:
    for path in INNER:
        project.persona(path)
    project.later(2000)
    project.settle()


def _ids(project: Project, like: str) -> list[str]:
    return [
        id_ for (id_,) in project.query("SELECT id FROM documents WHERE file_path LIKE ? ORDER BY id", like)
    ]


@pytest.mark.parametrize("collections", ORDERS, ids=IDS)
def test_an_inner_folder_that_does_not_exist_yet_is_absent_and_the_outer_one_lives_as_if_it_were_alone(
    nested: Project,
) -> None:
    assert (state(nested), nested.problems(), nested.paths()) == (RootState.ABSENT, [], TOP)
    (nested.root / TOP[0]).unlink()
    rest(nested)
    assert (state(nested), nested.problems(), nested.paths()) == (RootState.ABSENT, [], TOP[1:])


@pytest.mark.parametrize("collections", ORDERS, ids=IDS)
def test_an_inner_folder_that_appears_is_read_and_what_goes_from_it_goes(nested: Project) -> None:
    fill(nested)
    assert (state(nested), nested.paths()) == (RootState.OK, [*INNER, *TOP])
    (nested.root / INNER[0]).unlink()
    rest(nested)
    assert nested.paths() == [INNER[1], *TOP]


@pytest.mark.parametrize("collections", ORDERS, ids=IDS)
def test_an_inner_folder_that_goes_deletes_nothing_of_either_and_is_told_until_it_is_back(
    nested: Project,
) -> None:
    fill(nested)
    shutil.rmtree(nested.root / "personas/team")
    rest(nested)
    for restarted in (False, True):
        if restarted:
            nested.start()
            rest(nested)
        assert (state(nested), nested.paths()) == (RootState.MISSING, [*INNER, *TOP])
        assert ("personas/team", "root-missing") in nested.problems()
        assert [id_ for id_, said in nested.states().items() if said == "stale"] == _ids(
            nested, "personas/team/%"
        )
    nested.persona(INNER[1])
    rest(nested)
    assert (state(nested), nested.problems(), nested.paths())[::2] == (RootState.OK, [INNER[1], *TOP])


@pytest.mark.parametrize("collections", ORDERS, ids=IDS)
def test_a_folder_with_documents_that_went_before_it_became_a_collection_is_missing_and_not_absent(
    project: Project, collections: tuple[Collection, ...]
) -> None:
    """Its documents prove that it existed: they are kept as those of any missing folder are, and that is told."""
    project.start(collections=(PERSONAS,))
    for path in (*INNER, *TOP):
        project.persona(path)
    project.settle()
    shutil.rmtree(project.root / "personas/team")
    project.start(collections=collections)
    rest(project)
    assert (state(project), project.paths()) == (RootState.MISSING, [*INNER, *TOP])
    assert project.problems() == [(path, "root-missing") for path in ("personas/team", *INNER)]
    assert project.states() == {
        "persona/team/ana": "stale",
        "persona/team/ben": "stale",
        "persona/x": "ok",
        "persona/y": "ok",
    }
    (project.root / "personas/team").mkdir()
    rest(project)
    assert (state(project), project.problems(), project.paths()) == (RootState.OK, [], TOP)


def test_what_lies_in_a_missing_inner_folder_counts_when_the_outer_one_is_replaced(project: Project) -> None:
    """Else the outer folder is taken for known before all that it had is seen to be gone (rule 5)."""
    project.start(collections=(PERSONAS, NOTES))
    project.persona(INNER[0])
    project.write("personas/team/note.md", "A note.")
    project.settle()
    shutil.move(project.root / "personas", project.root / "parked")
    project.persona(TOP[0])
    project.sync("personas")
    (project.root / "personas/team").mkdir()
    project.write("personas/team/other.md", "Another note.")
    rest(project)
    assert INNER[0] in project.paths()


def test_a_folder_that_is_missing_while_its_collection_gets_another_name_is_still_missing(
    project: Project,
) -> None:
    project.start(collections=(TEAM,))
    for path in INNER:
        project.persona(path)
    project.settle()
    shutil.rmtree(project.root / "personas/team")
    project.start(collections=(Collection("squad", "personas/team", ("**/*.json",), "json"),))
    rest(project)
    assert project.engine.root_states() == {"squad": RootState.MISSING}
    assert project.paths() == INNER
    assert project.problems() == [(path, "root-missing") for path in ("personas/team", *INNER)]
