"""Databases of all released versions come to today's, killed at any statement, and lose nothing.

A made-up release, with and without bugs, proves that these tests find what is wrong with a migration.
"""

import re
from pathlib import Path

import apsw
import pytest

from docsync.errors import Damaged
from docsync.store import migration
from docsync.store.connection import open_memory, open_writer
from docsync.store.damage import find
from docsync.store.migration import SCHEMA_VERSION
from docsync.store.schema import read_schema
from tests.helpers.project import Tell
from tests.store.child import read_by_another
from tests.store.fixture import list_versions, load
from tests.store.kill_series import KillSeries
from tests.store.later import (
    ADD_COLUMN,
    BUGS,
    IN_TWO_TRANSACTIONS,
    INDEX,
    compose_schema,
    make_later_release,
    make_release_with,
)
from tests.store.survival import find_losses, read_contents
from tests.store.upgrade import TODAY, Release, make_release, use_release

NEWEST = list_versions()[-1]


@pytest.fixture
def later(tmp_path: Path) -> Release:
    return make_later_release(tmp_path / "later")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database of the newest released version, brought up to today's."""
    path = load(NEWEST, tmp_path / "docsync.db")
    with open_writer(path):
        return path


def upgrade(database: Path, release: Release) -> list[str]:
    """Let *release* open *database*; returns what was lost."""
    before = read_contents(database)
    with use_release(release):
        with open_writer(database):
            pass
        return find_losses(before, read_contents(database))


def compare_with_a_new_one(database: Path, version: int) -> str:
    """How *database*, of released *version*, differs from a new one after a start, and what to do; or ""."""
    with open_writer(database) as connection, open_memory() as new:
        differing = sorted({name for _, name, *_ in read_schema(connection) ^ read_schema(new)})
    if not differing:
        return ""
    names = ", ".join(differing)
    if version < migration.SCHEMA_VERSION:
        return f"the migrations from version {version} do not make what schema.sql makes: {names}"
    step = f"docsync/store/migrations/{version + 1:04}-what-it-does.sql"
    return (
        f"schema.sql is not that of version {version} any more, which was released: {names}. "
        f"Set SCHEMA_VERSION in docsync/store/migration.py to {version + 1}, and write {step}, which makes the "
        "new tables from the old ones and keeps their rows (CONTRIBUTING.md, 'A column')"
    )


@pytest.mark.parametrize("version", list_versions())
def test_a_change_of_the_tables_comes_with_a_migration(version: int, tmp_path: Path) -> None:
    assert compare_with_a_new_one(load(version, tmp_path / "docsync.db"), version) == ""


def test_every_version_after_the_first_has_one_step(later: Release) -> None:
    for release in (TODAY, later):
        names = sorted(file.name for file in release.scripts.glob("migrations/*"))
        assert [int(name[:4]) for name in names] == [*range(2, release.version + 1)]
        assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.sql", name) for name in names)


@pytest.mark.skipif(NEWEST != SCHEMA_VERSION, reason="today's version is not released yet")
def test_a_changed_schema_without_a_migration_says_what_to_do(database: Path, tmp_path: Path) -> None:
    changed = make_release(tmp_path / "changed", schema=compose_schema("language TEXT"))
    with use_release(changed):
        answer = compare_with_a_new_one(database, NEWEST)
    assert "released: documents, documents_language." in answer
    assert f"Set SCHEMA_VERSION in docsync/store/migration.py to {NEWEST + 1}" in answer
    assert f"write docsync/store/migrations/{NEWEST + 1:04}-" in answer


def test_a_migration_must_make_what_a_new_database_has(database: Path, tmp_path: Path) -> None:
    schema = compose_schema("language TEXT")
    forgetful = make_release(tmp_path / "x", ADD_COLUMN.replace(INDEX, ""), schema=schema)
    with use_release(forgetful):
        answer = compare_with_a_new_one(database, NEWEST)
    assert answer.endswith("do not make what schema.sql makes: documents, documents_language")


@pytest.mark.parametrize("version", list_versions())
def test_nothing_is_lost_on_the_way_from_a_released_version(version: int, tmp_path: Path) -> None:
    database = load(version, tmp_path / "docsync.db")
    assert upgrade(database, TODAY) == []
    read_with_another_sqlite(database)


def test_nothing_is_lost_on_the_way_to_a_later_release(database: Path, later: Release) -> None:
    assert upgrade(database, later) == []
    with use_release(later):
        assert compare_with_a_new_one(database, NEWEST) == ""
    read_with_another_sqlite(database)
    assert read_by_another(
        database, "SELECT DISTINCT type, language, description FROM documents ORDER BY 1"
    ) == [
        ["note", "en", None],
        ["persona", "de", "auf Deutsch"],
        ["prompt_template", "en", "Greets."],
    ]
    search = "SELECT count(*) FROM documents_fts WHERE documents_fts MATCH 'deutsch'"
    assert read_by_another(database, search) == [[7]]


