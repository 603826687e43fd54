"""A backup is one sound state of the database, and what no file can give back comes back from it."""

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest

from docsync.errors import NoDatabase, StoreUnavailable
from docsync.lock import holding
from docsync.model import Timing
from docsync.store.epoch import wal_of
from docsync.store.migration import SCHEMA_VERSION
from docsync.upkeep.backup import RestoreResult, back_up, may_be_replaced, restore_once
from docsync.upkeep.one_shot import ignore_repair, sync_once
from docsync.verify import verify
from tests.helpers.project import Project, damage_within
from tests.store.breaking import KINDS, damage
from tests.store.child import read_by_another
from tests.store.reading_child import watching_reader

SEED = int(os.environ.get("DOCSYNC_SEED", "20261128"))
SEEDS = 100 if os.environ.get("DOCSYNC_LONG") == "1" else 3
DOCUMENTS = 30
QUICK = Timing(1_000_000, 5_000_000, 20_000_000)
VERSION = (
    "SELECT group_concat(value, ':') FROM (SELECT value FROM sync_state WHERE key IN ('epoch', 'revision'))"
)


@pytest.fixture
def synced(project: Project) -> Project:
    """A project with a broken file whose last good version is served. Nobody has its database open."""
    project.settings = replace(project.settings, timing=QUICK)
    fill(project, "old")
    project.settle()
    project.write("personas/p0.json", "{")
    project.settle()
    project.close()
    return project


def fill(project: Project, generation: str) -> None:
    for number in range(DOCUMENTS):
        project.persona(f"personas/p{number}.json", generation=generation, bio="word " * 80)


@pytest.fixture
def backup(synced: Project, tmp_path: Path) -> Path:
    """A backup of it."""
    place = tmp_path / "kept.db"
    back_up(synced.database, place)
    return place


def restored(project: Project, backup: Path) -> RestoreResult:
    with holding(project.database.parent):
        return restore_once(project.settings, project.database, backup, None, ignore_repair)


def asked(database: Path, sql: str) -> Any:
    ((value,),) = read_by_another(database, sql)
    return value


def names(database: Path) -> list[list[Any]]:
    return read_by_another(database, "SELECT id, document ->> '$.generation' FROM documents ORDER BY id")


def test_a_backup_is_one_file_that_holds_the_same_state(synced: Project, tmp_path: Path) -> None:
    octets = synced.database.read_bytes()
    (folder := tmp_path / "kept").mkdir()

    made = back_up(synced.database, folder / "kept.db")

    assert [file.name for file in folder.iterdir()] == ["kept.db"]
    assert (
        asked(folder / "kept.db", VERSION)
        == asked(synced.database, VERSION)
        == f"{made.epoch}:{made.revision}"
    )
    assert names(folder / "kept.db") == names(synced.database)
    assert (made.documents, made.bytes) == (DOCUMENTS, (folder / "kept.db").stat().st_size)
    assert synced.database.read_bytes() == octets


def test_a_backup_needs_no_place_to_write_beside_it(synced: Project, tmp_path: Path) -> None:
    (folder := tmp_path / "kept").mkdir()
    back_up(synced.database, folder / "kept.db")
    read_by_another(folder / "kept.db", "SELECT 1 FROM documents")
    assert [file.name for file in folder.iterdir()] == ["kept.db"], "a reader leaves nothing there either"


def test_a_backup_takes_the_place_of_an_older_one(synced: Project, backup: Path) -> None:
    synced.start()
    synced.persona("personas/later.json")
    synced.settle()

    back_up(synced.database, backup)  # while it is open for writing

    assert asked(backup, "SELECT count(*) FROM documents") == DOCUMENTS + 1


def test_of_a_damaged_database_there_is_no_backup_and_the_older_one_stays(
    synced: Project, backup: Path
) -> None:
    octets = backup.read_bytes()
    damage_within(synced.database)

    with pytest.raises(NoDatabase, match=r"docsync\.db: damaged .*docsync sync"):
        back_up(synced.database, backup)

    assert backup.read_bytes() == octets
    assert not list(backup.parent.glob(".kept.db*"))


