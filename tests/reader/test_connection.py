"""The connection to a database file: one thread, one process, and always the file that is at the path now."""

import itertools
import os
import pickle
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from docsync.errors import NoDatabase
from docsync.reader import Reader, open_reader
from docsync.reader.connection import DatabaseFile
from tests.helpers.project import Project


def another(people: Project, name: str) -> Path:
    """A database of another life, with one document that is called *name*."""
    other = Project(people.root.parent / name)
    other.persona("personas/team/ana.json", name=name)
    other.settle()
    other.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    for log in ("-wal", "-shm"):
        other.database.with_name(other.database.name + log).unlink()
    return other.database


def name_of_ana(reader: Reader) -> str:
    row = reader.get("persona/team/ana")
    assert row is not None
    return row.name


def test_another_thread_is_refused(reader: Reader) -> None:
    with ThreadPoolExecutor(1) as pool:
        for ask in (
            lambda: reader.get("x"),
            reader.find,
            reader.revision,
            reader.changes,
            reader.snapshot,
            lambda: next(reader.watch()),
            lambda: reader.wait(0, 0),
        ):
            with pytest.raises(RuntimeError, match="belongs to another thread"):
                pool.submit(ask).result()
    assert name_of_ana(reader) == "Ana"


FORK = """
import os, sys
from docsync.reader import open_reader
with open_reader(database=sys.argv[1]) as reader:
    reader.get("x")
    child = os.fork()
    if child == 0:
        try:
            reader.get("x")
        except RuntimeError as error:
            print(error, flush=True)
        reader.close()
        with open_reader(database=sys.argv[1]) as mine:
            print(mine.get("persona/team/ana").name, flush=True)
        sys.exit(0)
    assert os.waitpid(child, 0)[1] == 0
    print(reader.get("persona/team/ana").name)
"""


def test_the_child_of_a_fork_is_refused_and_harms_nobody(people: Project) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORK, str(people.database)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    lines = ["this Reader was opened before a fork; open one in each of the processes", "Ana", "Ana"]
    assert done.stdout.splitlines() == lines


def test_a_reader_is_not_pickled(reader: Reader) -> None:
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(reader)


def test_a_database_that_was_replaced_is_followed(people: Project) -> None:
    with open_reader(database=people.database) as reader:
        before = (name_of_ana(reader), reader.epoch())
        people.close()
        for file in list(people.database.parent.iterdir()):
            file.rename(file.with_name("moved-" + file.name))
        shutil.copyfile(another(people, "Other"), people.database)
        assert name_of_ana(reader) == "Other"
        assert before[0] == "Ana"
        assert reader.epoch() != before[1]


def test_a_link_that_is_turned_to_another_database_is_followed(people: Project, tmp_path: Path) -> None:
    link = tmp_path / "current.db"
    link.symlink_to(people.database)
    with open_reader(database=link) as reader:
        assert name_of_ana(reader) == "Ana"
        link.unlink()
        link.symlink_to(another(people, "Other"))
        assert name_of_ana(reader) == "Other"


def test_a_database_that_went_and_came_back_is_followed(people: Project) -> None:
    with open_reader(database=people.database) as reader:
        people.close()
        away = people.database.parent.rename(people.root / "away")
        with pytest.raises(NoDatabase, match="docsync sync"):
            reader.get("x")
        away.rename(people.database.parent)
        assert name_of_ana(reader) == "Ana"


def test_a_connection_that_turns_out_to_be_damaged_is_opened_anew_once(reader: Reader) -> None:
    opened = reader._source.database.connection()
    opened.exec_trace = _corrupt
    assert name_of_ana(reader) == "Ana"
    assert reader._source.database.connection() is not opened


@pytest.mark.parametrize("word", ["BEGIN", "sync_state", "MATCH", "documents AS d", "data_version"])
def test_damage_that_is_met_anywhere_is_overcome_by_opening_anew(reader: Reader, word: str) -> None:
    opened = reader._source.database.connection()

    def trace(cursor: object, statement: str, values: object) -> bool:
        return word not in statement or _corrupt(cursor, statement, values)

    opened.exec_trace = trace
    assert [hit.row.name for hit in reader.search("calm")] == ["Ana"]
    assert len(reader.find()) == 4
    assert reader.wait(0, 60).revision == 1
    assert reader._source.database.connection() is not opened