def read_with_another_sqlite(database: Path) -> None:
    """Read every table with Python's own SQLite, which may be as old as the oldest that must do: 3.40."""
    assert read_by_another(database, "PRAGMA integrity_check") == [["ok"]]
    tables = read_by_another(database, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
    for (name,) in tables:
        assert read_by_another(database, f"SELECT count(*) FROM {name}")


@pytest.mark.parametrize("version", list_versions())
def test_a_start_on_released_tables_may_be_killed_at_any_statement(
    version: int, tmp_path: Path, tell: Tell
) -> None:
    series = KillSeries(tmp_path / "series", version, TODAY)
    assert series.run() == []
    tell(f"starts on tables of version {version}: killed at each of {series.statements} statements")


def test_a_migration_may_be_killed_at_any_statement(later: Release, tmp_path: Path, tell: Tell) -> None:
    series = KillSeries(tmp_path / "series", NEWEST, later)
    assert series.run() == []
    assert series.statements > ADD_COLUMN.count(";") + 20
    tell(f"migrations of two steps: killed at each of {series.statements} statements")


def test_a_step_in_two_transactions_is_found(tmp_path: Path) -> None:
    torn = make_release_with(tmp_path / "torn", IN_TWO_TRANSACTIONS)
    [*_, last] = KillSeries(tmp_path / "series", NEWEST, torn).run()
    assert last.endswith("killed at statement 1: damage: the tables are not those that were made")


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_in_a_step_is_found(bug: str, database: Path, tmp_path: Path) -> None:
    step, said = BUGS[bug]
    lost = upgrade(database, make_release_with(tmp_path / "bad", step))
    assert any(said in what for what in lost), lost


def test_migrations_run_one_after_the_other(database: Path, tmp_path: Path) -> None:
    steps = (
        "CREATE TABLE first (x ANY) STRICT; INSERT INTO first VALUES (1)",
        "INSERT INTO first VALUES (2)",
    )
    with use_release(make_release(tmp_path / "later", *steps)):
        for _ in range(2):
            with open_writer(database) as connection:
                assert connection.pragma("user_version") == SCHEMA_VERSION + 2
                assert connection.execute("SELECT x FROM first").fetchall() == [(1,), (2,)]


def test_a_migration_that_fails_leaves_the_old_version(database: Path, tmp_path: Path) -> None:
    before = read_contents(database)
    failing = make_release(
        tmp_path / "x", ADD_COLUMN, "CREATE TABLE half (x); INSERT INTO nowhere VALUES (1)"
    )
    with use_release(failing), pytest.raises(apsw.SQLError), open_writer(database):
        pass
    after = read_contents(database)
    assert after.number("schema_version") == SCHEMA_VERSION + 1
    assert read_by_another(database, "PRAGMA user_version") == [[SCHEMA_VERSION + 1]]
    assert read_by_another(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'") == [[0]]
    assert after.tables["changes"] == before.tables["changes"]


def test_a_damaged_row_is_still_found_after_a_migration(database: Path, later: Release) -> None:
    with open_writer(database) as connection:
        connection.execute("UPDATE documents SET name = 'other' WHERE id = 'persona/team/ana'")
    with use_release(later), open_writer(database) as connection:
        damage = find(connection)
        assert damage is not None
        [rowid] = damage.documents
        assert (
            connection.execute("SELECT id FROM documents WHERE rowid = ?", (rowid,)).get == "persona/team/ana"
        )


def test_a_search_text_that_became_a_blob_has_the_hash_of_the_text(database: Path, later: Release) -> None:
    with open_writer(database) as connection:
        connection.execute("UPDATE documents_fts SET text = CAST(text AS BLOB) WHERE name IN ('Ana', 'one')")
    with use_release(later), open_writer(database) as connection:
        assert find(connection) is None


def test_a_text_that_is_not_utf_8_is_damage_and_no_bug(database: Path, later: Release) -> None:
    with open_writer(database) as connection:
        connection.execute("UPDATE documents SET name = CAST(x'ff' AS TEXT) WHERE id = 'persona/team/ana'")
    with use_release(later), pytest.raises(Damaged), open_writer(database):
        pass


def test_a_revision_that_is_not_a_number_is_left_for_the_damage_check(database: Path, tmp_path: Path) -> None:
    later = make_release(tmp_path / "later", "CREATE TABLE later (x ANY) STRICT")
    with open_writer(database) as connection:
        connection.execute("UPDATE sync_state SET value = '7x' WHERE key = 'revision'")
    with use_release(later), open_writer(database) as connection:
        assert connection.execute("SELECT value FROM sync_state WHERE key = 'revision'").get == "7x"


def test_after_the_steps_the_connection_is_as_any_other(database: Path, later: Release) -> None:
    with use_release(later), open_writer(database) as connection:
        assert connection.pragma("foreign_keys") == 1
        for function in ("row_hash(1)", "search_hash(1, 2, 3, 4)"):
            with pytest.raises(apsw.SQLError, match="no such function"):
                connection.execute(f"SELECT {function}")
