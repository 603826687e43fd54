"""A daemon is ready before it has looked for damage in all of the database, says how far it is, and mends what it finds."""

import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw
import pytest

from docsync.store.damage import inspect
from tests.daemon.running import Daemon, Polled
from tests.store.breaking import at_home, bits_in_search_pages, bits_in_table_pages, damage, let_tamper

COUNT = 60
SEED = 20261130
ALL = "SELECT count(*), count(DISTINCT id) FROM documents"


class Held(Daemon):
    """A daemon whose looks for damage wait until the test lets one go."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.pipe = root.parent / "pipe"
        os.mkfifo(self.pipe)
        self.command = [sys.executable, "-m", "tests.daemon.held_look", str(self.pipe)]
        self.environ |= {"PYTHONPATH": str(Path(__file__).parents[2])}

    def let_look(self) -> None:
        """Let the look that waits, or the next one, go on."""
        self.pipe.write_bytes(b"")

    def is_mended(self) -> bool:
        return bool(self.lines("database.mended"))

    def is_proved(self) -> bool:
        return self.status()["inspection"]["proved_at"] is not None


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    held = Held(tmp_path / "project")
    held.personas(COUNT)
    assert held.run("sync").returncode == 0
    yield held
    held.kill()


def tamper(database: Path, *statements: str) -> None:
    """What becomes of a database that docsync has not open, and believes to be its own."""
    connection = apsw.Connection(str(database))
    let_tamper(connection)
    for statement in statements:
        connection.execute(statement)
    connection.close()
    at_home(database)


def let_a_row_lie(database: Path) -> None:
    tamper(database, "UPDATE documents SET name = 'Ghost' WHERE file_path LIKE '%/p7.json'")


def let_an_age_lie(database: Path) -> None:
    tamper(database, "UPDATE documents SET created_at = '2001-01-01T00:00:00.000Z' WHERE rowid = 5")


def let_an_index_lie(database: Path) -> None:
    """Let the index on names hold another name than the row: the row is put right where SQLite does not see the index."""
    hidden = "SELECT * FROM sqlite_schema WHERE name = 'documents_name'"
    tamper(
        database,
        "UPDATE documents SET name = 'lie' WHERE rowid = 9",
        f"CREATE TABLE hidden AS {hidden}",
        "PRAGMA writable_schema = ON",
        "DELETE FROM sqlite_schema WHERE name = 'documents_name'",
    )
    tamper(
        database,
        "UPDATE documents SET name = json_extract(document, '$.name') WHERE rowid = 9",
        "PRAGMA writable_schema = ON",
        "INSERT INTO sqlite_schema SELECT * FROM hidden",
    )
    tamper(database, "DROP TABLE hidden")


def let_the_search_lie(database: Path) -> None:
    tamper(database, "UPDATE documents_fts_content SET c1 = 'Ghost' WHERE id = 3")


def flip_bits_of_rows(database: Path) -> None:
    flip(database, bits_in_table_pages)


def flip_bits_of_the_search(database: Path) -> None:
    flip(database, bits_in_search_pages)


def flip(database: Path, kind: Callable[[Path, random.Random], None]) -> None:
    """Flip bits until one of them is of a byte that says something."""
    generator = random.Random(SEED)
    while inspect(database) is None:
        damage(database, kind, generator)
    at_home(database)


HIDDEN = (
    let_a_row_lie,
    let_an_age_lie,
    let_an_index_lie,
    let_the_search_lie,
    flip_bits_of_rows,
    flip_bits_of_the_search,
)


@pytest.mark.parametrize("plant", HIDDEN, ids=lambda plant: plant.__name__)
def test_a_daemon_is_ready_before_the_look_and_mends_what_it_finds_with_a_reader_attached(
    held: Held, plant: Callable[[Path], None]
) -> None:
    plant(held.database)
    held.start()
    status = held.status()
    assert (status["ready"], status["state"]) == (True, "in_sync")
    assert status["inspection"] == {"is_running": True, "documents": 0, "of": COUNT, "proved_at": None}
    assert f"none so far, 0 of {COUNT} documents looked at; it goes on" in held.run("status").stdout
    assert not held.is_mended()
    with reading(held, plant) as polled:
        held.let_look()
        held.until(held.is_mended)
        held.until(held.is_proved)
        held.wait()
    assert polled is None or set(polled.seen) == {(COUNT, COUNT)}
    assert "none, all was looked at 20" in held.run("status").stdout
    held.verify()
    assert held.stop() == 0
    assert inspect(held.database) is None


@contextmanager
def reading(held: Held, plant: Callable[[Path], None]) -> Iterator[Polled | None]:
    """A service that counts all documents again and again; not where it would stumble over pages itself."""
    if plant is flip_bits_of_rows:
        yield None
        return
    with Polled(held, ALL) as polled:
        yield polled


def test_tables_that_are_not_ours_are_mended_before_it_is_ready(held: Held) -> None:
    tamper(held.database, "DROP INDEX documents_name")
    held.start()
    assert held.is_mended()
    assert held.is_proved(), "it was built afresh"
    held.verify()
    assert held.stop() == 0


def test_a_save_lands_while_the_look_waits_and_a_damaged_row_goes_into_no_new_one(held: Held) -> None:
    let_an_age_lie(held.database)
    held.start()
    path = held.value("SELECT file_path FROM documents WHERE rowid = 5")
    held.persona("personas/new.json", name="New")
    held.wait()
    assert held.value("SELECT count(*) FROM documents WHERE name = 'New'") == 1
    assert not held.is_mended()
    held.persona(path, name="Edited")
    held.until(lambda: held.lines("database.unavailable"))
    held.let_look()  # it is ended, as it is of a database that is about to be mended
    held.until(held.is_mended)
    held.wait()
    assert held.query("SELECT name, created_at > '2026' FROM documents WHERE file_path = ?", path) == [
        ("Edited", 1)
    ]
    held.verify()


def test_a_daemon_that_is_killed_before_the_look_is_over_is_ready_before_the_next_one_is(held: Held) -> None:
    let_a_row_lie(held.database)
    for _ in range(2):
        held.start()
        assert held.status()["ready"]
        assert held.status()["inspection"]["proved_at"] is None
        held.kill()
    held.start()
    doctor = held.run("doctor").stdout
    assert (
        f"has not looked for damage in all of the database since it started: 0 of {COUNT} documents" in doctor
    )
    held.let_look()
    held.until(held.is_mended)
    held.wait()
    assert held.value("SELECT count(*) FROM documents WHERE name = 'Ghost'") == 0
    held.verify()


def test_a_stop_does_not_wait_for_the_look(daemon: Daemon) -> None:
    daemon.personas(300)
    daemon.start()
    daemon.kill()
    daemon.start(ready=False)
    daemon.until(daemon.is_announced)
    assert daemon.stop() == 0


def test_damage_that_comes_while_it_runs_is_found_when_somebody_asks_for_everything(daemon: Daemon) -> None:
    daemon.personas(COUNT)
    daemon.start()
    daemon.until(lambda: daemon.status()["inspection"]["proved_at"])
    with Polled(daemon, ALL) as polled:
        plant_by_another(
            daemon, "UPDATE documents SET created_at = '2001-01-01T00:00:00.000Z' WHERE rowid = 5"
        )
        daemon.client().post("/v1/reload", {"scopes": [""], "timeout": 30})
        daemon.until(lambda: daemon.lines("database.mended"))
        daemon.wait()
    assert set(polled.seen) == {(COUNT, COUNT)}
    assert daemon.value("SELECT count(*) FROM documents WHERE created_at < '2026'") == 0
    daemon.verify()


def plant_by_another(daemon: Daemon, statement: str) -> None:
    """A commit of another program, which the daemon hears of as it hears of any."""
    connection = apsw.Connection(str(daemon.database))
    connection.set_busy_timeout(5000)
    with suppress(apsw.Error):
        connection.execute(statement)
    connection.close()