def test_within_a_snapshot_damage_is_told(reader: Reader) -> None:
    with reader.snapshot():
        opened = reader._source.database.connection()
        opened.exec_trace = _corrupt
        with pytest.raises(NoDatabase, match="malformed"):
            reader.get("persona/team/ana")
        opened.exec_trace = None
    assert name_of_ana(reader) == "Ana"


def test_what_is_asked_in_one_state_overcomes_damage_that_shows_up_in_the_middle(reader: Reader) -> None:
    calls: list[str] = []

    def ask() -> tuple[str, int]:
        calls.append(reader.source)
        first = name_of_ana(reader)
        if len(calls) == 1:
            reader._source.database.connection().exec_trace = lambda *asked: (
                asked[1] == "ROLLBACK" or _corrupt(*asked)
            )
        return first, len(reader.find())

    assert reader.in_one_state(ask) == ("Ana", 4)
    assert calls == ["database", "database"], "the file that is there now was sound"


def test_what_is_asked_in_one_state_within_a_snapshot_is_of_that(reader: Reader, people: Project) -> None:
    with reader.snapshot():
        known = reader.version()
        people.persona("personas/new.json")
        people.settle()
        assert reader.in_one_state(lambda: reader.in_one_state(reader.version)) == known
    assert reader.in_one_state(reader.version).revision == people.revision


def test_the_other_side_of_a_fork_is_refused_in_words(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as child:
        child.setattr(os, "getpid", lambda: 0)
        with pytest.raises(RuntimeError, match="opened before a fork"):
            reader.get("x")
        reader.close()
    assert name_of_ana(reader) == "Ana"


def _corrupt(cursor: object, statement: str, values: object) -> bool:
    raise apsw.CorruptError("database disk image is malformed")


def test_damage_that_stays_is_told(people: Project) -> None:
    people.close()
    octets = bytearray(people.database.read_bytes())
    octets[4096:] = b"\xff" * (len(octets) - 4096)
    for log in ("-wal", "-shm"):
        people.database.with_name(people.database.name + log).unlink()
    people.database.write_bytes(octets)
    with pytest.raises(NoDatabase, match="cannot be read now"):
        open_reader(database=people.database)


@pytest.mark.parametrize(("version", "word"), [(0, "older"), (99, "newer")])
def test_a_database_of_another_version_is_told(people: Project, version: int, word: str) -> None:
    people.connection.pragma("user_version", version)
    with pytest.raises(NoDatabase, match=f"made by an? {word} docsync"):
        open_reader(database=people.database)


def test_what_is_no_database_of_ours_is_told(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.db"
    with closing(apsw.Connection(str(foreign))) as connection:
        connection.execute("CREATE TABLE t (x)")
    with pytest.raises(NoDatabase, match="belongs to another program"):
        open_reader(database=foreign)
    foreign.write_text("no database at all, but long enough to be looked at as one" * 100)
    with pytest.raises(NoDatabase, match="cannot be read as a database"):
        open_reader(database=foreign)
    foreign.write_bytes(b"")
    with pytest.raises(NoDatabase, match="no database there"):
        open_reader(database=foreign)


LOCKED = """
import sys, apsw
connection = apsw.Connection(sys.argv[1])
connection.pragma("locking_mode", "exclusive")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE sync_state SET value = value")
connection.execute("COMMIT")
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_locked_database_is_told_and_opened_once_it_is_free(
    people: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.reader.connection.READER_BUSY_MS", 20)
    people.close()
    for log in ("-wal", "-shm"):
        people.database.with_name(people.database.name + log).unlink(missing_ok=True)
    command = [sys.executable, "-c", LOCKED, str(people.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(NoDatabase, match="lock"):
            open_reader(database=people.database)
        holder.communicate()
    with open_reader(database=people.database) as reader:
        assert name_of_ana(reader) == "Ana"


def test_a_file_that_is_replaced_while_it_is_opened_is_opened_again(
    people: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = iter([(1, 1), (1, 2), (1, 2), (1, 2)])
    monkeypatch.setattr(DatabaseFile, "_read_identity", lambda self: next(seen))
    database = DatabaseFile(people.database)
    assert database.connection() is not None
    assert list(seen) == []
    database.close()


def test_a_file_that_is_replaced_all_the_time_is_given_up(
    people: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = itertools.count(1)
    monkeypatch.setattr(
        DatabaseFile, "_read_identity", lambda self: (os.getpid(), id(object()) + next(calls))
    )
    database = DatabaseFile(people.database)
    with pytest.raises(NoDatabase, match="again and again"):
        database.connection()
    database.close()
