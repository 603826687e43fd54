"""verify: silent about what is right, and about nothing that is wrong."""

import os
import shutil
from dataclasses import replace

import pytest

from docsync.errors import NoDatabase
from docsync.model import Timing
from docsync.names import Collection
from docsync.store.columns import BARE_COLUMNS
from docsync.store.document_rows import row_hash
from docsync.upkeep.one_shot import ignore_repair, rebuild_once, sync_once
from docsync.verify import REBUILD, SYNC, Kind, Verification, verify
from tests.helpers.project import PROMPTS, Project
from tests.helpers.tampering import tamper, write_documents
from tests.store.breaking import at_home, let_tamper

PROMPT = "---\nname: P\ntags: [x]\nsample: ${file:p.json}\n---\nsystem:\nhello\n"
QUICK = Timing(0, 1_000_000, 2_000_000)


@pytest.fixture
def synced(project: Project) -> Project:
    project.start(timing=QUICK)
    for number in range(5):
        project.persona(
            f"personas/p{number}.json", name=f"P{number}", tags=["calm"], description="d", value=number
        )
    project.write("prompts/p.prompty", PROMPT)
    project.settle()
    return project


def verified(project: Project) -> Verification:
    return verify(project.settings, project.database)


def keys(project: Project) -> list[str]:
    return sorted({difference.key for difference in verified(project).differences})


def test_a_database_that_was_just_synced_is_equal(synced: Project) -> None:
    verification = verified(synced)
    assert verification == Verification(6, (), (), ())
    assert verification.equal


def test_verify_changes_nothing(synced: Project) -> None:
    synced.persona("personas/new.json")
    before = (synced.revision, synced.paths(), synced.query("SELECT * FROM files"))
    verified(synced)
    assert (synced.revision, synced.paths(), synced.query("SELECT * FROM files")) == before


def test_a_file_that_is_not_in_the_database_is_a_difference(synced: Project) -> None:
    synced.persona("personas/new.json")
    assert keys(synced) == ["persona/new"]


def test_a_file_that_changed_is_a_difference(synced: Project) -> None:
    synced.persona("personas/p1.json", name="Other")
    assert keys(synced) == ["persona/p1"]


def test_a_file_that_went_is_a_difference_until_its_deletion_is_applied(synced: Project) -> None:
    (synced.root / "personas/p1.json").unlink()
    assert keys(synced) == ["persona/p1"]
    synced.settle()
    assert keys(synced) == []


@pytest.mark.parametrize(
    "column", ["name", "document", "description", "tags", "content_hash", "type", "file_path"]
)
def test_a_wrong_column_is_a_difference_even_with_a_matching_hash(synced: Project, column: str) -> None:
    wrong = {"document": '{"x":1}', "tags": "[]", "type": "prompt_template"}.get(column, "wrong")
    synced.connection.execute(f"UPDATE documents SET {column} = ? WHERE id = 'persona/p1'", (wrong,))
    ((*row,),) = synced.query(f"SELECT {BARE_COLUMNS} FROM documents WHERE id = 'persona/p1'")
    synced.connection.execute(
        "UPDATE documents SET row_hash = ? WHERE id = 'persona/p1'", (row_hash(tuple(row)),)
    )
    assert keys(synced) == ["persona/p1"]


@pytest.mark.parametrize("column", ["created_at", "updated_at", "file_modified", "revision"])
def test_a_column_that_no_file_can_prove_is_proved_by_its_hash(synced: Project, column: str) -> None:
    synced.connection.execute(f"UPDATE documents SET {column} = 99 WHERE id = 'persona/p1'")
    assert [difference.what for difference in verified(synced).differences] == [
        "documents: the row does not match its own hash"
    ]


@pytest.mark.parametrize(
    ("statement", "key"),
    [
        ("DELETE FROM document_tags WHERE document_id = 'persona/p1'", "persona/p1"),
        ("INSERT INTO document_tags VALUES ('persona/p2', 'more')", "persona/p2"),
        ("UPDATE document_references SET status = 'ok'", "prompt_template/p"),
        ("DELETE FROM document_references", "prompt_template/p"),
        ("UPDATE documents_fts SET text = 'other' WHERE id = 'persona/p3'", "persona/p3"),
        ("DELETE FROM documents_fts WHERE id = 'persona/p3'", "persona/p3"),
        ("DELETE FROM documents WHERE id = 'persona/p4'", "persona/p4"),
        ("UPDATE files SET state = 'held' WHERE file_path = 'personas/p0.json'", "persona/p0"),
        ("UPDATE files SET state = 'broken' WHERE file_path = 'personas/p0.json'", "persona/p0"),
        (
            "INSERT INTO problems (file_path, ordinal, severity, code, message, since) "
            "VALUES ('personas/p0.json', 0, 'warning', 'invented', 'm', 's')",
            "personas/p0.json",
        ),
    ],
)
def test_whatever_else_is_wrong_is_a_difference(synced: Project, statement: str, key: str) -> None:
    synced.connection.execute(statement)
    assert keys(synced) == [key]


def test_a_problem_that_was_not_recorded_is_a_difference(synced: Project) -> None:
    synced.write("personas/broken.json", "{")
    synced.settle()
    assert keys(synced) == []
    synced.connection.execute("DELETE FROM problems WHERE file_path = 'personas/broken.json'")
    assert keys(synced) == ["personas/broken.json"]


