"""Who may read the database is decided once, and what was decided outlives what comes."""

import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from docsync.errors import DocsyncError
from docsync.permission import Mode
from docsync.sync.setup import Settings
from docsync.upkeep.backup import back_up, restore_once
from docsync.upkeep.one_shot import ignore_repair, rebuild_once, sync_once
from docsync.upkeep.sharing import Sharing
from tests.helpers.project import PERSONAS
from tests.helpers.umask import umask_of


@pytest.fixture
def settings() -> Iterator[Settings]:
    """A project that every user may read."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        root = Path(name) / "project"
        (root / "personas").mkdir(parents=True)
        (root / "personas/ada.json").write_text('{"name": "Ada"}')
        for path in (root.parent, root, root / "personas"):
            path.chmod(0o755)
        (root / "personas/ada.json").chmod(0o644)
        yield Settings(root, (PERSONAS,))


def database(settings: Settings) -> Path:
    return settings.root / ".docsync" / "docsync.db"


def bits(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def close(settings: Settings) -> None:
    (settings.root / "personas/ada.json").chmod(0o600)


def sync(settings: Settings) -> tuple[int, int]:
    """Sync once under a umask that gives nothing; the bits of the folder and of the database."""
    with umask_of(0o077):
        sync_once(settings, database(settings))
    return bits(database(settings).parent), bits(database(settings))


def test_a_project_that_every_user_may_read_is_shared_whatever_the_umask_is(settings: Settings) -> None:
    assert sync(settings) == (0o755, 0o644)
    left = {path.name: bits(path) for path in database(settings).parent.iterdir()}
    assert left == {
        "docsync.db": 0o644,
        "docsync.db-wal": 0o644,
        "docsync.db-shm": 0o644,
        "docsync.db.left": 0o600,
        "docsync.db.life": 0o600,
        "docsync.db.project": 0o600,
    }


def test_a_project_with_a_closed_file_is_private_whatever_the_umask_is(settings: Settings) -> None:
    close(settings)
    with umask_of(0):
        sync_once(settings, database(settings))
    assert bits(database(settings).parent) == 0o700
    assert {bits(path) for path in database(settings).parent.iterdir()} == {0o600}


@pytest.mark.parametrize("opened", [True, False])
def test_what_was_decided_stays_when_the_files_change_and_after_a_rebuild(
    settings: Settings, *, opened: bool
) -> None:
    file = settings.root / "personas/ada.json"
    file.chmod(0o644 if opened else 0o600)
    decided = sync(settings)
    file.chmod(0o600 if opened else 0o644)
    assert sync(settings) == decided == ((0o755, 0o644) if opened else (0o700, 0o600))
    rebuild_once(settings, database(settings), None, ignore_repair)
    assert (bits(database(settings).parent), bits(database(settings))) == decided
    backup = settings.root / "kept.db"
    back_up(database(settings), backup)
    restored = restore_once(settings, database(settings), backup, None, ignore_repair)
    assert restored.kept
    assert {bits(database(settings)), bits(restored.kept)} == {decided[1]}
    database(settings).write_bytes(b"not a database at all" * 500)
    sync(settings)
    assert bits(database(settings)) == decided[1]


def test_a_start_that_was_killed_before_the_decision_is_decided_by_the_next(settings: Settings) -> None:
    begun = Sharing(settings, database(settings))
    begun.begin()
    database(settings).touch(0o600)
    assert sync(settings) == (0o755, 0o644)


def test_an_empty_file_that_somebody_put_there_decides_nothing(settings: Settings) -> None:
    close(settings)
    database(settings).parent.mkdir(mode=0o755)
    database(settings).touch(0o644)
    assert sync(settings) == (0o700, 0o600)


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        (Mode.PRIVATE, (0o700, 0o600)),
        (Mode.GROUP, (0o2750, 0o640)),
        (Mode.SHARED, (0o755, 0o644)),
    ],
)
def test_what_is_configured_holds_at_once_and_for_what_was_there(
    settings: Settings, mode: Mode, wanted: tuple[int, int]
) -> None:
    sync(settings)
    assert sync(replace(settings, mode=mode)) == wanted
    assert sync(settings) == wanted


@pytest.mark.parametrize("name", ["state", "."])
def test_a_folder_that_was_there_before_keeps_its_mode(settings: Settings, name: str) -> None:
    place = settings.root / name / "docs.db"
    place.parent.mkdir(exist_ok=True)
    place.parent.chmod(0o775)
    sync_once(replace(settings, mode=Mode.PRIVATE), place)
    assert (bits(place.parent), bits(place)) == (0o775, 0o600)


def test_a_folder_that_docsync_makes_has_the_mode(settings: Settings) -> None:
    place = settings.root / "var/lib/docs.db"
    sync_once(settings, place)
    assert (bits(place.parent.parent), bits(place.parent), bits(place)) == (0o755, 0o755, 0o644)


def decide(settings: Settings, files: tuple[str, ...] = ("personas/ada.json",)) -> tuple[bool, int]:
    """Whether TCP is open to all at a start, and how often the exposure was told of."""
    told: list[None] = []
    sharing = Sharing(settings, database(settings))
    sharing.on_exposed = lambda: told.append(None)
    assert sharing.is_open == (settings.mode is Mode.SHARED), "before the first scan nothing is known"
    sharing.decide(lambda: files)
    sharing.decide(lambda: files)
    return sharing.is_open, len(told)


def test_a_shared_database_alone_opens_no_content_to_all(settings: Settings) -> None:
    sync(settings)
    assert decide(settings) == (True, 0)
    close(settings)
    assert decide(settings) == (False, 1)
    assert decide(replace(settings, mode=Mode.SHARED)) == (True, 0)
    assert decide(replace(settings, mode=Mode.PRIVATE)) == (False, 0)


def test_a_private_database_stays_closed_when_the_files_are_opened(settings: Settings) -> None:
    close(settings)
    sync(settings)
    (settings.root / "personas/ada.json").chmod(0o644)
    assert decide(settings) == (False, 0)


def test_a_database_that_was_0644_before_stays_so(settings: Settings) -> None:
    sync(settings)
    close(settings)
    assert os.stat(database(settings)).st_mode & 0o777 == 0o644
    assert sync(settings) == (0o755, 0o644)


def arrive(settings: Settings) -> None:
    """Let the database of this project be one that came with a repository: other files, all to be read."""
    folder = database(settings).parent
    came = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree(folder)
    folder.mkdir(mode=0o755)
    for name, octets in came.items():
        (folder / name).write_bytes(octets)
        (folder / name).chmod(0o644)
    folder.chmod(0o755)


@pytest.mark.parametrize("is_closed", [True, False])
def test_of_a_database_that_came_with_a_repository_the_folders_decide(
    settings: Settings, *, is_closed: bool
) -> None:
    sync(settings)
    arrive(settings)
    if is_closed:
        close(settings)
    told: list[str] = []
    with umask_of(0o022):
        sync_once(settings, database(settings), None, lambda _, reason: told.append(reason))
    wanted = (0o700, 0o600) if is_closed else (0o755, 0o644)
    assert (bits(database(settings).parent), bits(database(settings))) == wanted
    assert "the folders decide who may read it" in told[0]
    aside = [bits(path) for path in database(settings).parent.glob("*.damaged-*")]
    assert aside
    assert set(aside) == {0o600}
    assert sync(settings) == wanted


def test_a_private_database_that_was_copied_here_is_not_opened(settings: Settings) -> None:
    sync(settings)
    arrive(settings)
    database(settings).chmod(0o600)
    assert sync(settings)[1] == 0o600


@pytest.mark.parametrize("is_stopped", [True, False])
def test_a_shared_database_of_a_release_before_life_stays_so_where_it_was_stopped(
    settings: Settings, *, is_stopped: bool
) -> None:
    sync(settings)
    left = database(settings).with_name("docsync.db.left")
    database(settings).with_name("docsync.db.life").unlink()
    left.write_text(str(database(settings).stat().st_ctime_ns))  # as those releases wrote it
    if not is_stopped:
        left.unlink()
    close(settings)
    assert sync(settings) == ((0o755, 0o644) if is_stopped else (0o700, 0o600))


def test_a_database_of_somebody_else_that_was_named_by_mistake_keeps_its_mode(settings: Settings) -> None:
    place = settings.root / "other.db"
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("CREATE TABLE mine (x)")
    place.chmod(0o644)
    with pytest.raises(DocsyncError):
        sync_once(settings, place)
    assert bits(place) == 0o644
