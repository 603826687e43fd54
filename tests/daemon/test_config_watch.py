"""docsync.toml is changed or broken while docsync runs: the log says so, once."""

from pathlib import Path

import pytest

from docsync.daemon.config_watch import ConfigWatch
from tests.daemon.running import Daemon
from tests.helpers.rig import LogBook


@pytest.fixture
def log() -> LogBook:
    return LogBook()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "docsync.toml").write_text("a")
    return tmp_path / "docsync.toml"


def ticked(watch: ConfigWatch) -> None:
    for _ in range(3):
        watch.tick()


def test_a_file_that_stays_is_not_spoken_of(file: Path, log: LogBook) -> None:
    ticked(ConfigWatch(file, tuple, log))

    assert log.lines == []


def test_a_change_is_told_once_with_what_to_do(file: Path, log: LogBook) -> None:
    watch = ConfigWatch(file, tuple, log)
    file.write_text("another")

    ticked(watch)
    ticked(watch)

    next_ = "restart docsync to apply it"
    assert log.lines == [("warning", "config.changed", {"path": str(file), "next": next_})]


def test_a_file_that_is_still_being_written_is_left_until_it_rests(file: Path, log: LogBook) -> None:
    watch = ConfigWatch(file, tuple, log)
    for text in ("b", "bb", "bbb"):
        file.write_text(text)
        watch.tick()
    assert log.lines == []

    watch.tick()

    assert log.events() == ["config.changed"]


def test_mistakes_are_told_and_that_they_are_mended(file: Path, log: LogBook) -> None:
    mistakes = ["docsync.toml:1: unknown key x"]
    watch = ConfigWatch(file, lambda: tuple(mistakes), log)
    file.unlink()
    ticked(watch)
    mistakes.clear()
    file.write_text("mended")
    ticked(watch)

    assert log.events() == ["config.broken", "config.changed"]
    assert log.lines[0][2]["mistakes"] == ["docsync.toml:1: unknown key x"]


def test_a_running_daemon_tells_of_a_broken_docsync_toml(daemon: Daemon) -> None:
    daemon.persona("personas/ana.json")
    daemon.start()

    daemon.write("docsync.toml", "[watch]\nsettel_ms = 5\n")

    daemon.until(lambda: daemon.lines("config.broken"))
    (line,) = daemon.lines("config.broken")
    assert "settel_ms" in str(line["mistakes"])
    assert daemon.status()["restart_to_apply"]
