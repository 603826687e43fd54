"""Damage is found whatever part it hits, and a sound database is never called damaged."""

import os
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from docsync.errors import NoDatabase, StoreUnavailable
from docsync.store.connection import open_memory, open_reader_connection, open_writer
from docsync.store.damage import Damage, find, identity, inspect, is_sound, look
from docsync.store.schema import _KNOWN_DIGEST, _read_rows, digest_schema, make_path_index
from tests.helpers.project import PERSONAS, PROMPTS, Project, Tell
from tests.store.breaking import bits_in_table_pages, damage, let_tamper, log_of
from tests.store.faulty_vfs import under_fire

SEED = 20261121


@pytest.fixture
def filled(project: Project) -> Project:
    for number in range(40):
        file = project.persona(
            f"personas/p{number}.json", tags=["calm", f"t{number % 3}"], description="d", bio="word " * 80
        )
        os.utime(file, (1, 1))
    project.write(
        "prompts/hello.prompty", "---\nname: hello\nsample: ${file:./x.json}\n---\nsystem:\nBe polite.\n"
    )
    project.settle()
    return project


def found(project: Project) -> Damage:
    damage = find(project.connection)
    assert damage is not None
    return damage


def test_a_sound_database_has_no_damage(filled: Project) -> None:
    filled.write("personas/p1.json", "{")
    (filled.root / "personas/p2.json").unlink()
    filled.persona("personas/p3.json", name="Other", tags=[])
    filled.later(1000)
    filled.settle()
    assert find(filled.connection) is None
    assert inspect(filled.database) is None


def test_held_deletions_are_no_damage(filled: Project) -> None:
    for number in range(40):
        (filled.root / f"personas/p{number}.json").unlink()
    filled.settle()
    assert set(filled.states().values()) == {"ok", "held"}
    assert find(filled.connection) is None


def test_a_document_whose_broken_file_is_of_another_collection_now_is_no_damage(filled: Project) -> None:
    filled.write("personas/p1.json", "{")
    filled.later(1000)
    filled.settle()
    filled.close()
    filled.start(collections=(replace(PERSONAS, type="person"), PROMPTS))
    filled.settle()
    filled.later(1000)
    filled.settle()
    assert filled.query(
        "SELECT d.type, f.type FROM documents d JOIN files f USING (file_path) WHERE f.state = 'broken'"
    ) == [("persona", "person")]
    assert find(filled.connection) is None


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX mine ON documents (updated_at)",
        "CREATE INDEX documents_path_0123456789ab ON documents (json_extract(document, '$.bio'), id)",
        "CREATE UNIQUE INDEX documents_path_0123456789ab ON documents (id)",
        "CREATE TABLE mine (x)",
        "CREATE VIEW mine AS SELECT 1",
        "CREATE TRIGGER mine AFTER INSERT ON documents BEGIN SELECT 1; END",
        "ALTER TABLE documents ADD COLUMN mine TEXT GENERATED ALWAYS AS (name) VIRTUAL",
        "ALTER TABLE documents ADD COLUMN mine TEXT CHECK (mine IS NULL)",
        "DROP VIEW document_status",
        "DROP INDEX documents_name",
        "ANALYZE",
    ],
)
def test_whatever_else_is_in_the_schema_is_damage(filled: Project, statement: str) -> None:
    filled.connection.execute(statement)
    assert found(filled).reason == "the tables are not those that were made"


def test_the_indexes_that_the_configuration_names_are_no_damage(filled: Project) -> None:
    filled.connection.execute(make_path_index('it\'s."odd"'))
    assert find(filled.connection) is None


