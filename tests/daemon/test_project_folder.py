"""A project that is moved away or unmounted is waited for: no empty one is made where it was."""

import shutil
from pathlib import Path
from threading import Timer

import pytest

from docsync.daemon import DaemonSettings, run
from docsync.daemon.project_folder import ProjectFolder
from docsync.daemon.sync_parts import DatabaseFolderGone
from docsync.errors import NoDatabase, NotReachable
from docsync.names import Collection
from docsync.sync.setup import Settings
from tests.daemon.running import Daemon
from tests.helpers.mounting import Mounts, mounts
from tests.helpers.rig import LogBook

__all__ = ["mounts"]


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux alone tells of a move")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "project/personas").mkdir(parents=True)
    return tmp_path / "project"


@pytest.fixture
def home(root: Path) -> ProjectFolder:
    return ProjectFolder(root, None, ["personas", "prompts"])


def test_a_project_that_nobody_touched_is_still_there(home: ProjectFolder, root: Path) -> None:
    (root / "personas/a.json").write_text("{}")
    assert home.is_still_there()


def test_a_project_that_was_moved_is_back_when_it_was_moved_back(home: ProjectFolder, root: Path) -> None:
    root.rename(root.with_name("elsewhere"))
    assert (home.is_still_there(), home.is_back()) == (False, False)
    root.with_name("elsewhere").rename(root)
    assert (home.is_back(), home.is_still_there()) == (True, True)


def test_an_empty_folder_in_its_place_is_not_the_project(home: ProjectFolder, root: Path) -> None:
    root.rename(root.with_name("elsewhere"))
    root.mkdir()
    assert (home.is_still_there(), home.is_back()) == (False, False)


@needs_proc
def test_where_a_project_was_moved_to_is_known(home: ProjectFolder, root: Path) -> None:
    assert home.find_new_place() is None
    away = root.rename(root.with_name("away"))
    assert home.find_new_place() == away
    shutil.rmtree(away)
    assert home.find_new_place() is None
    home.close()
    assert home.find_new_place() is None


@needs_proc
def test_who_waits_for_a_project_that_was_moved_for_good_ends_and_says_where_it_is(
    home: ProjectFolder, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_MOVED_SECONDS", 0.0)
    monkeypatch.setattr(run, "_LOOK_AGAIN_SECONDS", 0.001)
    monkeypatch.setattr(run, "ProjectFolder", lambda *_: home)
    away = root.with_name("a way")

    def fail(*_: object) -> None:
        root.rename(away)
        raise DatabaseFolderGone

    monkeypatch.setattr(run, "_run", fail)
    log = LogBook()

    with pytest.raises(
        NotReachable, match=f"was moved to {away}; start docsync there: docsync -C '{away}' run"
    ):
        run.run_daemon(settings_of(root), log)

    assert log.lines[0][1:] == (
        "project.gone",
        {
            "path": str(root),
            "moved_to": str(away),
            "next": "waiting until it is back; nothing is synced meanwhile",
        },
    )


@pytest.mark.parametrize("error", [FileNotFoundError(2, "no such file", "docsync.db"), NoDatabase("gone")])
def test_a_start_that_fails_because_the_project_goes_waits_for_it(
    root: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    away, runs = root.with_name("away"), list[str]()

    def start(*_: object) -> None:
        runs.append("run")
        if len(runs) == 1:
            root.rename(away)
            Timer(0.05, lambda: away.rename(root)).start()
            raise error

    monkeypatch.setattr(run, "_LOOK_AGAIN_SECONDS", 0.001)
    monkeypatch.setattr(run, "_run", start)
    log = LogBook()

    run.run_daemon(settings_of(root), log)

    assert (len(runs), log.events()) == (2, ["project.gone", "project.back"])


def test_a_start_that_fails_while_the_project_is_there_fails(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise NoDatabase("damaged")

    monkeypatch.setattr(run, "_run", fail)

    with pytest.raises(NoDatabase):
        run.run_daemon(settings_of(root), LogBook())


def settings_of(root: Path) -> DaemonSettings:
    collections = tuple(Collection(name, name, ("*.json",), "json") for name in ("personas", "prompts"))
    return DaemonSettings(Settings(root, collections), root / ".docsync/docsync.db")


@pytest.mark.parametrize("mark", ["prompts/", "docsync.toml"])
def test_another_project_in_its_place_is_taken(root: Path, mark: str) -> None:
    home = ProjectFolder(root, root / "docsync.toml", ["personas", "prompts"])
    shutil.rmtree(root)
    (root / mark).mkdir(parents=True)
    assert (home.is_back(), home.is_still_there()) == (True, True)


def test_nothing_is_made_where_a_project_was_moved_away(daemon: Daemon) -> None:
    daemon.persona("personas/ana.json")
    daemon.start()
    epoch = daemon.status()["epoch"]
    away = daemon.root.with_name("away")
    daemon.root.rename(away)
    daemon.until(lambda: daemon.lines("project.gone"))
    assert not daemon.root.exists()
    (away / "personas/ben.json").write_text('{"name": "ben"}')
    away.rename(daemon.root)
    daemon.until(lambda: len(daemon.lines("docsync.started")) == 2)
    daemon.wait()
    assert (daemon.documents(), daemon.status()["epoch"]) == (2, epoch)
    assert daemon.stop() == 0


def test_who_waits_for_a_project_can_be_stopped(daemon: Daemon) -> None:
    daemon.start()
    daemon.root.rename(daemon.root.with_name("away"))
    daemon.until(lambda: daemon.lines("project.gone"))
    assert daemon.stop() == 0
    assert not daemon.root.exists()


def test_nothing_is_written_into_a_mount_point_without_its_volume(daemon: Daemon, mounts: Mounts) -> None:
    shutil.rmtree(daemon.root)
    daemon.root.mkdir()
    mounts.over(daemon.root)
    daemon.persona("personas/ana.json")
    daemon.start()
    mounts.off(daemon.root)
    daemon.until(lambda: daemon.lines("project.gone"))
    assert not (daemon.root / ".docsync").exists()
    assert daemon.stop() == 0
