"""Whose database a file is: only the identity that docsync wrote down beside it is believed."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from docsync.permission import put_mark
from docsync.store.connection import open_writer
from docsync.store.epoch import wal_of
from docsync.store.file_identity import read_identity
from docsync.store.life import LifeNotes, Provenance


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "docsync.db"
    with open_writer(made):
        pass
    return made


def judge(path: Path) -> Provenance:
    return LifeNotes(path).judge()


def kill(path: Path) -> None:
    """As if docsync had been killed: nothing tells when it was closed."""
    path.with_name(path.name + ".left").unlink()


def copy(path: Path, copier: Callable[[str, str], object]) -> Path:
    for file in sorted(path.parent.glob("docsync.db*")):
        copier(str(file), str(file.with_name(file.name.replace("docsync", "other"))))
    return path.with_name("other.db")


@pytest.mark.parametrize("was_killed", [False, True])
def test_the_one_that_docsync_left_is_its_own(path: Path, *, was_killed: bool) -> None:
    if was_killed:
        kill(path)
    assert judge(path) is Provenance.OWN


@pytest.mark.parametrize("copier", [shutil.copyfile, shutil.copy2])
@pytest.mark.parametrize("was_killed", [False, True])
def test_a_copy_with_everything_beside_it_is_foreign(
    path: Path, copier: Callable[[str, str], object], *, was_killed: bool
) -> None:
    if was_killed:
        kill(path)
    assert judge(copy(path, copier)) is Provenance.FOREIGN


def test_one_without_a_note_is_foreign(path: Path) -> None:
    path.with_name("docsync.db.life").unlink()
    assert judge(path) is Provenance.FOREIGN


@pytest.mark.parametrize(
    "text", ["", "x", "{}\n1\n", "[]\n1\n", '{"database": null}\n0\n', "[" * 4000 + "\n1\n"]
)
def test_a_note_that_says_nothing_is_none(path: Path, text: str) -> None:
    path.with_name("docsync.db.life").write_text(text)
    assert judge(path) is Provenance.FOREIGN


def test_one_that_was_written_in_place_since_it_was_closed_is_foreign(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE sync_state SET value = 'x' WHERE key = 'epoch'")
    connection.close()
    wal_of(path).touch()
    assert judge(path) is Provenance.FOREIGN


def test_one_whose_mode_was_changed_is_its_own_with_a_doubt(path: Path) -> None:
    path.chmod(0o600)
    assert judge(path) is Provenance.DOUBTFUL


@pytest.mark.parametrize("was_killed", [False, True])
def test_one_that_lost_its_log_is_its_own_with_a_doubt(path: Path, *, was_killed: bool) -> None:
    if was_killed:
        kill(path)
    wal_of(path).unlink()
    wal_of(path).touch()
    assert judge(path) is Provenance.DOUBTFUL


def test_an_older_state_that_was_written_over_it_after_a_kill_gets_a_new_epoch(
    path: Path, tmp_path: Path
) -> None:
    older = shutil.copyfile(path, tmp_path / "older")
    with open_writer(path) as connection:
        connection.execute("UPDATE sync_state SET value = '7' WHERE key = 'revision'")
        LifeNotes(path).mark_revision(7)
        epoch = connection.execute("SELECT value FROM sync_state WHERE key = 'epoch'").get
    kill(path)
    shutil.copyfile(older, path)
    with open_writer(path) as connection:
        assert connection.execute("SELECT value FROM sync_state WHERE key = 'epoch'").get != epoch


def test_notes_are_never_written_through_a_link(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("mine")
    for name in ("docsync.db.life", "docsync.db.left", "docsync.db.life.tmp", "docsync.db.left.tmp"):
        path.with_name(name).unlink(missing_ok=True)
        path.with_name(name).symlink_to(target)
    with open_writer(path):
        LifeNotes(path).mark_revision(3)
    assert target.read_text() == "mine"
    assert judge(path) is Provenance.OWN


def test_a_note_that_is_a_pipe_hangs_nobody(path: Path) -> None:
    note = path.with_name("docsync.db.life")
    note.unlink()
    os.mkfifo(note)
    assert judge(path) is Provenance.FOREIGN
    with open_writer(path):
        pass
    assert judge(path) is Provenance.OWN


def test_a_mark_is_never_written_into_what_has_another_name(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    for name in ("mark", "mark.tmp"):
        (tmp_path / name).hardlink_to(precious)
    put_mark(tmp_path / "mark", "docsync's")
    assert (precious.read_text(), (tmp_path / "mark").read_text()) == ("mine", "docsync's")


def test_two_files_never_have_one_identity(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.touch()
    assert read_identity(second) is None
    second.touch()
    assert read_identity(second) != read_identity(first) == read_identity(first)