def test_the_digest_is_that_of_the_tables_that_are_made() -> None:
    with open_memory() as connection:
        assert digest_schema(_read_rows(connection)) == _KNOWN_DIGEST


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("-- display name", "-- what people see, in '' and \"\""),
        ("tags          TEXT", "tags TEXT"),
        ("'[]' CHECK (json_valid(tags))", "'[]'CHECK(json_valid(tags)) /* - */"),
        ("CREATE TABLE documents (", 'CREATE TABLE "documents" ('),
    ],
)
def test_the_tables_may_be_written_in_another_way(filled: Project, written: str, instead: str) -> None:
    rewrite_schema(filled, written, instead)
    assert find(filled.connection) is None


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("name          TEXT NOT NULL", "name          TEXT"),
        ("DEFAULT '[]'", "DEFAULT '[ ]'"),
        ("= 'object')", "= 'Object')"),
        ("file_path     TEXT NOT NULL UNIQUE", "file_path     TEXT NOT NULL --UNIQUE\n"),
    ],
)
def test_tables_of_another_meaning_are_damage(filled: Project, written: str, instead: str) -> None:
    rewrite_schema(filled, written, instead)
    assert found(filled).reason == "the tables are not those that were made"


def rewrite_schema(project: Project, written: str, instead: str) -> None:
    """Let the text that SQLite keeps of the documents table hold *instead* of *written*."""
    connection = project.connection
    let_tamper(connection)
    connection.pragma("writable_schema", True)
    connection.execute(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'documents' AND instr(sql, ?)",
        (written, instead, written),
    )
    assert connection.changes() == 1
    connection.pragma("writable_schema", False)


@pytest.mark.parametrize(
    "change",
    [
        "name = name || 'x'",
        "document = json_set(document, '$.bio', 'other')",
        "description = NULL",
        "file_modified = created_at",
        "created_at = file_modified",
        "content_hash = row_hash",
        "row_hash = content_hash",
        "revision = 0",
    ],
)
def test_a_changed_column_is_found_with_its_row(filled: Project, change: str) -> None:
    filled.connection.execute(f"UPDATE documents SET {change} WHERE rowid = 5")
    assert found(filled).documents == {5}


def test_text_that_is_no_text_is_found_with_its_row(filled: Project) -> None:
    filled.connection.execute("UPDATE documents SET name = CAST(x'ff41' AS TEXT) WHERE rowid = 7")
    assert found(filled).documents == {7}


def test_json_that_is_none_is_found_with_its_row_and_the_rows_after_it(filled: Project) -> None:
    filled.connection.pragma("ignore_check_constraints", True)
    filled.connection.execute("UPDATE documents SET tags = '[' WHERE rowid IN (5, 41)")
    filled.connection.execute("UPDATE documents SET name = 'Ghost' WHERE rowid = 9")
    assert found(filled).documents == {5, 9, 41}


