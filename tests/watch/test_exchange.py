"""Names that are exchanged in one step: each leaves and enters, and in between it was never away."""

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from docsync.model import Sign
from tests.helpers.exchange import exchange
from tests.watch.test_inotify import COOKIES, FIXED_WATCHES, Place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    root = tmp_path / "project"
    for folder in ("p/a/sub/deep", "p/b/sub", "p/b/only", "p/q/c/sub", "out/o/sub", "other/sub", COOKIES):
        (root / folder).mkdir(parents=True)
    place = Place(root)
    with place.source:
        yield place


def folders(place: Place) -> list[str]:
    """Every folder of the collection, as a path in the project."""
    return sorted(
        folder.relative_to(place.root).as_posix()
        for folder in [place.root / "p", *(place.root / "p").rglob("*")]
        if folder.is_dir() and not folder.is_symlink()
    )


def assert_all_is_seen(place: Place) -> None:
    """A save in any folder is hinted under its own name and no other, and no watch is left over."""
    for folder in folders(place):
        hinted = place.hinted_by(partial(place.write, f"{folder}/x.json"))
        assert (f"{folder}/x.json", Sign.CLOSED) in hinted
        assert {path for path, _ in hinted} == {f"{folder}/x.json"}
    assert place.kernel_watches() == FIXED_WATCHES + len(folders(place)) - 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("p/a", "p/b"),
        ("p/b", "p/a"),
        ("p/a", "p/q/c"),
        ("p/q/c", "p/a"),
        ("p/a/sub", "p/b"),
        ("p/b", "p/a/sub/deep"),
        ("p/a", "out/o"),
        ("out/o", "p/a"),
    ],
)
def test_two_folders_are_watched_under_the_names_that_they_have_now(
    place: Place, one: str, other: str
) -> None:
    hinted = place.hinted_by(lambda: exchange(place.root / one, place.root / other))
    for path in (one, other):
        assert not path.startswith("p/") or (path, Sign.FOLDER) in hinted
    assert_all_is_seen(place)
    for path in (one, other):
        if not path.startswith("p/"):
            assert place.hinted_by(partial(place.write, f"{path}/sub/x.json")) == []


@pytest.mark.parametrize("folder_first", [True, False])
@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_folder_and_another_thing_change_places(place: Place, kind: str, folder_first: bool) -> None:
    thing = place.root / "p/thing.json"
    if kind == "file":
        thing.write_text("{}")
    else:
        thing.symlink_to("b/sub")
    pair = (place.root / "p/a", thing)
    hinted = place.hinted_by(lambda: exchange(*(pair if folder_first else pair[::-1])))
    assert {path for path, _ in hinted} == {"p/a", "p/thing.json"}
    assert_all_is_seen(place)


def test_what_is_exchanged_twice_is_where_it_was(place: Place) -> None:
    def twice() -> None:
        exchange(place.root / "p/a", place.root / "p/b")
        exchange(place.root / "p/a", place.root / "p/b")

    place.hinted_by(twice)
    assert_all_is_seen(place)


def test_the_root_itself_changes_places_with_another_folder(place: Place) -> None:
    assert ("p", Sign.FOLDER) in place.hinted_by(lambda: exchange(place.root / "p", place.root / "other"))
    assert place.is_seen("p/sub/x.json")
    assert place.hinted_by(lambda: place.write("other/a/x.json")) == []


def test_a_folder_above_the_root_changes_places_with_another_one(tmp_path: Path) -> None:
    root = tmp_path / "project"
    for folder in ("top/p/a", "next/p/b", COOKIES):
        (root / folder).mkdir(parents=True)
    place = Place(root, "top/p")
    with place.source:
        hinted = place.hinted_by(lambda: exchange(root / "top", root / "next"))
        assert ("top/p", Sign.FOLDER) in hinted
        assert place.is_seen("top/p/b/x.json")
        assert place.hinted_by(lambda: place.write("next/p/a/x.json")) == []


def test_two_roots_change_places(tmp_path: Path) -> None:
    root = tmp_path / "project"
    for folder in ("p/a", "r/b", COOKIES):
        (root / folder).mkdir(parents=True)
    place = Place(root, "p", "r")
    with place.source:
        hinted = place.hinted_by(lambda: exchange(root / "p", root / "r"))
        assert {("p", Sign.FOLDER), ("r", Sign.FOLDER)} <= set(hinted)
        assert place.is_seen("p/b/x.json")
        assert place.is_seen("r/a/x.json")


@pytest.mark.parametrize("seed", range(4))
def test_exchanges_and_moves_in_any_order_leave_every_folder_watched(place: Place, seed: int) -> None:
    chance = random.Random(seed)

    def churn() -> None:
        for _ in range(60):
            names = [place.root / path for path in folders(place)[1:]]
            one, other = chance.sample(names, 2)
            if not (one.is_relative_to(other) or other.is_relative_to(one)):
                exchange(one, other)
            elif chance.random() < 0.5:
                (chance.choice(names) / f"n{chance.random()}").mkdir()

    place.hinted_by(churn)
    assert_all_is_seen(place)
