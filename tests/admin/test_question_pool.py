import asyncio
import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest

from docsync.admin.question_pool import QuestionPool
from docsync.counters import Counters
from docsync.errors import NoDatabase, TimedOut, UsageError
from docsync.reader import Reader
from tests.helpers.project import Project


@pytest.fixture
def reading(project: Project) -> Iterator[QuestionPool]:
    project.persona("personas/ana.json")
    project.settle()
    made = QuestionPool(project.database, Counters())
    yield made
    made.close()


def test_a_few_threads_with_a_reader_each_answer_everybody(reading: QuestionPool) -> None:
    async def ask_all() -> set[str]:
        names = await asyncio.gather(
            *(reading.ask(lambda _: threading.current_thread().name) for _ in range(50))
        )
        return set(names)

    names = asyncio.run(ask_all())

    assert len(names) <= 4
    assert all(name.startswith("docsync-read") for name in names)
    assert len(reading._readers) == len(names)


def test_an_answer_is_one_state(reading: QuestionPool, project: Project) -> None:
    def question(reader: Reader) -> tuple[int | None, int | None, int]:
        before = reader.revision()
        changed.set()
        assert written.wait(10)
        return before, reader.revision(), len(reader.find())

    changed, written = threading.Event(), threading.Event()

    async def ask() -> tuple[int | None, int | None, int]:
        asked = asyncio.create_task(reading.ask(question))
        await asyncio.to_thread(changed.wait, 10)
        project.persona("personas/bo.json")
        project.settle()
        written.set()
        return await asked

    before, after, documents = asyncio.run(ask())
    assert (before, documents) == (after, 1)
    assert asyncio.run(reading.ask(lambda reader: len(reader.find()))) == 2


def test_what_goes_wrong_comes_out(reading: QuestionPool, project: Project) -> None:
    with pytest.raises(UsageError):
        asyncio.run(reading.ask(lambda reader: reader.find(order="x")))
    project.close()
    project.database.unlink()
    with pytest.raises(NoDatabase):
        asyncio.run(reading.ask(lambda reader: reader.count()))


def test_a_question_that_takes_too_long_is_not_waited_for(
    reading: QuestionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.question_pool._SECONDS", 0.05)
    let_go = threading.Event()
    with pytest.raises(TimedOut):
        asyncio.run(reading.ask(lambda _: let_go.wait(10)))
    let_go.set()


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def endless(reader: Reader) -> object:
    return reader._answer(lambda snapshot: snapshot.ask(ENDLESS))


def test_a_question_that_takes_too_long_is_ended_and_its_thread_answers_again(
    reading: QuestionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.question_pool._SECONDS", 0.2)
    for _ in range(6):  # more than there are threads
        with pytest.raises(TimedOut):
            asyncio.run(reading.ask(endless))
    monkeypatch.setattr("docsync.admin.question_pool._SECONDS", 20.0)
    assert asyncio.run(reading.ask(lambda reader: reader.count()))


def test_closing_ends_what_is_under_way(reading: QuestionPool) -> None:
    begun = threading.Event()

    def question(reader: Reader) -> object:
        begun.set()
        return endless(reader)

    async def ask() -> None:
        asked = asyncio.ensure_future(reading.ask(question))
        await asyncio.to_thread(begun.wait, 20)
        await asyncio.to_thread(reading.close)
        with pytest.raises(TimedOut):
            await asked

    asyncio.run(asyncio.wait_for(ask(), 4))


def test_nothing_is_left_after_closing(reading: QuestionPool) -> None:
    asyncio.run(reading.ask(lambda reader: reader.count()))
    reading.close()

    assert not [thread for thread in threading.enumerate() if thread.name.startswith("docsync-read")]


def test_closing_waits_a_second_for_what_cannot_be_ended(reading: QuestionPool) -> None:
    let_go, begun = threading.Event(), threading.Event()

    def question(_: Reader) -> None:
        begun.set()
        let_go.wait(20)

    async def ask() -> float:
        asked = asyncio.ensure_future(reading.ask(question))
        await asyncio.to_thread(begun.wait, 20)
        at = time.monotonic()
        await asyncio.to_thread(reading.close)
        took = time.monotonic() - at
        let_go.set()
        await asked
        return took

    assert asyncio.run(ask()) < 3


def test_a_question_that_nobody_waits_for_is_not_begun(
    reading: QuestionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.question_pool._SECONDS", 0.05)
    let_go, begun = threading.Event(), list[int]()

    def question(number: int, _: Reader) -> None:
        begun.append(number)
        let_go.wait(20)

    async def ask() -> None:
        several = [reading.ask(partial(question, number)) for number in range(9)]
        assert all(
            isinstance(one, TimedOut) for one in await asyncio.gather(*several, return_exceptions=True)
        )
        let_go.set()

    asyncio.run(ask())
    assert len(begun) == 4


def test_ending_a_question_does_not_end_the_next_one(
    reading: QuestionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.question_pool._SECONDS", 0.1)

    async def ask() -> None:
        for _ in range(5):
            several = [reading.ask(endless) for _ in range(4)]
            ended = await asyncio.gather(*several, return_exceptions=True)
            assert all(isinstance(one, TimedOut) for one in ended)
            monkeypatch.setattr("docsync.admin.question_pool._SECONDS", 10)
            answers = await asyncio.gather(*(reading.ask(lambda reader: reader.count()) for _ in range(8)))
            assert all(answers)
            monkeypatch.setattr("docsync.admin.question_pool._SECONDS", 0.1)

    asyncio.run(ask())
