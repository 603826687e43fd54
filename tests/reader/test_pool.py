"""Readers for threads: as many as are needed and never more, each used by one thread, none lost, none of a parent."""

import gc
import os
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from weakref import ref

import pytest

from docsync import Reader, ReaderPool, open_reader
from docsync.errors import ConfigError, NoDatabase, TimedOut, UsageError
from tests.helpers.project import Project

ANA = "persona/team/ana"


@pytest.fixture
def pool(people: Project) -> Iterator[ReaderPool]:
    with ReaderPool(database=people.database, size=3) as opened:
        yield opened


def name_of(reader: Reader) -> str:
    row = reader.get(ANA)
    assert row is not None
    return row.name


def test_many_threads_read_with_few_readers(pool: ReaderPool) -> None:
    begin, used = Barrier(12), set()

    def ask() -> str:
        begin.wait(30)
        for _ in range(20):
            with pool.reader() as reader:
                used.add(id(reader))
                assert name_of(reader) == "Ana"
        return "done"

    with ThreadPoolExecutor(12) as threads:
        assert [task.result(60) for task in [threads.submit(ask) for _ in range(12)]] == ["done"] * 12
    assert 1 <= len(used) <= 3
    assert len(pool._idle) == len(used)


def test_one_after_the_other_need_one_reader(pool: ReaderPool) -> None:
    with pool.reader() as first:
        pass
    with pool.reader() as second:
        assert second is first


def test_blocks_within_each_other_have_readers_of_their_own(pool: ReaderPool) -> None:
    with pool.reader() as outer, outer.snapshot(), pool.reader() as inner:
        assert inner is not outer
        assert name_of(inner) == "Ana"


def test_who_comes_when_all_are_lent_waits_for_one(pool: ReaderPool) -> None:
    with ThreadPoolExecutor(1) as threads:
        with pool.reader() as one, pool.reader(), pool.reader():
            with pytest.raises(TimedOut, match="all 3 readers of the pool were lent for 0 seconds"):
                pool.reader(timeout=0).__enter__()
            waiting = threads.submit(lambda: pool.reader(timeout=60).__enter__())
            assert not waiting.done()
        lent = waiting.result(60)
    assert lent._owner[1] != threading.get_ident()
    assert one is not None


def test_a_reader_that_was_given_back_is_refused(pool: ReaderPool) -> None:
    with pool.reader() as kept:
        pass
    with pytest.raises(RuntimeError, match="given back to its pool"):
        kept.get(ANA)


def test_a_reader_that_another_thread_has_is_refused(pool: ReaderPool) -> None:
    with pool.reader() as mine, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(mine.get, ANA)
        with pytest.raises(RuntimeError, match="belongs to another thread"):
            asked.result(30)


def test_an_error_within_a_block_costs_no_reader(pool: ReaderPool) -> None:
    for _ in range(5):
        with pytest.raises(UsageError), pool.reader() as reader:
            reader.find(limit=0)
    with pool.reader(timeout=0) as reader:
        assert name_of(reader) == "Ana"


def test_a_database_that_went_costs_no_reader(people: Project) -> None:
    with ReaderPool(database=people.database, size=2) as pool:
        people.close()
        away = people.database.parent.rename(people.root / "away")
        for _ in range(5):
            with pytest.raises(NoDatabase), pool.reader(timeout=0) as first, pool.reader(timeout=0):
                first.get(ANA)
        away.rename(people.database.parent)
        with pool.reader(timeout=0) as one, pool.reader(timeout=0) as other:
            assert (name_of(one), name_of(other)) == ("Ana", "Ana")


def test_after_close_nothing_is_open_and_nobody_waits(people: Project) -> None:
    pool = ReaderPool(database=people.database, size=1)
    with ThreadPoolExecutor(1) as threads, pool.reader() as lent:
        waiting = threads.submit(lambda: pool.reader().__enter__())
        pool.close()
        with pytest.raises(RuntimeError, match="this ReaderPool is closed"):
            waiting.result(30)
        assert name_of(lent) == "Ana", "who has one may end what it does"
    assert lent._source.database._connection is None
    with pytest.raises(RuntimeError, match="closed"), pool.reader():
        pass


