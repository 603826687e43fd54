"""Several answers that belong to one state."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from docsync.errors import NoDatabase, UsageError
from docsync.reader import Reader, open_reader
from docsync.reader.connection import DatabaseFile
from docsync.reader.files import FileFallback
from docsync.reader.snapshot import begin, end
from docsync.store.migration import SCHEMA_VERSION
from tests.helpers.project import Project


def test_within_a_snapshot_nothing_moves(reader: Reader, people: Project) -> None:
    with reader.snapshot():
        before = (reader.revision(), reader.count(), reader.cursor())
        people.persona("personas/new.json")
        people.settle()
        assert (reader.revision(), reader.count(), reader.cursor()) == before
        assert reader.get("persona/new") is None
        assert len(reader.changes(before[2])) == 0
        with reader.snapshot():
            assert reader.get("persona/new") is None
    assert reader.get("persona/new") is not None
    assert len(reader.changes(before[2])) == 1


def test_a_snapshot_ends_also_with_an_error(reader: Reader, people: Project) -> None:
    with pytest.raises(ZeroDivisionError), reader.snapshot():
        raise ZeroDivisionError
    people.persona("personas/new.json")
    people.settle()
    assert reader.get("persona/new") is not None


def test_a_reader_that_is_closed_within_its_snapshot_is_closed(reader: Reader, people: Project) -> None:
    with reader.snapshot():
        reader.close()
    assert reader.revision() == people.revision


def test_all_of_an_answer_is_of_one_state(reader: Reader, people: Project) -> None:
    page = reader.find()
    assert (
        {(row.epoch, row.as_of) for row in page}
        == {(page.epoch, page.revision)}
        == {(reader.epoch(), people.revision)}
    )
    row = reader.get("persona/team/ana")
    assert row is not None
    assert (row.source, row.epoch, row.as_of) == ("database", page.epoch, page.revision)


def test_a_snapshot_of_files_moves_no_more_than_one_of_the_database(people: Project) -> None:
    people.write("docsync.toml", "")
    with open_reader(people.root, source="files") as reader:
        files = reader._source._fallback
        assert isinstance(files, FileFallback)
        files._look_at = 0.0  # the next question would look
        with reader.snapshot():
            before = reader.count()
            people.persona("personas/new.json")
            files._look_at = 0.0
            assert reader.count() == before
        assert reader.count() != before


@pytest.mark.parametrize("text", ["\ud800", "a\udfff"])
def test_half_of_a_character_is_looked_for_in_vain(reader: Reader, text: str) -> None:
    for ask in (
        reader.get,
        reader.search,
        reader.references,
        reader.tags,
        lambda t: reader.find(where={"name": t}),
    ):
        with pytest.raises(UsageError, match="half of a character"):
            ask(text)


def test_the_working_directory_may_change(
    people: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(people.root)
    with open_reader(database=".docsync/docsync.db") as reader:
        monkeypatch.chdir(tmp_path)
        assert reader.count()["persona"] == 3


def test_a_statement_that_is_wrong_is_a_bug_unless_the_tables_are_of_another_version(
    people: Project,
) -> None:
    database = DatabaseFile(people.database)
    asking: list[Callable[[], object]] = [
        lambda: database.glance().ask("SELECT nothing FROM nowhere"),
        lambda: list(database.glance().ask_each("SELECT nothing FROM nowhere WHERE x = ?", [("y",)])),
    ]
    for ask in asking:
        with pytest.raises(apsw.SQLError):
            ask()
    people.connection.pragma("user_version", SCHEMA_VERSION + 1)
    for ask in asking:
        with pytest.raises(NoDatabase, match="made by a newer docsync") as refused:
            ask()
        assert isinstance(refused.value.__cause__, apsw.SQLError)
    database.close()


class InterruptedConnection(apsw.Connection):
    """A connection that is interrupted in the statement *at* of those it is asked, as another thread may do."""

    def __init__(self, path: Path, at: int) -> None:
        super().__init__(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        self.left = at

    def execute(self, *arguments: Any, **named: Any) -> apsw.Cursor:
        self.left -= 1
        if self.left == 0:
            raise apsw.InterruptError
        return super().execute(*arguments, **named)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_one_that_is_interrupted_while_it_begins_leaves_no_transaction_behind(
    people: Project, at: int
) -> None:
    connection = InterruptedConnection(people.database, at)
    try:
        begin(connection, people.database)
    except apsw.InterruptError:
        assert not connection.in_transaction
    else:
        end(connection)
    people.persona("personas/new.json")
    people.settle()
    assert begin(connection, people.database).revision == people.revision
    connection.close()


def test_one_that_is_interrupted_while_it_ends_ends_all_the_same(people: Project) -> None:
    connection = InterruptedConnection(people.database, 0)
    begin(connection, people.database)
    connection.left = 1
    end(connection)
    assert not connection.in_transaction
    connection.close()
