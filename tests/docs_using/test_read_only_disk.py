"""The function of docs/using.md works where nothing can be written, and the page tells the truth of copies there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemon.running import Daemon
from tests.docs_using.page import section, shown
from tests.helpers.mounting import Mounts
from tests.helpers.powerless import POWERLESS, needs_power

TITLE = "A function on a read-only disk"
CALL = "import handler; print(handler.handle({'text': 'Your visit is booked.'})['messages'][-1])"
SAID = "{'role': 'user', 'content': 'Your visit is booked.'}\n"
OPEN = """
from pathlib import Path
from docsync import open_reader
open_reader(database=Path.cwd() / "docsync.db")
"""
ON_DISK, IN_A_FOLDER = "unable to open database file", "attempt to write a readonly database"
"""What SQLite says where it cannot make the files beside a copy."""
COUNT = """
import sqlite3, sys
database = sqlite3.connect(f"file:docsync.db?{sys.argv[1]}", uri=True)
print(database.execute("SELECT count(*) FROM documents WHERE id = 'persona/new'").fetchone()[0])
"""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def run(folder: Path, *arguments: str, before: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
    """A Python in *folder*, as whoever the command *before* makes it."""
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*before, sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environ, text=True, capture_output=True, timeout=60)


@pytest.fixture(params=["disk", pytest.param("folder", marks=needs_power)])
def kind(request: pytest.FixtureRequest) -> str:
    """What cannot be written: a disk that is mounted so, or a folder, by its mode."""
    return str(request.param)


@pytest.fixture
def close(request: pytest.FixtureRequest, kind: str, folder: Path) -> Callable[[], Run]:
    """Closes the folder against writing, and gives what runs a Python there."""
    mounts: Mounts | None = request.getfixturevalue("mounts") if kind == "disk" else None
    before = () if mounts else tuple(POWERLESS)

    def run_there(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return run(folder, *arguments, before=before)

    def close_now() -> Run:
        if mounts:
            mounts.read_only(folder)
        else:
            folder.chmod(0o555)
        assert run_there("-c", "open('a', 'w')").returncode == 1, "it can be written: this shows nothing"
        return run_there

    return close_now


@pytest.fixture
def folder(own: Daemon) -> Path:
    folder = own.root / "bundle"
    folder.mkdir()
    return folder


def bundle(daemon: Daemon, folder: Path) -> None:
    """Fill *folder* with what the page deploys, made by its command."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = daemon.environ | {"PATH": path}
    subprocess.run(["bash", "-c", shown(TITLE, "sh")], cwd=daemon.root, env=environ, check=True)
    source = shown(TITLE, "python")
    assert source.startswith("# bundle/handler.py\n")
    (folder / "handler.py").write_text(source, encoding="utf-8")


def copy(daemon: Daemon, folder: Path, *suffixes: str) -> None:
    """Copy the database as it lies there, and the files beside it that have *suffixes*."""
    for suffix in ("", *suffixes):
        shutil.copy(f"{daemon.database}{suffix}", folder)


def test_the_function_answers_from_a_backup(own: Daemon, folder: Path, close: Callable[[], Run]) -> None:
    bundle(own, folder)

    done = close()("-c", CALL)

    assert (done.stdout, done.stderr) == (SAID, "")
    assert sorted(file.name for file in folder.iterdir()) == ["docsync.db", "handler.py"]


@pytest.mark.parametrize("is_stopped", [False, True], ids=["live", "stopped"])
@pytest.mark.parametrize("suffixes", [(), ("-wal",)], ids=["alone", "with its log"])
def test_a_copied_database_does_not_open_there(
    own: Daemon,
    folder: Path,
    close: Callable[[], Run],
    suffixes: tuple[str, ...],
    is_stopped: bool,
) -> None:
    if is_stopped:
        own.stop()
    copy(own, folder, *suffixes)
    run_there = close()

    told = run_there("-c", OPEN).stderr.splitlines()[-1].removeprefix("docsync.errors.")
    (expected,) = shown(TITLE, "text").splitlines()
    if not suffixes:
        expected = expected.replace("docsync.db-shm is", "docsync.db-wal and docsync.db-shm are")
    assert told.replace(f"{folder.parent}/", "/") == expected
    assert ON_DISK in section(TITLE)
    assert IN_A_FOLDER in section(TITLE)
    assert run_there("-c", COUNT, "mode=ro").stderr.rstrip().endswith((ON_DISK, IN_A_FOLDER))


def test_only_an_index_beside_it_lets_a_copy_say_what_is_in_its_log(
    own: Daemon, folder: Path, close: Callable[[], Run]
) -> None:
    holder = own.connect()
    holder.execute("BEGIN; SELECT count(*) FROM documents").fetchall()  # the log keeps what comes from now on
    own.persona("personas/new.json")
    own.wait()
    copy(own, folder, "-wal", "-shm")
    holder.close()
    run_there = close()

    assert run_there("-c", COUNT, "mode=ro").stdout == "1\n"
    promised = run_there("-c", COUNT, "mode=ro&immutable=1")
    assert promised.stdout == "0\n" or "no such table" in promised.stderr


def test_a_backup_has_what_was_saved_last_and_needs_no_promise(
    own: Daemon, folder: Path, close: Callable[[], Run]
) -> None:
    own.persona("personas/new.json")
    own.wait()
    bundle(own, folder)
    assert close()("-c", COUNT, "mode=ro").stdout == "1\n"


def test_a_backup_of_a_private_database_is_closed_to_others(own: Daemon, folder: Path) -> None:
    bundle(own, folder)
    assert (folder / "docsync.db").stat().st_mode & 0o777 == 0o600
    assert "chmod a+r bundle/docsync.db" in section(TITLE)
