"""Waiting for changes: awake soon after a commit, asleep otherwise, and awake again after the database was replaced."""

import json
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Semaphore
from typing import Any

import pytest

from docsync.errors import NoDatabase, TimedOut
from docsync.reader import Changes, Reader, Version, commit_poll, open_reader
from tests.helpers.project import Project


@contextmanager
def asleep(database: Path, ask: Callable[[Reader], Any]) -> Iterator[Future[Any]]:
    """A thread that asks; within the block it is known to have found nothing new so far."""
    looked = Semaphore(0)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(_asked, database, ask, looked)
        # Once when it begins, once when it looks whether it may sleep.
        assert all(looked.acquire(timeout=60) for _ in range(2))
        yield answer


def _asked(database: Path, ask: Callable[[Reader], Any], looked: Semaphore) -> Any:
    with open_reader(database=database) as reader:
        commits = reader._source.commits

        def look() -> tuple[int, int]:
            looked.release()
            return commits()

        reader._source.commits = look  # type: ignore[method-assign]  # to hear when it looks
        return ask(reader)


def told(changes: Changes) -> list[tuple[str, str]]:
    return [(change.op, change.id) for change in changes]


def test_a_watcher_is_woken_by_a_commit(people: Project) -> None:
    with open_reader(database=people.database) as reader:
        cursor = reader.cursor()
    with asleep(people.database, lambda reader: next(reader.watch(cursor, timeout=60))) as answer:
        people.persona("personas/team/ana.json", name="Anna")
        people.settle()
        assert told(answer.result(60)) == [("upsert", "persona/team/ana")]


def test_a_watcher_begins_where_it_is_told_and_goes_on_by_itself(reader: Reader, people: Project) -> None:
    watching = reader.watch(timeout=60)
    first = next(watching)
    assert (first.start_over, len(first)) == (True, 4)
    for number in range(3):
        people.persona("personas/team/ana.json", name=f"Ana {number}")
        people.settle()
        assert told(next(watching)) == [("upsert", "persona/team/ana")]
    assert isinstance(watching, Generator)
    watching.close()


def test_a_commit_between_an_answer_and_the_sleep_is_not_slept_through(
    reader: Reader, people: Project
) -> None:
    watching = reader.watch(reader.cursor(), timeout=60)
    asked = reader.changes

    def changes(since: str) -> Changes:
        found = asked(since)
        if not found and people.revision == 1:
            people.persona("personas/team/ana.json", name="Anna")
            people.settle()
        return found

    reader.changes = changes  # type: ignore[method-assign,assignment]  # as `watch` asks, with a commit between
    assert told(next(watching)) == [("upsert", "persona/team/ana")]


def test_a_watcher_ends_when_nothing_comes(reader: Reader) -> None:
    assert list(reader.watch(reader.cursor(), timeout=0)) == []
    assert [len(found) for found in reader.watch(timeout=0.05)] == [4]


def test_a_status_that_changes_wakes_nobody(reader: Reader, people: Project) -> None:
    cursor, revision = reader.cursor(), people.revision
    watching = reader.watch(cursor, timeout=0)
    people.write("personas/team/ana.json", "{")
    people.settle()
    assert people.revision > revision
    assert list(watching) == []


def test_many_changes_come_piece_by_piece_without_sleep(reader: Reader, people: Project) -> None:
    cursor = reader.cursor()
    for number in range(1_500):
        people.persona(f"personas/many/{number:04}.json")
    people.settle()
    pieces = list(reader.watch(cursor, timeout=0))
    assert [len(piece) for piece in pieces] == [1_000, 500]


def test_a_watcher_survives_the_database_being_replaced(
    people: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_reader(database=people.database) as reader:
        watching = reader.watch(timeout=60)
        before = next(watching).epoch
        rebuild(people)
        found = next(watching)
        assert (found.start_over, len(found)) == (True, 4)
        assert found.epoch != before


def test_a_watcher_gives_up_when_the_database_stays_away(
    people: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit_poll, "_REPLACEMENT_SECONDS", 0.2)
    with open_reader(database=people.database) as reader:
        watching = reader.watch(timeout=60)
        next(watching)
        people.close()
        people.database.unlink()
        with pytest.raises(NoDatabase, match="docsync sync"):
            next(watching)


def test_whoever_waits_gets_the_revision_that_came(people: Project) -> None:
    after = people.revision
    with asleep(people.database, lambda reader: reader.wait(after, 60)) as answer:
        people.persona("personas/team/ana.json", name="Anna")
        people.settle()
        assert answer.result(60).revision == after + 1 == people.revision


def test_a_revision_that_is_there_is_not_waited_for(reader: Reader, people: Project) -> None:
    assert reader.wait(people.revision - 1, 0) == reader.version()


def test_a_revision_of_another_epoch_is_not_waited_for(people: Project) -> None:
    for _ in range(3):
        people.persona("personas/team/ana.json", name=f"Ana {people.revision}")
        people.settle()
    with open_reader(database=people.database) as reader:
        known = reader.find().version
        rebuild(people)
        assert known.revision is not None
        assert people.revision < known.revision
        with pytest.raises(TimedOut):
            reader.wait(reader.version(), 0)
        assert reader.wait(known, 0) == reader.version()
        assert reader.wait(Version("files", None, None), 0) == reader.version()


def test_whoever_waits_sees_a_database_that_is_built_anew_meanwhile(people: Project) -> None:
    with asleep(people.database, lambda reader: reader.wait(1_000, 60)) as answer:
        rebuild(people)
        assert answer.result(60).revision < 1_000


def rebuild(project: Project) -> None:
    project.close()
    for file in project.database.parent.iterdir():
        file.unlink()
    project.start()
    project.settle()


def test_whoever_waits_too_long_is_told(reader: Reader, people: Project) -> None:
    with pytest.raises(TimedOut, match=r"no revision after 1 within 0\.05 seconds") as refusal:
        reader.wait(people.revision, 0.05)
    assert refusal.value.exit_code == 124


def test_the_pauses_grow_while_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    clock = [0.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr(
        commit_poll, "time", type("Clock", (), {"sleep": sleep, "monotonic": lambda: clock[0]})
    )
    assert not commit_poll.CommitPoll(lambda: (1, 1)).sleep(10)
    assert slept[0] == 0.02
    assert max(slept) == slept[-2] == 0.1
    assert sum(slept) == pytest.approx(10)


def test_inside_of_a_snapshot_nobody_waits(reader: Reader) -> None:
    with reader.snapshot():
        for ask in (lambda: reader.wait(7, 60), lambda: next(reader.watch())):
            with pytest.raises(RuntimeError, match="nothing ever changes"):
                ask()


IDLE = """
import json, sys, time
from docsync.reader import open_reader
with open_reader(database=sys.argv[1]) as reader:
    cursor = reader.cursor()
    list(reader.watch(cursor, timeout=0.1))
    begun = time.process_time()
    list(reader.watch(cursor, timeout=2))
    print(json.dumps(time.process_time() - begun))
"""


def test_waiting_costs_next_to_nothing(people: Project) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IDLE, str(people.database)], capture_output=True, check=True, timeout=60
    )
    assert json.loads(done.stdout) < 0.2, "seconds of CPU in two seconds of waiting"
