"""The cookie that proves that every earlier hint has arrived."""

from pathlib import Path
from threading import Event

import pytest

from docsync.sync.thread import barrier
from docsync.sync.thread.barrier import Barrier


class Heard(Barrier):
    """Every cookie comes back at once."""

    def send(self) -> Event | None:
        back = super().send()
        for name in list(self._waiting):
            self.take(f"cookies/{name}")
        return back


def test_a_cookie_that_comes_back_proves_the_watcher(tmp_path: Path) -> None:
    assert Heard(tmp_path / "cookies", "cookies").wait()


def test_a_cookie_that_stays_away_proves_nothing_and_others_are_waited_for_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(barrier, "PATIENCE_SECONDS", 0.01)
    cookies = Barrier(tmp_path / "cookies", "cookies")
    other = cookies.send()
    assert other is not None
    [name] = cookies._waiting
    assert not cookies.wait()
    assert cookies.take(f"cookies/{name}")
    assert other.is_set()


def test_where_no_cookie_can_be_written_nothing_is_proved(tmp_path: Path) -> None:
    cookies = Barrier(tmp_path / "cookies", "cookies")
    (tmp_path / "cookies").rmdir()
    assert not cookies.wait()


def test_what_is_left_of_an_earlier_life_is_removed_and_other_things_stay(tmp_path: Path) -> None:
    folder = tmp_path / "cookies"
    (folder / "cookie-2").mkdir(parents=True)
    (folder / "cookie-1").touch()
    Barrier(folder, "cookies")
    assert [path.name for path in folder.iterdir()] == ["cookie-2"]
