"""The reading side: every way to ask for documents, on a real database that a writer goes on changing."""

from pathlib import Path
from typing import Any

import apsw
import pytest

from docsync.errors import ConfigError, NoDatabase, UsageError
from docsync.reader import Reader, open_reader
from tests.helpers.project import Project


def plan(reader: Reader, **asked: Any) -> list[str]:
    """How SQLite goes about a find."""
    connection = reader._source.database.connection()
    seen: list[tuple[str, Any]] = []

    def trace(cursor: apsw.Cursor, sql: str, values: Any) -> bool:
        seen.append((sql, values))
        return True

    connection.exec_trace = trace
    reader.find(**asked)
    connection.exec_trace = None
    ((sql, values),) = [(sql, values) for sql, values in seen if "AS d WHERE" in sql and "LIMIT" in sql]
    return [str(step) for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


def names(rows: Any) -> list[str]:
    return [row.name for row in rows]


def test_a_document_is_got_by_its_id_with_every_column(reader: Reader, people: Project) -> None:
    row = reader.get("persona/team/ana")
    assert row is not None
    assert (row.type, row.name, row.file_path, row.state, row.since) == (
        "persona", "Ana", "personas/team/ana.json", "ok", None,
    )  # fmt: skip
    assert (row.tags, row.revision, row.document["demographics"]["ageGroup"]) == (("calm", "ä"), 1, "60+")
    assert row.file_modified.endswith("Z")
    assert len(row.content_hash) == 64


@pytest.mark.parametrize("id_", ["persona/team/never", "", "persona", "' OR 1=1 --"])
def test_an_id_that_nobody_has_gives_nothing(reader: Reader, id_: str) -> None:
    assert reader.get(id_) is None


@pytest.mark.parametrize(
    ("id_", "similar"),
    [
        ("ana", ["persona/team/ana"]),
        ("team/ana", ["persona/team/ana"]),
        ("persona/ana", ["persona/team/ana"]),
        ("prompt/hello", ["prompt_template/hello"]),
        ("persona/team/anna", ["persona/team/ana"]),
        ("prompt_template/helo", ["prompt_template/hello"]),
        ("zzz", []),
        ("", []),
        ("/", []),
    ],
)
def test_ids_that_end_or_are_spelled_like_another_one_are_similar(
    reader: Reader, id_: str, similar: list[str]
) -> None:
    assert reader.similar_ids(id_)[:1] == similar


def test_three_similar_ids_are_enough(reader: Reader, people: Project) -> None:
    for number in range(5):
        people.persona(f"personas/{number}/same.json")
    people.settle()

    assert reader.similar_ids("same") == ["persona/0/same", "persona/1/same", "persona/2/same"]


def test_everything_is_found_in_the_order_of_ids(reader: Reader) -> None:
    assert names(reader.find()) == ["Ana", "Ben", "Zoe", "Hello"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"type": "persona"}, ["Ana", "Ben", "Zoe"]),
        ({"tag": "calm"}, ["Ana"]),
        ({"tag": "ä"}, ["Ana"]),
        ({"tag": "cal"}, []),
        ({"where": {"demographics.ageGroup": "60+"}}, ["Ana", "Ben"]),
        ({"where": {"demographics.cities[1]": "Ulm", "name": "Ben"}}, ["Ben"]),
        ({"where": {"rank": 0}}, ["Zoe"]),
        ({"where": {"active": True}}, ["Ana", "Zoe"]),
        ({"where": {"active": False}}, ["Ben"]),
        ({"where": {"never.there": 1}}, []),
        ({"where": {}}, ["Ana", "Ben", "Zoe", "Hello"]),
        ({"type": "persona", "tag": "quick", "where": {"demographics.ageGroup": "60+"}}, ["Ben"]),
        ({"order": "-name"}, ["Zoe", "Hello", "Ben", "Ana"]),
        ({"order": "type", "limit": 2}, ["Ana", "Ben"]),
    ],
)
def test_documents_are_found_by_any_combination(
    reader: Reader, asked: dict[str, Any], found: list[str]
) -> None:
    assert names(reader.find(**asked)) == found


@pytest.mark.parametrize(
    "order", ["id", "type", "name", "file_path", "file_modified", "created_at", "updated_at", "revision"]
)
def test_every_column_that_can_be_ordered_by_can_be_turned_around(reader: Reader, order: str) -> None:
    ascending = [getattr(row, order) for row in reader.find(order=order)]
    descending = [getattr(row, order) for row in reader.find(order=f"-{order}")]
    assert ascending == sorted(ascending)
    assert descending == sorted(descending, reverse=True)


