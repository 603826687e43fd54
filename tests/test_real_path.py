"""A path leads somewhere also while links on it come and go."""

import os
from pathlib import Path
from threading import Event, Thread

import pytest

from docsync.real_path import real_path


def test_it_is_what_the_system_says(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "loop").symlink_to("loop")
    for name in ("file", "link", "loop", "missing", "link/beneath", "."):
        assert real_path(tmp_path / name) == os.path.realpath(tmp_path / name)


def test_a_link_that_comes_and_goes_leads_nowhere_or_where_it_says(tmp_path: Path) -> None:
    file, link, is_over = tmp_path / "file", tmp_path / "link", Event()
    file.touch()

    def turn() -> None:
        while not is_over.is_set():
            link.symlink_to("file")
            link.unlink()

    turning = Thread(target=turn)
    turning.start()
    try:
        assert {real_path(link) for _ in range(20_000)} <= {str(file), str(link)}
    finally:
        is_over.set()
        turning.join()


def test_one_that_never_holds_still_is_taken_as_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanish(*_: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(os.path, "realpath", vanish)
    assert real_path(f"{tmp_path}/a/../b") == f"{tmp_path}/b"
