"""Another program writes to the database while docsync runs: what it planted is gone when a wait returns."""

from contextlib import closing, suppress

import apsw
import pytest

from docsync.reader import open_reader
from tests.daemon.running import Daemon

TABLES = {
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON documents BEGIN DELETE FROM documents; END",
    "a view": "DROP VIEW document_status; CREATE VIEW document_status AS SELECT 1 AS id",
    "a column": "ALTER TABLE documents ADD COLUMN planted TEXT",
    "a table less": "DROP TABLE document_tags",
}


def plant(daemon: Daemon, sql: str) -> None:
    with closing(apsw.Connection(str(daemon.database))) as connection:
        connection.set_busy_timeout(10_000)
        connection.execute(sql)


@pytest.fixture
def running(daemon: Daemon) -> Daemon:
    daemon.personas(3)
    daemon.start()
    daemon.wait()
    return daemon


@pytest.mark.parametrize("kind", TABLES)
def test_tables_that_are_not_its_own_are_made_anew_before_a_wait_returns(running: Daemon, kind: str) -> None:
    plant(running, TABLES[kind])
    running.wait()
    running.verify()
    running.persona("personas/new.json")
    running.wait()
    with open_reader(project=running.root) as reader:
        assert (reader.version().source, reader.count()["persona"]) == ("database", 4)


def test_what_docsync_writes_itself_is_nobody_elses(daemon: Daemon) -> None:
    (daemon.root / "docsync.toml").write_text(
        '[[collections]]\ntype = "persona"\npath = "personas"\ninclude = ["*.json"]\nformat = "json"\n'
        'index = ["demographics.ageGroup"]\n'
    )
    daemon.start()
    epoch = daemon.wait()["epoch"]
    daemon.persona("personas/new.json")
    assert daemon.wait()["epoch"] == epoch


def test_a_row_that_somebody_else_has_changed_is_read_again_soon(running: Daemon) -> None:
    plant(running, "UPDATE documents SET name = 'planted'")
    running.wait()

    def is_mended() -> bool:
        with suppress(apsw.CantOpenError):  # for the moment in which docsync opens it anew, nobody else can
            return int(running.value("SELECT count(*) FROM documents WHERE name = 'planted'")) == 0
        return False

    running.until(is_mended)
    running.verify()
