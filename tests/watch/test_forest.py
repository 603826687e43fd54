import errno
import os
import stat
from pathlib import Path
from typing import Any, NoReturn

import pytest

from docsync.watch.forest import PathStep, WatchedFolder, WatchedRoot, WatchTree


class Kernel:
    """Watches by device and inode like the kernel's; `refuse` names folders that get none, and why."""

    def __init__(self) -> None:
        self.watches: dict[int, tuple[int, int]] = {}
        self.refuse: dict[str, int] = {}
        self._last = 0

    def add(self, folder: str, mask: int) -> int:
        found = os.lstat(folder)
        if code := self.refuse.get(Path(folder).name):
            raise OSError(code, os.strerror(code), folder)
        if not stat.S_ISDIR(found.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "Not a directory", folder)
        same = [watch for watch, known in self.watches.items() if known == (found.st_dev, found.st_ino)]
        if same:
            return same[0]
        self._last += 1
        self.watches[self._last] = (found.st_dev, found.st_ino)
        return self._last

    def remove(self, watch: int) -> None:
        del self.watches[watch]  # the ledger must not remove what it does not hold


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


@pytest.fixture
def forest(tmp_path: Path, kernel: Kernel) -> WatchTree:
    (tmp_path / "a/p/sub/deep").mkdir(parents=True)
    (tmp_path / "a/p/.hidden").mkdir()
    return WatchTree(str(tmp_path), ["a/p"], kernel)


def top(forest: WatchTree) -> WatchedFolder:
    """The folder of the only root."""
    node = forest.roots[0].node
    assert node is not None
    return node


def watched(forest: WatchTree) -> list[str]:
    """The paths of every node, top first."""
    todo = [root.node for root in forest.roots if root.node]
    for node in todo:
        todo += node.children.values()
    return sorted(node.path for node in todo if node.watch is not None)


def test_planting_watches_the_way_and_the_tree_but_nothing_hidden(forest: WatchTree, kernel: Kernel) -> None:
    assert forest.plant(forest.roots[0], thorough=True)
    assert watched(forest) == ["a/p", "a/p/sub", "a/p/sub/deep"]
    assert [step.name for step in forest.roots[0].steps] == ["a", "p"]
    assert len(kernel.watches) == 5


def test_planting_again_changes_nothing(forest: WatchTree, kernel: Kernel) -> None:
    forest.plant(forest.roots[0], thorough=True)
    before = dict(kernel.watches)
    assert not forest.plant(forest.roots[0], thorough=True)
    assert kernel.watches == before


def test_only_a_thorough_look_finds_what_no_event_told(forest: WatchTree, tmp_path: Path) -> None:
    forest.plant(forest.roots[0], thorough=True)
    (tmp_path / "a/p/sub/deep").rename(tmp_path / "a/p/sub/other")
    assert not forest.plant(forest.roots[0], thorough=False)
    assert "a/p/sub/deep" in watched(forest)
    assert forest.plant(forest.roots[0], thorough=True)
    assert watched(forest) == ["a/p", "a/p/sub", "a/p/sub/other"]


def test_a_root_that_went_keeps_only_the_way_that_is_left(forest: WatchTree, kernel: Kernel, tmp_path: Path) -> None:
    forest.plant(forest.roots[0], thorough=True)
    (tmp_path / "a").rename(tmp_path / "b")
    assert forest.plant(forest.roots[0], thorough=True)
    assert watched(forest) == []
    assert len(kernel.watches) == 1
    assert not forest.plant(forest.roots[0], thorough=True)


def test_dropping_a_folder_forgets_everything_beneath(forest: WatchTree, kernel: Kernel) -> None:
    forest.plant(forest.roots[0], thorough=True)
    forest.drop(top(forest).children["sub"])
    assert watched(forest) == ["a/p"]
    assert len(kernel.watches) == 3