def test_tables_that_go_while_they_are_looked_at_are_damage(
    filled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.store.damage.has_own_schema", lambda _: True)
    filled.connection.execute("DROP TABLE document_tags")
    assert found(filled).reason == "the tables are not those that were made (no such table: document_tags)"


def test_each_step_of_a_look_has_its_time_and_holds_nothing_when_it_is_over(
    filled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.store.damage.STEP_NS", 0)
    documents = 0
    with open_reader_connection(filled.database) as reader:
        for step in look(reader):
            assert step.is_sound
            assert step.documents <= 1
            documents += step.documents
            filled.persona("personas/more.json", number=documents)
            filled.sync("personas/more.json")
            log, copied = filled.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_FULL)
            assert log == copied, "a state that a reader holds stays in the log"
            if documents > 41:
                break  # each save is a new row at the end
    assert documents == 42


@pytest.mark.parametrize("step_ns", [0, 10**12], ids=["one by one", "in one step"])
def test_what_the_steps_find_is_what_each_row_says_of_itself(
    filled: Project, step_ns: int, monkeypatch: pytest.MonkeyPatch, tell: Tell
) -> None:
    """However the look is cut into steps, it finds the rows that do not match their own hash, and no other."""
    monkeypatch.setattr("docsync.store.damage.STEP_NS", step_ns)
    connection = filled.connection
    rowids = [int(rowid) for (rowid,) in connection.execute("SELECT rowid FROM documents")]
    for seed in range(SEED, SEED + 30):
        generator = random.Random(seed)
        connection.execute("SAVEPOINT sound")
        for rowid in generator.sample(rowids, generator.randrange(1, 6)):
            column = generator.choice(["name", "description", "created_at", "content_hash", "row_hash"])
            change = generator.choice(["'forged'", "CAST(x'ff' AS TEXT)", "id"])
            connection.execute(f"UPDATE documents SET {column} = {change} WHERE rowid = ?", (rowid,))
        wrong = {rowid for rowid in rowids if not is_sound(connection, rowid)}
        assert found(filled).documents == wrong, f"seed {seed}"
        connection.execute("ROLLBACK TO sound")
    tell(f"damaged rows found by steps: 30 cases, seed {SEED}")


def test_a_text_that_became_a_blob_is_found_with_its_row(filled: Project) -> None:
    loosened = "UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = 'documents'"
    filled.close()
    with open_writer(filled.database) as connection:
        let_tamper(connection)
        sql = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'documents'").get
        connection.execute(f"PRAGMA writable_schema = ON; {loosened}").fetchall()
    with open_writer(filled.database) as connection:
        let_tamper(connection)
        connection.execute("UPDATE documents SET description = CAST(description AS BLOB) WHERE rowid = 7")
        connection.execute("PRAGMA writable_schema = ON").fetchall()
        connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'documents'", (sql,))
    damage = inspect(filled.database)
    assert damage is not None
    assert damage.documents == {7}


def test_a_search_text_whose_words_stay_the_same_to_search_is_found_with_its_row(filled: Project) -> None:
    let_tamper(filled.connection)
    filled.connection.execute(
        "UPDATE documents_fts_content SET c3 = replace(c3, 'word', 'Word') WHERE c0 = 'persona/p4'"
    )
    assert filled.query("SELECT rowid FROM documents WHERE id = 'persona/p4'") == [
        (rowid,) for rowid in found(filled).documents
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM document_tags WHERE document_id = 'persona/p4' AND tag = 'calm'",
        "UPDATE document_tags SET tag = 'calk' WHERE document_id = 'persona/p4' AND tag = 'calm'",
        "DELETE FROM documents_fts WHERE id = 'persona/p4'",
        "UPDATE documents_fts SET name = 'p5' WHERE id = 'persona/p4'",
        "DELETE FROM files WHERE id = 'persona/p4'",
        "UPDATE files SET search_rowid = 1 + search_rowid WHERE id = 'persona/p4'",
        "UPDATE files SET good_size = NULL WHERE id = 'persona/p4'",
        "DELETE FROM documents WHERE id = 'persona/p4'",
        "UPDATE sync_state SET value = '0' WHERE key = 'revision'",
        "UPDATE sync_state SET value = 'one' WHERE key = 'revision'",
        "DELETE FROM sync_state WHERE key = 'epoch'",
        "PRAGMA foreign_keys = OFF; DELETE FROM collections WHERE type = 'persona'",
        "INSERT INTO documents_fts (id, name) VALUES ('persona/ghost', 'ghost')",
        "DROP INDEX documents_name",
        "ALTER TABLE documents RENAME COLUMN name TO nbme",
    ],
)
def test_parts_that_do_not_fit_together_are_found(filled: Project, statement: str) -> None:
    filled.connection.execute(statement)
    assert found(filled).reason


def test_what_became_of_the_disk_is_not_hidden_by_what_was_read_before(filled: Project) -> None:
    assert find(filled.connection) is None
    filled.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    octets = filled.database.read_bytes()
    # Opening the file here drops SQLite's locks: nobody contends for them in this test.
    filled.database.write_bytes(octets.replace(b'"bio":"word', b'"bio":"Word'))
    assert found(filled).documents


