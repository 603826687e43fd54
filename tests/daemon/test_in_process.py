"""A block in which this very process keeps the database: beside no daemon it syncs, beside one it reads."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import docsync
from docsync import ConfigError, NoDatabase, Reader, TimedOut, UsageError
from docsync.daemon import in_process, sync_parts
from docsync.daemon.watch_supervisor import WatchSupervisor
from docsync.lock import is_held
from tests.daemon.running import Daemon
from tests.reader.test_pool import in_child

SECONDS = 60.0


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Daemon]:
    made = Daemon(tmp_path / "project")
    made.persona("personas/ana.json", name="Ana")
    yield made
    made.kill()


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Threads end with the block."""
    before = set(threading.enumerate())
    yield
    assert {one.name for one in set(threading.enumerate()) - before} == set()


def name_of(reader: Reader, id_: str = "persona/ana") -> str:
    row = reader.get(id_)
    assert row is not None
    return row.name


def test_what_was_saved_before_is_there_and_what_is_saved_comes(project: Daemon) -> None:
    with docsync.running(project.root) as reader:
        assert (name_of(reader), reader.source) == ("Ana", "database")
        assert is_held(project.database.parent)
        version = reader.version()
        project.persona("personas/ben.json", name="Ben")
        reader.wait(version, SECONDS)
        assert name_of(reader, "persona/ben") == "Ben"
    assert not is_held(project.database.parent)
    project.verify()


def test_one_after_the_other_keep_the_epoch(project: Daemon) -> None:
    with docsync.running(project.root) as reader:
        epoch = reader.epoch()
    project.persona("personas/ben.json", name="Ben")
    with docsync.running(project.root) as reader:
        assert (reader.epoch(), reader.count()["persona"]) == (epoch, 2)


def test_beside_a_daemon_it_only_reads_also_what_was_saved_just_before(project: Daemon) -> None:
    project.start()
    for number in range(5):
        project.persona(f"personas/p{number}.json", name=f"{number}")
        with docsync.running(project.root) as reader:
            assert name_of(reader, f"persona/p{number}") == f"{number}"
            assert project.status()["pid"] != os.getpid()
    assert project.stop() == 0


def test_two_blocks_at_once_share_what_the_first_one_keeps(project: Daemon) -> None:
    with docsync.running(project.root) as first, docsync.running(project.root) as second:
        version = second.version()
        project.persona("personas/ben.json", name="Ben")
        second.wait(version, SECONDS)
        assert name_of(second, "persona/ben") == name_of(first, "persona/ben") == "Ben"


def test_it_works_in_a_thread_that_is_not_the_main_one(project: Daemon) -> None:
    def work() -> str:
        with docsync.running(project.root) as reader:
            return name_of(reader)

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(work).result(SECONDS) == "Ana"


def test_a_cache_follows_it(project: Daemon) -> None:
    with docsync.running(project.root) as reader, reader.cached("persona") as cache:
        known = cache.version
        project.persona("personas/ana.json", name="Anna")
        cache.wait(known, SECONDS)
        assert cache["persona/ana"].name == "Anna"


def test_another_database_leaves_that_of_the_project_alone(project: Daemon, tmp_path: Path) -> None:
    with docsync.running(project.root, database=tmp_path / "own" / "docsync.db") as reader:
        assert name_of(reader) == "Ana"
    assert not project.database.parent.exists()


def test_what_is_raised_within_comes_out_and_everything_is_closed(project: Daemon) -> None:
    with pytest.raises(ZeroDivisionError), docsync.running(project.root):
        raise ZeroDivisionError
    assert not is_held(project.database.parent)


def test_a_stop_takes_no_time(project: Daemon) -> None:
    with docsync.running(project.root):
        begun = time.monotonic()
    assert time.monotonic() - begun < 5


def test_a_folder_without_a_project_and_a_wrong_configuration_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with (
        pytest.raises(UsageError, match=r"no docsync\.toml here or above"),
        docsync.running(tmp_path / "empty"),
    ):
        pass
    (tmp_path / "docsync.toml").write_text("nonsense = 1\n")
    with pytest.raises(ConfigError, match="nonsense"), docsync.running(tmp_path):
        pass
    assert not (tmp_path / ".docsync").exists()


