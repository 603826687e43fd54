"""A file tree in memory with the habits of ext4: stamps that tick, inodes that are used again. Never parses anything."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from posixpath import dirname

from docsync.model import Stamp
from docsync.names import covers
from tests.simulation.clock import SimulatedClock

_TICK_NS = 4_000_000
_DEVICE = 64

Observer = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class File:
    """A file, or a pipe when `octets` is None."""

    octets: bytes | None
    stamp: Stamp
    shut: bool = False


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder; its content is known by path."""

    inode: int
    shut: bool = False


class FakeFilesystem:
    """Files and folders by path.

    `changing` is told of every path before something becomes of it, `changed` afterwards. `changes` and `moves` count
    what became of any path and of any folder: what was worked out is true as long as they are what they were.
    """

    def __init__(
        self, clock: SimulatedClock, changing: Observer = lambda _: None, changed: Observer = lambda _: None
    ) -> None:
        self.files: dict[str, File] = {}
        self.folders: dict[str, Folder] = {"": Folder(1)}
        self.changes = 0
        self.moves = 0
        self._clock = clock
        self._changing = changing
        self._changed = changed
        self._free: list[int] = []
        self._last_inode = 1
        self._is_any_shut = False

    def now_ns(self) -> int:
        """The time that the file system writes into stamps."""
        return self._clock.time_ns() // _TICK_NS * _TICK_NS

    def exact_ns(self) -> int:
        """The wall clock, which is finer than stamps."""
        return self._clock.time_ns()

    # Files

    def write(self, path: str, octets: bytes | None, mtime_ns: int | None = None) -> bool:
        """Write in place, or a new file; a pipe for None."""
        if path in self.folders or not self.make_folder(dirname(path)):
            return False
        old = self.files.get(path)
        if old and old.octets is None:
            return False
        now_ns = self.now_ns()
        inode = old.stamp.inode if old else self._new_inode()
        stamp = Stamp(now_ns if mtime_ns is None else mtime_ns, now_ns, len(octets or b""), inode, _DEVICE)
        self._put(path, File(octets, stamp, bool(old and old.shut)))
        return True

    def save(self, path: str, octets: bytes) -> bool:
        """Write beside and rename into place: another inode."""
        if path in self.folders or not self.make_folder(dirname(path)):
            return False
        old = self.files.get(path)
        now_ns = self.now_ns()
        self._put(path, File(octets, Stamp(now_ns, now_ns, len(octets), self._new_inode(), _DEVICE)))
        if old:
            self._free.append(old.stamp.inode)
        return True

    def set_mtime(self, path: str, mtime_ns: int) -> bool:
        """Give a file another mtime."""
        file = self.files.get(path)
        if file:
            self._put(
                path, replace(file, stamp=file.stamp._replace(mtime_ns=mtime_ns, ctime_ns=self.now_ns()))
            )
        return file is not None

    def delete(self, path: str) -> bool:
        """A name goes."""
        file = self.files.get(path)
        if file:
            self._drop(path)
            self._free.append(file.stamp.inode)
        return file is not None

    def copy(self, source: str, target: str) -> bool:
        """Write what is in *source* to *target*, its mtime kept."""
        file = self.files.get(source)
        if file is None or file.octets is None or source == target:
            return False
        return self.write(target, file.octets, file.stamp.mtime_ns)

    # Folders

    def make_folder(self, path: str) -> bool:
        """Make a folder and those above it; False where a file is in the way."""
        if path in self.folders:
            return True
        if path in self.files or not self.make_folder(dirname(path)):
            return False
        self.folders[path] = Folder(self._new_inode())
        self._moved()
        return True

    def beneath(self, path: str) -> list[str]:
        """The files beneath the folder *path*."""
        return [name for name in self.files if name != path and covers(path, name)]

    def remove(self, path: str) -> bool:
        """A folder and all beneath it go."""
        if path not in self.folders:
            return False
        for name in self.beneath(path):
            self.delete(name)
        for name in [name for name in self.folders if covers(path, name)]:
            self._free.append(self.folders.pop(name).inode)
        self._moved()
        return True

    # Both

    def move(self, source: str, target: str) -> bool:
        """Rename a file (over another one) or a folder (to a free name)."""
        if covers(source, target) or covers(target, source) or not self._has(source):
            return False
        if source in self.folders:
            return not self._has(target) and self._move_folder(source, target)
        if target in self.folders or not self.make_folder(dirname(target)):
            return False
        replaced = self.files.get(target)
        file = self.files[source]
        self._drop(source)
        self._put(target, replace(file, stamp=file.stamp._replace(ctime_ns=self.now_ns())))
        if replaced:
            self._free.append(replaced.stamp.inode)
        return True

    def _has(self, path: str) -> bool:
        return path in self.files or path in self.folders

    def _move_folder(self, source: str, target: str) -> bool:
        if not self.make_folder(dirname(target)):
            return False
        for name in [name for name in self.folders if covers(source, name)]:
            self.folders[target + name[len(source) :]] = self.folders.pop(name)
        self._moved()
        for name in self.beneath(source):
            file = self.files[name]
            self._drop(name)
            self._put(target + name[len(source) :], file)
        return True

    def shut(self, path: str, *, shut: bool) -> bool:
        """Take from everybody the right to read a file or a folder, or give it back."""
        if path in self.folders:
            for name in self.beneath(path):
                self._changing(name)
            self.folders[path] = replace(self.folders[path], shut=shut)
            self._is_any_shut |= shut
            self._moved()
            for name in self.beneath(path):
                self._changed(name)
        elif path in self.files:
            file = self.files[path]
            self._put(path, replace(file, shut=shut, stamp=file.stamp._replace(ctime_ns=self.now_ns())))
        return self._has(path)

    def shut_folders(self) -> list[str]:
        """The folders that nobody may read."""
        return [name for name, folder in self.folders.items() if folder.shut] if self._is_any_shut else []

    def shut_above(self, path: str) -> str | None:
        """The outermost folder on the way to *path* that nobody may read."""
        if not self._is_any_shut:
            return None
        closed = [name for name in self.shut_folders() if covers(name, path) and name != path]
        return min(closed, key=len, default=None)

    # The primitives

    def _put(self, path: str, file: File) -> None:
        self._changing(path)
        self.files[path] = file
        self.changes += 1
        self._changed(path)

    def _drop(self, path: str) -> None:
        self._changing(path)
        del self.files[path]
        self.changes += 1
        self._changed(path)

    def _moved(self) -> None:
        self.moves += 1
        self.changes += 1

    def _new_inode(self) -> int:
        if self._free:
            return self._free.pop()
        self._last_inode += 1
        return self._last_inode
