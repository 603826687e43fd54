"""Is Git at work in a repository around the files? Looks at the names in its directory, and never runs Git.

What the names mean was measured with git 2.39 on Linux: `index.lock` is empty while Git writes files, and
holds the new index while an editor waits for a commit message.
"""

import os
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from docsync.real_path import real_path

_STALE_NS = 10_000_000_000
_JUST_NOW_NS = 250_000_000
_POINTER = "gitdir:"
_MAX_POINTER_CHARACTERS = 8192


class IndexStamp(NamedTuple):
    """Identity of a file that Git replaces whenever it has changed the work tree or the index."""

    mtime_ns: int
    inode: int
    size: int


def find_git(root: Path, folders: Iterable[str]) -> "GitDirectories":
    """The repositories that enclose the project at *root* and its *folders* at this moment, as one.

    A folder may be a submodule. Worktrees and submodules lead to their own directory. Quick enough to be
    asked before every batch: a repository may be made, moved in or taken away at any time.
    """
    found: dict[str, None] = {}
    seen: set[str] = set()
    for folder in ("", *folders):
        found |= dict.fromkeys(_find_enclosing(real_path(os.path.join(root, folder)), seen))  # noqa: PTH118
    return GitDirectories(*found)


def find_directory(tree: Path) -> str | None:
    """The Git directory of the repository whose work tree is *tree*, None if that is none."""
    return _directory_of(str(tree))


def _find_enclosing(folder: str, seen: set[str]) -> Iterator[str]:
    """The Git directory of the nearest repository above *folder*, unless the way to it was *seen* before."""
    while folder not in seen:
        seen.add(folder)
        if (directory := _directory_of(folder)) is not None:
            yield directory
            return
        folder = os.path.dirname(folder)  # noqa: PTH120 - a str, as below; that of / is / itself


def _directory_of(folder: str) -> str | None:
    """The Git directory of the repository whose work tree is *folder*, None if that is none."""
    entry = f"{folder.rstrip('/')}/.git"
    status = _stat(entry)
    if status is None:
        return None
    if stat.S_ISDIR(status.st_mode):
        return entry
    if not stat.S_ISREG(status.st_mode) or not (pointer := _read_beginning(entry)).startswith(_POINTER):
        return None
    return os.path.join(folder, pointer.removeprefix(_POINTER).strip())  # noqa: PTH118


def _read_beginning(path: str) -> str:
    """What a pointer would fit into; empty if it went, or may not be read."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123
            return file.read(_MAX_POINTER_CHARACTERS)
    except OSError:
        return ""


IndexStamps = frozenset[tuple[str, IndexStamp]]
"""The index of each repository that has one."""


class GitDirectories:
    """Git directories: the real ones, where index and index.lock are. Without one `is_working` is False."""

    def __init__(self, *folders: str | Path) -> None:
        self._directories = tuple(_Directory(str(folder)) for folder in folders)

    def indexes(self) -> IndexStamps:
        """The index stamp of each repository; a new one means that Git changed the index or the work tree."""
        found = ((directory.path, directory.index()) for directory in self._directories)
        return frozenset((path, stamp) for path, stamp in found if stamp is not None)

    def is_working(self) -> bool:
        """True while the files may be half of one commit and half of another."""
        return any(directory.is_working() for directory in self._directories)


class _Directory:
    def __init__(self, path: str) -> None:
        self.path = path
        self._index = f"{path}/index"
        self._lock = f"{path}/index.lock"
        self._rebase_merge = f"{path}/rebase-merge"
        self._stopped = f"{path}/rebase-merge/stopped-sha"
        self._rebase_apply = f"{path}/rebase-apply"

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
        return _stat(self._rebase_apply) is not None and self._has_just_unlocked(now_ns)

    def _has_just_unlocked(self, now_ns: int) -> bool:
        # Git ends its work by renaming index.lock to index, which gives the index a new ctime.
        index = _stat(self._index)
        return index is not None and _within(now_ns - index.st_ctime_ns, _JUST_NOW_NS)


def _within(age_ns: int, max_ns: int) -> bool:
    # A time in the future (the clock was set back) says nothing about now.
    return -_JUST_NOW_NS <= age_ns < max_ns


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116  # a str: asked twice for every batch
    except OSError:
        return None
