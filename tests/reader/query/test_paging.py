"""Pages of what was found: every order, every size, also while documents come, change and go; and their cursors."""

import json
import os
import random
import subprocess
import sys
from typing import Any

import pytest

from docsync.errors import UsageError
from docsync.reader import Reader, Row, open_reader
from tests.helpers.project import Project

ORDERS = ["id", "type", "name", "file_path", "file_modified", "created_at", "updated_at", "revision"]


def paged(reader: Reader, limit: int, **asked: Any) -> list[Row]:
    rows: list[Row] = []
    cursor = None
    while True:
        page = reader.find(limit=limit, cursor=cursor, **asked)
        assert len(page) <= limit
        rows += page
        if (cursor := page.cursor) is None:
            return rows


@pytest.mark.parametrize("order", [*ORDERS, *(f"-{order}" for order in ORDERS)])
@pytest.mark.parametrize("limit", [1, 2, 7, 24, 25])
def test_pages_give_everything_once_in_every_order(crowd: Project, order: str, limit: int) -> None:
    with open_reader(database=crowd.database) as reader:
        whole = list(reader.find(order=order))
        assert paged(reader, limit, order=order) == whole
        assert len({row.id for row in whole}) == 24
        only = {"order": order, "type": "persona", "tag": "crowd", "where": {"name": {"!=": "N0"}}}
        assert paged(reader, limit, **only) == [
            row for row in whole if row.tags == ("crowd",) and row.name != "N0"
        ]


VALUES: list[Any] = [
    3, 1, 1.0, 2.5, -7, 0, 2**60, 2**63 - 1, 1e300, "", "a", "B", "ä", "日本", "1", "x" * 600, "x" * 600 + "y", True, False,
    None, [], [1], {}, {"a": 1},
]  # fmt: skip


def kind_of(value: Any) -> int:
    match value:
        case bool():
            return 2
        case int() | float():
            return 0
        case str():
            return 1
        case _:
            return 3


def in_order(documents: dict[str, Any], *, is_descending: bool) -> list[str]:
    """The ids by what Python says of their values: numbers, texts, true and false, and then the rest."""
    ordered: list[str] = []
    for kind in range(4):
        some = sorted(id_ for id_, value in documents.items() if kind_of(value) == kind)
        if kind < 3:
            some.sort(
                key=lambda id_: documents[id_].encode() if kind == 1 else documents[id_],
                reverse=is_descending,
            )
        ordered += some
    return ordered


@pytest.mark.parametrize("order", ["a.b", "-a.b", '"a"."b"'])
def test_pages_give_everything_once_in_the_order_of_a_field(project: Project, order: str) -> None:
    seed = random.SystemRandom().randrange(10**9)
    print(f"seed {seed}")
    rand = random.Random(seed)
    documents: dict[str, Any] = {}
    for number in range(60):
        value = rand.choice([*VALUES, rand.choice(VALUES)])
        documents[f"persona/p{number:02}"] = value
        has = number % 9 > 0
        project.write(f"personas/p{number:02}.json", json.dumps({"a": {"b": value} if has else {}}))
        if not has:
            documents[f"persona/p{number:02}"] = None
    project.settle()
    expected = in_order(documents, is_descending=order.startswith("-"))
    with open_reader(database=project.database) as reader:
        assert [row.id for row in reader.find(order=order)] == expected, f"seed {seed}"
        for limit in (1, 2, 7, 59, 60, 61):
            assert [row.id for row in paged(reader, limit, order=order)] == expected, f"seed {seed}"
        for id_ in (expected[0], expected[-1]):
            assert paged(reader, 1, order=order, where={"@id": id_})[0].id == id_


def test_an_order_by_a_field_that_no_document_has_is_refused_with_what_may_be_meant(reader: Reader) -> None:
    for order, guess in {"rnak": "did you mean rank?", "-updated": "did you mean @updated_at?"}.items():
        with pytest.raises(UsageError, match=f"no document has a field .*{guess}"):
            reader.find(order=order)
    assert list(reader.find(order="nobody.has.it", where={"@id": "none"})) == []
    assert len(reader.find(order="rank", where={"rank": {"exists": False}})) > 0, "others have it"


def test_a_column_and_a_field_of_its_name_are_told_apart(project: Project) -> None:
    for name, field in (("a", 3), ("b", 1), ("c", 2)):
        project.write(
            f"personas/{name}.json", json.dumps({"persona": {"name": name}, "name": [], "type": field})
        )
    project.settle()
    with open_reader(database=project.database) as reader:
        for order, ids in {
            "-name": "cba", "-@name": "cba", '"type"': "bca", '-"type"': "acb", "-@id": "cba", "persona.name": "abc",
        }.items():  # fmt: skip
            for found in (reader.find(order=order), paged(reader, 1, order=order)):
                assert "".join(row.id[-1] for row in found) == ids, order
            assert "".join(row.id[-1] for row in reader.find(type="persona", order=order)) == ids