def test_what_is_wrong_is_said_when_it_is_made(tmp_path: Path, people: Project) -> None:
    with pytest.raises(NoDatabase):
        ReaderPool(database=tmp_path / "none.db")
    with pytest.raises(UsageError, match="size must be 1 or more, got 0"):
        ReaderPool(database=people.database, size=0)
    people.write("docsync.toml", "nonsense = 1\n")
    with pytest.raises(ConfigError, match="nonsense"):
        ReaderPool(people.root)


def test_it_reads_the_project_of_its_beginning_wherever_the_process_goes(
    people: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    people.write("docsync.toml", "")
    monkeypatch.chdir(people.root)
    with ReaderPool() as pool:
        monkeypatch.chdir(tmp_path)
        with pool.reader() as first, pool.reader() as second:
            assert (name_of(first), name_of(second)) == ("Ana", "Ana")


def test_files_answer_while_there_is_no_database(people: Project) -> None:
    people.write("docsync.toml", "")
    people.close()
    people.database.unlink()
    told: list[NoDatabase] = []
    with ReaderPool(people.root, on_fallback=told.append) as pool, pool.reader() as reader:
        assert (name_of(reader), reader.source) == ("Ana", "files")
    assert told


def in_child(work: Callable[[], bool]) -> bool:
    """What *work* says in the child of a fork."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it has other threads: that is what is tested
        child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    code = 1
    try:
        code = 0 if work() else 1
    except BaseException:  # noqa: BLE001  # shown; the child must never go on as the parent
        traceback.print_exc()
    finally:
        os._exit(code)


def test_the_child_of_a_fork_opens_its_own_also_while_all_are_lent(people: Project) -> None:
    with ReaderPool(database=people.database, size=1) as pool:
        held, over = Event(), Event()

        def hold() -> None:
            with pool.reader() as reader:
                assert name_of(reader) == "Ana"
                held.set()
                over.wait(60)

        def ask() -> bool:
            with pool.reader(timeout=30) as reader:
                return name_of(reader) == "Ana" and reader._owner[0] == os.getpid()

        with ThreadPoolExecutor(1) as threads:
            task = threads.submit(hold)
            assert held.wait(30)
            assert in_child(ask)
            over.set()
            task.result(30)
        with pool.reader(timeout=0) as reader:
            assert name_of(reader) == "Ana"


def test_a_child_that_was_forked_within_a_block_leaves_the_parents_reader_alone(pool: ReaderPool) -> None:
    def leave() -> bool:
        with pytest.raises(RuntimeError, match="before a fork"):
            lent.get(ANA)
        block.__exit__(None, None, None)
        with pool.reader(timeout=0) as own:
            return own is not lent and name_of(own) == "Ana"

    block = pool.reader()
    lent = block.__enter__()
    assert in_child(leave)
    assert name_of(lent) == "Ana"
    block.__exit__(None, None, None)


def test_a_pool_that_nobody_has_is_forgotten(people: Project) -> None:
    pool = ReaderPool(database=people.database)
    kept = ref(pool)
    del pool
    gc.collect()
    assert kept() is None


def test_what_a_parent_opened_is_never_closed_by_its_child(people: Project) -> None:
    """Not even where the child has nothing left that knows of it."""

    def drop() -> bool:
        kept = ref(reader_of.pop())
        gc.collect()
        return kept() is None and isinstance(connection.filename, str)  # a closed one raises

    opened = open_reader(database=people.database)
    assert name_of(opened) == "Ana"
    connection = opened._source.database.connection()
    reader_of = [opened]
    del opened
    assert in_child(drop)
    assert name_of(reader_of[0]) == "Ana"
    reader_of[0].close()
