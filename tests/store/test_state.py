"""Which state a database is in: written and read in one place, and never guessed where it is lost."""

from collections.abc import Iterator

import apsw
import pytest

from docsync.errors import Damaged, NoDatabase
from docsync.reader import open_reader
from docsync.store.connection import open_memory
from docsync.store.state import (
    ChangeRow,
    change_epoch,
    read_revision,
    read_version,
    record_changes,
    spend_revision,
)
from tests.helpers.project import Project

LOST = [
    "DELETE FROM sync_state WHERE key = 'revision'",
    "UPDATE sync_state SET value = 'x' WHERE key = 'revision'",
]


@pytest.fixture
def connection() -> Iterator[apsw.Connection]:
    with open_memory() as made:
        yield made


def test_a_new_database_is_at_revision_0_of_an_epoch(connection: apsw.Connection) -> None:
    assert read_version(connection) == (
        connection.execute("SELECT value FROM sync_state WHERE key = 'epoch'").get,
        0,
    )


def test_a_revision_is_spent_and_outlives_another_epoch(connection: apsw.Connection) -> None:
    spend_revision(connection, 7)
    assert read_revision(connection) == 7
    change_epoch(connection, "abc")
    assert read_version(connection) == ("abc", 7)


def test_a_change_without_a_hash_is_a_deletion(connection: apsw.Connection) -> None:
    written = ChangeRow(1, "persona/ana", "persona", "hash", "then")
    record_changes(connection, (written, ChangeRow(2, "persona/ana", "persona", None, "now")))
    rows = connection.execute(
        "SELECT revision, id, type, op, content_hash, changed_at FROM changes ORDER BY seq"
    )
    assert rows.fetchall() == [
        (1, "persona/ana", "persona", "upsert", "hash", "then"),
        (2, "persona/ana", "persona", "delete", None, "now"),
    ]


@pytest.mark.parametrize("loss", LOST, ids=["no revision", "no number"])
def test_a_database_that_lost_its_revision_is_damaged_for_its_writer_and_none_for_readers(
    project: Project, loss: str
) -> None:
    project.connection.execute(loss)
    project.persona("personas/ana.json")

    with pytest.raises(Damaged):
        project.sync()
    with pytest.raises(NoDatabase), open_reader(database=project.database) as reader:
        reader.revision()