def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but somebody's notes\n" * 200)
    with pytest.raises(NoDatabase, match="not an SQLite database"), open_writer(path):
        pass
    assert path.read_text().startswith("not a database")


def test_a_garbled_header_beside_our_log_is_damage(filled: Project) -> None:
    filled.close()
    octets = filled.database.read_bytes()
    filled.database.write_bytes(b"\x7f" * 100 + octets[100:])
    with pytest.raises(StoreUnavailable) as caught, open_writer(filled.database):
        pass
    assert caught.value.reason == "damaged"


def test_a_header_that_lost_its_owner_is_damage(filled: Project) -> None:
    filled.connection.pragma("application_id", 5)
    filled.close()
    with pytest.raises(StoreUnavailable, match="header does not belong"), open_writer(filled.database):
        pass


@pytest.mark.parametrize(
    ("at", "value"), [(18, 9), (47, 9), (63, 0)], ids=["write format", "schema format", "version"]
)
def test_a_header_whose_numbers_cannot_be_is_damage(filled: Project, at: int, value: int) -> None:
    filled.close()
    octets = bytearray(filled.database.read_bytes())
    octets[at] = value
    filled.database.write_bytes(octets)
    with pytest.raises(StoreUnavailable) as caught, open_writer(filled.database):
        pass
    assert caught.value.reason == "damaged"


def epoch_of(project: Project) -> str:
    return str(project.query("SELECT value FROM sync_state WHERE key = 'epoch'")[0][0])


def test_a_database_without_its_log_may_be_older_and_gets_a_new_epoch(filled: Project) -> None:
    before = epoch_of(filled)
    filled.start()
    assert epoch_of(filled) == before, "an ordinary restart keeps it"
    filled.close()
    log_of(filled.database).unlink()
    filled.start()
    assert epoch_of(filled) != before


def test_a_log_without_its_database_is_not_read(filled: Project) -> None:
    filled.close()
    filled.database.unlink()
    filled.start()
    assert filled.revision == 0


@pytest.mark.parametrize("gone", [lambda path: path, log_of], ids=["database", "log"])
def test_a_deleted_or_replaced_file_is_noticed_without_opening_it(
    filled: Project, gone: Callable[[Path], Path]
) -> None:
    before = identity(filled.database)
    filled.persona("personas/new.json")
    filled.sync()
    assert identity(filled.database) == before
    gone(filled.database).rename(filled.root / "elsewhere")
    assert identity(filled.database) != before


def test_files_that_cannot_be_looked_at_are_unavailable_and_not_gone(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        identity(tmp_path / ("long" * 100))
    assert caught.value.reason == "io_error"


def test_every_flipped_bit_that_changes_a_document_is_found(filled: Project, tell: Tell) -> None:
    """What a reader gets from documents is as before, or the damage is found."""
    rows = filled.query("SELECT * FROM documents ORDER BY id")
    filled.close()
    sound = filled.database.read_bytes()
    harmful = 0
    for seed in range(60):
        filled.database.write_bytes(sound)
        damage(filled.database, bits_in_table_pages, random.Random(SEED + seed))
        try:
            with open_reader_connection(filled.database) as reader:
                same = reader.execute("SELECT * FROM documents ORDER BY id").fetchall() == rows
        except (apsw.Error, UnicodeDecodeError, NoDatabase):
            same = False
        harmful += not same
        assert same or inspect(filled.database) is not None, f"seed {SEED + seed}"
    tell(f"flipped bits: {harmful} of 60 were harmful and found, seed {SEED}")
    assert harmful > 20


def test_a_disk_that_cannot_be_read_is_not_called_damage(tmp_path: Path) -> None:
    with under_fire() as fire, open_writer(tmp_path / "docsync.db") as connection:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        fire.arm(["read"], 1, persistent=True)
        with pytest.raises(StoreUnavailable) as caught:
            find(connection)
        assert caught.value.reason == "io_error"
        fire.cease()
        assert find(connection) is None
