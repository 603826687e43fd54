"""A database that is made anew keeps its mode, and what docsync makes has no access list of the folder above."""

import os
import stat
from pathlib import Path

import pytest

from docsync.errors import Damaged
from docsync.permission import Mode
from docsync.store.database_files import set_mode
from docsync.sync.setup import Settings
from docsync.upkeep.one_shot import ignore_repair, sync_once
from docsync.upkeep.upkeep import open_upkeep
from tests.upkeep.test_sharing import bits, close, database, settings

__all__ = ["settings"]
_USER = 54321


def settle(settings: Settings, mode: Mode) -> Path:
    """Sync, and let what was decided be *mode*, whatever the files are by now."""
    sync_once(settings, database(settings))
    set_mode(database(settings), mode)
    database(settings).parent.chmod(mode.folder_bits)
    return database(settings)


@pytest.mark.parametrize("mode", Mode)
def test_a_database_that_goes_under_a_running_docsync_comes_back_with_its_mode(
    settings: Settings, mode: Mode
) -> None:
    path = settle(settings, mode)
    with open_upkeep(settings, path, ignore_repair) as upkeep:
        path.unlink()
        upkeep.repair(Damaged("it is gone"))
        upkeep.accept()
        assert {
            bits(file) for file in path.parent.glob("docsync.db*") if file.suffix in (".db", ".db-wal")
        } == {mode.file_bits}


@pytest.mark.parametrize("mode", Mode)
def test_another_file_in_its_place_does_not_bring_its_mode(settings: Settings, mode: Mode) -> None:
    path = settle(settings, mode)
    other = path.with_name("other")
    with open_upkeep(settings, path, ignore_repair) as upkeep:
        other.write_bytes(path.read_bytes())
        other.chmod(0o666)
        other.replace(path)
        upkeep.repair(Damaged("another file is there"))
        assert bits(path) == mode.file_bits


@pytest.mark.parametrize("mode", Mode)
def test_a_database_that_went_while_nobody_ran_comes_back_with_the_mode_of_its_folder(
    settings: Settings, mode: Mode
) -> None:
    path = settle(settings, mode)
    for file in path.parent.glob("docsync.db*"):
        if file.name != "docsync.db.project":
            file.unlink()
    sync_once(settings, path)
    assert (bits(path), stat.S_IMODE(path.parent.stat().st_mode)) == (mode.file_bits, mode.folder_bits)


def test_a_folder_that_came_with_the_project_decides_nothing(settings: Settings) -> None:
    close(settings)
    path = database(settings)
    path.parent.mkdir(mode=0o755)
    path.with_name("docsync.db.project").write_text('{"folder": "/", "device": 1, "inode": 2, "born_ns": 3}')
    sync_once(settings, path)
    assert bits(path) == 0o600


def test_what_docsync_makes_has_no_access_list_of_the_folder_above(settings: Settings) -> None:
    # user::rwx, user:54321:rwx, group::r-x, mask::rwx, other::r-x as acl(5) keeps it
    entries = [(1, 7, -1), (2, 7, _USER), (4, 5, -1), (16, 7, -1), (32, 5, -1)]
    octets = b"\x02\0\0\0" + b"".join(
        tag.to_bytes(2, "little") + mode.to_bytes(2, "little") + (number & 0xFFFFFFFF).to_bytes(4, "little")
        for tag, mode, number in entries
    )
    state = settings.root / "state"
    state.mkdir()
    for folder in (settings.root, state):
        try:
            os.setxattr(folder, "system.posix_acl_default", octets)
        except OSError:
            pytest.skip("this file system keeps no access lists")
    for place in (database(settings), state / "docsync.db"):
        sync_once(settings, place)
        files = [file for file in place.parent.iterdir() if file.is_file()]
        assert {file.name: os.listxattr(file) for file in files} == {file.name: [] for file in files}
    assert os.listxattr(database(settings).parent) == []
