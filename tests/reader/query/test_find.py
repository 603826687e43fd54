"""Pages of what was found: every order, every size, also while documents come, change and go."""

import os
import random
import subprocess
import sys
from typing import Any

import pytest

from docsync.errors import UsageError
from docsync.reader import Page, Reader, Row, open_reader
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


@pytest.fixture
def crowd(people: Project) -> Project:
    """Twenty more people, many of whom have the same name."""
    for number in range(20):
        people.persona(f"personas/crowd/{number:02}.json", name="Ana" if number % 3 else f"N{number}", tags=["crowd"])
        if number % 4 == 0:
            people.settle()
    people.settle()
    return people


@pytest.mark.parametrize("order", [*ORDERS, *(f"-{order}" for order in ORDERS)])
@pytest.mark.parametrize("limit", [1, 2, 7, 24, 25])
def test_pages_give_everything_once_in_every_order(crowd: Project, order: str, limit: int) -> None:
    with open_reader(database=crowd.database) as reader:
        whole = list(reader.find(order=order))
        assert paged(reader, limit, order=order) == whole
        assert len({row.id for row in whole}) == 24
        only = {"order": order, "type": "persona", "tag": "crowd", "where": {"name": {"!=": "N0"}}}
        assert paged(reader, limit, **only) == [row for row in whole if row.tags == ("crowd",) and row.name != "N0"]


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
    assert [id_ for id_ in seen if id_ in stays] == sorted((id_ for id_ in seen if id_ in stays), key=seen.index)
    assert {id_: seen.count(id_) for id_ in stays} == dict.fromkeys(stays, 1)


def test_a_page_is_a_sequence_with_its_origin(reader: Reader, people: Project) -> None:
    page = reader.find(limit=2)
    assert isinstance(page, Page)
    assert (page[0].name, page[-1].name, [row.name for row in page[:1]], len(page)) == ("Ana", "Ben", ["Ana"], 2)
    assert page[0] in page
    assert (page.source, page.epoch, page.revision) == ("database", reader.epoch(), people.revision)
    assert page.cursor is not None
    assert reader.find(limit=4).cursor is None


def test_a_cursor_goes_with_its_question_only(reader: Reader) -> None:
    cursor = reader.find(type="persona", limit=1).cursor
    assert cursor is not None
    assert cursor.isascii()
    assert [row.name for row in reader.find(type="persona", limit=5, cursor=cursor)] == ["Ben", "Zoe"]
    for other in ({}, {"type": "persona", "order": "-id"}, {"type": "persona", "where": {"rank": 1}}, {"tag": "calm"}):
        with pytest.raises(UsageError, match="belongs to another question"):
            reader.find(cursor=cursor, **other)


@pytest.mark.parametrize("cursor", ["", "x", "é", "AAAAAAAA", "AAAAAAAAAAAAAAAA", "a" * 5_000, "\ud800", "//++=="])
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


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_gives_nothing_is_refused(reader: Reader, limit: int) -> None:
    for ask in (reader.find, reader.problems, reader.held):
        with pytest.raises(UsageError, match=f"limit must be 1 or more, got {limit}"):
            ask(limit=limit)


def test_a_limit_beyond_all_measure_is_all(reader: Reader) -> None:
    assert len(reader.find(limit=2**80)) == 4


def test_a_type_is_compared_whole(people: Project) -> None:
    with open_reader(database=people.database) as reader:
        for type_ in ("persona/team", "person", "persona0", "PERSONA", ""):
            for order in ("id", "-id", "name"):
                with pytest.raises(UsageError, match="no collection has this type; there are persona, prompt_template"):
                    reader.find(type=type_, order=order)


def test_documents_are_found_by_display_name_and_by_environment_variable(people: Project) -> None:
    people.write(
        "prompts/keyed.prompty",
        "---\nname: Keyed\nmodel:\n  id: gpt-4o\n  connection:\n    kind: key\n    apiKey: ${env:API_KEY}\n---\nsystem:\nHi\n",
    )
    people.settle()
    with open_reader(database=people.database) as reader:
        assert [row.id for row in reader.find(name="Ana")] == ["persona/team/ana"]
        assert [row.id for row in reader.find(env="API_KEY")] == ["prompt_template/keyed"]
        assert len(reader.find(env="API")) == 0
        (reference,) = reader.references("prompt_template/keyed")
        assert (reference.kind, reference.target, reference.at, reference.resolved, reference.status) == (
            "env", "API_KEY", "model.connection.apiKey", None, "not_checked",
        )  # fmt: skip
        assert list(reader.references("never")) == []


def test_tags_are_counted_most_used_first(crowd: Project) -> None:
    with open_reader(database=crowd.database) as reader:
        counted = [(count.tag, count.documents) for count in reader.tags()]
        assert counted == [("crowd", 20), ("quick", 2), ("calm", 1), ("ä", 1)]
        assert list(reader.tags("prompt_template")) == []
        assert reader.tags("persona") == reader.tags()


def test_a_type_that_no_collection_has_is_a_mistake_of_whoever_asks(reader: Reader) -> None:
    for ask in (lambda: reader.find(type="personas"), lambda: reader.search("calm", type="personas")):
        with pytest.raises(
            UsageError, match="'personas': no collection has this type; there are persona, prompt_templ"
        ):
            ask()
    with pytest.raises(UsageError, match="no collection has this type"):
        reader.tags("personas")
    assert len(reader.find(type="persona", tag="never")) == 0, "a type with nothing of the kind is none"


def test_before_the_first_scan_every_type_is_empty(project: Project) -> None:
    project.query("SELECT 1")
    project.connection.execute("DELETE FROM collections")
    with open_reader(database=project.database) as reader:
        assert (len(reader.find(type="persona")), len(reader.search("a", type="persona"))) == (0, 0)


def test_every_answer_names_the_state_that_it_is_of(reader: Reader, people: Project) -> None:
    version = reader.version()
    assert (version.source, version.epoch, version.revision) == ("database", reader.epoch(), people.revision)
    answers = (reader.find(), reader.search("calm"), reader.tags(), reader.problems(), reader.held())
    for answer in (*answers, reader.references("prompt_template/hello")):
        assert answer.version == version
    assert reader.count().version == reader.changes().version == version


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
        return subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60, check=True).stdout

    assert len({cursor(seed) for seed in "123456"}) == 1
    with open_reader(database=people.database) as reader:
        where = {"@name": {"in": {"Ana", "Zoe"}}}
        first = reader.find(where=where, limit=1)
        assert [row.name for row in (*first, *reader.find(where=where, cursor=first.cursor))] == ["Ana", "Zoe"]


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ([{"rank": {">": -number}} for number in range(1_200)], "there may be 200 conditions at once, these are 1200"),
        ({"tags": {"contains any": list(range(1_200))}}, "tags: 'contains any' takes 200 values, got 1200"),
        (
            {"rank": {"in": list(range(40_000))}},
            "these conditions bind 40000 values, 30000 are possible; ask in several steps",
        ),
    ],
)
def test_more_conditions_than_a_database_can_take_are_refused_in_words(reader: Reader, where: Any, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        reader.find(where=where)


def test_as_many_conditions_as_are_allowed_are_taken(reader: Reader) -> None:
    assert len(reader.find(where=[{"rank": {">=": 1}}] * 200)) == 2
    assert len(reader.find(where=[{"tags": {"contains any": ["calm"] * 200}}] * 75)) == 1
    assert len(reader.find(where={"rank": {"in": list(range(30_000))}})) == 3
