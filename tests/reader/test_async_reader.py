"""The Reader for asyncio: every method awaited, many tasks with few threads, and a cancelled one harms nobody."""

import asyncio
import gc
import inspect
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from docsync import AsyncReader, FallbackWarning, NoDatabase, Reader, TimedOut, UsageError
from docsync.reader import Change
from docsync.reader.poller import POLLER
from docsync.reader.query.search import SearchQuery
from tests.helpers.project import Project
from tests.reader.test_pool import in_child
from tests.reader.test_watch import rebuild

ANA = "persona/team/ana"
SECONDS = 60.0

ONLY_IN_A_THREAD = {
    "hand_over": "gives a Reader to another thread",
    "interrupt": "to cancel the task does it",
    "stop_at": "asyncio.timeout does it",
}
"""What an AsyncReader has not, and why."""


def public(kind: type) -> dict[str, Any]:
    members = {name: member for one in reversed(kind.__mro__) for name, member in vars(one).items()}
    return {name: member for name, member in members.items() if not name.startswith("_")}


def run(database: Path, use: Callable[[AsyncReader], Awaitable[Any]], **options: Any) -> Any:
    """What *use* gives with a reader of *database*; no thread of it is left."""

    complaints: list[dict[str, Any]] = []

    async def main() -> Any:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        async with asyncio.timeout(SECONDS), AsyncReader(database=database, **options) as reader:
            answer = await use(reader)
        gc.collect()
        await asyncio.sleep(0)
        return answer

    answer = asyncio.run(main())
    assert complaints == [], "what a cancelled task was told is nobody's concern"
    assert [one for one in threading.enumerate() if one.name.startswith("docsync-read")] == []
    return answer


def test_it_has_every_public_method_of_a_reader_with_the_same_parameters() -> None:
    ours, theirs = public(AsyncReader), public(Reader)
    assert ours.keys() == theirs.keys() - ONLY_IN_A_THREAD.keys()
    for name in ours:
        if isinstance(theirs[name], property):
            assert isinstance(ours[name], property), name
            continue
        mine, other = inspect.signature(ours[name]), inspect.signature(theirs[name])
        assert list(mine.parameters) == list(other.parameters), name
        for parameter, known in zip(mine.parameters.values(), other.parameters.values(), strict=True):
            assert (parameter.kind, parameter.default) == (known.kind, known.default), name
            if (name, parameter.name) != ("in_one_state", "ask"):  # a thread gives it the Reader
                assert str(parameter.annotation).strip("'\"") == str(known.annotation).strip("'\""), name
        is_awaited = inspect.iscoroutinefunction(ours[name]) or inspect.isasyncgenfunction(ours[name])
        assert is_awaited or name == "snapshot", name


def test_it_says_of_each_answer_what_a_reader_says() -> None:
    for name, method in public(AsyncReader).items():
        if inspect.iscoroutinefunction(method) and name not in ("close", "in_one_state"):
            told, known = method.__annotations__["return"], getattr(Reader, name).__annotations__["return"]
            assert str(told).strip("'\"") == str(known).strip("'\""), name


def test_every_question_is_answered_as_a_reader_answers(people: Project, reader: Reader) -> None:
    query = SearchQuery("calm", None, 20, None)
    questions: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
        ("get", (ANA,), {}),
        ("get_stored", (ANA,), {}),
        ("similar_ids", ("ana",), {}),
        ("find", (), {"type": "persona", "order": "-name", "limit": 2}),
        ("find_stored", (), {"whole": False, "tag": "calm"}),
        ("remarks", (), {"tag": "clam", "where": {"name": "ana"}}),
        ("search_remarks", ("clam",), {}),
        ("search", ("calm",), {"type": "persona", "limit": 1}),
        ("search_stored", (query,), {}),
        ("tags", ("persona",), {}),
        ("count", (), {}),
        ("references", (ANA,), {}),
        ("problems", (), {"limit": 1}),
        ("held", (), {"limit": 1}),
        ("tallies", (), {}),
        ("version", (), {}),
        ("epoch", (), {}),
        ("revision", (), {}),
        ("cursor", (), {}),
        ("changes", (), {"limit": 2}),
        ("wait", (0, 0), {}),
    ]

    async def use(own: AsyncReader) -> None:
        for name, positional, named in questions:
            answer = await getattr(own, name)(*positional, **named)
            assert answer == getattr(reader, name)(*positional, **named), name
        assert own.source == "database"

    run(people.database, use)
    left_out = public(AsyncReader).keys() - {name for name, _, _ in questions}
    assert left_out == {"cached", "close", "in_one_state", "render", "snapshot", "source", "watch"}