def test_a_database_of_another_program_is_refused_and_not_touched(project: Daemon) -> None:
    project.database.parent.mkdir()
    project.database.write_text("not a database at all, but somebody's notes")
    with pytest.raises(NoDatabase, match="not an SQLite database"), docsync.running(project.root):
        pass
    assert project.database.read_text().startswith("not a database")
    assert not is_held(project.database.parent)


def test_a_first_scan_that_takes_too_long_is_told(project: Daemon) -> None:
    with (
        pytest.raises(TimedOut, match="the first scan took more than 0 seconds"),
        docsync.running(project.root, timeout=0),
    ):
        pass
    assert not is_held(project.database.parent)


def test_what_ends_the_sync_is_raised_at_the_end(project: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    died = threading.Event()

    def fail(self: object, now_ns: int) -> None:
        died.set()
        raise ZeroDivisionError("a bug")

    def use() -> None:
        with docsync.running(project.root) as reader:
            monkeypatch.setattr(WatchSupervisor, "tick", fail)
            assert died.wait(SECONDS)
            names.append(name_of(reader))

    names: list[str] = []
    with pytest.raises(ZeroDivisionError, match="a bug"):
        use()
    assert names == ["Ana"], "what is there can still be read"
    assert not is_held(project.database.parent)


def test_what_ends_the_sync_before_the_first_scan_is_raised_at_once(
    project: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object, now_ns: int) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(WatchSupervisor, "tick", fail)
    with pytest.raises(ZeroDivisionError, match="a bug"), docsync.running(project.root):
        pytest.fail("the block has begun")


def test_a_folder_that_goes_meanwhile_is_named(project: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    check = sync_parts._check_folder

    def tell(*arguments: object) -> None:
        try:
            check(*arguments)  # type: ignore[arg-type]  # passed on as they are
        except sync_parts.DatabaseFolderGone:
            ended.set()
            raise

    monkeypatch.setattr(sync_parts, "_check_folder", tell)

    def use() -> None:
        with docsync.running(project.root):
            project.database.parent.rename(
                project.root / "elsewhere"
            )  # at once: something may be written there
            assert ended.wait(SECONDS)

    with pytest.raises(NoDatabase, match=r"\.docsync: was deleted or replaced"):
        use()


def test_it_logs_to_the_logger_of_the_library(project: Daemon, caplog: pytest.LogCaptureFixture) -> None:
    project.write("personas/broken.json", "{")
    with caplog.at_level(logging.INFO, "docsync"), docsync.running(project.root):
        pass
    texts = [record.getMessage() for record in caplog.records]
    assert any(text.startswith("sync.finished upserted=1") for text in texts)
    assert any("problem.appeared" in text and "personas/broken.json" in text for text in texts)


def test_the_child_of_a_fork_that_leaves_the_block_stops_nothing(project: Daemon) -> None:
    def leave() -> bool:
        block.__exit__(None, None, None)
        return len(in_process._inherited) == 1

    block = docsync.running(project.root)
    reader = block.__enter__()
    assert in_child(leave)
    version = reader.version()
    project.persona("personas/ben.json", name="Ben")
    reader.wait(version, SECONDS)
    block.__exit__(None, None, None)
    project.verify()


CONFTEST = 'pytest_plugins = ["docsync.testing"]\n'
TESTS = """
def test_a_document(docsync_reader):
    assert docsync_reader.get("persona/ana").name == "Ana"

def test_a_save(docsync_reader, docsync_project):
    version = docsync_reader.version()
    (docsync_project / "personas" / "ben.json").write_text('{"name": "Ben"}')
    docsync_reader.wait(version, 60)
    assert docsync_reader.get("persona/ben").name == "Ben"
"""


def test_the_fixtures_work_in_the_tests_of_a_service(project: Daemon, tmp_path: Path) -> None:
    project.write("conftest.py", CONFTEST)
    project.write("test_service.py", TESTS)
    project.write("pytest.ini", "[pytest]\n")
    done = subprocess.run(
        # A folder of its own: in the common one it would shut other users out of other tests' folders.
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'own'}"],
        cwd=project.root,
        text=True,
        capture_output=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
    assert not project.database.exists(), "their database lies in a folder of theirs"