@pytest.mark.parametrize(
    "order", ["@document", "@row_hash", "id; DROP TABLE documents", "", "-", "--id", "@", "a..b", "a[x]"]
)
def test_another_order_is_refused_with_what_there_is(reader: Reader, order: str) -> None:
    with pytest.raises(UsageError, match="there are @id, @type"):
        reader.find(order=order)


@pytest.mark.parametrize(
    "path", ["", ".", "a..b", "a.", "$.a", "a'b", 'a"b', "a[x]", "a[-1]", "1a", "a b", "a') OR 1=1 --", "a\n"]
)
def test_what_is_no_path_into_a_document_is_refused(reader: Reader, path: str) -> None:
    with pytest.raises(UsageError, match="not a path into a document"):
        reader.find(where={path: 1})


def test_the_index_that_the_configuration_asks_for_is_used(reader: Reader) -> None:
    for asked in ({"type": "persona"}, {}):
        steps = plan(reader, where={"demographics.ageGroup": "60+"}, limit=2, **asked)
        assert [step.partition(" (")[0] for step in steps if "documents_path_" in step]
        assert not [step for step in steps if "B-TREE" in step], "the index is in order already"


def test_a_reader_sees_what_was_committed_after_it_was_opened(reader: Reader, people: Project) -> None:
    before = (reader.revision(), reader.epoch())
    people.persona("personas/team/zoe.json", name="Zoë")
    people.sync("personas/team/zoe.json")
    row = reader.get("persona/team/zoe")
    assert row is not None
    assert before[0] is not None
    assert (row.name, reader.revision(), reader.epoch()) == ("Zoë", before[0] + 1, before[1])


def test_a_question_that_was_answered_holds_no_snapshot(reader: Reader, people: Project) -> None:
    for _ in range(3):
        reader.get("persona/team/ana")
        reader.find(limit=1)
        people.persona("personas/team/ana.json", name=f"Ana {people.revision}")
        people.sync("personas/team/ana.json")
    busy, in_log, moved = people.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").get
    assert (busy, in_log, moved) == (0, 0, 0)


def test_a_stale_document_says_so_and_since_when(reader: Reader, people: Project) -> None:
    people.write("personas/team/ana.json", "{")
    people.settle()
    row = reader.get("persona/team/ana")
    assert row is not None
    assert (row.name, row.state) == ("Ana", "stale")
    assert row.since == people.query("SELECT since FROM problems WHERE file_path LIKE '%ana%'")[0][0]


def test_problems_are_listed_errors_first(reader: Reader, people: Project) -> None:
    people.write("personas/b.json", "{")
    people.write("personas/a.json", '{"name": "A", "name": "B"}')
    people.settle()
    listed = reader.problems()
    assert [item.problem.path for item in listed] == ["personas/b.json", "personas/a.json"]
    assert listed[0].since.endswith("Z")


def test_held_deletions_are_listed_with_id_and_file(reader: Reader, people: Project) -> None:
    assert list(reader.held()) == []
    for name in ("ana", "ben", "zoe"):
        (people.root / f"personas/team/{name}.json").unlink()
    people.settle()
    held = reader.held()
    assert [(item.id, item.type, item.path) for item in held] == [
        (f"persona/team/{name}", "persona", f"personas/team/{name}.json") for name in ("ana", "ben", "zoe")
    ]
    assert list(reader.problems()) == []
    assert reader.tallies() == {"persona": {"errors": 0, "warnings": 0, "held": 3}}
    assert {row.state for row in reader.find(type="persona")} == {"held"}


def test_documents_are_counted_by_type_and_troubles_too(reader: Reader, people: Project) -> None:
    assert (reader.count(), reader.tallies()) == ({"persona": 3, "prompt_template": 1}, {})
    people.write("personas/b.json", "{")
    people.write("personas/a.json", '{"name": "A", "name": "B"}')
    people.settle()
    assert reader.count() == {"persona": 4, "prompt_template": 1}
    assert reader.tallies() == {"persona": {"errors": 1, "warnings": 1, "held": 0}}


def test_without_a_database_the_next_step_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoDatabase, match="docsync sync"):
        open_reader(database=tmp_path / "never.db")


def test_a_project_is_enough_to_find_its_database(people: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    people.write("docsync.toml", "")
    with open_reader(people.root / "personas") as reader:
        assert reader.count()["persona"] == 3
    monkeypatch.chdir(people.root)
    with open_reader() as reader:
        assert reader.count()["persona"] == 3


def test_a_wrong_configuration_is_told(people: Project) -> None:
    people.write("docsync.toml", "nonsense = 1")
    with pytest.raises(ConfigError, match="nonsense"):
        open_reader(people.root)


def test_a_reader_that_is_closed_twice_is_closed(people: Project) -> None:
    reader = open_reader(database=str(people.database))
    reader.close()
    reader.close()