def test_many_tasks_share_a_few_threads(people: Project) -> None:
    async def use(reader: AsyncReader) -> set[str]:
        rows = await asyncio.gather(*(reader.get(ANA) for _ in range(200)))
        assert {row.name for row in rows if row} == {"Ana"}
        return {one.name for one in threading.enumerate() if one.name.startswith("docsync-read")}

    assert 1 <= len(run(people.database, use, size=3)) <= 3


def test_the_loop_runs_on_while_the_database_is_asked(people: Project) -> None:
    begun, over = threading.Event(), threading.Event()

    def ask(reader: Reader) -> str | None:
        begun.set()
        assert over.wait(SECONDS)
        return reader.epoch()

    async def use(reader: AsyncReader) -> None:
        asking = asyncio.create_task(reader.in_one_state(ask))
        while not begun.is_set():
            await asyncio.sleep(0)
        assert await reader.get(ANA), "another thread answers meanwhile"
        over.set()
        assert await asking == await reader.epoch()

    run(people.database, use, size=2)


def test_what_goes_wrong_comes_out_and_costs_no_reader(people: Project) -> None:
    async def use(reader: AsyncReader) -> None:
        for _ in range(3):
            with pytest.raises(UsageError, match="limit must be 1 or more"):
                await reader.find(limit=0)
        assert await reader.get(ANA)

    run(people.database, use, size=1)


def test_what_is_wrong_from_the_beginning_is_said_there(tmp_path: Path, people: Project) -> None:
    with pytest.raises(NoDatabase, match="no database there"):
        run(tmp_path / "none.db", lambda reader: reader.get(ANA))
    with pytest.raises(UsageError, match="size must be 1 or more, got 0"):
        AsyncReader(database=people.database, size=0)


# A statement that ends in no reasonable time.
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


def ask_endlessly(begun: threading.Event) -> Callable[[Reader], Any]:
    def ask(reader: Reader) -> Any:
        begun.set()
        return reader._source.answer(lambda snapshot: snapshot.ask(ENDLESS))

    return ask


async def is_set(event: threading.Event) -> None:
    while not event.is_set():
        await asyncio.sleep(0.001)


def test_a_cancelled_task_ends_its_statement_and_poisons_no_reader(people: Project) -> None:
    async def use(reader: AsyncReader) -> None:
        for _ in range(4):
            begun = threading.Event()
            task = asyncio.create_task(reader.in_one_state(ask_endlessly(begun)))
            await is_set(begun)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await reader.get(ANA), "the only reader there is"
            assert len(await reader.find()) == 4

    run(people.database, use, size=1)


@pytest.mark.parametrize("turns", range(4))
def test_a_task_that_is_cancelled_before_its_statement_begins_ends_too(people: Project, turns: int) -> None:
    """Its thread may be opening the reader, or be between two statements."""

    async def main() -> None:
        for _ in range(10):
            reader = AsyncReader(database=people.database, size=1)
            for _ in range(2):
                task = asyncio.create_task(reader.in_one_state(ask_endlessly(threading.Event())))
                for _ in range(turns):
                    await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            assert await reader.get(ANA)
            await reader.close()

    asyncio.run(main())


def test_a_reader_that_was_interrupted_reads_a_database_that_is_built_anew(people: Project) -> None:
    async def use(reader: AsyncReader) -> None:
        begun = threading.Event()
        task = asyncio.create_task(reader.in_one_state(ask_endlessly(begun)))
        await is_set(begun)
        task.cancel()
        await asyncio.wait([task])
        rebuild(people)
        for number in range(3_000):
            people.persona(f"personas/many/{number}.json")
        people.settle()
        assert len(await reader.find(where={"name": {"contains": "1"}})) > 1_000

    run(people.database, use, size=1)


def test_a_task_that_is_cancelled_again_and_again_ends_too(people: Project) -> None:
    async def use(reader: AsyncReader) -> None:
        begun = threading.Event()
        task = asyncio.create_task(reader.in_one_state(ask_endlessly(begun)))
        await is_set(begun)
        while not task.done():
            task.cancel()
            await asyncio.sleep(0)
        assert task.cancelled()
        assert await reader.get(ANA)

    run(people.database, use, size=1)


def test_a_timeout_ends_a_statement(people: Project) -> None:
    async def use(reader: AsyncReader) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await reader.in_one_state(ask_endlessly(threading.Event()))
        assert await reader.get(ANA)

    run(people.database, use, size=1)


def test_a_storm_of_cancelled_tasks_leaves_all_readers_in_order(people: Project) -> None:
    async def use(reader: AsyncReader) -> None:
        for step in range(60):
            tasks = [asyncio.create_task(reader.find(order="name")) for _ in range(8)]
            await asyncio.sleep(step / 30_000)
            for task in tasks[::2]:
                task.cancel()
            answers: list[Any] = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(one, asyncio.CancelledError) or len(one) == 4 for one in answers), answers
            assert not any(isinstance(one, BaseException) for one in answers[1::2]), answers
        assert [len(page) for page in await asyncio.gather(*(reader.find() for _ in range(8)))] == [4] * 8

    run(people.database, use, size=2)


