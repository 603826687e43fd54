"""Is Git at work in a repository around the files? Looks at the names in its directory, and never runs Git.

What the names mean was measured with git 2.39 on Linux: `index.lock` is empty while Git writes files, and holds the
new index while an editor waits for a commit message.
"""

import os
import time
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import NamedTuple

_STALE_NS = 10_000_000_000
_JUST_NOW_NS = 250_000_000


class IndexStamp(NamedTuple):
    """Identity of a file that Git replaces whenever it has changed the work tree or the index."""

    mtime_ns: int
    inode: int
    size: int


def find_git(root: Path, folders: Iterable[str]) -> "Git | None":
    """The repositories that enclose the project at *root* and its *folders*, as one; None outside of any.

    A folder may be a submodule. Worktrees and submodules lead to their own directory.
    """
    starts = (root, *((root / folder).resolve() for folder in folders))
    found = dict.fromkeys(git for git in map(_enclosing, starts) if git is not None)
    return Git(*found) if found else None


def _enclosing(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        entry = folder / ".git"
        if entry.is_dir():
            return entry.resolve()
        if entry.is_file():
            pointer = entry.read_text("utf-8", "replace").strip()
            if pointer.startswith("gitdir:"):
                return (folder / pointer.removeprefix("gitdir:").strip()).resolve()
    return None


class Git:
    """One Git directory or several: the real ones, where index and index.lock are."""

    def __init__(self, *folders: Path) -> None:
        self._directories = tuple(_Directory(folder) for folder in folders)

    def index(self) -> Hashable:
        """What the index is now: another answer means that Git has changed the work tree or the index since."""
        return tuple(directory.index() for directory in self._directories)

    def is_working(self) -> bool:
        """True while the files may be half of one commit and half of another."""
        return any(directory.is_working() for directory in self._directories)


class _Directory:
    def __init__(self, folder: Path) -> None:
        self._index = str(folder / "index")
        self._lock = str(folder / "index.lock")
        self._rebase_merge = str(folder / "rebase-merge")
        self._stopped = str(folder / "rebase-merge" / "stopped-sha")
        self._rebase_apply = str(folder / "rebase-apply")

    def index(self) -> IndexStamp | None:
        status = _stat(self._index)
        return IndexStamp(status.st_mtime_ns, status.st_ino, status.st_size) if status else None

    def is_working(self) -> bool:
        now_ns = time.time_ns()
        lock = _stat(self._lock)
        if lock is not None:
            age_ns = now_ns - lock.st_mtime_ns
            return _within(age_ns, _STALE_NS) and (lock.st_size == 0 or _within(age_ns, _JUST_NOW_NS))
        rebase = _stat(self._rebase_merge)
        if rebase is not None and _stat(self._stopped) is None:
            return _within(now_ns - rebase.st_mtime_ns, _STALE_NS)
        return _stat(self._rebase_apply) is not None and self._lock_went_just_now(now_ns)

    def _lock_went_just_now(self, now_ns: int) -> bool:
        # Git ends its work by renaming index.lock to index, which gives the index a new ctime.
        index = _stat(self._index)
        return index is not None and _within(now_ns - index.st_ctime_ns, _JUST_NOW_NS)


def _within(age_ns: int, most_ns: int) -> bool:
    # A time in the future (the clock was set back) says nothing about now.
    return -_JUST_NOW_NS <= age_ns < most_ns


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116  # a str: asked twice for every batch
    except OSError:
        return None
