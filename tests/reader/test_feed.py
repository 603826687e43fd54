"""The change feed: once, in order, from any cursor on, and from the beginning where it cannot be otherwise."""

import os
import random
from dataclasses import replace
from urllib.parse import quote

import pytest

from benchmarks.feed import run
from docsync.errors import NoDatabase, UsageError
from docsync.reader import Change, Changes, Reader, open_reader
from docsync.store.transaction import transaction
from tests.helpers.project import Project

CHANGES = int(os.environ.get("DOCSYNC_FEED_CHANGES", "4000"))
IDS = ["persona/team/ana", "persona/team/ben", "persona/team/zoe", "prompt_template/hello"]


def told(changes: Changes) -> list[tuple[str, str]]:
    return [(change.op, change.id) for change in changes]


def everything(reader: Reader, cursor: str | None, limit: int) -> tuple[list[Change], str]:
    """All that comes without waiting, and the cursor after it."""
    found: list[Change] = []
    while True:
        piece = reader.changes(cursor, limit=limit)
        found, cursor = [*([] if piece.start_over else found), *piece], piece.cursor
        if not piece.more:
            return found, cursor


def test_without_a_cursor_it_begins_with_all_that_is_there(reader: Reader, people: Project) -> None:
    first = reader.changes()
    assert (first.start_over, first.more, told(first)) == (True, False, [("upsert", id_) for id_ in IDS])
    row = reader.get(IDS[0])
    assert row is not None
    assert (first[0].content_hash, first[0].type, first[0].changed_at) == (
        row.content_hash,
        "persona",
        row.updated_at,
    )
    assert (first.epoch, first.revision, first.source) == (reader.epoch(), reader.revision(), "database")


def test_an_empty_database_has_an_empty_beginning(project: Project) -> None:
    project.settle()
    with open_reader(database=project.database) as reader:
        first = reader.changes()
        assert (len(first), first.start_over, first.more) == (0, True, False)
        project.persona("personas/ana.json")
        project.settle()
        following = reader.changes(first.cursor)
        assert (following.start_over, told(following)) == (False, [("upsert", "persona/ana")])


def test_what_follows_the_beginning_are_the_changes_in_order(reader: Reader, people: Project) -> None:
    cursor = reader.changes().cursor
    people.persona("personas/team/zoe.json", name="Zoë")
    people.settle()
    (people.root / "personas/team/ben.json").unlink()
    people.settle()

    following = reader.changes(cursor)

    assert told(following) == [("upsert", "persona/team/zoe"), ("delete", "persona/team/ben")]
    assert (following.start_over, following.more) == (False, False)
    assert [change.seq for change in following] == [5, 6]
    assert [change.cursor for change in following] == [f"{reader.epoch()}:5", f"{reader.epoch()}:6"]
    assert following[1].content_hash is None
    assert told(reader.changes(following[0].cursor)) == [("delete", "persona/team/ben")]
    assert told(reader.changes(5)) == told(reader.changes("5")) == [("delete", "persona/team/ben")]


def test_without_news_the_cursor_stays_the_same(reader: Reader) -> None:
    cursor = reader.changes().cursor
    again = reader.changes(cursor)
    assert (len(again), again.cursor, again.more, again.start_over) == (0, cursor, False, False)
    assert reader.cursor() == cursor


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_the_beginning_comes_in_pages_of_any_size(reader: Reader, limit: int) -> None:
    cursor = None
    pieces: list[Changes] = []
    while not pieces or pieces[-1].more:
        pieces.append(reader.changes(cursor, limit=limit))
        cursor = pieces[-1].cursor
    assert [change.id for piece in pieces for change in piece] == IDS
    assert [piece.start_over for piece in pieces] == [True] + [False] * (len(pieces) - 1)
    assert cursor == reader.cursor()


def test_what_changes_while_the_beginning_is_read_comes_once(reader: Reader, people: Project) -> None:
    first = reader.changes(limit=2)
    people.persona("personas/team/ana.json", name="listed already")
    people.persona("personas/team/zoe.json", name="not listed yet")
    people.persona("personas/team/new.json")
    (people.root / "prompts/hello.prompty").unlink()
    people.settle()

    rest, cursor = everything(reader, first.cursor, 2)

    assert sorted((change.op, change.id) for change in rest) == [
        ("delete", "prompt_template/hello"),
        ("upsert", "persona/team/ana"),
        ("upsert", "persona/team/new"),
        ("upsert", "persona/team/zoe"),
    ]
    assert cursor == reader.cursor()