async def name_of(reader: AsyncReader) -> str:
    row = await reader.get(ANA)
    assert row is not None
    return row.name


def test_within_a_snapshot_everything_is_of_one_state(people: Project) -> None:
    async def use(reader: AsyncReader) -> None:
        before = await reader.version()
        async with reader.snapshot():
            assert await reader.version() == before
            people.persona("personas/team/ana.json", name="Anna")
            people.settle()
            row, *versions = await asyncio.gather(name_of(reader), *(reader.version() for _ in range(5)))
            assert (row, set(versions)) == ("Ana", {before}), "also for the tasks that it begins"
            async with reader.snapshot():
                assert await reader.version() == before
            with pytest.raises(RuntimeError, match="nothing ever changes"):
                await anext(reader.watch())
        assert await name_of(reader) == "Anna"

    run(people.database, use, size=2)


def test_other_tasks_do_not_see_the_snapshot_of_one(people: Project) -> None:
    async def use(reader: AsyncReader) -> None:
        inside, changed = asyncio.Event(), asyncio.Event()

        async def hold() -> int | None:
            async with reader.snapshot():
                before = await reader.revision()
                inside.set()
                await changed.wait()
                assert await reader.revision() == before
            return before

        holding = asyncio.create_task(hold())
        await inside.wait()
        people.persona("personas/team/ana.json", name="Anna")
        people.settle()
        assert await reader.revision() == people.revision
        changed.set()
        assert await holding == people.revision - 1

    run(people.database, use, size=2)


def test_a_snapshot_that_is_cancelled_leaves_no_state_behind(people: Project) -> None:
    async def use(reader: AsyncReader) -> None:
        for _ in range(3):
            begun = threading.Event()

            async def hold(begun: threading.Event = begun) -> None:
                async with reader.snapshot():
                    await reader.in_one_state(ask_endlessly(begun))

            task = asyncio.create_task(hold())
            await is_set(begun)
            task.cancel()
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            people.persona("personas/team/ana.json", name=f"{people.revision}")
            people.settle()
            assert await reader.revision() == people.revision

    run(people.database, use, size=1)


def test_a_task_that_outlives_a_snapshot_reads_what_is_there_now(people: Project) -> None:
    async def use(reader: AsyncReader) -> None:
        go_on = asyncio.Event()

        async def later() -> int | None:
            await go_on.wait()
            return await reader.revision()

        async with reader.snapshot():
            task = asyncio.create_task(later())
            await asyncio.sleep(0)
            people.persona("personas/team/ana.json", name="Anna")
            people.settle()
        go_on.set()
        assert await task == people.revision

    run(people.database, use, size=1)


def told(changes: Any) -> list[tuple[str, str]]:
    return [(change.op, change.id) for change in changes if isinstance(change, Change)]


def assert_nobody_looks() -> None:
    """The thread that looks for commits ends, as nobody waits for any."""
    thread = POLLER._thread
    if thread is not None:
        thread.join(SECONDS)
    assert POLLER.jobs() == []


def test_changes_come_by_async_for(people: Project) -> None:
    async def use(reader: AsyncReader) -> None:
        names = []
        async for changes in reader.watch(await reader.cursor(), timeout=SECONDS):
            names += told(changes)
            if len(names) == 3:
                break
            save(len(names))
        assert names == [("upsert", ANA)] * 3

    def save(number: int) -> None:
        people.persona("personas/team/ana.json", name=f"Ana {number}")
        people.settle()

    async def both(reader: AsyncReader) -> None:
        watching = asyncio.create_task(use(reader))
        await asyncio.sleep(0)
        while not POLLER.jobs():
            await asyncio.sleep(0.001)
        save(0)
        await watching

    run(people.database, both, size=1)
    assert_nobody_looks()


def test_a_watcher_begins_with_all_and_ends_when_nothing_comes(people: Project) -> None:
    async def use(reader: AsyncReader) -> list[int]:
        return [len(changes) async for changes in reader.watch(timeout=0.05)]

    assert run(people.database, use) == [4]


def test_a_watcher_that_waits_takes_no_thread_and_can_be_cancelled(people: Project) -> None:
    async def use(reader: AsyncReader) -> None:
        async def follow() -> None:
            async for _ in reader.watch():
                seen.append(True)

        seen: list[bool] = []
        tasks = [asyncio.create_task(follow()) for _ in range(5)]
        while len(seen) < 5:
            await asyncio.sleep(0.001)
        assert await reader.get(ANA), "the only thread is free"
        for task in tasks:
            task.cancel()
        assert all(
            isinstance(one, asyncio.CancelledError)
            for one in await asyncio.gather(*tasks, return_exceptions=True)
        )

    run(people.database, use, size=1)
    assert_nobody_looks()


