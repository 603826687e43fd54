"""Pages of what was found: every order, every size, also while documents come, change and go; and their cursors."""

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
