"""What services ask for, by name."""

import shutil
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from docsync.reader import Reader, Row, open_reader
from docsync.reader.service import PersonaService, PromptTemplateService
from tests.helpers.project import SHARED, Project

GROUPS: dict[str, dict[str, Any]] = {
    "a": {"demographics": {"ageGroup": "60+"}},
    "b": {"ageGroup": "Older adults, 60+"},
    "c": {"persona": {"age": 71}},
    "d": {"demographics": {"ageGroup": "30-44"}},
    "e": {"age_group": "Adults, 30 - 44", "id": "e-7"},
    "f": {"age": 44, "id": 7},
    "g": {"age": 45},
    "h": {"data": {"extensions": {"demographics": {"ageGroup": "130-44"}}}},
    "i": {"demographics": {"ageGroup": "Students"}},
    "j": {"demographics": {"ageGroup": 30}},
}
PROMPT = """---
name: {name}
id: {id}
tags: [{tag}]
model:
  id: {model}
  connection:
    kind: key
    apiKey: ${{env:{env}}}
inputs:
  - name: customer
    kind: string
---
system:
Help {{{{customer}}}}.
"""


@pytest.fixture
def reader(project: Project) -> Iterator[Reader]:
    for stem, values in GROUPS.items():
        project.persona(f"personas/{stem}.json", **{"name": f"Name {stem}", "tags": [f"t{stem}"], **values})
    texts = [("one", "p-1", "x", "gpt-4o", "KEY"), ("two", "p-2", "y", "o1", "OTHER")]
    for name, id_, tag, model, env in texts:
        project.write(
            f"prompts/{name}.prompty", PROMPT.format(name=name, id=id_, tag=tag, model=model, env=env)
        )
    project.settle()
    with open_reader(database=project.database) as opened:
        yield opened


def stems(rows: Iterable[Row]) -> str:
    return "".join(row.id.rpartition("/")[2][0] for row in rows)


@pytest.mark.parametrize(
    ("group", "found"),
    [
        ("60+", "abc"),
        ("30-44", "def"),
        ("30 to 44", "def"),
        ("45-59", "g"),
        ("Students", "i"),
        ("students", ""),
        ("18-29", ""),
    ],
)
def test_personas_of_an_age_group_are_found_however_they_write_it(
    reader: Reader, group: str, found: str
) -> None:
    page = PersonaService(reader).by_age_group(group)
    assert stems(page) == found
    assert (page.source, page.epoch, page.revision, page.cursor) == (
        "database",
        reader.epoch(),
        reader.revision(),
        None,
    )


def test_a_persona_is_found_by_any_of_its_ids(reader: Reader) -> None:
    personas = PersonaService(reader)
    for id_, stem in [("persona/a", "a"), ("a", "a"), ("e-7", "e"), ("7", "f")]:
        row = personas.by_id(id_)
        assert row is not None
        assert row.id == f"persona/{stem}"
    assert personas.by_id("prompt_template/one") is None
    assert personas.by_id("never") is None


def test_a_type_has_all_its_documents_and_no_others(reader: Reader) -> None:
    assert stems(PersonaService(reader).all()) == "abcdefghij"
    assert stems(PromptTemplateService(reader).all(order="-name")) == "to"
    first = PersonaService(reader).all(limit=4)
    assert stems(PersonaService(reader).all(limit=4, cursor=first.cursor)) == "efgh"


def test_personas_are_found_by_name_tag_words_and_any_field(reader: Reader) -> None:
    personas = PersonaService(reader)
    assert stems(personas.by_name("Name c")) == "c"
    assert stems(personas.by_tag("td")) == "d"
    assert stems(personas.find(where={"age": {">": 44}})) == "g"
    assert stems(hit.row for hit in personas.search("older")) == "b"
    assert len(personas.search("customer")) == 0


def test_templates_are_found_by_what_they_need(reader: Reader) -> None:
    templates = PromptTemplateService(reader)
    assert stems(templates.by_model("gpt-4o")) == "o"
    assert stems(templates.by_tag("y")) == "t"
    assert stems(templates.by_variable("customer")) == "ot"
    assert stems(templates.by_variable("custom")) == ""
    assert stems(templates.by_env("OTHER")) == "t"
    row = templates.by_id("p-2")
    assert row is not None
    assert row.name == "two"


def test_a_collection_of_another_name_has_services_too(reader: Reader) -> None:
    assert stems(PersonaService(reader, "prompt_template").all()) == "ot"
    assert PersonaService(reader).type == "persona"


@pytest.mark.skipif(not SHARED.exists(), reason="the corpus is not here")
def test_the_people_of_the_corpus_have_ages(project: Project) -> None:
    for folder in sorted((SHARED / "corpus").glob("*/personas")):
        shutil.copytree(folder, project.root / "personas" / folder.parent.name)
    project.settle()
    with open_reader(database=project.database) as reader:
        personas = PersonaService(reader)
        every = {row.id for row in personas.all()}
        ages = {row.id for row in personas.find(where={"persona.age": {"exists": True}})}
        of_any_age = {row.id for row in personas.by_age_group("0-150")}
        assert ages
        assert of_any_age == ages <= every
        for row in personas.by_age_group("30-60"):
            assert "30-60" in str(row.document) or 30 <= row.document["persona"]["age"] <= 60
