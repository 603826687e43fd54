"""A whole database whose log files are missing where nothing can be written is not called damaged."""

from pathlib import Path

import pytest

from docsync.errors import NoDatabase
from docsync.store.connection import open_reader_connection
from docsync.store.database_files import describe_missing_log
from docsync.store.epoch import shm_of, wal_of
from tests.helpers.mounting import Mounts, mounts
from tests.helpers.project import Project

__all__ = ["mounts"]


@pytest.fixture
def closed(project: Project) -> Path:
    """A database that nobody has open, without its log files."""
    project.persona("personas/a.json", name="A")
    project.sync()
    project.close()
    for file in (wal_of(project.database), shm_of(project.database)):
        file.unlink(missing_ok=True)
    return project.database


def test_a_reader_is_told_what_is_missing_and_where_to_make_it(closed: Path, mounts: Mounts) -> None:
    mounts.read_only(closed.parent)

    with pytest.raises(NoDatabase) as caught, open_reader_connection(closed):
        pass

    assert f"{closed.name}-wal and {closed.name}-shm are missing, and cannot be made" in str(caught.value)
    assert "docsync sync" in str(caught.value)
    assert "cannot be read as a database" not in str(caught.value)


def test_of_one_file_the_sentence_is_in_the_singular(closed: Path, mounts: Mounts) -> None:
    wal_of(closed).touch()
    mounts.read_only(closed.parent)

    assert (describe_missing_log(closed) or "").startswith(f"{closed.name}-shm is missing")


def test_where_the_folder_can_be_written_or_nothing_is_missing_that_is_not_the_reason(
    closed: Path, mounts: Mounts
) -> None:
    assert describe_missing_log(closed) is None
    wal_of(closed).touch()
    shm_of(closed).touch()
    mounts.read_only(closed.parent)

    assert describe_missing_log(closed) is None


def test_what_is_no_database_is_still_told_as_such(tmp_path: Path, mounts: Mounts) -> None:
    file = tmp_path / "folder" / "docsync.db"
    file.parent.mkdir()
    file.write_bytes(b"x" * 4096)
    wal_of(file).touch()
    shm_of(file).touch()
    mounts.read_only(file.parent)

    with pytest.raises(NoDatabase, match="cannot be read as a database"), open_reader_connection(file):
        pass