def test_a_folder_that_went_before_it_was_watched_is_forgotten(forest: WatchTree, tmp_path: Path) -> None:
    forest.plant(forest.roots[0], thorough=True)
    ghost = forest.child(top(forest), "ghost")
    assert forest.grow(ghost, thorough=False)
    assert "ghost" not in top(forest).children


def test_a_refused_folder_does_not_hide_what_lies_beneath(forest: WatchTree, kernel: Kernel) -> None:
    kernel.refuse["sub"] = errno.ENOSPC
    forest.plant(forest.roots[0], thorough=True)
    assert watched(forest) == ["a/p", "a/p/sub/deep"]
    assert [node.path for node in forest.list_polled()] == ["a/p/sub"]


def test_an_unreadable_folder_is_refused_but_not_polled(forest: WatchTree, kernel: Kernel) -> None:
    kernel.refuse["sub"] = errno.EACCES
    forest.plant(forest.roots[0], thorough=True)
    assert forest.list_polled() == []
    assert list(forest.refused.values()) == [errno.EACCES]


def test_a_retry_tells_where_a_watch_was_got_at_last(forest: WatchTree, kernel: Kernel) -> None:
    kernel.refuse |= {"sub": errno.ENOSPC, "deep": errno.ENOSPC}
    forest.plant(forest.roots[0], thorough=True)
    assert forest.retry() == []
    kernel.refuse.clear()
    assert forest.retry() == ["a/p/sub"]
    assert (forest.refused, forest.retry()) == ({}, [])
    assert "a/p/sub/deep" in watched(forest)


def test_a_refused_step_is_known_until_it_is_watched(forest: WatchTree, kernel: Kernel) -> None:
    kernel.refuse["a"] = errno.ENOSPC
    forest.plant(forest.roots[0], thorough=True)
    assert [user.name for user in forest.refused if isinstance(user, PathStep)] == ["p"]
    assert watched(forest)[0] == "a/p"
    kernel.refuse.clear()
    forest.plant(forest.roots[0], thorough=True)
    assert forest.refused == {}


def test_a_refused_step_is_forgotten_when_the_way_no_longer_needs_it(
    forest: WatchTree, kernel: Kernel, tmp_path: Path
) -> None:
    kernel.refuse["a"] = errno.ENOSPC
    forest.plant(forest.roots[0], thorough=True)
    (tmp_path / "a").rename(tmp_path / "b")
    forest.plant(forest.roots[0], thorough=True)
    assert forest.refused == {}


def test_a_path_of_an_entry_is_below_its_folder_also_at_the_top() -> None:
    assert WatchedFolder(WatchedRoot(""), "", "/").join_name("x") == "x"
    assert WatchedFolder(WatchedRoot("p"), "p", "/p").join_name("x") == "p/x"


def test_a_folder_on_the_way_that_went_before_it_was_watched_is_no_step(forest: WatchTree, kernel: Kernel) -> None:
    kernel.refuse["a"] = errno.ENOENT
    forest.plant(forest.roots[0], thorough=True)
    assert [step.name for step in forest.roots[0].steps] == ["a"]
    assert forest.refused == {}


def test_a_folder_that_cannot_be_listed_for_a_moment_is_polled_and_tried_again(
    forest: WatchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def exhausted(path: str) -> Any:
        if str(path).endswith("sub"):
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), path)
        return scandir(path)

    with monkeypatch.context() as moment:
        moment.setattr(os, "scandir", exhausted)
        forest.plant(forest.roots[0], thorough=True)
    assert [node.path for node in forest.list_polled()] == ["a/p/sub"]
    assert forest.retry() == ["a/p/sub"]
    assert watched(forest) == ["a/p", "a/p/sub", "a/p/sub/deep"]
    assert forest.list_polled() == []


def test_a_folder_that_went_before_it_was_listed_is_forgotten(
    forest: WatchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(path: str) -> NoReturn:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)

    monkeypatch.setattr(os, "scandir", gone)
    forest.plant(forest.roots[0], thorough=True)
    assert watched(forest) == []
    assert forest.list_polled() == []
