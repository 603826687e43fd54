"""One sync from beginning to end: every bad news is decided before it returns."""

import os
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from docsync.errors import Damaged
from docsync.model import Timing
from docsync.store.damage import inspect
from docsync.sync.batch.engine import Engine
from docsync.upkeep.convergence import Convergence
from docsync.upkeep.one_shot import preview, release_once, sync_once
from docsync.upkeep.upkeep import DatabaseUpkeep
from docsync.verify import verify
from tests.helpers.project import Project
from tests.store.breaking import at_home
from tests.store.child import read_by_another

QUICK = Timing(1_000_000, 5_000_000, 20_000_000)


@pytest.fixture
def quick(project: Project) -> Project:
    project.close()
    project.settings = replace(project.settings, timing=QUICK)
    for name in "abc":
        project.persona(f"personas/{name}.json", name=name.upper())
    return project


def test_a_project_is_synced_in_one_call(quick: Project) -> None:
    done = sync_once(quick.settings, quick.database)
    assert done.upserted == ("personas/a.json", "personas/b.json", "personas/c.json")
    assert (done.revision, done.deleted, done.broken, done.held) == (1, (), (), ())
    assert read_by_another(quick.database, "SELECT count(*) FROM documents") == [[3]]
    assert sync_once(quick.settings, quick.database).upserted == ()


def test_bad_news_is_decided_before_it_returns(quick: Project) -> None:
    sync_once(quick.settings, quick.database)
    quick.write("personas/a.json", "{")
    (quick.root / "personas/b.json").unlink()
    done = sync_once(quick.settings, quick.database)
    assert (done.broken, done.deleted) == (("personas/a.json",), ("personas/b.json",))


def test_a_rename_is_decided_too(quick: Project) -> None:
    sync_once(quick.settings, quick.database)
    os.rename(quick.root / "personas/a.json", quick.root / "personas/z.json")
    done = sync_once(quick.settings, quick.database)
    assert (done.upserted, done.deleted, done.revision) == (("personas/z.json",), ("personas/a.json",), 2)


def test_what_is_held_is_said_and_released_by_the_other_call(quick: Project) -> None:
    sync_once(quick.settings, quick.database)
    for name in "abc":
        (quick.root / f"personas/{name}.json").unlink()
    assert len(sync_once(quick.settings, quick.database).held) == 3
    assert release_once(quick.settings, quick.database, "prompt_template").deleted == ()
    done = release_once(quick.settings, quick.database, "persona")
    assert (len(done.deleted), done.held) == (3, ())


def test_progress_is_told_file_by_file(quick: Project) -> None:
    told: list[tuple[int, int]] = []
    sync_once(quick.settings, quick.database, lambda done, total: told.append((done, total)))
    assert told[:3] == [(1, 3), (2, 3), (3, 3)]


def test_a_document_whose_file_became_a_pipe_goes_and_the_pipe_is_listed(quick: Project) -> None:
    sync_once(quick.settings, quick.database)
    (quick.root / "personas/a.json").unlink()
    os.mkfifo(quick.root / "personas/a.json")
    assert sync_once(quick.settings, quick.database).deleted == ("personas/a.json",)
    assert verify(quick.settings, quick.database).equal


@pytest.mark.parametrize("synced_before", [True, False])
def test_a_preview_tells_and_changes_nothing(quick: Project, synced_before: bool) -> None:
    if synced_before:
        sync_once(quick.settings, quick.database)
        before = read_by_another(quick.database, "SELECT * FROM documents")
        quick.persona("personas/d.json")
    else:
        quick.database.unlink()
    applied = preview(quick.settings, quick.database)
    assert len(applied.upserted) == (1 if synced_before else 3)
    if synced_before:
        assert read_by_another(quick.database, "SELECT * FROM documents") == before
    else:
        assert not quick.database.exists()


def test_a_preview_that_waits_for_nothing_tells_what_would_be_deleted_and_held(quick: Project) -> None:
    sync_once(quick.settings, quick.database)
    (quick.root / "personas/a.json").unlink()
    at_once = replace(quick.settings, timing=Timing(0, 0, 0))
    assert preview(at_once, quick.database).deleted == ["personas/a.json"]
    for name in "bc":
        (quick.root / f"personas/{name}.json").unlink()
    applied = preview(at_once, quick.database)
    assert (applied.deleted, applied.held) == ([], 3)


@pytest.mark.parametrize(
    ("statement", "how"),
    [
        ("UPDATE documents SET created_at = '2001-01-01T00:00:00.000Z' WHERE id = 'persona/a'", "in place"),
        ("DELETE FROM document_tags", "in place"),
        ("DELETE FROM documents_fts_data WHERE id > 10", "afresh"),
        ("DELETE FROM documents WHERE id = 'persona/b'", "in place"),
        ("DROP INDEX documents_name", "afresh"),
    ],
)
def test_damage_of_every_part_is_mended_by_a_sync_although_no_file_has_changed(
    quick: Project, statement: str, how: str
) -> None:
    quick.persona("personas/d.json", tags=["calm"])
    sync_once(quick.settings, quick.database)
    change(quick.database, statement)
    told: list[str] = []
    done = sync_once(quick.settings, quick.database, None, lambda how, why: told.append(how))
    assert told == [how]
    assert (done.broken, done.held, done.deleted) == ((), (), ())
    assert inspect(quick.database) is None
    assert verify(quick.settings, quick.database).equal


def change(database: Path, statement: str) -> None:
    """What becomes of a database that docsync has not open, and believes to be its own."""
    connection = apsw.Connection(str(database))
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
    connection.execute(statement)
    connection.close()
    at_home(database)


def test_a_damaged_row_that_a_sync_meets_is_read_again_from_its_file_and_its_age_is_not_believed(
    quick: Project,
) -> None:
    sync_once(quick.settings, quick.database)
    change(
        quick.database, "UPDATE documents SET created_at = '2001-01-01T00:00:00.000Z' WHERE id = 'persona/a'"
    )
    quick.persona("personas/a.json", name="Anna")
    told: list[str] = []
    sync_once(quick.settings, quick.database, None, lambda how, why: told.append(how))
    assert told == ["in place"]
    rows = "SELECT name, created_at > '2026' FROM documents WHERE id = 'persona/a'"
    assert read_by_another(quick.database, rows) == [["Anna", 1]]
    assert verify(quick.settings, quick.database).equal


def test_what_is_held_is_released_only_once_nothing_is_damaged(quick: Project) -> None:
    sync_once(quick.settings, quick.database)
    for name in "abc":
        (quick.root / f"personas/{name}.json").unlink()
    assert len(sync_once(quick.settings, quick.database).held) == 3
    change(quick.database, "UPDATE documents SET name = 'Ghost' WHERE id = 'persona/a'")
    release_once(quick.settings, quick.database, "persona")
    assert read_by_another(quick.database, "SELECT count(*) FROM documents") == [[0]]
    assert inspect(quick.database) is None


def test_damage_that_comes_back_each_time_ends_a_sync_with_what_it_is(
    quick: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_once(quick.settings, quick.database)
    repaired: list[str] = []

    def come_back(self: Convergence, *_: object, **__: object) -> None:
        raise Damaged("the disk")

    def repair(self: DatabaseUpkeep, error: Damaged, *_: object) -> Engine:
        repaired.append(str(error))
        return self.engine

    monkeypatch.setattr(Convergence, "settle", come_back)
    monkeypatch.setattr(DatabaseUpkeep, "repair", repair)
    with pytest.raises(Damaged, match="the disk"):
        sync_once(quick.settings, quick.database)
    assert repaired == ["the disk"] * 3
