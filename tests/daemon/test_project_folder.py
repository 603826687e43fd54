"""A project that is moved away or unmounted is waited for: no empty one is made where it was."""

import shutil
from pathlib import Path

import pytest

from docsync.daemon.project_folder import ProjectFolder
from tests.daemon.running import Daemon
from tests.helpers.mounting import Mounts, mounts

__all__ = ["mounts"]


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
