"""Single files and names beside the watched folders: what is heard of them, and what becomes of their watches."""

import os
import shutil
from pathlib import Path

import pytest

from docsync.model import FollowedFile, Sign
from docsync.watch import followed
from tests.watch.test_inotify import FIXED_WATCHES, Place, place

__all__ = ["place"]
INODE = (1, 1)  # which one it is, a source never asks; another one means that another file lies there
X = "p/x.json"


def link(place: Place) -> Path:
    """A document whose file has another name outside, which is returned."""
    other = place.root / "out.json"
    other.write_text("{}")
    os.link(other, place.root / X)
    return other


def test_a_write_through_another_name_is_hinted(place: Place) -> None:
    other = link(place)
    assert place.hinted_by(lambda: other.write_text("[]")) == []
    assert place.hinted_by(lambda: place.source.follow({X: FollowedFile(inode=INODE)})) == [
        (X, Sign.ATTRIBUTES)
    ]
    signs = dict.fromkeys(place.hinted_by(lambda: other.write_text("{}")))
    assert list(signs) == [(X, Sign.OPEN), (X, Sign.CLOSED)]
    assert (X, Sign.ATTRIBUTES) in place.hinted_by(other.unlink)


def test_what_is_not_followed_any_more_is_not_watched(place: Place) -> None:
    other = link(place)
    files = {X: FollowedFile(frozenset({"p/.a.json", "q/b.json"}), INODE)}
    (place.root / "q").mkdir()
    place.source.follow(files)
    assert place.kernel_watches() == FIXED_WATCHES + 2
    assert place.hinted_by(lambda: place.source.follow(files)) == []
    place.source.follow({})
    assert place.kernel_watches() == FIXED_WATCHES
    assert place.hinted_by(lambda: other.write_text("[]")) == []
    assert place.is_seen("p/y.json")


def test_a_followed_name_is_hinted_when_it_comes_goes_or_changes_places_and_its_neighbours_are_not(
    place: Place,
) -> None:
    folder = place.root / "p/.store"
    folder.mkdir()
    place.source.follow({X: FollowedFile(frozenset({"p/.store/a.json"}))})
    deeds = (
        lambda: (folder / "a.json").write_text("{}"),
        lambda: (folder / "a.json").rename(folder / "b.json"),
        lambda: (folder / "b.json").replace(folder / "a.json"),
        lambda: shutil.rmtree(folder),
    )
    for deed in deeds:
        assert set(place.hinted_by(deed)) == {(X, Sign.FOLDER)}
    folder.mkdir()
    assert place.hinted_by(lambda: (folder / "c.json").write_text("{}")) == []


def test_another_file_in_the_place_of_a_followed_one_is_watched_once_the_first_is_gone(place: Place) -> None:
    other = link(place)
    place.source.follow({X: FollowedFile(inode=INODE)})
    other.unlink()
    (place.root / "next.json").write_text("{}")
    os.link(place.root / "next.json", place.root / "p/.tmp")
    place.hinted_by(lambda: (place.root / "p/.tmp").rename(place.root / X))
    hinted = place.hinted_by(lambda: (place.root / "next.json").write_text("[]"))
    assert (X, Sign.CLOSED) in hinted


def test_a_folder_in_the_place_of_a_followed_file_keeps_its_own_watch(place: Place) -> None:
    (place.root / X).mkdir()
    place.drain()
    place.source.follow({X: FollowedFile(inode=INODE)})
    assert place.is_seen(f"{X}/deep.json")
    place.source.follow({})
    assert place.is_seen(f"{X}/deep.json")


def test_after_lost_hints_files_are_followed_as_they_lie_there_now(place: Place) -> None:
    link(place)
    place.source.follow({X: FollowedFile(inode=INODE)})
    with place.source._tree.lock:
        (place.root / "next.json").write_text("{}")
        (place.root / X).unlink()
        os.link(place.root / "next.json", place.root / X)
        place.source.resync()
    place.drain()
    assert (X, Sign.CLOSED) in place.hinted_by(lambda: (place.root / "next.json").write_text("[]"))


def test_files_beyond_the_limit_are_polled_and_said_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followed, "MAX_WATCHES", 1)
    other = link(place)
    place.write("y.json")
    os.link(place.root / "y.json", place.root / "p/y.json")
    place.source.follow({"p/y.json": FollowedFile(inode=INODE), X: FollowedFile(inode=INODE)})
    (reason,) = place.source.reasons()
    assert (reason.code, reason.path) == ("watch_limit", X)
    place.drain()
    place.hints.clear()
    other.write_text('{"longer": 1}')
    place.hints.until_hint(X, Sign.WRITTEN)
    place.source.follow({X: FollowedFile(inode=INODE)})
    place.hints.until(lambda _: place.source.reasons() == ())
    place.drain()
    assert (X, Sign.CLOSED) in place.hinted_by(lambda: other.write_text("{}"))
