"""Conflict copies are synced, as any file is, and warned of by their names."""

import pytest

from tests.helpers.project import Project

COPY = "personas/ada.sync-conflict-20261129-010203-5RQAITR.json"


@pytest.fixture
def ada(project: Project) -> Project:
    project.persona("personas/ada.json", name="Ada")
    return project


def said(project: Project) -> dict[str, tuple[str, str | None]]:
    rows = project.query("SELECT file_path, message, hint FROM problems WHERE code = 'conflict-copy'")
    return {str(path): (str(message), hint and str(hint)) for path, message, hint in rows}


def test_a_conflict_copy_is_warned_of_with_the_original_and_the_program(ada: Project) -> None:
    ada.persona(COPY, name="Ada, not this one")
    ada.sync()

    assert said(ada) == {
        COPY: (
            "a conflict copy of ada.json that Syncthing left",
            "merge it into the original, and delete it",
        )
    }
    assert set(ada.names()) == {"personas/ada.json", COPY}


def test_the_warning_is_the_same_whether_the_original_is_there_or_not(ada: Project) -> None:
    ada.persona(COPY, name="Ada")
    ada.sync()
    before = said(ada)
    (ada.root / "personas/ada.json").unlink()
    ada.settle()

    assert said(ada) == before


def test_a_file_in_a_copy_of_a_folder_is_warned_of(ada: Project) -> None:
    path = "personas/team/old (Eva's conflicted copy 2026-11-29)/bo.json"
    ada.persona(path, name="Bo")
    ada.sync()

    message, _ = said(ada)[path]
    assert message.startswith("lies in a conflict copy of team/old that Dropbox left")


def test_a_copy_of_a_file_manager_may_be_meant(ada: Project) -> None:
    ada.persona("personas/ada - Copy.json", name="Ada")
    ada.sync()

    assert said(ada) == {
        "personas/ada - Copy.json": (
            "a copy of ada.json that a file manager made",
            "rename it if it is meant to be there, or delete it",
        )
    }


def test_whoever_ignores_the_code_is_told_nothing(ada: Project) -> None:
    ada.start(ignore=frozenset({"conflict-copy"}))
    ada.persona(COPY, name="Ada")
    ada.sync()

    assert said(ada) == {}


def test_the_warning_goes_with_the_name(ada: Project) -> None:
    ada.persona(COPY, name="Ada")
    ada.sync()
    (ada.root / COPY).rename(ada.root / "personas/other.json")
    ada.settle()

    assert said(ada) == {}
