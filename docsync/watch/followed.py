"""Watches single files and names beside the watched folders, for documents that have more than one name.

Never reads an event and never hints.
"""

import errno
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from docsync.model import FollowedFile
from docsync.real_path import real_path
from docsync.watch.descriptor import FILE_MASK, STEP_MASK

MAX_WATCHES = 4096
"""Further ones are polled: the limit of the system is for the folders, and for other programs."""
TOO_MANY = errno.E2BIG
"""Why those are refused."""
_MOUNTED = (0, 0)
"""In place of the inode of a mounted file: which one it is does not matter, it is watched anew with each mount."""
_NOT_THERE = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ELOOP))


@dataclass(frozen=True, slots=True)
class FollowedName:
    """A name that the document *path* depends on."""

    path: str
    folder: str
    name: str


@dataclass(frozen=True, slots=True)
class FollowedInode:
    """The file of the document *path*."""

    path: str


Followed = FollowedName | FollowedInode


class FollowedLedger(Protocol):
    """The part of a Ledger that is used here."""

    def hold(self, user: Followed, folder: str, mask: int) -> int: ...

    def release(self, user: Followed, watch: int) -> None: ...


class FollowedFiles:
    """The followed files by document. The lock of the watch tree guards it."""

    def __init__(self, top: str, ledger: FollowedLedger) -> None:
        self._top = top
        self._ledger = ledger
        self._files: dict[str, FollowedFile] = {}
        self._asked: dict[str, FollowedFile] = {}
        self._mounted: frozenset[str] = frozenset()
        self._watches: dict[Followed, int] = {}
        self.refused: dict[Followed, int] = {}
        """Those without a watch, with the error number of the kernel."""

    def follow(self, files: Mapping[str, FollowedFile]) -> list[str]:
        """Watch *files* and no others; returns the documents that are watched otherwise than before."""
        self._asked = dict(files)
        files = self._list_wanted()
        return self._watch(files, {path for path, file in files.items() if self._files.get(path) != file})

    def renew(self, mounted: Iterable[str] = ()) -> None:
        """Watch everything again: another file may lie there by now; *mounted* files are watched, too."""
        self._mounted = frozenset(mounted)
        files = self._list_wanted()
        self._watch(files, set(files))

    def _list_wanted(self) -> dict[str, FollowedFile]:
        wanted = dict(self._asked)
        for path in self._mounted:
            wanted[path] = replace(wanted.get(path, FollowedFile()), inode=_MOUNTED)
        return wanted

    def _watch(self, files: dict[str, FollowedFile], changed: set[str]) -> list[str]:
        other = changed.union(path for path in self._files if path not in files)
        before = {user: watch for user, watch in self._watches.items() if user.path in other}
        for user in before:
            del self._watches[user]
        self.refused = {user: code for user, code in self.refused.items() if user.path not in other}
        self._files = files
        for path in filter(changed.__contains__, files):
            for user in self._users(path, files[path]):
                self._hold(user)
        for user, watch in before.items():
            if self._watches.get(user) != watch:
                self._ledger.release(user, watch)
        return list(filter(changed.__contains__, files))

    def restore(self, user: Followed) -> None:
        """The kernel has removed the watch of *user*: watch what lies there now, if anything does."""
        self._watches.pop(user, None)
        self._hold(user)

    def _users(self, path: str, file: FollowedFile) -> list[Followed]:
        users: list[Followed] = [] if file.inode is None else [FollowedInode(path)]
        for name in sorted(file.names):
            folder, _, last = f"{self._top}/{name}".rpartition("/")
            users.append(FollowedName(path, real_path(folder), last))
        return users

    def _hold(self, user: Followed) -> None:
        if len(self._watches) >= MAX_WATCHES:
            self.refused[user] = TOO_MANY
            return
        try:
            self._watches[user] = (
                self._ledger.hold(user, user.folder, STEP_MASK)
                if isinstance(user, FollowedName)
                else self._ledger.hold(user, f"{self._top}/{user.path}", FILE_MASK)
            )
        except OSError as error:
            if error.errno not in _NOT_THERE:  # else a hint tells that it went
                self.refused[user] = error.errno or 0

    def retry(self) -> None:
        """Try to watch again what was refused."""
        refused, self.refused = self.refused, {}
        for user in refused:
            self._hold(user)

    def stamps(self) -> dict[str, object]:
        """The stamps of the documents that are not watched as they should be, to be polled."""
        return {path: _stamp(f"{self._top}/{path}") for path in sorted({user.path for user in self.refused})}


def _stamp(location: str) -> tuple[int, ...]:
    try:
        found = os.stat(location)  # noqa: PTH116  # a str: for each of many files at every interval
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_mode)
