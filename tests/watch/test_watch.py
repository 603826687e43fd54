import errno
import os
import sys
from pathlib import Path
from typing import NoReturn

import pytest

import docsync.watch
from docsync.model import Sign
from docsync.watch import Mode, PollSettings, open_source
from docsync.watch.descriptor import Descriptor
from docsync.watch.source import HintSource
from tests.watch.hint_recorder import Recorder


@pytest.fixture
def polling(tmp_path: Path) -> PollSettings:
    (tmp_path / "p").mkdir()

    def scan() -> dict[str, int]:
        return {f"p/{entry.name}": entry.stat().st_ctime_ns for entry in os.scandir(tmp_path / "p")}

    return PollSettings(scan, poll_ms=10)


def codes(source: HintSource) -> list[str]:
    return [reason.code for reason in source.reasons()]


@pytest.mark.parametrize("mode", ["auto", "events"])
def test_on_a_local_linux_folder_it_is_inotify_alone(
    tmp_path: Path, hints: Recorder, polling: PollSettings, mode: Mode
) -> None:
    with open_source(tmp_path, ["p"], hints, mode=mode, polling=polling) as source:
        assert (source.name, codes(source)) == ("inotify", [])


def test_polling_can_be_asked_for(tmp_path: Path, hints: Recorder, polling: PollSettings) -> None:
    with open_source(tmp_path, ["p"], hints, mode="poll", polling=polling) as source:
        assert (source.name, codes(source)) == ("poll", ["polling"])
        (tmp_path / "p/a.json").write_text("{}")
        hints.until_hint("p/a.json", Sign.WRITTEN)


def test_a_remote_file_system_is_polled_as_well_but_not_when_only_events_are_asked_for(
    tmp_path: Path, hints: Recorder, polling: PollSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docsync.watch, "remote_filesystem", lambda folder: "nfs4")
    with open_source(tmp_path, ["p"], hints, mode="auto", polling=polling) as source:
        assert (source.name, codes(source)) == ("inotify", ["network_mount"])
        (tmp_path / "p/a.json").write_text("{}")
        hints.until_hint("p/a.json", Sign.CLOSED)
        hints.until_hint("p/a.json", Sign.WRITTEN)
        assert source.alive()
        assert source.check() == ()
        source.resync()
    assert not source.alive()
    with open_source(tmp_path, ["p"], hints, mode="events", polling=polling) as source:
        assert codes(source) == []


def test_without_a_free_inotify_instance_it_polls_and_says_so(
    tmp_path: Path, hints: Recorder, polling: PollSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(cls: type[Descriptor]) -> NoReturn:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    monkeypatch.setattr(Descriptor, "_create_inotify_fd", classmethod(exhausted))
    with open_source(tmp_path, ["p"], hints, mode="auto", polling=polling) as source:
        assert (source.name, codes(source)) == ("poll", ["instance_limit"])
        (tmp_path / "p/a.json").write_text("{}")
        hints.until_hint("p/a.json", Sign.WRITTEN)


def test_another_error_is_not_hidden(
    tmp_path: Path, hints: Recorder, polling: PollSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(cls: type[Descriptor]) -> NoReturn:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Descriptor, "_create_inotify_fd", classmethod(broken))
    with (
        pytest.raises(OSError, match="Input/output error"),
        open_source(tmp_path, ["p"], hints, mode="auto", polling=polling),
    ):
        pytest.fail("it must not start")


def test_an_unknown_watchdog_gives_its_own_observer(
    tmp_path: Path, hints: Recorder, polling: PollSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docsync.watch.inotify", None)
    with open_source(tmp_path, ["p"], hints, mode="events", polling=polling) as source:
        assert (source.name, codes(source)) == ("watchdog", ["stock_watchdog"])
        (tmp_path / "p/a.json").write_text("{}")
        hints.until_hint("p/a.json", Sign.CLOSED)
