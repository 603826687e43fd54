"""A project with a few people in it, and a reader of its database."""

from collections.abc import Iterator

import pytest

from docsync.names import Collection
from docsync.reader import Reader, open_reader
from tests.helpers.project import PROMPTS, Project

INDEXED = Collection("persona", "personas", ("**/*.json",), "json", index=("demographics.ageGroup",))


@pytest.fixture
def people(project: Project) -> Project:
    project.start(collections=(INDEXED, PROMPTS))
    for number, (name, group) in enumerate([("Zoe", "18-29"), ("Ana", "60+"), ("Ben", "60+")]):
        project.persona(
            f"personas/team/{name.lower()}.json",
            name=name,
            tags=["calm", "ä"] if name == "Ana" else ["quick"],
            demographics={"ageGroup": group, "cities": ["Bonn", "Ulm"]},
            rank=number,
            active=name != "Ben",
            motto=None,
        )
    project.write("prompts/hello.prompty", "---\nname: Hello\nmodel:\n  api: chat\n---\nsystem:\nHi\n")
    project.settle()
    return project


@pytest.fixture
def crowd(people: Project) -> Project:
    """Twenty more people, many of whom have the same name."""
    for number in range(20):
        people.persona(
            f"personas/crowd/{number:02}.json", name="Ana" if number % 3 else f"N{number}", tags=["crowd"]
        )
        if number % 4 == 0:
            people.settle()
    people.settle()
    return people


@pytest.fixture
def reader(people: Project) -> Iterator[Reader]:
    with open_reader(database=people.database) as opened:
        yield opened
