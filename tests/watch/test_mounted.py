"""What is mounted while somebody watches: no event tells of it, so a check must."""

from pathlib import Path

import pytest

from docsync.model import Sign
from docsync.watch.inotify import InotifySource
from docsync.watch.mount import MountWatch
from tests.helpers.mounting import Mounts, mounts
from tests.watch.test_inotify import Place, place

__all__ = ["mounts", "place"]


@pytest.mark.parametrize("over", ["p", "p/sub"])
@pytest.mark.parametrize("kind", ["tmpfs", "bind"])
def test_what_is_mounted_over_a_folder_is_watched_and_what_it_hid_is_watched_again(
    place: Place, mounts: Mounts, tmp_path: Path, over: str, kind: str
) -> None:
    (place.root / "p/sub").mkdir()
    (tmp_path / "elsewhere/deep").mkdir(parents=True)
    place.drain()
    mounts.over(place.root / over, tmp_path / "elsewhere" if kind == "bind" else None)
    place.hints.clear()
    assert place.source.check() == ("p",)
    assert place.hints.signs("p") == [Sign.FOLDER]
    assert place.is_seen(f"{over}/x.json")
    (place.root / over / "deep").mkdir(exist_ok=True)
    assert place.is_seen(f"{over}/deep/x.json")

    mounts.off(place.root / over)
    place.source.check()
    assert place.is_seen("p/x.json")
    assert place.is_seen("p/sub/x.json")
    assert place.source.check() == ()


def test_a_mount_elsewhere_is_no_news(place: Place, mounts: Mounts, tmp_path: Path) -> None:
    (place.root / "p/sub").mkdir()
    (tmp_path / "elsewhere").mkdir()
    place.drain()
    mounts.over(tmp_path / "elsewhere")
    assert place.source.check() == ()
    assert place.is_seen("p/sub/x.json")


def test_what_was_mounted_before_the_start_is_watched(place: Place, mounts: Mounts) -> None:
    (place.root / "q").mkdir()
    mounts.over(place.root / "q")
    with InotifySource(place.root, ["q"], place.hints, poll_ms=20) as source:
        place.write("q/x.json")
        place.hints.until_hint("q/x.json", Sign.CLOSED)
        assert source.check() == ()


def test_a_mount_that_was_undone_is_a_change_all_the_same(mounts: Mounts, tmp_path: Path) -> None:
    watch = MountWatch()
    before = watch.state()
    assert watch.state() == before
    mounts.over(tmp_path)
    mounts.off(tmp_path)
    after = watch.state()
    assert after.table == before.table
    assert after != before
    assert watch.state() == after
    watch.close()


def test_what_was_watched_of_a_mount_that_came_and_went_between_two_checks_is_not_any_more(
    place: Place, mounts: Mounts, tmp_path: Path
) -> None:
    (place.root / "p/sub").mkdir()
    (tmp_path / "elsewhere").mkdir()
    place.drain()
    mounts.over(place.root / "p/sub", tmp_path / "elsewhere")
    # Before another check, an event of the folder makes the reader look at it again.
    assert ("p", Sign.FOLDER) in place.hinted_by(lambda: (place.root / "p").rename(place.root / "q"))
    place.hinted_by(lambda: (place.root / "q").rename(place.root / "p"))
    mounts.off(place.root / "p/sub")
    place.source.check()
    assert place.is_seen("p/sub/x.json")


@pytest.mark.parametrize("is_early", [True, False])
def test_what_is_written_to_a_file_that_is_mounted_over_a_name_is_heard_under_that_name(
    place: Place, mounts: Mounts, tmp_path: Path, is_early: bool
) -> None:
    """Containers are given single files so; the folder that the file lies in is not watched."""
    file, over = tmp_path / "elsewhere.json", place.root / "q/sub/x.json"
    over.parent.mkdir(parents=True)
    over.write_text("{}")
    file.write_text("{}")
    if is_early:
        mounts.over(over, file)
    with InotifySource(place.root, ["q"], place.hints, poll_ms=20) as source:
        if not is_early:
            mounts.over(over, file)
            source.check()
        source.follow({})
        file.write_text("[]")
        place.hints.until_hint("q/sub/x.json", Sign.CLOSED)
        mounts.off(over)
        source.check()
        place.hints.clear()
        file.write_text("{}")
        over.write_text("[]")
        place.hints.until_hint("q/sub/x.json", Sign.CLOSED)
        assert place.hints.signs("q/sub/x.json").count(Sign.CLOSED) == 1
