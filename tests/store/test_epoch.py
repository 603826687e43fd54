"""Whose epoch a database has: a copy and an older state get a new one, the database that was left keeps its own."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from docsync.errors import NoDatabase, StoreUnavailable
from docsync.store.connection import open_reader_connection, open_writer
from docsync.store.copy import copy_out
from docsync.store.epoch import wal_of
from docsync.store.migration import SCHEMA_VERSION
from docsync.store.replacement import finish, prepare, start_over
from tests.store.child import read_by_another

EPOCH = "SELECT value FROM sync_state WHERE key = 'epoch'"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / ".docsync/docsync.db"
    epoch_of(made)
    return made


def epoch_of(path: Path) -> object:
    with open_writer(path) as connection:
        return connection.execute(EPOCH).get


def test_a_database_that_was_left_keeps_its_epoch(path: Path) -> None:
    assert epoch_of(path) == epoch_of(path)


def test_a_database_whose_daemon_was_killed_keeps_its_epoch(path: Path) -> None:
    epoch = epoch_of(path)
    path.with_name("docsync.db.left").unlink()
    assert epoch_of(path) == epoch


def test_a_reader_changes_nothing_about_it(path: Path) -> None:
    epoch = epoch_of(path)
    assert read_by_another(path, EPOCH) == [[epoch]]
    assert epoch_of(path) == epoch


def write_over(path: Path, backup: Path) -> None:
    shutil.copyfile(backup, path)


def rename_over(path: Path, backup: Path) -> None:
    backup.replace(path)


def restore_into(path: Path, backup: Path) -> None:
    source, target = apsw.Connection(str(backup)), apsw.Connection(str(path))
    with target.backup("main", source, "main") as copying:
        copying.step(-1)
    source.close()
    target.close()
    wal_of(path).touch()


@pytest.mark.parametrize("restore", [write_over, rename_over, restore_into])
def test_an_older_state_that_was_put_back_gets_a_new_epoch(
    path: Path, tmp_path: Path, restore: Callable[[Path, Path], None]
) -> None:
    with open_writer(path) as connection:
        epoch = connection.execute(EPOCH).get
        connection.execute("VACUUM INTO ?", (str(tmp_path / "backup.db"),))
    restore(path, tmp_path / "backup.db")
    renewed = epoch_of(path)
    assert renewed != epoch
    assert epoch_of(path) == renewed


def test_a_folder_that_was_copied_away_and_back_gets_a_new_epoch(path: Path, tmp_path: Path) -> None:
    epoch = epoch_of(path)
    shutil.copytree(path.parent, tmp_path / "backup")
    epoch_of(path)
    shutil.rmtree(path.parent)
    shutil.copytree(tmp_path / "backup", path.parent)
    assert epoch_of(path) != epoch


def test_a_folder_that_was_moved_keeps_its_epoch(path: Path, tmp_path: Path) -> None:
    epoch = epoch_of(path)
    path.parent.rename(tmp_path / "elsewhere")
    assert epoch_of(tmp_path / "elsewhere/docsync.db") == epoch


@pytest.mark.parametrize("was_killed", [True, False])
def test_a_reader_that_makes_the_missing_log_does_not_hide_that_it_was_missing(
    path: Path, *, was_killed: bool
) -> None:
    epoch = epoch_of(path)
    left = path.with_name(path.name + ".left").read_text()
    without_log(path)
    if not was_killed:
        path.with_name(path.name + ".left").write_text(left)
    for _ in range(2):
        with open_reader_connection(path) as reader:
            assert reader.execute(EPOCH).get == epoch
    assert wal_of(path).exists()
    renewed = epoch_of(path)
    assert renewed != epoch
    assert epoch_of(path) == renewed


def without_log(path: Path) -> None:
    for suffix in ("-wal", "-shm", ".left"):
        path.with_name(path.name + suffix).unlink()


def test_a_reader_of_another_version_does_not_hide_it_either(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    epoch = epoch_of(path)
    without_log(path)
    with monkeypatch.context() as patched:
        patched.setattr("docsync.store.migration.SCHEMA_VERSION", SCHEMA_VERSION + 1)
        with pytest.raises(NoDatabase, match="made by an older docsync"), open_reader_connection(path):
            pass
    assert epoch_of(path) != epoch


def test_a_reader_leaves_nothing_beside_a_database_that_needs_no_log(path: Path, tmp_path: Path) -> None:
    with open_writer(path) as connection:
        copy_out(connection, tmp_path / "alone.db")
    with open_reader_connection(tmp_path / "alone.db") as reader:
        reader.execute(EPOCH).fetchall()
    assert [file.name for file in tmp_path.glob("alone.db*")] == ["alone.db"]


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.db")
    with (
        pytest.raises(NoDatabase, match="is not a regular file"),
        open_reader_connection(tmp_path / "pipe.db"),
    ):
        pass
    with pytest.raises(StoreUnavailable, match="is not a regular file"), open_writer(tmp_path / "pipe.db"):
        pass


def test_a_new_database_in_the_place_of_a_damaged_one_has_one_epoch(path: Path, tmp_path: Path) -> None:
    with open_writer(tmp_path / "fresh.db") as source:
        prepare(path, source)
        epoch = source.execute(EPOCH).get
    start_over(path, "now")
    assert epoch_of(path) == epoch


@pytest.mark.parametrize("moved", [0, 1, 2, 3])
def test_a_start_over_that_was_killed_is_finished(path: Path, tmp_path: Path, moved: int) -> None:
    """Between any two of its renames: the rows that only the new database has are not lost."""
    with open_writer(tmp_path / "fresh.db") as source:
        prepare(path, source)
        epoch = source.execute(EPOCH).get
    before = epoch_of(path) if not moved else None
    for file in [path, path.with_name("docsync.db-shm"), wal_of(path)][:moved]:
        os.replace(file, file.with_name("aside"))
    finish(path)
    assert epoch_of(path) == (epoch if moved else before)


def test_a_draft_that_was_not_finished_is_not_taken(path: Path, tmp_path: Path) -> None:
    with open_writer(tmp_path / "fresh.db") as source:
        prepare(path, source)
    path.with_name("docsync.db.new-wal").touch()
    path.unlink()
    finish(path)
    assert not path.exists()
