import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from watchdog.events import FileOpenedEvent
from watchdog.observers.inotify_move_event_grouper import InotifyMoveEventGrouper

from docsync.model import Sign
from docsync.watch import watchdog_source
from docsync.watch.watchdog_source import WatchdogSource
from tests.watch.hint_recorder import Recorder


@pytest.fixture
def source(tmp_path: Path, hints: Recorder) -> Iterator[WatchdogSource]:
    (tmp_path / "p/sub").mkdir(parents=True)
    with WatchdogSource(tmp_path, ["p"], hints) as source:
        yield source


def test_a_closed_write_is_written_then_closed(
    source: WatchdogSource, tmp_path: Path, hints: Recorder
) -> None:
    (tmp_path / "p/a.json").write_text("{}")
    hints.until_hint("p/a.json", Sign.CLOSED)
    assert set(hints.signs("p/a.json")) == {Sign.WRITTEN, Sign.CLOSED}


def test_an_atomic_save_is_renamed(source: WatchdogSource, tmp_path: Path, hints: Recorder) -> None:
    (tmp_path / "p/.a.tmp").write_text("{}")
    (tmp_path / "p/.a.tmp").replace(tmp_path / "p/a.json")
    hints.until_hint("p/a.json", Sign.RENAMED)
    assert hints.signs("p/.a.tmp") == []


def test_a_new_symlink_counts_as_a_folder(source: WatchdogSource, tmp_path: Path, hints: Recorder) -> None:
    (tmp_path / "p/a.json").symlink_to("b.json")
    hints.until_hint("p/a.json", Sign.FOLDER)


def test_the_rename_of_a_mounted_volume_hints_the_whole_root(
    source: WatchdogSource, tmp_path: Path, hints: Recorder
) -> None:
    (tmp_path / "p/sub/..tmp").symlink_to("..2026")
    (tmp_path / "p/sub/..tmp").replace(tmp_path / "p/sub/..data")
    hints.until_hint("p", Sign.FOLDER)


def test_a_symlinked_root_is_hinted_under_its_own_path_and_followed_when_it_points_elsewhere(
    tmp_path: Path, hints: Recorder
) -> None:
    for name in ("v1", "v2"):
        (tmp_path / name).mkdir()
    (tmp_path / "p").symlink_to("v1")
    with WatchdogSource(tmp_path, ["p"], hints):
        (tmp_path / "v1/a.json").write_text("{}")
        hints.until_hint("p/a.json", Sign.CLOSED)
        hints.clear()
        (tmp_path / "tmp").symlink_to("v2")
        (tmp_path / "tmp").replace(tmp_path / "p")
        hints.until(lambda seen: len(seen.signs("p")) >= 2)  # when it changed, and when it was watched again
        (tmp_path / "v2/b.json").write_text("{}")
        hints.until_hint("p/b.json", Sign.CLOSED)


def test_a_dead_reader_shows_and_a_resync_replaces_the_observer(
    source: WatchdogSource, tmp_path: Path, hints: Recorder
) -> None:
    dead: Any = source._observer  # the thread that it hides is in no type
    dead._inotify_fd.stop()
    dead._inotify_fd.join()
    assert dead.is_alive()
    assert not source.alive()
    assert [reason.code for reason in source.reasons()] == ["reader_died"]

    source.resync()
    assert source.alive()
    assert source.reasons() == ()
    (tmp_path / "p/sub/a.json").write_text("{}")
    hints.until_hint("p/sub/a.json", Sign.CLOSED)


def test_an_observer_that_cannot_be_replaced_shows(
    source: WatchdogSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted() -> NoReturn:
        raise OSError(24, "inotify instance limit reached")

    with monkeypatch.context() as patch:
        patch.setattr(watchdog_source, "Observer", exhausted)
        with pytest.raises(OSError, match="limit"):
            source.resync()
        assert not source.alive()
    source.resync()
    assert source.alive()


def test_it_can_be_stopped_while_it_has_no_observer(tmp_path: Path, hints: Recorder) -> None:
    with WatchdogSource(tmp_path, ["p"], hints) as source:
        source._end()
    assert not source.alive()


def test_an_event_that_says_nothing_of_content_gives_no_hint(
    source: WatchdogSource, hints: Recorder, tmp_path: Path
) -> None:
    source.on_any_event(FileOpenedEvent(str(tmp_path / "p/a.json")))
    assert hints.seen == []


def test_a_root_that_goes_while_it_is_looked_at_counts_as_missing(
    source: WatchdogSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog_source, "resolve", lambda top, path, visit: f"{top}/absent")
    assert source._identity("p") is None


def test_a_check_mends_a_root_that_was_replaced_unseen(
    source: WatchdogSource, tmp_path: Path, hints: Recorder
) -> None:
    identity = source._roots["p"]
    assert identity is not None
    target, device, inode = identity
    source._roots["p"] = (target, device, inode + 1)
    assert source.check() == ("p",)
    assert hints.signs("p") == [Sign.FOLDER]
    assert source.check() == ()


def test_a_failing_hint_does_not_end_the_observer(tmp_path: Path, hints: Recorder) -> None:
    (tmp_path / "p").mkdir()

    def hint(path: str, sign: Sign) -> None:
        if path == "p/bad.json":
            raise KeyError(path)
        hints(path, sign)

    with WatchdogSource(tmp_path, ["p"], hint) as source:
        (tmp_path / "p/bad.json").write_text("{}")
        (tmp_path / "p/good.json").write_text("{}")
        hints.until_hint("", Sign.LOST)
        hints.until_hint("p/good.json", Sign.CLOSED)
        assert source.alive()


def test_watchdog_is_kept_from_delaying_and_from_warning(source: WatchdogSource) -> None:
    assert InotifyMoveEventGrouper.delay == 0.02
    scope = {"__name__": "watchdog.observers.inotify_c", "warnings": warnings}
    exec("warnings.warn('callback already exists', RuntimeWarning)", scope)
    with pytest.raises(RuntimeWarning):
        exec("warnings.warn('ours', RuntimeWarning)", {"__name__": "docsync.watch", "warnings": warnings})


def test_a_name_that_is_not_utf8_is_hinted_as_python_decodes_it(
    source: WatchdogSource, tmp_path: Path, hints: Recorder
) -> None:
    name = os.fsdecode(b"p/\xff.json")
    (tmp_path / name).write_text("{}")
    hints.until_hint(name, Sign.CLOSED)