def test_without_a_place_to_write_there_is_no_backup(synced: Project, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        back_up(synced.database, tmp_path / "nowhere" / "kept.db")


def test_what_no_file_can_give_back_comes_back(synced: Project, backup: Path) -> None:
    row = "SELECT created_at || document FROM documents WHERE id = 'persona/p0'"
    feed = "SELECT json_group_array(json_array(seq, revision, id, op)) FROM changes"
    old = [asked(synced.database, row), asked(synced.database, feed)]
    shutil.rmtree(synced.database.parent)
    sync_once(synced.settings, synced.database)
    assert asked(synced.database, "SELECT count(*) FROM documents") == DOCUMENTS - 1

    found = restored(synced, backup)

    assert [asked(synced.database, row), asked(synced.database, feed)] == old
    assert found.documents == {"persona": DOCUMENTS}
    assert (found.done.upserted, found.done.broken) == ((), ("personas/p0.json",))
    assert verify(synced.settings, synced.database).equal


def test_a_restored_database_has_an_epoch_of_its_own_and_equals_the_files(
    synced: Project, backup: Path
) -> None:
    then = asked(synced.database, VERSION)
    fill(synced, "new")
    (synced.root / "personas/p1.json").unlink()
    sync_once(synced.settings, synced.database)
    now = asked(synced.database, VERSION)

    found = restored(synced, backup)

    assert found.done.deleted == ("personas/p1.json",)
    assert len(found.done.upserted) == DOCUMENTS - 1
    assert found.done.epoch not in then + now
    assert asked(synced.database, VERSION) == f"{found.done.epoch}:{found.done.revision}"
    assert verify(synced.settings, synced.database).equal
    assert sync_once(synced.settings, synced.database).epoch == found.done.epoch, (
        "it is the one that docsync left"
    )


def test_the_same_backup_restored_twice_makes_two_epochs(synced: Project, backup: Path) -> None:
    assert restored(synced, backup).done.epoch != restored(synced, backup).done.epoch


def test_many_files_that_went_since_the_backup_are_held(synced: Project, backup: Path) -> None:
    for number in range(1, DOCUMENTS):
        (synced.root / f"personas/p{number}.json").unlink()

    found = restored(synced, backup)

    assert len(found.done.held) == DOCUMENTS - 1
    assert asked(synced.database, "SELECT count(*) FROM documents") == DOCUMENTS


def test_what_was_there_before_can_be_restored_in_turn(synced: Project, backup: Path) -> None:
    synced.write("personas/p1.json", json_of("late"))
    sync_once(synced.settings, synced.database)
    synced.write("personas/p1.json", "{")
    sync_once(synced.settings, synced.database)
    latest = names(synced.database)

    found = restored(synced, backup)
    assert names(synced.database) != latest

    assert found.kept
    assert found.kept.parent == synced.database.parent
    restored(synced, found.kept)
    assert names(synced.database) == latest


def test_no_restore_takes_away_what_an_earlier_one_has_kept(synced: Project, backup: Path) -> None:
    first, second = restored(synced, backup).kept, restored(synced, backup).kept
    damage(backup, KINDS[0], random.Random(SEED))
    with pytest.raises(NoDatabase):
        restored(synced, backup)
    assert first != second
    assert sorted(synced.database.parent.glob("*.before-restore-*")) == sorted(filter(None, (first, second)))


def json_of(generation: str) -> str:
    return f'{{"name": "p1", "generation": "{generation}"}}'


def test_a_backup_is_restored_where_there_is_no_database(synced: Project, backup: Path) -> None:
    shutil.rmtree(synced.database.parent)

    found = restored(synced, backup)

    assert found.kept is None
    assert asked(synced.database, "SELECT count(*) FROM documents") == DOCUMENTS
    assert not list(synced.database.parent.glob("*.before-restore-*"))


def test_a_backup_is_restored_over_a_damaged_database(synced: Project, backup: Path) -> None:
    damage_within(synced.database)
    restored(synced, backup)
    assert asked(synced.database, "SELECT count(*) FROM documents") == DOCUMENTS


def test_a_database_that_was_copied_by_hand_brings_the_commits_in_its_log(
    synced: Project, tmp_path: Path
) -> None:
    synced.start()
    synced.persona("personas/later.json")
    synced.settle()
    assert wal_of(synced.database).stat().st_size
    copy = tmp_path / "copy.db"
    shutil.copy(synced.database, copy)
    shutil.copy(wal_of(synced.database), wal_of(copy))
    synced.close()
    shutil.rmtree(synced.database.parent)
    synced.write("personas/later.json", "{")

    restored(synced, copy)

    assert ["persona/later", None] in names(synced.database)
    assert sorted(file.name for file in tmp_path.glob("copy.db*")) == ["copy.db", "copy.db-wal"]


def test_readers_see_the_old_database_or_the_restored_one(synced: Project, backup: Path) -> None:
    fill(synced, "new")
    sync_once(synced.settings, synced.database)
    for number in range(DOCUMENTS):
        synced.write(f"personas/p{number}.json", "{")
    sync_once(synced.settings, synced.database)
    with watching_reader(synced.database, DOCUMENTS) as seen:
        for _ in range(3):
            kept = restored(synced, backup).kept
            assert kept
            restored(synced, kept)
    assert (seen["mixed"], seen["refused"]) == ([], 0)
    assert sorted(seen["generations"]) == ["new", "old"]


def test_a_backup_that_somebody_gave_other_pages_is_restored_all_the_same(
    synced: Project, backup: Path
) -> None:
    connection = apsw.Connection(str(backup))
    connection.pragma("page_size", 8192)
    connection.execute("VACUUM")
    connection.close()
    shutil.rmtree(synced.database.parent)
    sync_once(synced.settings, synced.database)
    restored(synced, backup)
    assert asked(synced.database, "SELECT count(*) FROM documents") == DOCUMENTS
    assert verify(synced.settings, synced.database).equal


@pytest.mark.parametrize("content", [b"", b"no database at all\n" * 100])
def test_what_is_no_backup_is_refused(synced: Project, tmp_path: Path, content: bytes) -> None:
    (other := tmp_path / "other").write_bytes(content)
    refuses(synced, other, "other: no backup of docsync's")
    assert may_be_replaced(other) == (not content)


def test_the_database_of_another_program_is_refused(synced: Project, tmp_path: Path) -> None:
    other = apsw.Connection(str(tmp_path / "other.db"))
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    refuses(synced, tmp_path / "other.db", r"other\.db: no backup of docsync's \(application_id 0\)")


def test_a_backup_of_a_newer_docsync_is_refused(synced: Project, backup: Path) -> None:
    connection = apsw.Connection(str(backup))
    connection.pragma("user_version", SCHEMA_VERSION + 1)
    connection.close()
    refuses(synced, backup, r"kept\.db: made by a newer docsync")


def refuses(project: Project, backup: Path, why: str) -> None:
    """Nothing is changed by a restore that is refused, and nothing is left behind."""
    folder = project.database.parent
    with holding(folder):
        state, listed = asked(project.database, VERSION), sorted(os.listdir(folder))
        with pytest.raises(NoDatabase, match=why):
            restore_once(project.settings, project.database, backup, None, ignore_repair)
        assert asked(project.database, VERSION) == state
        assert sorted(os.listdir(folder)) == listed


@pytest.mark.parametrize("seed", range(SEED, SEED + SEEDS))
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_damaged_backup_changes_nothing(
    synced: Project, backup: Path, kind: Callable[[Path, random.Random], None], seed: int
) -> None:
    print(f"DOCSYNC_SEED={seed}")
    damage(backup, kind, random.Random(seed))
    state = asked(synced.database, VERSION)
    try:
        restored(synced, backup)
    except NoDatabase:
        assert asked(synced.database, VERSION) == state
    else:  # the damage hit nothing that is of use
        assert asked(synced.database, "SELECT count(*) FROM documents") == DOCUMENTS
        assert verify(synced.settings, synced.database).equal


def test_a_restore_that_is_interrupted_changes_nothing(synced: Project, backup: Path) -> None:
    state = asked(synced.database, VERSION)
    fill(synced, "new")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore_once(synced.settings, synced.database, backup, interrupt, ignore_repair)

    assert asked(synced.database, VERSION) == state
    assert not list(synced.database.parent.glob("docsync-fresh-*"))
