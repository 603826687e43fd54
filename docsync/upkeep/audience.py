"""Who could read all of the collections without docsync: every user, one group, or nobody but their owner.

Judges by what lies there now, on resolved paths. Opens nothing and changes nothing.
"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from docsync.permission import PRIVATE, Audience, Mode
from docsync.real_path import real_path
from docsync.watch import remote_filesystem

_ENTER, _LIST, _READ = 0o1, 0o5, 0o4
_ACL = "system.posix_acl_access"


def find_audience(root: Path, folders: Iterable[str], files: Iterable[str]) -> Audience:
    """The most that gives nobody what *files* and *folders*, paths below *root*, do not give.

    Private where a collection's folder is not there, and where mode bits are not all that counts.
    """
    judge = _Judge()
    try:
        for folder in folders:
            judge.look_at_tree(real_path(root / folder))
        for file in files:
            judge.look_at_file(f"{root}/{file}")
    except OSError:  # not there, or not to be seen: nobody knows who could read it
        return PRIVATE
    return judge.audience()


class _Judge:
    """Takes away from all users, and from the groups of this process, what one path does not give them."""

    def __init__(self) -> None:
        self._all = True
        self._groups = {os.getegid(), *os.getgroups()}
        self._seen: set[str] = set()
        self._real_folders: dict[str, str] = {}

    def audience(self) -> Audience:
        """What is left."""
        if not self._seen:
            return PRIVATE
        if self._all:
            return Audience(Mode.SHARED)
        return Audience(Mode.GROUP, min(self._groups)) if self._groups else PRIVATE

    def look_at_tree(self, folder: str) -> None:
        """*folder*, all folders beneath it, and the way to it. Raises OSError."""
        if remote_filesystem(folder) is not None:
            self._forbid()  # whom the other side lets in is not in the mode bits
        self._look_at_way(folder)
        for place, _, _ in os.walk(folder, onerror=_raise):
            self._seen.add(place)
            self._look(place, os.stat(place), _LIST)  # noqa: PTH116  # a str: twice for every folder

    def look_at_file(self, path: str) -> None:
        """The file behind *path*, and the way to it. Raises OSError."""
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            path = real_path(path)
            status = os.stat(path)  # noqa: PTH116  # a str: once for every document
        folder, _, name = path.rpartition("/")
        real = self._real_folders.get(folder)
        if real is None:
            real = self._real_folders[folder] = real_path(folder)
            self._look_at_way(f"{real}/{name}")
        self._look(path, status, _READ)

    def _look_at_way(self, path: str) -> None:
        above = os.path.dirname(path)  # noqa: PTH120
        while above not in self._seen:
            self._seen.add(above)
            self._look(above, os.stat(above), _ENTER)  # noqa: PTH116
            above = os.path.dirname(above)  # noqa: PTH120

    def _look(self, path: str, status: os.stat_result, need: int) -> None:
        """Each class of users counts: whom a group keeps out is kept out, whatever others may do."""
        others, members = _gives(status.st_mode, need), _gives(status.st_mode >> 3, need)
        if not (others and members):
            self._all = False
            self._groups = {gid for gid in self._groups if members and gid == status.st_gid}
        if self._has_list(path):
            self._forbid()

    @staticmethod
    def _has_list(path: str) -> bool:
        """True with an access list of its own, which may keep single users out (acl(5))."""
        try:
            return bool(os.getxattr(path, _ACL))
        except (OSError, AttributeError):  # none there, or a system without them
            return False

    def _forbid(self) -> None:
        self._all = False
        self._groups = set()


def _gives(bits: int, need: int) -> bool:
    return bits & need == need


def _raise(error: OSError) -> None:
    raise error
