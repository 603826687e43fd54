"""One sync from beginning to end: every bad news is decided before it returns."""

import os
from dataclasses import replace

import pytest

from docsync.model import Timing
from docsync.upkeep.one_shot import preview, release_once, sync_once
from docsync.verify import verify
from tests.helpers.project import Project
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
