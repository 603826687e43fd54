"""The database as a walk reads it: all pages together are all rows, on a connection that only reads."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest

from docsync.diff import diff
from docsync.errors import Damaged
from docsync.model import FileState
from docsync.names import EVERYTHING
from docsync.store.connection import open_reader_connection, reading
from docsync.store.sqlite import SqliteStore
from docsync.store.survey_rows import START, SurveyRows, _check_order
from docsync.sync.delivery import NOTHING
from tests.helpers.project import Project

PATHS = [f"personas/{name}.json" for name in ("a", "b", "\u00e9", "z")]


@pytest.fixture
def filled(project: Project) -> Project:
    for path in PATHS:
        project.persona(path)
    for name in ("p", "q", "r"):
        project.write(
            f"prompts/{name}.prompty",
            "---\nsample: ${file:s.json}\n---\n{% include 't.txt' %}{% include 'u.txt' %}",
        )
    project.write("prompts/s.json", "{}")
    project.write("prompts/t.txt", "text")
    project.write("prompts/broken.prompty", "---\nname: [\n")
    project.settle()
    return project


@pytest.mark.parametrize("count", [1, 2, 3, 100])
def test_all_pages_together_are_all_rows(filled: Project, count: int) -> None:
    store = SqliteStore(filled.connection, str)
    with open_reader_connection(filled.database) as connection:
        rows = SurveyRows(connection)
        entries, after = [], ""
        while page := rows.page_entries(after, count, NOTHING):
            assert len(page.others) <= count
            assert page.alike == []
            entries += page.others
            after = page.last
        links, key = [], START
        while found := rows.page_links(key, count):
            links += [link for _, link in found]
            key = found[-1][0]
        uses, key = [], START
        while taken := rows.page_uses(key, count):
            uses += [use for _, use in taken]
            key = taken[-1][0]
        assert {entry.path: entry for entry in entries} == store.index([EVERYTHING])
        assert [entry.path for entry in entries] == sorted(entry.path for entry in entries)
        assert sorted(map(str, links)) == sorted(map(str, store.links([EVERYTHING])))
        assert sorted(map(str, uses)) == sorted(map(str, store.asset_uses([EVERYTHING], ())))
        assert rows.roots() == store.roots()


def test_an_entry_is_found_by_its_own_path_only(filled: Project) -> None:
    with open_reader_connection(filled.database) as connection:
        rows = SurveyRows(connection)
        assert rows.find_entries(["personas", PATHS[2], "nothing"]).keys() == {PATHS[2]}
        assert [problem.path for problem in rows.list_problems(["prompts/broken.prompty", PATHS[0]])] == [
            "prompts/broken.prompty"
        ]


def test_a_row_that_no_docsync_has_written_is_damage(filled: Project, tmp_path: Path) -> None:
    filled.connection.execute("PRAGMA ignore_check_constraints = ON")
    filled.connection.execute("UPDATE files SET state = 'odd' WHERE file_path = ?", (PATHS[1],))
    with open_reader_connection(filled.database) as connection, pytest.raises(Damaged):
        SurveyRows(connection).page_entries("", 100, NOTHING)


def test_rows_out_of_their_order_are_damage_and_no_endless_walk(filled: Project, tmp_path: Path) -> None:
    """Bit rot in a key: the page behind the last one is the same one again."""
    filled.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    octets = filled.database.read_bytes()
    endless = 0
    for path in PATHS:
        rotten = bytearray(octets)
        rotten[rotten.find(path.encode() + b"persona")] ^= 1
        database = tmp_path / "rotten.db"
        database.write_bytes(rotten)
        connection = apsw.Connection(
            f"file:{database}?immutable=1", apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        )
        rows, after = SurveyRows(connection), ""
        try:
            for _ in range(10):
                page = rows.page_entries(after, 2, NOTHING)
                if page is None:
                    break
                after = page.last
            else:
                pytest.fail("it never comes to an end")
        except Damaged:
            endless += 1
        connection.close()
    assert endless > 0


@pytest.mark.parametrize(
    "keys", [["a", "a"], ["b", "a"], [("a", 1), ("a", 1)], [("a", 1), ("a", "b")], ["", None]]
)
def test_keys_that_do_not_grow_are_damage(keys: list[Any]) -> None:
    with pytest.raises(Damaged), reading():
        _check_order(keys)


@pytest.mark.parametrize("count", [1, 100])
def test_alike_is_what_the_thorough_comparison_calls_present(filled: Project, count: int) -> None:
    (filled.root / PATHS[0]).write_text("{}")
    (filled.root / PATHS[1]).unlink()
    filled.connection.execute("UPDATE files SET racy = file_path IN (?, ?)", (PATHS[2], "prompts/q.prompty"))
    scan = filled.settings.tree().scan([EVERYTHING])
    scan = replace(scan, types={**scan.types, "prompts/r.prompty": "of another type"})
    known = SqliteStore(filled.connection, str).index([EVERYTHING])
    present = {entry.path: entry for entry in diff(scan.found, known, scan.types, frozenset()).present}
    alike, after = [], ""
    with open_reader_connection(filled.database) as connection:
        while page := SurveyRows(connection).page_entries(after, count, scan):
            assert all(known[entry.path] == entry for entry in page.others)
            assert len(page.alike) + len(page.others) <= count
            alike += page.alike
            after = page.last
    assert set(alike) == {path for path, entry in present.items() if entry.state is FileState.OK}
    assert alike == [PATHS[3], "prompts/p.prompty"]