def test_a_broken_file_keeps_its_last_good_row_without_being_a_difference(synced: Project) -> None:
    synced.write("personas/p1.json", "{")
    synced.settle()
    verification = verified(synced)
    assert (verification.differences, verification.stale) == ((), ("persona/p1",))


def test_what_is_held_is_listed_and_no_difference(synced: Project) -> None:
    for number in range(5):
        (synced.root / f"personas/p{number}.json").unlink()
    synced.settle()
    verification = verified(synced)
    assert (verification.differences, len(verification.held)) == ((), 5)


def test_beneath_a_missing_root_nothing_is_a_difference(synced: Project) -> None:
    synced.write("personas/broken.json", "{")
    synced.settle()
    shutil.rmtree(synced.root / "personas")
    synced.settle()
    verification = verified(synced)
    assert (verification.differences, len(verification.stale)) == ((), 5)


def test_what_is_skipped_and_named_badly_is_no_difference(synced: Project) -> None:
    os.mkfifo(synced.root / "personas/pipe.json")
    (synced.root / "personas/bad\n.json").write_text("{}")
    synced.settle()
    assert keys(synced) == []


def test_a_document_whose_file_became_a_pipe_is_gone_and_the_pipe_is_listed(synced: Project) -> None:
    (synced.root / "personas/p1.json").unlink()
    os.mkfifo(synced.root / "personas/p1.json")
    synced.close()
    sync_once(synced.settings, synced.database)
    assert keys(synced) == []


def test_a_collection_that_was_added_is_a_difference_until_it_is_synced(synced: Project) -> None:
    synced.write("notes/n.md", "# Note\n")
    notes = Collection("note", "notes", ("**/*.md",), "markdown")
    settings = replace(synced.settings, collections=(*synced.settings.collections, notes))
    assert {difference.key for difference in verify(settings, synced.database).differences} == {"note/n"}


def test_a_collection_that_was_removed_is_a_difference_until_it_is_synced(synced: Project) -> None:
    settings = replace(synced.settings, collections=(PROMPTS,))
    assert {difference.key for difference in verify(settings, synced.database).differences} == {
        f"persona/p{number}" for number in range(5)
    }


def test_a_difference_that_passes_within_the_debounce_time_is_none(
    synced: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced.persona("personas/new.json")

    def the_daemon_catches_up(seconds: float) -> None:
        synced.settle()

    monkeypatch.setattr("docsync.verify.time.sleep", the_daemon_catches_up)
    assert verified(synced).equal


def test_an_index_that_lacks_a_row_is_found(synced: Project) -> None:
    let_tamper(synced.connection)
    (index,) = synced.query("SELECT * FROM sqlite_schema WHERE name = 'documents_name'")
    synced.connection.execute(
        "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'documents_name'"
    )
    synced.connection.execute(
        "PRAGMA writable_schema = RESET; UPDATE documents SET name = 'x' WHERE id = 'persona/p1'"
    )
    synced.connection.execute("PRAGMA writable_schema = ON")
    synced.connection.execute("INSERT INTO sqlite_schema VALUES (?,?,?,?,?)", index)
    synced.connection.execute("PRAGMA writable_schema = RESET")
    whats = [difference.what for difference in verified(synced).differences if difference.key == "database"]
    assert any("documents_name" in what for what in whats)


def test_without_a_database_there_is_nothing_to_verify(project: Project) -> None:
    with pytest.raises(NoDatabase):
        verify(project.settings, project.root / "never.db")


@pytest.mark.parametrize("kind", Kind)
def test_the_command_that_is_named_mends_every_kind_of_difference(project: Project, kind: Kind) -> None:
    project.close()
    project.settings = replace(project.settings, timing=QUICK)
    write_documents(project.root)
    sync_once(project.settings, project.database)
    tamper(project.database, kind)
    at_home(project.database)
    if kind is Kind.FOREIGN:
        tamper(project.database, kind)

    found = verified(project)

    assert kind in {difference.kind for difference in found.differences}
    mend = {SYNC: sync_once, REBUILD: rebuild_once}[str(found.command)]
    mend(project.settings, project.database, None, ignore_repair)
    assert verified(project).differences == ()


def test_a_file_that_was_saved_or_deleted_takes_a_sync_and_no_more(synced: Project) -> None:
    synced.persona("personas/new.json")
    synced.persona("personas/p1.json", name="Other")
    (synced.root / "personas/p2.json").unlink()
    assert verified(synced).command == "docsync sync"


def test_content_that_changed_under_an_equal_stamp_takes_a_rebuild(synced: Project) -> None:
    file = synced.root / "personas/p1.json"
    file.write_text(file.read_text().replace("P1", "Q1"))
    stamp = os.stat(file)
    values = (stamp.st_mtime_ns, stamp.st_ctime_ns, stamp.st_size, stamp.st_ino, stamp.st_dev)
    assignment = "mtime_ns = ?, ctime_ns = ?, size = ?, inode = ?, device = ?, racy = 0"
    synced.query(f"UPDATE files SET {assignment} WHERE file_path = 'personas/p1.json'", *values)
    assert verified(synced).command == "docsync sync --rebuild"
    synced.close()
    rebuild_once(synced.settings, synced.database, None, ignore_repair)
    assert verified(synced).equal
