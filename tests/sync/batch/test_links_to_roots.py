"""Links by way of the folder of another collection: they come back with it."""

import os

import pytest

from docsync.model import Sign
from docsync.names import Collection
from tests.helpers.project import PERSONAS, Project

TEAM = Collection("team", "personas/team", ("**/*.json",), "json")


@pytest.mark.parametrize("is_absolute", [True, False])
@pytest.mark.parametrize("is_heard", [True, False])
def test_a_link_into_a_collections_folder_that_went_is_read_again_when_that_is_back(
    project: Project, is_absolute: bool, is_heard: bool
) -> None:
    folder, link = project.root / "personas/team", "personas/link.json"
    project.start(collections=(TEAM, PERSONAS))
    for name in ("x", "y", "team/a"):
        project.persona(f"personas/{name}.json", name=name)
    os.symlink(folder / "a.json" if is_absolute else "team/a.json", project.root / link)
    project.settle()
    folder.rename(project.root / "away")
    project.settle()
    assert link not in project.names()
    (project.root / "away").rename(folder)
    project.sync("personas/team" if is_heard else "prompts/x.prompty", sign=Sign.FOLDER)
    assert project.names()[link] == "team/a"