def test_a_watcher_survives_the_database_being_replaced(people: Project) -> None:
    async def use(reader: AsyncReader) -> None:
        watching = aiter(reader.watch(timeout=SECONDS))
        before = (await anext(watching)).epoch
        rebuild(people)
        found = await anext(watching)
        assert (found.start_over, len(found)) == (True, 4)
        assert found.epoch != before
        assert isinstance(watching, AsyncIterator)
        with suppress(AttributeError):
            await watching.aclose()  # type: ignore[attr-defined]  # a generator has it

    run(people.database, use)


def test_whoever_waits_gets_the_revision_that_came_and_is_told_of_none(people: Project) -> None:
    async def use(reader: AsyncReader) -> None:
        version = await reader.version()
        with pytest.raises(TimedOut, match=r"no revision after 1 within 0\.05 seconds"):
            await reader.wait(version, 0.05)
        waiting = asyncio.create_task(reader.wait(people.revision, SECONDS))
        await asyncio.sleep(0)
        assert await reader.get(ANA), "the only thread is free"
        people.persona("personas/team/ana.json", name="Anna")
        people.settle()
        assert (await waiting).revision == people.revision == 2

    run(people.database, use, size=1)


def test_what_is_cached_is_read_without_awaiting(people: Project) -> None:
    async def use(reader: AsyncReader) -> str:
        with await reader.cached("persona") as cache:
            return cache[ANA].name

    assert run(people.database, use) == "Ana"


def test_files_answer_while_there_is_no_database(people: Project) -> None:
    people.write("docsync.toml", "")
    people.close()
    people.database.unlink()

    async def main() -> None:
        reasons: list[NoDatabase] = []
        async with AsyncReader(people.root, on_fallback=reasons.append) as reader:
            row = await reader.get(ANA)
            assert row is not None
            assert (row.name, reader.source, bool(reasons)) == ("Ana", "files", True)
            with pytest.raises(NoDatabase):
                await reader.changes()
        with pytest.warns(FallbackWarning):
            async with AsyncReader(people.root) as reader:
                assert (await reader.version()).source == "files"

    asyncio.run(main())


def test_after_close_and_in_another_loop_it_is_refused(people: Project) -> None:
    async def use(reader: AsyncReader) -> AsyncReader:
        return reader

    reader = run(people.database, use)
    with pytest.raises(RuntimeError, match="this AsyncReader is closed"):
        asyncio.run(first(reader.get(ANA)))
    other = AsyncReader(database=people.database)
    assert asyncio.run(first(other.get(ANA)))
    with pytest.raises(RuntimeError, match="belongs to another event loop"):
        asyncio.run(first(other.get(ANA)))
    asyncio.run(other.close())
    asyncio.run(other.close())


async def first(question: Coroutine[Any, Any, Any]) -> Any:
    return await question


def test_what_waits_for_its_turn_is_refused_by_a_close_and_what_runs_is_answered(people: Project) -> None:
    async def main() -> None:
        begun, over = threading.Event(), threading.Event()

        def ask(reader: Reader) -> str:
            begun.set()
            assert over.wait(SECONDS)
            row = reader.get(ANA)
            return row.name if row else ""

        reader = AsyncReader(database=people.database, size=1)
        running = asyncio.create_task(reader.in_one_state(ask))
        await is_set(begun)
        waiting = [asyncio.create_task(reader.get(ANA)) for _ in range(3)]
        await asyncio.sleep(0)
        closing = asyncio.create_task(reader.close())
        await asyncio.sleep(0)
        over.set()
        assert await running == "Ana"
        for refused in await asyncio.gather(*waiting, return_exceptions=True):
            assert "closed" in str(refused)
        await closing

    asyncio.run(main())


def test_the_child_of_a_fork_is_refused(people: Project) -> None:
    async def use(reader: AsyncReader) -> bool:
        async def ask() -> bool:
            with pytest.raises(RuntimeError, match="before a fork"):
                await reader.get(ANA)
            return True

        return in_child(lambda: asyncio.new_event_loop().run_until_complete(ask()) if leave() else False)

    def leave() -> bool:
        asyncio._set_running_loop(None)  # the parent's goes on there
        return True

    assert run(people.database, use)


def test_time_is_not_spent_on_waiting(people: Project) -> None:
    async def use(reader: AsyncReader) -> float:
        cursor = await reader.cursor()
        begun = time.process_time()
        assert [len(one) async for one in reader.watch(cursor, timeout=1)] == []
        return time.process_time() - begun

    assert run(people.database, use) < 0.2, "seconds of CPU in a second of waiting"