def test_a_status_that_changes_is_no_change_of_a_document(reader: Reader, people: Project) -> None:
    cursor, revision = reader.cursor(), reader.revision()
    people.write("personas/team/ana.json", "{")
    people.settle()
    assert reader.revision() != revision
    assert told(reader.changes(cursor)) == []


def test_a_cursor_of_another_database_begins_anew(reader: Reader, people: Project) -> None:
    cursor = reader.cursor()
    with transaction(people.connection):
        people.connection.execute("UPDATE sync_state SET value = 'abad1dea' WHERE key = 'epoch'")
    found = reader.changes(cursor)
    assert (found.start_over, [change.id for change in found]) == (True, IDS)
    assert found.cursor == "abad1dea:4"


def test_a_cursor_that_has_not_happened_begins_anew(reader: Reader) -> None:
    assert reader.changes(f"{reader.epoch()}:5").start_over
    assert not reader.changes(f"{reader.epoch()}:4").start_over


def test_a_cursor_whose_changes_were_forgotten_begins_anew(people: Project) -> None:
    people.start(keep_changes=3)
    with open_reader(database=people.database) as reader:
        cursor = reader.cursor()
        for number in range(5):
            people.persona("personas/team/ana.json", name=f"Ana {number}")
            people.settle()
        kept = [seq for (seq,) in people.query("SELECT seq FROM changes ORDER BY seq")]
        assert kept == [7, 8, 9]
        assert reader.changes(cursor).start_over
        assert reader.changes(5).start_over
        assert [change.seq for change in reader.changes(6)] == kept
        assert not reader.changes(6).start_over


def test_a_beginning_whose_changes_are_forgotten_meanwhile_begins_anew(people: Project) -> None:
    people.start(keep_changes=1)
    with open_reader(database=people.database) as reader:
        first = reader.changes(limit=2)
        for name in ("a", "b"):
            people.persona("personas/team/ana.json", name=name)
            people.settle()
        assert reader.changes(first.cursor).start_over


def test_a_cursor_holds_ids_of_any_letters(people: Project) -> None:
    people.persona("personas/日本 100% :é.json")
    people.settle()
    with open_reader(database=people.database) as reader:
        first = reader.changes(limit=4)
        assert first.cursor.isascii()
        assert " " not in first.cursor
        assert first[3].id == "persona/日本 100% :é"
        assert quote("日") in first[3].cursor
        assert told(reader.changes(first[3].cursor)) == [("upsert", "prompt_template/hello")]


@pytest.mark.parametrize(
    "since", ["", "x", ":", "abc", "ab:", "ab:1:2", "ab:-1", "AB:1", "ab:1:x:y", "ab:" + "9" * 19, "\u0661"]
)
def test_what_is_no_cursor_is_refused(reader: Reader, since: str) -> None:
    with pytest.raises(UsageError, match="is no cursor of changes"):
        reader.changes(since)


def test_a_limit_beyond_all_measure_is_all(reader: Reader) -> None:
    beginning = reader.changes(limit=2**80)

    assert (len(beginning), beginning.more) == (4, False)
    assert len(reader.changes("0", limit=2**80)) >= 4


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_gives_nothing_is_refused(reader: Reader, limit: int) -> None:
    with pytest.raises(UsageError, match="limit must be 1 or more"):
        reader.changes(limit=limit)


def test_there_is_no_feed_without_a_database(people: Project) -> None:
    people.write("docsync.toml", "")
    with open_reader(people.root, source="files") as reader:
        for ask in (reader.changes, reader.cursor, lambda: next(reader.watch()), lambda: reader.wait(0, 1)):
            with pytest.raises(NoDatabase, match="no feed of changes without a database"):
                ask()


def test_an_answer_is_a_sequence(reader: Reader) -> None:
    found = reader.changes()
    assert (found[0].id, [change.id for change in found[1:3]], len(found)) == (IDS[0], IDS[1:3], 4)
    assert replace(found[0], seq=1).seq == 1


def test_readers_that_crash_and_come_late_lose_nothing_and_get_nothing_twice() -> None:
    seed = random.SystemRandom().randrange(10**9)
    print(f"python -m benchmarks.feed --changes {CHANGES} --seed {seed}")
    outcome = run(CHANGES, 4, seed)
    assert outcome["mistakes"] == []
    print(outcome)
