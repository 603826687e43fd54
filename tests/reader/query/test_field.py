"""Conditions on columns: `@name` is the column, `name` the field of the document, whichever of them there are."""

import json
from typing import Any

import apsw
import pytest

from docsync.errors import NoDatabase, UsageError
from docsync.reader import Reader, open_reader
from docsync.reader.files import FileFallback
from docsync.reader.query.field import COLUMNS, steps_of, write_key
from docsync.reader.query.where_syntax import parse_where
from tests.helpers.project import Project

ANA = "persona/team/ana"


def found(reader: Reader, *conditions: str) -> list[str]:
    return [row.name for row in reader.find(where=[parse_where(text) for text in conditions])]


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("@name=Ana", ["Ana"]),
        ("@name!=Ana", ["Ben", "Zoe", "Hello"]),
        ("@name in Ana,Hello", ["Ana", "Hello"]),
        ("@name>=Ben", ["Ben", "Zoe", "Hello"]),
        ("@id=persona/team/ana", ["Ana"]),
        ("@type=persona", ["Ana", "Ben", "Zoe"]),
        ("@type not in persona", ["Hello"]),
        ("@file_path contains team/", ["Ana", "Ben", "Zoe"]),
        ("@tags contains calm", ["Ana"]),
        ("@tags contains cal", []),
        ("@tags exists", ["Ana", "Ben", "Zoe"]),
        ("@tags missing", ["Hello"]),
        ("@description missing", ["Ana", "Ben", "Zoe", "Hello"]),
        ("@description exists", []),
        ("@state=ok", ["Ana", "Ben", "Zoe", "Hello"]),
        ("@state!=ok", []),
        ("@updated_at>=2020", ["Ana", "Ben", "Zoe", "Hello"]),
        ("@updated_at<2020-01-01", []),
        ("@created_at>2020", ["Ana", "Ben", "Zoe", "Hello"]),
        ("@file_modified>2020", ["Ana", "Ben", "Zoe", "Hello"]),
        ("@content_hash=null", []),
        ("updated_at>=2020", []),
    ],
)
def test_a_column_is_asked_for_by_its_name_with_a_sign_in_front(
    reader: Reader, condition: str, names: list[str]
) -> None:
    assert found(reader, condition) == names


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("age", ["age"]),
        ("demographics.ageGroup", ["demographics", "ageGroup"]),
        ("steps[0].name", ["steps", 0, "name"]),
        ("rows[1][20]", ["rows", 1, 20]),
        ('"odd key"."a.b[0]".c-d', ["odd key", "a.b[0]", "c-d"]),
        ('größe."1st"', ["größe", "1st"]),
    ],
)
def test_a_path_leads_step_by_step_to_what_a_condition_with_it_is_about(
    project: Project, path: str, steps: list[str | int]
) -> None:
    value: object = "here"
    for step in reversed(steps):
        value = {step: value} if isinstance(step, str) else [None] * step + [value]
    project.write("personas/a.json", json.dumps(value))
    project.settle()

    assert steps_of(path) == steps
    with open_reader(database=project.database) as reader:
        assert len(reader.find(where={path: "here"})) == 1


@pytest.mark.parametrize(
    "path", ["", ".", "a.", ".a", "a..b", "[0]", "a[]", "a[٣]", "a b", 'a"b"', '""', "@name", "a\n"]
)
def test_what_is_no_path_is_refused_in_a_condition_and_elsewhere(reader: Reader, path: str) -> None:
    with pytest.raises(UsageError, match="is not a path into a document"):
        steps_of(path)
    if not path.startswith("@"):
        with pytest.raises(UsageError, match="is not a path into a document"):
            reader.find(where={path: 1})


@pytest.mark.parametrize("key", ["age", "odd key", "a.b", "1st", "größe", "c-d"])
def test_a_key_is_written_so_that_a_path_of_it_leads_to_it(key: str) -> None:
    assert steps_of(f"{write_key(key)}[0].{write_key(key)}") == [key, 0, key]


def test_a_field_and_a_column_of_the_same_name_are_two_things(project: Project) -> None:
    project.write(
        "personas/a.json", '{"name": "Ana", "id": "x", "type": "npc", "updated_at": 7, "description": null}'
    )
    project.write("personas/b.json", '{"title": "no name"}')
    project.settle()
    with open_reader(database=project.database) as reader:
        assert found(reader, "id=x", "@id=persona/a", "type=npc", "@type=persona", "updated_at=7") == ["Ana"]
        assert found(reader, "updated_at=7", "@updated_at>2020") == ["Ana"]
        assert found(reader, "name missing", "@name=no name") == ["no name"]
        assert found(reader, "description=null", "@description missing") == ["Ana"]


def test_what_a_column_is_compared_with_is_text(project: Project) -> None:
    project.persona("personas/30.json", name="30")
    project.persona("personas/true.json", name="true", tags=["5"])
    project.settle()
    with open_reader(database=project.database) as reader:
        assert found(reader, "@name=30") == ["30"]
        assert found(reader, "@name=true") == ["true"]
        assert found(reader, '@name="30"') == ["30"]
        assert found(reader, "@tags contains 5") == ["true"]


def test_stale_documents_are_found_by_their_state(reader: Reader, people: Project) -> None:
    people.write("personas/team/ana.json", "{")
    people.settle()
    assert [row.id for row in reader.find(where={"@state": "stale"})] == [ANA]


def test_the_index_of_a_column_is_used(reader: Reader) -> None:
    statements: list[str] = []
    connection = reader._source.database.connection()

    def trace(cursor: apsw.Cursor, statement: str, values: object) -> bool:
        statements.append(statement)
        return True

    connection.exec_trace = trace
    reader.find(where={"@name": "Ana"}, order="name")
    connection.exec_trace = None
    places = next(statement for statement in statements if "d.name IN" in statement)
    steps = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {places}", ("Ana", -1))]
    assert any("documents_name" in step and step.startswith("SEARCH") for step in steps)


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({"@nmae": "Ana"}, "@nmae: there is no such column; there are @tags, @id, @type, @name"),
        ({"@revision": {">": 3}}, "@revision: there is no such column"),
        ({"@row_hash": "x"}, "@row_hash: there is no such column"),
        ({"@name; DROP": "x"}, "there is no such column"),
        ({"@": "x"}, "there is no such column"),
        ({"@name": 30}, "@name: a column holds text, got 30"),
        ({"@name": {"in": ["a", 1]}}, "@name: a column holds text, got 1"),
        ({"@description": None}, "@description: a column holds text, got None"),
        ({"@tags": {"contains": 5}}, "@tags: a column holds text, got 5"),
        ({"@tags": "calm"}, "@tags: is a list; ask what it contains, or whether it exists, not '='"),
        ({"@tags": {"<": "calm"}}, "@tags: is a list"),
    ],
)
def test_what_a_column_cannot_be_asked_is_refused(reader: Reader, where: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as refusal:
        reader.find(where=where)
    assert told in str(refusal.value)


def test_what_only_the_database_knows_is_not_made_up_from_the_files(people: Project) -> None:
    people.write("docsync.toml", "")
    with open_reader(people.root, source="files") as reader:
        for column in COLUMNS:
            where = {f"@{column}": {"exists": True}}
            if column in ("created_at", "updated_at"):
                with pytest.raises(NoDatabase, match=f"@{column}: only the database knows, .*@file_modified"):
                    reader.find(where=where)
            else:
                assert len(reader.find(where=where)) < 5
        files = reader._source._fallback
        assert isinstance(files, FileFallback)
        made = files._connection
        reader.find()
        assert files._connection is made  # what was read is kept