@pytest.mark.parametrize("order", ["id", "name", "-name", "file_path"])
def test_what_stays_is_seen_once_while_others_come_and_go(crowd: Project, order: str) -> None:
    seed = random.SystemRandom().randrange(10**9)
    print(f"seed {seed}")
    rand = random.Random(seed)
    with open_reader(database=crowd.database) as reader:
        stays = {
            row.id
            for row in reader.find()
            if row.type == "prompt_template" or row.file_path.endswith(("0.json", "a.json"))
        }
        seen: list[str] = []
        cursor = None
        while True:
            page = reader.find(order=order, limit=3, cursor=cursor)
            seen += [row.id for row in page]
            if (cursor := page.cursor) is None:
                break
            for _ in range(4):
                path = f"personas/crowd/{rand.randrange(40):02}.json"
                if f"persona/crowd/{path[15:17]}" in stays:
                    continue
                if rand.random() < 0.5:
                    (crowd.root / path).unlink(missing_ok=True)
                else:
                    crowd.persona(path, name=rand.choice(["Ana", "Zed", "A"]))
            crowd.settle()
    assert [id_ for id_ in seen if id_ in stays] == sorted(
        (id_ for id_ in seen if id_ in stays), key=seen.index
    )
    assert {id_: seen.count(id_) for id_ in stays} == dict.fromkeys(stays, 1)


def test_a_cursor_goes_with_its_question_only(reader: Reader) -> None:
    cursor = reader.find(type="persona", limit=1).cursor
    assert cursor is not None
    assert cursor.isascii()
    assert [row.name for row in reader.find(type="persona", limit=5, cursor=cursor)] == ["Ben", "Zoe"]
    for other in (
        {},
        {"type": "persona", "order": "-id"},
        {"type": "persona", "where": {"rank": 1}},
        {"tag": "calm"},
    ):
        with pytest.raises(UsageError, match="belongs to another question"):
            reader.find(cursor=cursor, **other)


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "AAAAAAAA", "AAAAAAAAAAAAAAAA", "a" * 5_000, "\ud800", "//++=="]
)
def test_what_is_no_cursor_is_refused(reader: Reader, cursor: str) -> None:
    with pytest.raises(UsageError, match="belongs to another question"):
        reader.find(cursor=cursor)


def test_a_cursor_that_was_tampered_with_is_refused(reader: Reader) -> None:
    cursor = reader.find(limit=1).cursor
    assert cursor is not None
    for place in range(len(cursor)):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        try:
            page = reader.find(cursor=changed)
        except UsageError:
            continue
        assert len(page) == 3, "the last bits of the text stand for nothing"


def test_problems_and_held_deletions_come_in_pages(reader: Reader, people: Project) -> None:
    for name in ("ana", "ben", "zoe"):
        (people.root / f"personas/team/{name}.json").unlink()
    people.settle()
    for number in range(5):
        people.write(f"prompts/broken/{number}.prompty", "---\nname: [\n---\n")
    people.write("personas/warned.json", '{"name": "A", "a": 1, "a": 2, "b": 1, "b": 2}')
    people.settle()
    for ask in (reader.problems, reader.held):
        whole = ask()
        assert (len(whole) > 2, whole.cursor) == (True, None)
        for limit in (1, 2, len(whole)):
            listed: list[Any] = []
            cursor = None
            while True:
                page = ask(limit=limit, cursor=cursor)
                assert len(page) <= limit
                listed += page
                if (cursor := page.cursor) is None:
                    break
            assert listed == list(whole)
        with pytest.raises(UsageError, match="belongs to another question"):
            ask(cursor="x")


def test_a_set_goes_on_in_every_process(people: Project) -> None:
    code = (
        "import sys; from docsync import open_reader\n"
        "with open_reader(database=sys.argv[1]) as reader:\n"
        "    print(reader.find(where={'@name': {'in': {'Ana', 'Ben', 'Zoe'}}}, limit=1).cursor)"
    )

    def cursor(seed: str) -> str:
        command = [sys.executable, "-c", code, str(people.database)]
        environ = {**os.environ, "PYTHONHASHSEED": seed}
        return subprocess.run(
            command, capture_output=True, text=True, env=environ, timeout=60, check=True
        ).stdout

    assert len({cursor(seed) for seed in "123456"}) == 1
    with open_reader(database=people.database) as reader:
        where = {"@name": {"in": {"Ana", "Zoe"}}}
        first = reader.find(where=where, limit=1)
        assert [row.name for row in (*first, *reader.find(where=where, cursor=first.cursor))] == [
            "Ana",
            "Zoe",
        ]
