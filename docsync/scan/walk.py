"""Walks one collection's folder and says what each name is.

Never opens a file and never follows a folder link.
"""

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import basename, dirname, join, normpath

from docsync.foreign import FolderRule
from docsync.model import Problem, RefusedPath, Severity, Stamp
from docsync.names import is_hidden, is_presentable, strip_folder, to_printable
from docsync.real_path import real_path
from docsync.scan.read import describe_unreadable, is_racy, stamp_of
from docsync.scan.steps import list_steps

# A dangling link or a loop: there is nothing behind the name. Anything else may hide a file.
_DANGLING = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
# Whoever walks beside other work can do something else after so many names.
_NAMES_AT_ONCE = 64
_ALL_READ = stat.S_IRGRP | stat.S_IROTH
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(slots=True)
class WalkResult:
    """Accumulates the result of walks; see model.Scan for the fields."""

    found: dict[str, Stamp] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, RefusedPath] = field(default_factory=dict)
    unreadable: dict[str, RefusedPath] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    steps: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)
    aliases: set[tuple[int, int]] = field(default_factory=set)
    closed: dict[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CollectionFolder:
    """The folder *path* of the collection *owner*, *real* without links.

    *rule* says what is entered, *leaves_out* what is not besides.
    """

    owner: str
    path: str
    real: str
    rule: FolderRule
    leaves_out: Callable[[str], bool]


class Walk:
    """A walk below a collection's folder. `type_of` names the collection of that folder a path is of."""

    def __init__(
        self, top: CollectionFolder, type_of: Callable[[str], str | None], result: WalkResult
    ) -> None:
        self._owner = top.owner
        self._folder = top.path
        self._real_root = top.real
        self._rule = top.rule
        self._leaves_out = top.leaves_out
        self._type_of = type_of
        self._result = result

    def walk_folder(self, path: str, location: str) -> None:
        """Look at all that lies beneath the folder *path*, which the system knows as *location*."""
        folders = [(path, location)]
        while folders:
            folders += filter(None, self.list_folder(*folders.pop()))

    def list_folder(self, path: str, location: str) -> Iterator[tuple[str, str] | None]:
        """Look at each name in the folder *path*; yields the folders in it, and None after some names."""
        # Here and not where the folder is found: whoever walks has its stamp, and sees when that changes.
        if path != ("" if self._folder == "." else self._folder) and self._rule.describe_content(
            path, location
        ):
            return
        above = f"{path}/" if path else ""
        try:
            with os.scandir(location) as entries:
                for number, entry in enumerate(entries, 1):
                    if self._is_folder(entry, inner := above + entry.name):
                        yield inner, entry.path
                    if number % _NAMES_AT_ONCE == 0:
                        yield None
        except (FileNotFoundError, NotADirectoryError):
            return  # it went while we walked; what was known beneath it is now missing
        except OSError as error:
            self._mark_unreadable(path, error)

    @staticmethod
    def stamp_folder(location: str) -> Stamp | None:
        """The stamp of a folder; None for one that is not there, or whose stamp proves nothing yet.

        One of the future proves something: the clock was set back, and what changes now gets another one.
        """
        try:
            stamp = stamp_of(os.stat(location))  # noqa: PTH116  # a str: twice for every folder
        except OSError:
            return None
        now_ns = time.time_ns()
        return None if stamp.ctime_ns <= now_ns and is_racy(stamp, now_ns) else stamp

    @staticmethod
    def has_folder(location: str) -> bool:
        """True when a folder is there, also by way of a link."""
        return os.path.isdir(location)  # noqa: PTH112  # as above

    def _mark_unreadable(self, path: str, error: OSError) -> None:
        safe = to_printable(path)
        self._result.unreadable[safe] = RefusedPath(describe_unreadable(safe, error))
        self._result.types[safe] = self._type_of(path) or self._owner

    def _is_folder(self, entry: "os.DirEntry[str]", path: str) -> bool:
        """True when *entry* is a folder to walk into; anything else is noted down."""
        if is_hidden(entry.name):
            return False
        if entry.is_dir(follow_symlinks=False):
            return self._may_enter(path, entry.name)
        if entry.is_symlink():
            self._link(path, entry.path)
        elif type_ := self._type_of(path):
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                return False
            self._file(path, type_, status)
        return False

    def _may_enter(self, path: str, name: str) -> bool:
        if self._rule.describe_name(name) is not None or self._leaves_out(path):
            return False
        if is_presentable(path):
            return True
        self._skip(path, "name", "the folder's name holds characters that cannot be stored", None)
        return False

    def walk_name(self, path: str, location: str) -> None:
        """Look at the single name *path*, and beneath it if it is a folder."""
        try:
            status = os.lstat(location)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            is_hidden_from_us = isinstance(error, PermissionError)
            self._mark_unreadable(self._find_obstacle(path, location) if is_hidden_from_us else path, error)
            return
        if stat.S_ISDIR(status.st_mode):
            if self._may_enter(path, basename(path)):
                self.walk_folder(path, location)
        elif stat.S_ISLNK(status.st_mode):
            self._link(path, location)
        elif type_ := self._type_of(path):
            self._file(path, type_, status)
        elif stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
            stamp = stamp_of(status)
            self._result.aliases.add((stamp.device, stamp.inode))

    def _find_obstacle(self, path: str, location: str) -> str:
        """The folder that hides *path* from us, by the name that a walk from above gives it; or *path* itself."""
        top, folder = "" if self._folder == "." else self._folder, path
        obstacle = path
        while folder != top:
            folder, location = dirname(folder), dirname(location)
            obstacle = folder if _is_shut(location) else obstacle
        return obstacle

    def _file(self, path: str, type_: str, status: os.stat_result) -> None:
        stamp = stamp_of(status)
        if not stat.S_ISREG(status.st_mode):
            kind = _KINDS.get(stat.S_IFMT(status.st_mode), "no regular file")
            self._skip(path, "skipped", f"{kind}, not a regular file", stamp)
        elif is_presentable(path):
            self._result.found[path] = stamp
            self._result.types[path] = type_
            if status.st_nlink > 1:
                self._result.shared.add(path)
            if status.st_mode & _ALL_READ != _ALL_READ:
                self._result.closed[path] = status.st_gid if status.st_mode & stat.S_IRGRP else None
        else:
            self._skip(path, "name", "the file's name holds characters that cannot be stored", stamp)

    def _link(self, path: str, location: str) -> None:
        """A link to a regular file inside the folder is read; every other link is skipped."""
        type_ = self._type_of(path)
        self._result.steps[path] = list_steps(location)  # before the look: a change in between is seen by it
        try:
            status, link = Path(location).stat(), os.lstat(location)
        except OSError as error:
            if error.errno not in _DANGLING:
                self._mark_unreadable(path, error)
            return
        if stat.S_ISDIR(status.st_mode):
            self._skip(path, "skipped", "a link to a folder is not followed", stamp_of(link))
        elif type_ and (target := self._resolve_link(location)):
            self._result.links[path] = target
            self._file(path, type_, status)
        elif type_:
            self._skip(
                path,
                "skipped",
                "a link that leaves the collection's folder is not followed",
                stamp_of(status),
            )

    def _resolve_link(self, location: str) -> str | None:
        """Where in the collection's folder the link at *location* ends, None if it ends elsewhere."""
        inner = strip_folder(self._real_root, real_path(location))
        return inner and normpath(join(self._folder, inner))

    def _skip(self, path: str, code: str, message: str, stamp: Stamp | None) -> None:
        hint = "rename it" if code == "name" else None
        safe = to_printable(path)
        self._result.skipped[safe] = RefusedPath(
            Problem(safe, code, message, Severity.WARNING, hint=hint), stamp
        )
        self._result.types[safe] = self._owner


def drop_found(refused: dict[str, RefusedPath], result: WalkResult) -> dict[str, RefusedPath]:
    """*refused* without names that are shown as another file is called that is there."""
    return (
        {path: unread for path, unread in refused.items() if path not in result.found} if refused else refused
    )


def _is_shut(location: str) -> bool:
    """True of a folder that we may not list, or in which we may not look at what we list."""
    try:
        os.scandir(location).close()
    except PermissionError:
        return True
    return not os.access(location, os.X_OK)
