import errno
import os
import stat
from pathlib import Path
from typing import Any, NoReturn

import pytest

from docsync.watch.watch_tree import PathStep, WatchedFolder, WatchedRoot, WatchTree


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
def tree(tmp_path: Path, kernel: Kernel) -> WatchTree:
    (tmp_path / "a/p/sub/deep").mkdir(parents=True)
    (tmp_path / "a/p/.hidden").mkdir()
    return WatchTree(str(tmp_path), ["a/p"], kernel)


def top(tree: WatchTree) -> WatchedFolder:
    """The folder of the only root."""
    node = tree.roots[0].node
    assert node is not None
    return node


def watched(tree: WatchTree) -> list[str]:
    """The paths of every node, top first."""
    todo = [root.node for root in tree.roots if root.node]
    for node in todo:
        todo += node.children.values()
    return sorted(node.path for node in todo if node.watch is not None)


def test_planting_watches_the_way_and_the_tree_but_nothing_hidden(tree: WatchTree, kernel: Kernel) -> None:
    assert tree.watch_root(tree.roots[0], thorough=True)
    assert watched(tree) == ["a/p", "a/p/sub", "a/p/sub/deep"]
    assert [step.name for step in tree.roots[0].steps] == ["a", "p"]
    assert len(kernel.watches) == 5


def test_planting_again_changes_nothing(tree: WatchTree, kernel: Kernel) -> None:
    tree.watch_root(tree.roots[0], thorough=True)
    before = dict(kernel.watches)
    assert not tree.watch_root(tree.roots[0], thorough=True)
    assert kernel.watches == before


def test_only_a_thorough_look_finds_what_no_event_told(tree: WatchTree, tmp_path: Path) -> None:
    tree.watch_root(tree.roots[0], thorough=True)
    (tmp_path / "a/p/sub/deep").rename(tmp_path / "a/p/sub/other")
    assert not tree.watch_root(tree.roots[0], thorough=False)
    assert "a/p/sub/deep" in watched(tree)
    assert tree.watch_root(tree.roots[0], thorough=True)
    assert watched(tree) == ["a/p", "a/p/sub", "a/p/sub/other"]


def test_a_root_that_went_keeps_only_the_way_that_is_left(
    tree: WatchTree, kernel: Kernel, tmp_path: Path
) -> None:
    tree.watch_root(tree.roots[0], thorough=True)
    (tmp_path / "a").rename(tmp_path / "b")
    assert tree.watch_root(tree.roots[0], thorough=True)
    assert watched(tree) == []
    assert len(kernel.watches) == 1
    assert not tree.watch_root(tree.roots[0], thorough=True)


def test_dropping_a_folder_forgets_everything_beneath(tree: WatchTree, kernel: Kernel) -> None:
    tree.watch_root(tree.roots[0], thorough=True)
    tree.drop(top(tree).children["sub"])
    assert watched(tree) == ["a/p"]
    assert len(kernel.watches) == 3


def test_a_folder_that_went_before_it_was_watched_is_forgotten(tree: WatchTree, tmp_path: Path) -> None:
    tree.watch_root(tree.roots[0], thorough=True)
    ghost = tree.child(top(tree), "ghost")
    assert tree.watch_folder(ghost, thorough=False)
    assert "ghost" not in top(tree).children


def test_a_refused_folder_does_not_hide_what_lies_beneath(tree: WatchTree, kernel: Kernel) -> None:
    kernel.refuse["sub"] = errno.ENOSPC
    tree.watch_root(tree.roots[0], thorough=True)
    assert watched(tree) == ["a/p", "a/p/sub/deep"]
    assert [node.path for node in tree.list_polled()] == ["a/p/sub"]


def test_an_unreadable_folder_is_refused_but_not_polled(tree: WatchTree, kernel: Kernel) -> None:
    kernel.refuse["sub"] = errno.EACCES
    tree.watch_root(tree.roots[0], thorough=True)
    assert tree.list_polled() == []
    assert list(tree.refused.values()) == [errno.EACCES]


def test_a_retry_tells_where_a_watch_was_got_at_last(tree: WatchTree, kernel: Kernel) -> None:
    kernel.refuse |= {"sub": errno.ENOSPC, "deep": errno.ENOSPC}
    tree.watch_root(tree.roots[0], thorough=True)
    assert tree.retry() == []
    kernel.refuse.clear()
    assert tree.retry() == ["a/p/sub"]
    assert (tree.refused, tree.retry()) == ({}, [])
    assert "a/p/sub/deep" in watched(tree)


def test_a_refused_step_is_known_until_it_is_watched(tree: WatchTree, kernel: Kernel) -> None:
    kernel.refuse["a"] = errno.ENOSPC
    tree.watch_root(tree.roots[0], thorough=True)
    assert [user.name for user in tree.refused if isinstance(user, PathStep)] == ["p"]
    assert watched(tree)[0] == "a/p"
    kernel.refuse.clear()
    tree.watch_root(tree.roots[0], thorough=True)
    assert tree.refused == {}


def test_a_refused_step_is_forgotten_when_the_way_no_longer_needs_it(
    tree: WatchTree, kernel: Kernel, tmp_path: Path
) -> None:
    kernel.refuse["a"] = errno.ENOSPC
    tree.watch_root(tree.roots[0], thorough=True)
    (tmp_path / "a").rename(tmp_path / "b")
    tree.watch_root(tree.roots[0], thorough=True)
    assert tree.refused == {}


def test_a_path_of_an_entry_is_below_its_folder_also_at_the_top() -> None:
    assert WatchedFolder(WatchedRoot(""), "", "/").join_name("x") == "x"
    assert WatchedFolder(WatchedRoot("p"), "p", "/p").join_name("x") == "p/x"


def test_a_folder_on_the_way_that_went_before_it_was_watched_is_no_step(
    tree: WatchTree, kernel: Kernel
) -> None:
    kernel.refuse["a"] = errno.ENOENT
    tree.watch_root(tree.roots[0], thorough=True)
    assert [step.name for step in tree.roots[0].steps] == ["a"]
    assert tree.refused == {}


def test_a_folder_that_cannot_be_listed_for_a_moment_is_polled_and_tried_again(
    tree: WatchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def exhausted(path: str) -> Any:
        if str(path).endswith("sub"):
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), path)
        return scandir(path)

    with monkeypatch.context() as moment:
        moment.setattr(os, "scandir", exhausted)
        tree.watch_root(tree.roots[0], thorough=True)
    assert [node.path for node in tree.list_polled()] == ["a/p/sub"]
    assert tree.retry() == ["a/p/sub"]
    assert watched(tree) == ["a/p", "a/p/sub", "a/p/sub/deep"]
    assert tree.list_polled() == []


def test_a_folder_that_went_before_it_was_listed_is_forgotten(
    tree: WatchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(path: str) -> NoReturn:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)

    monkeypatch.setattr(os, "scandir", gone)
    tree.watch_root(tree.roots[0], thorough=True)
    assert watched(tree) == []
    assert tree.list_polled() == []
