"""Databases that cannot be read: what is said of them names what mends them."""

import os
from pathlib import Path

import pytest

from docsync.cli.database_advice import advising
from docsync.errors import NoDatabase
from docsync.store.connection import open_reader_connection
from tests.cli.conftest import Shell

ASKING = [["query", "SELECT 1"], ["verify"], ["changes"], ["problems"]]


@pytest.fixture
def garbage(filled: Shell) -> Shell:
    """A project whose database is none."""
    filled("sync")
    filled.write(".docsync/docsync.db", "no database at all " * 300)
    return filled


@pytest.mark.parametrize("arguments", ASKING, ids=" ".join)
def test_who_asks_garbage_is_told_that_a_sync_builds_it_anew(garbage: Shell, arguments: list[str]) -> None:
    answer = garbage(*arguments)

    assert (answer.code, answer.err.count("\n")) == (3, 1)
    assert "docsync.db: " in answer.err
    assert "'docsync sync'" in answer.err


def test_a_sync_says_that_it_moved_a_database_aside(garbage: Shell) -> None:
    answer = garbage("sync")

    assert answer.code == 0
    assert answer.err.startswith("database is moved aside, beside a new one: ")
    assert garbage("sync").err == ""


@pytest.mark.parametrize("arguments", ASKING, ids=" ".join)
def test_a_database_with_damaged_pages_is_no_bug(filled: Shell, arguments: list[str]) -> None:
    filled("sync")
    file = filled.root / ".docsync/docsync.db"
    with file.open("r+b") as database:
        database.seek(4096 * 2)
        database.write(b"\xff" * 4096 * 30)

    answer = filled(*arguments)

    assert answer.code in (0, 3)
    assert answer.code == 0 or "'docsync sync'" in answer.err


@pytest.mark.parametrize("closed", [".docsync/docsync.db", ".docsync"])
def test_a_database_that_may_not_be_read_does_not_pass_for_none(filled: Shell, closed: str) -> None:
    filled("sync")
    (filled.root / closed).chmod(0)
    said = as_another_user(filled.root, Path(".docsync/docsync.db"))
    (filled.root / closed).chmod(0o755)

    assert said.endswith("docsync.db: permission denied; make it and its folder readable for this user")


def as_another_user(root: Path, database: Path) -> str:
    """What a user without rights is told; in a process of its own, which alone changes its user."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        os.chdir(root)  # whose parents are closed to others
        if os.geteuid() == 0:
            os.setuid(65534)
        try:
            with advising(database), open_reader_connection(database):
                said = "read"
        except NoDatabase as error:
            said = str(error)
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with open(read, encoding="utf-8") as told:
        return told.read()
