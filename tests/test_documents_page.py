"""docs/documents.md describes what is stored: every field, nothing else, and its examples are what one gets."""

import json
import os
import random
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from docsync.cli.schema_text import read_schema
from docsync.formats import naming, parse
from docsync.store.columns import COLUMNS
from tests.codegen.collected import (
    CORPUS,
    READING_CLASS,
    ROOT,
    bundled,
    collect,
    mypy,
    tsc,
    typescript_project,
)
from tests.formats.test_fuzz_prompty import mutated
from tests.helpers.project import Tell

PAGE = (ROOT / "docs" / "documents.md").read_text(encoding="utf-8")
SCHEMA: dict[str, Any] = json.loads(read_schema("document"))
DEFS = SCHEMA["$defs"]
# Each table of fields, and where the schema describes the same object.
TABLES = {
    "The document": SCHEMA,
    "`model`": SCHEMA["properties"]["model"],
    "`inputs` and `outputs`": DEFS["property"],
    "`tools`": DEFS["tool"],
    "`messages`": DEFS["message"],
    "`references.env`": DEFS["variable"],
    "`references.files`": DEFS["file"],
    "`references.other`": DEFS["other"],
}
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    (found,) = re.findall(rf"^###? {re.escape(title)}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def first_cells(text: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def examples() -> Iterator[tuple[str, str]]:
    """Each program of the page whose output stands right below it."""
    blocks = FENCED.findall(PAGE)
    for (language, source), (below, output) in pairwise(blocks):
        if (language, below) in (("sh", "json"), ("python", "text")):
            yield source, output


def stored(*roots: Path) -> dict[str, dict[str, Any]]:
    """The documents of all prompts below *roots*, by their files."""
    contents = {
        path.relative_to(root).as_posix(): parse("prompty", path.name, path.read_bytes()).content
        for root in roots
        for path in sorted(root.rglob("*.prompty"))
    }
    return {name: json.loads(content.document) for name, content in contents.items() if content}


def breaches(schema: dict[str, Any], documents: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    validator = jsonschema_rs.validator_for(schema)
    found = {
        name: [f"{error.instance_path}: {error.message[:200]}" for error in validator.iter_errors(document)]
        for name, document in documents.items()
    }
    return {name: errors for name, errors in found.items() if errors}


@pytest.mark.parametrize("title", TABLES)
def test_a_table_has_each_field_that_the_schema_describes_and_no_other(title: str) -> None:
    cells = first_cells(section(title))

    assert sorted(cells) == sorted(TABLES[title]["properties"])
    if "required" in TABLES[title] and TABLES[title].get("additionalProperties") is False:
        assert sorted(TABLES[title]["required"]) == sorted(cells)


def test_every_field_has_a_description_in_the_schema() -> None:
    for title, described in TABLES.items():
        for name, one in described["properties"].items():
            assert one.get("description") or "$ref" in one or "enum" in one, f"{title}: {name}"


def test_the_schema_describes_every_bundled_prompt() -> None:
    documents = stored(ROOT / "prompts", ROOT / "tests" / "edges" / "prompty")

    assert len(documents) > 40
    assert breaches(SCHEMA, documents) == {}


def test_the_schema_describes_every_prompt_found_in_the_wild() -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not here")
    documents = stored(CORPUS)

    assert len(documents) > 250
    assert breaches(SCHEMA, documents) == {}


def test_whatever_a_file_holds_only_what_its_author_wrote_may_be_of_another_type(tell: Tell) -> None:
    seed = random.randrange(10**9)
    dice = random.Random(seed)
    contents = [parse("prompty", "a.prompty", mutated(dice)).content for _ in range(1500)]
    documents = {str(number): json.loads(one.document) for number, one in enumerate(contents) if one}
    tell(f"stored prompts: seed {seed}, {len(documents)} documents")
    validator = jsonschema_rs.validator_for(SCHEMA)

    assert len(documents) > 300
    places = {
        str(error.instance_path[0]) for one in documents.values() for error in validator.iter_errors(one)
    }
    assert places <= {"model", "inputs", "outputs", "tools", "template"}


@pytest.mark.parametrize(
    "path",
    [
        ("properties",),
        ("properties", "references", "properties"),
        *(("$defs", name, "properties") for name in ("message", "variable", "file", "other")),
    ],
    ids="/".join,
)
def test_a_field_that_the_schema_does_not_describe_is_noticed(path: tuple[str, ...]) -> None:
    documents = stored(ROOT / "prompts", ROOT / "tests" / "edges" / "prompty")
    names = list(reach(SCHEMA, path))
    assert names
    for name in names:
        poorer = deepcopy(SCHEMA)
        del reach(poorer, path)[name]
        assert breaches(poorer, documents), name


def test_a_field_that_no_longer_comes_is_noticed() -> None:
    (name, document), *_ = stored(ROOT / "prompts").items()
    for field in SCHEMA["properties"]:
        assert breaches(SCHEMA, {name: {key: value for key, value in document.items() if key != field}}), (
            field
        )
    assert breaches(SCHEMA, {name: {**document, "new": 1}})
    assert breaches(SCHEMA, {name: {**document, "messages": [{**document["messages"][0], "new": 1}]}})


def reach(value: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    for key in path:
        value = value[key]
    return value


def test_the_places_of_name_description_and_tags_are_those_that_are_looked_at() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section("A stored persona"), re.MULTILINE))
    places = {name: re.findall(r"`([^`]+)`", row.split(";")[0]) for name, row in rows.items()}

    assert places == {
        "name": list(naming._NAMES),
        "description": list(naming._DESCRIPTIONS),
        "tags": list(naming._TAGS),
    }


def test_the_table_of_columns_has_all_of_them() -> None:
    assert sorted(first_cells(section("The columns beside it"))) == sorted(COLUMNS)


@pytest.mark.parametrize(("source", "output"), [*examples()])
def test_an_example_prints_what_stands_below_it(source: str, output: str) -> None:
    if source.startswith("docsync "):
        arguments = ["-m", "docsync", "-q", *shlex.split(source)[1:]]
    else:
        arguments = ["-W", "ignore", "-c", source]
    environ = {**os.environ, "DOCSYNC_SOURCE": "files"}
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environ, text=True, capture_output=True)

    assert done.returncode == 0, done.stderr
    if source.startswith("docsync "):
        assert json.loads(done.stdout) == json.loads(output)
    else:
        assert done.stdout == output


def test_there_are_examples() -> None:
    assert len(list(examples())) == 4


def test_the_python_with_types_of_the_page_is_right(tmp_path: Path) -> None:
    from docsync.codegen.python_source import python_source

    (source,) = [
        text for language, text in FENCED.findall(PAGE) if "documents_types" in text and language == "python"
    ]
    written = python_source(collect(bundled()))

    assert mypy(tmp_path, documents_types=written, example=source) == []


def test_the_typescript_of_the_page_is_right(tmp_path: Path) -> None:
    from docsync.codegen.typescript_source import typescript_source

    (source,) = [text for language, text in FENCED.findall(PAGE) if language == "ts"]
    written = typescript_source(collect(bundled()), READING_CLASS)

    assert tsc(typescript_project(tmp_path / "project", documents=written, example=source), "--noEmit") == []
