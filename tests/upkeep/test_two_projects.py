"""One database is that of one project, under one name, in files of one user: nobody else's is ever written."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from docsync.errors import NoDatabase, StoreUnavailable
from docsync.model import Timing
from docsync.reader import open_reader
from docsync.store.database_files import find_stranger
from docsync.store.project_note import demand_project
from docsync.sync.setup import Settings
from docsync.upkeep.backup import back_up, restore_once
from docsync.upkeep.one_shot import ignore_repair, sync_once
from docsync.verify import verify
from tests.helpers.project import Project
from tests.helpers.user import NEEDS_ROOT, STRANGER
from tests.store.child import read_by_another

STATE = "SELECT group_concat(id), (SELECT group_concat(value) FROM sync_state) FROM documents"


@pytest.fixture
def first(project: Project) -> Project:
    """A project that was synced, with a good file and a broken one."""
    project.close()
    project.settings = replace(project.settings, timing=Timing(0, 1_000_000, 2_000_000))
    project.persona("personas/mine.json")
    project.persona("personas/broken.json")
    sync_once(project.settings, project.database)
    project.write("personas/broken.json", "{")
    sync_once(project.settings, project.database)
    return project


@pytest.fixture
def second(first: Project, tmp_path: Path) -> Settings:
    """Another project, without a database."""
    root = tmp_path / "second"
    (root / "personas").mkdir(parents=True)
    (root / "personas/other.json").write_text('{"name": "Other"}')
    (root / "docsync.toml").write_text(
        '[[collections]]\ntype = "persona"\npath = "personas"\ninclude = ["*.json"]\nformat = "json"\n'
    )
    return replace(first.settings, root=root)


def link_hard(database: Path, folder: Path, names: tuple[str, ...]) -> None:
    folder.mkdir()
    for name in names:
        (folder / name).hardlink_to(database.with_name(name))


def state(database: Path) -> object:
    return read_by_another(database, STATE)


ALL = (
    "docsync.db",
    "docsync.db-wal",
    "docsync.db-shm",
    "docsync.db.life",
    "docsync.db.left",
    "docsync.db.project",
)


@pytest.mark.parametrize("names", [ALL[:1], ALL[:3], ALL[:5]])
def test_hard_links_to_the_database_of_another_project_are_moved_aside(
    first: Project, second: Settings, names: tuple[str, ...]
) -> None:
    before = state(first.database)
    mine = second.root / ".docsync/docsync.db"
    link_hard(first.database, mine.parent, names)
    sync_once(second, mine)
    assert state(first.database) == before
    assert not mine.samefile(first.database)
    assert find_stranger(mine) == ""
    assert verify(second, mine).equal


def test_a_log_of_another_project_is_never_written(first: Project, second: Settings) -> None:
    mine = second.root / ".docsync/docsync.db"
    sync_once(second, mine)
    for name in ALL[1:3]:
        mine.with_name(name).unlink(missing_ok=True)
        mine.with_name(name).hardlink_to(first.database.with_name(name))
    before = {name: first.database.with_name(name).read_bytes() for name in ALL[:3]}
    sync_once(second, mine)
    assert {name: first.database.with_name(name).read_bytes() for name in ALL[:3]} == before


def through_folder(first: Path, second: Settings) -> Path:
    (second.root / ".docsync").symlink_to(first.parent)
    return second.root / ".docsync/docsync.db"


def through_hard_links(first: Path, second: Settings) -> Path:
    link_hard(first, second.root / ".docsync", ALL)
    return second.root / ".docsync/docsync.db"


@pytest.mark.parametrize("way", [through_folder, through_hard_links, lambda first, _: first])
def test_the_database_of_another_project_is_refused_and_not_read(
    first: Project, second: Settings, way: Callable[[Path, Settings], Path]
) -> None:
    before = state(first.database)
    mine = way(first.database, second)
    backup = second.root / "kept.db"
    back_up(first.database, backup)
    for work in (
        lambda: sync_once(second, mine),
        lambda: restore_once(second, mine, backup, None, ignore_repair),
    ):
        with pytest.raises(NoDatabase, match=r"is the database of another project, .*; set database\.path"):
            work()
    assert state(first.database) == before
    with pytest.raises(NoDatabase, match="is the database of another project"):
        open_reader(second.root, database=mine, source="database")
    with open_reader(second.root, database=mine, on_fallback=lambda _: None) as reader:
        assert [row.columns()["id"] for row in reader.find_stored(whole=False)] == ["persona/other"]


def test_a_link_to_the_database_of_another_project_is_refused_and_not_read(
    first: Project, second: Settings
) -> None:
    before = state(first.database)
    mine = second.root / ".docsync/docsync.db"
    mine.parent.mkdir()
    mine.symlink_to(first.database)
    with pytest.raises(StoreUnavailable, match="is a symbolic link; remove it"):
        sync_once(second, mine)
    assert state(first.database) == before
    with open_reader(second.root, on_fallback=lambda _: None) as reader:
        assert [row.columns()["id"] for row in reader.find_stored(whole=False)] == ["persona/other"]


@pytest.mark.parametrize(
    "note",
    [b"", b"\xff", b"[]", b"{}", b'{"folder": 5}', b'{"folder": "/"}', b'{"folder": "/", "device": "x"}'],
)
def test_a_note_that_docsync_has_not_written_says_nothing(
    first: Project, second: Settings, note: bytes
) -> None:
    outside = first.root.parent / "elsewhere/docsync.db"
    sync_once(first.settings, outside)
    written = outside.with_name(outside.name + ".project")
    sound = written.read_bytes()
    with pytest.raises(NoDatabase, match="is the database of another project"):
        demand_project(outside, second.root)
    written.write_bytes(note)
    demand_project(outside, second.root)
    sync_once(first.settings, outside)
    assert written.read_bytes() == sound


def test_a_project_is_known_by_its_path_whatever_lies_there_now(first: Project, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere/docsync.db"
    sync_once(first.settings, outside)
    shutil.copytree(first.settings.root, tmp_path / "copy")
    shutil.rmtree(first.settings.root)
    (tmp_path / "copy").rename(first.settings.root)
    with open_reader(first.settings.root, database=outside, source="database") as reader:
        assert {row.id for row in reader.find()} == {"persona/mine"}


def test_a_project_that_was_moved_keeps_its_database(first: Project, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere/docsync.db"
    epoch = sync_once(first.settings, outside).epoch
    moved = first.settings.root.rename(tmp_path / "moved")
    assert sync_once(replace(first.settings, root=moved), outside).epoch == epoch


def test_a_database_whose_project_is_gone_serves_another_one(
    first: Project, second: Settings, tmp_path: Path
) -> None:
    outside = tmp_path / "elsewhere/docsync.db"
    sync_once(first.settings, outside)
    shutil.rmtree(first.settings.root)
    sync_once(second, outside)
    assert read_by_another(outside, "SELECT id FROM document_status WHERE state = 'ok'") == [
        ["persona/other"]
    ]


def test_a_second_name_costs_no_last_good_version(first: Project) -> None:
    copy = first.database.with_name("snapshot")
    copy.hardlink_to(first.database)
    sync_once(first.settings, first.database)
    assert read_by_another(first.database, "SELECT id FROM documents ORDER BY id") == [
        ["persona/broken"],
        ["persona/mine"],
    ]
    assert not copy.samefile(first.database)


@NEEDS_ROOT
@pytest.mark.parametrize("name", ALL[:3])
def test_a_file_of_another_user_is_replaced_by_one_of_our_own(first: Project, name: str) -> None:
    path = first.database.with_name(name)
    os.chown(path, STRANGER.uid, STRANGER.gid)
    path.chmod(0o666)
    sync_once(first.settings, first.database)
    for file in ALL[:3]:
        status = first.database.with_name(file).stat()
        assert (status.st_uid, status.st_mode & 0o022) == (os.geteuid(), 0), file
    assert verify(first.settings, first.database).equal


@NEEDS_ROOT
def test_root_works_on_the_database_of_the_user_whose_folder_it_is(first: Project) -> None:
    for path in (first.database.parent, *first.database.parent.iterdir()):
        os.chown(path, STRANGER.uid, STRANGER.gid)
    sync_once(first.settings, first.database)
    epoch = read_by_another(first.database, "SELECT value FROM sync_state WHERE key = 'epoch'")
    sync_once(first.settings, first.database)
    assert first.database.stat().st_uid == STRANGER.uid
    assert read_by_another(first.database, "SELECT value FROM sync_state WHERE key = 'epoch'") == epoch
