"""What every source promises, shown on each of them."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from docsync.model import Sign
from docsync.names import covers
from docsync.watch.inotify import InotifySource
from docsync.watch.poll import PollSource
from docsync.watch.source import HintSource, PollSettings
from docsync.watch.watchdog_source import WatchdogSource
from tests.watch.hint_recorder import Recorder

FOLDERS = ("p", "deep/er/q")


def stamps(root: Path) -> dict[str, object]:
    """A scan of the two folders: what a caller gives to the polling source."""
    files = [path for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file()]
    return {path.relative_to(root).as_posix(): path.stat().st_ctime_ns for path in files}


def make(kind: str, root: Path, hints: Recorder) -> AbstractContextManager[HintSource]:
    match kind:
        case "inotify":
            return InotifySource(root, FOLDERS, hints, poll_ms=20)
        case "watchdog":
            return WatchdogSource(root, FOLDERS, hints)
        case _:
            return PollSource(PollSettings(lambda: stamps(root), poll_ms=20), hints)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "project/p/sub").mkdir(parents=True)
    return tmp_path / "project"


@pytest.fixture(params=["inotify", "watchdog", "poll"])
def source(request: pytest.FixtureRequest, root: Path, hints: Recorder) -> Iterator[HintSource]:
    with make(request.param, root, hints) as source:
        assert source.name == request.param
        yield source


def until_told(hints: Recorder, path: str) -> None:
    """Wait for a hint that makes a consumer look at *path*: of itself or of something above it."""
    hints.until(lambda _: any(covers(hinted, path) for hinted, _ in hints.seen))
    hints.clear()


def test_a_save_is_told(source: HintSource, root: Path, hints: Recorder) -> None:
    (root / "p/sub/x.json").write_text("{}")
    until_told(hints, "p/sub/x.json")
    assert source.alive()


def test_an_atomic_save_is_told_under_its_final_name(source: HintSource, root: Path, hints: Recorder) -> None:
    (root / "p/.x.tmp").write_text("{}")
    (root / "p/.x.tmp").replace(root / "p/x.json")
    until_told(hints, "p/x.json")


def test_both_names_of_a_rename_are_told(source: HintSource, root: Path, hints: Recorder) -> None:
    (root / "p/x.json").write_text("{}")
    until_told(hints, "p/x.json")
    (root / "p/x.json").rename(root / "p/y.json")
    hints.until_hint("p/x.json", Sign.GONE)
    hints.until_hint("p/y.json", Sign.RENAMED, Sign.WRITTEN)


def test_a_removal_is_told(source: HintSource, root: Path, hints: Recorder) -> None:
    (root / "p/sub/x.json").write_text("{}")
    until_told(hints, "p/sub/x.json")
    (root / "p/sub/x.json").unlink()
    hints.until_hint("p/sub/x.json", Sign.GONE)


def test_a_folder_that_is_moved_out_is_told_with_all_its_files(
    source: HintSource, root: Path, hints: Recorder
) -> None:
    (root / "p/sub/x.json").write_text("{}")
    until_told(hints, "p/sub/x.json")
    (root / "p/sub").rename(root / "out")
    until_told(hints, "p/sub/x.json")


def test_a_root_that_appears_with_its_ancestors_is_told_and_then_watched(
    source: HintSource, root: Path, hints: Recorder
) -> None:
    (root / "deep/er/q").mkdir(parents=True)
    (root / "deep/er/q/x.json").write_text("{}")
    until_told(hints, "deep/er/q/x.json")
    (root / "deep/er/q/y.json").write_text("{}")
    until_told(hints, "deep/er/q/y.json")


def test_a_root_that_is_removed_and_made_again_is_watched_again(
    source: HintSource, root: Path, hints: Recorder
) -> None:
    (root / "p/x.json").write_text("{}")
    until_told(hints, "p/x.json")
    shutil.rmtree(root / "p")
    until_told(hints, "p/x.json")
    (root / "p").mkdir()
    (root / "p/y.json").write_text("{}")
    until_told(hints, "p/y.json")
    (root / "p/z.json").write_text("{}")
    until_told(hints, "p/z.json")


def test_a_resync_leaves_everything_watched(source: HintSource, root: Path, hints: Recorder) -> None:
    source.resync()
    assert source.alive()
    (root / "p/sub/x.json").write_text("{}")
    until_told(hints, "p/sub/x.json")


def test_a_check_of_what_did_not_change_finds_nothing(source: HintSource) -> None:
    assert source.check() == ()


@pytest.mark.parametrize("kind", ["inotify", "watchdog", "poll"])
def test_stopping_leaves_no_thread_and_nothing_in_the_tree(kind: str, root: Path, hints: Recorder) -> None:
    before = set(threading.enumerate())
    with make(kind, root, hints):
        assert set(threading.enumerate()) > before
    assert set(threading.enumerate()) == before
    assert sorted(root.rglob("*")) == [root / "p", root / "p/sub"]
