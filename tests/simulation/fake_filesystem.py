"""A file tree in memory with the habits of ext4: stamps that tick, inodes that are used again. Never parses anything."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from posixpath import dirname

from docsync.model import Stamp
from docsync.names import covers
from tests.simulation.clock import SimulatedClock
from tests.simulation.symlink import Symlink, follow, list_steps

_TICK_NS = 4_000_000
_DEVICE = 64

Observer = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class File:
    """A file, or a pipe when `octets` is None. Its names are the paths whose files have this inode."""

    octets: bytes | None
    stamp: Stamp
    shut: bool = False


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder; its content is known by path."""

    inode: int
    shut: bool = False


Node = File | Symlink


class FakeFilesystem:
    """Files, symbolic links and folders by path.

    `changing` is told of every path before something becomes of it, `changed` afterwards. `changes` and `moves` count
    what became of any path and of any folder: what was worked out is true as long as they are what they were.
    `echoes` has the paths that hold something else although nothing was done to their names: by the path that it was
    done to, a link's target or another name of the same file. Whoever reads them clears them.
    """

    def __init__(
        self, clock: SimulatedClock, changing: Observer = lambda _: None, changed: Observer = lambda _: None
    ) -> None:
        self.files: dict[str, File] = {}
        self.links: dict[str, Symlink] = {}
        self.folders: dict[str, Folder] = {"": Folder(1)}
        self.echoes: dict[str, str] = {}
        self.changes = 0
        self.moves = 0
        self._clock = clock
        self._changing = changing
        self._changed = changed
        self._free: list[int] = []
        self._last_inode = 1
        self._is_any_shut = False
        self._is_any_shared = False
        self._open: set[int] = set()

    def now_ns(self) -> int:
        """The time that the file system writes into stamps."""
        return self._clock.time_ns() // _TICK_NS * _TICK_NS

    def exact_ns(self) -> int:
        """The wall clock, which is finer than stamps."""
        return self._clock.time_ns()

    # Where names lead

    def real(self, path: str) -> str | None:
        """Where the link *path* leads, through every other one; None if out of the project or beneath no folder.

        A path that is no link leads to itself.
        """
        return follow(path, self.links, self.folders) if path in self.links else path

    def steps_of(self, path: str) -> tuple[str, ...]:
        """The names that decide where the link *path* leads, absolute where that is out of the project."""
        return list_steps(path, self.links, lambda name: self.has(name) and self.shut_above(name) is None)

    def shared_inodes(self) -> Set[int]:
        """The inodes that have more than one name."""
        if not self._is_any_shared:
            return frozenset()
        names = Counter(file.stamp.inode for file in self.files.values())
        return {inode for inode, number in names.items() if number > 1}

    def file_at(self, path: str) -> File | None:
        """The file or pipe that *path* leads to."""
        return self.files.get(self.real(path) or "")

    def names_of(self, path: str) -> list[str]:
        """Every name of the file *path*, which is not a link."""
        if not self._is_any_shared:
            return [path]
        inode = self.files[path].stamp.inode
        return [name for name, file in self.files.items() if file.stamp.inode == inode]

    def has(self, path: str) -> bool:
        """True when something has the name *path*."""
        return path in self.files or path in self.links or path in self.folders

    # Files

    def write(self, path: str, octets: bytes | None, mtime_ns: int | None = None) -> bool:
        """Write in place, to where a link leads, or a new file; a pipe for None."""
        target = self._to_write(path)
        if target is None:
            return False
        old = self.files.get(target)
        if old and old.octets is None:
            return False
        now_ns = self.now_ns()
        inode = old.stamp.inode if old else self._new_inode()
        stamp = Stamp(now_ns if mtime_ns is None else mtime_ns, now_ns, len(octets or b""), inode, _DEVICE)
        self._open.discard(inode)
        self._put(target, File(octets, stamp, bool(old and old.shut)))
        return True

    def half(self, path: str, octets: bytes) -> bool:
        """Write in place and keep the file open, until it is written again."""
        done = self.write(path, octets)
        if done:
            self._open.add(self.files[self.real(path) or ""].stamp.inode)
        return done

    def is_open(self, path: str) -> bool:
        """True while some program may still write what *path* leads to."""
        file = self.file_at(path)
        return file is not None and file.stamp.inode in self._open

    def _to_write(self, path: str) -> str | None:
        """The path that a program writes which opens *path*, None if it cannot."""
        path = self.real(path) or ""
        return path if path not in self.folders and self.make_folder(dirname(path)) else None

    def map(self, path: str, octets: bytes) -> bool:
        """Write as many other bytes through a mapping that leaves every time as it was, as on a tmpfs."""
        target = self.real(path) or ""
        file = self.files.get(target)
        if file is None or file.octets is None or len(file.octets) != len(octets) or file.octets == octets:
            return False
        self._put(target, replace(file, octets=octets))
        return True

    def save(self, path: str, octets: bytes) -> bool:
        """Write beside and rename into place: another inode."""
        if path in self.folders or not self.make_folder(dirname(path)):
            return False
        now_ns = self.now_ns()
        self._enter(path, File(octets, Stamp(now_ns, now_ns, len(octets), self._new_inode(), _DEVICE)))
        return True

    def set_mtime(self, path: str, mtime_ns: int) -> bool:
        """Give a file another mtime."""
        target = self.real(path) or ""
        file = self.files.get(target)
        if file:
            self._put(
                target, replace(file, stamp=file.stamp._replace(mtime_ns=mtime_ns, ctime_ns=self.now_ns()))
            )
        return file is not None

    def delete(self, path: str) -> bool:
        """A name goes."""
        node = self._node(path)
        if node is not None:
            self._set(path, None)
            self._unname(node)
        return node is not None

    def copy(self, source: str, target: str) -> bool:
        """Write what is in *source* to *target*, its mtime kept."""
        file = self.file_at(source)
        if file is None or file.octets is None or source == target:
            return False
        return self.write(target, file.octets, file.stamp.mtime_ns)

    # Links

    def link(self, path: str, source: str, *, beside: bool = False) -> bool:
        """Another name *path* of the file *source*: made there after the old one went, or *beside* and moved over it."""
        file = self.files.get(source)
        if file is None or file.octets is None or path in self.folders:
            return False
        if path in self.names_of(source) or not self.make_folder(dirname(path)):
            return False
        if not beside:
            self.delete(path)
        self._is_any_shared = True
        file = self._stamp_names(source)
        self._enter(path, file)
        return True

    def symlink(self, path: str, target: str, *, beside: bool = False) -> bool:
        """A symbolic link that says *target*; *beside* as above."""
        if path in self.folders or not self.make_folder(dirname(path)):
            return False
        if not beside:
            self.delete(path)
        now_ns = self.now_ns()
        stamp = Stamp(now_ns, now_ns, len(target), self._new_inode(), _DEVICE)
        self._enter(path, Symlink(target, stamp))
        return True

    # Folders

    def make_folder(self, path: str) -> bool:
        """Make a folder and those above it; False where a file is in the way."""
        if path in self.folders:
            return True
        if path in self.files or path in self.links or not self.make_folder(dirname(path)):
            return False
        with self._echoing(path):
            self.folders[path] = Folder(self._new_inode())
            self._moved()
        return True

    def beneath(self, path: str) -> list[str]:
        """The files and links beneath the folder *path*."""
        return [name for name in (*self.files, *self.links) if name != path and covers(path, name)]

    def remove(self, path: str) -> bool:
        """A folder and all beneath it go."""
        if path not in self.folders:
            return False
        for name in self.beneath(path):
            self.delete(name)
        with self._echoing(path):
            for name in [name for name in self.folders if covers(path, name)]:
                self._free.append(self.folders.pop(name).inode)
            self._moved()
        return True

    # Both

    def move(self, source: str, target: str) -> bool:
        """Rename a file (over another one) or a folder (to a free name)."""
        if covers(source, target) or covers(target, source) or not self.has(source):
            return False
        if source in self.folders:
            return not self.has(target) and self._move_folder(source, target)
        if target in self.folders or not self.make_folder(dirname(target)):
            return False
        node = self._node(source)
        if node is None or (source in self.files and target in self.names_of(source)):
            return False  # of two names of one file neither goes
        node = self._stamp_names(source) if source in self.files else node
        self._set(source, None)
        self._enter(target, node)
        return True

    def _move_folder(self, source: str, target: str) -> bool:
        if not self.make_folder(dirname(target)):
            return False
        with self._echoing(target):
            for name in [name for name in self.folders if covers(source, name)]:
                self.folders[target + name[len(source) :]] = self.folders.pop(name)
            self._moved()
            for name in self.beneath(source):
                node = self._node(name)
                self._set(name, None)
                self._set(target + name[len(source) :], node)
        return True

    def exchange(self, one: str, other: str) -> bool:
        """Two names trade places at once. Links and folders do not: nothing here goes by a path through a link."""
        apart = not covers(one, other) and not covers(other, one) and self.has(one) and self.has(other)
        if not apart or ({one, other} & self.links.keys() and {one, other} & self.folders.keys()):
            return False
        if one in self.files and other in self.names_of(one):
            return False
        for name in {one, other} & self.files.keys():
            self._stamp_names(name)
        with self._echoing(one):
            self._trade(one, other)
        return True

    def _trade(self, one: str, other: str) -> None:
        there = {one: other, other: one}
        goes = {
            name: there[top] + name[len(top) :]
            for top in there
            for name in (*self.files, *self.links, *self.folders)
            if covers(top, name)
        }
        nodes = {goes[name]: self._node(name) for name in goes if name not in self.folders}
        folders = {goes[name]: self.folders.pop(name) for name in goes if name in self.folders}
        self.folders |= folders
        self._moved()
        for name in dict.fromkeys((*goes, *nodes)):
            if name in nodes or self._node(name) is not None:
                self._set(name, nodes.get(name))

    def shut(self, path: str, *, shut: bool) -> bool:
        """Take from everybody the right to read a file or a folder, or give it back; not through a link."""
        if path in self.folders:
            for name in self.beneath(path):
                self._changing(name)
            with self._echoing(path):
                self.folders[path] = replace(self.folders[path], shut=shut)
                self._is_any_shut |= shut
                self._moved()
            for name in self.beneath(path):
                self._changed(name)
        elif path in self.files:
            file = self.files[path]
            self._put(path, replace(file, shut=shut, stamp=file.stamp._replace(ctime_ns=self.now_ns())))
        return path in self.folders or path in self.files

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

    def _node(self, path: str) -> Node | None:
        return self.files.get(path) or self.links.get(path)

    def _put(self, path: str, file: File) -> None:
        """Something becomes of the file *path* itself, whatever its names are."""
        names = self.names_of(path) if path in self.files else [path]
        self._set(path, file)
        for name in names:
            if name != path:
                self._set(name, file)
                self.echoes[name] = path

    def _enter(self, path: str, node: Node) -> None:
        """*path* is a name of *node* from now on, in place of what it was a name of."""
        before = self._node(path)
        self._set(path, node)
        if before is not None:
            self._unname(before)

    def _unname(self, node: Node) -> None:
        """A name of *node* went: its inode is free after the last, and changes its ctime before."""
        inode = node.stamp.inode
        left = [name for name, file in self.files.items() if file.stamp.inode == inode]
        if isinstance(node, File) and self._is_any_shared and left:
            self._stamp_names(left[0])
        else:
            self._open.discard(inode)
            self._free.append(inode)

    def _stamp_names(self, path: str) -> File:
        """The number of names, or one of them, changes: that moves the ctime, and nothing that anybody is told."""
        file = self.files[path]
        file = replace(file, stamp=file.stamp._replace(ctime_ns=self.now_ns()))
        for name in self.names_of(path):
            self.files[name] = file
        self.changes += 1
        return file

    def _set(self, path: str, node: Node | None) -> None:
        """The name *path* stands for *node*, or goes."""
        if not self.links:
            self._replace(path, node)
            return
        with self._echoing(path):
            self._replace(path, node)

    def _replace(self, path: str, node: Node | None) -> None:
        self._changing(path)
        if isinstance(node, File):
            self.links.pop(path, None)
            self.files[path] = node
        else:
            self.files.pop(path, None)
            self.links.pop(path, None)
        if isinstance(node, Symlink):
            self.links[path] = node
        self.changes += 1
        self._changed(path)

    @contextmanager
    def _echoing(self, path: str) -> Iterator[None]:
        """What links lead to may change while something becomes of *path*."""
        before = self._views()
        for link in before:
            self._changing(link)
        yield
        for link, view in self._views().items() if before else ():
            if link != path and link in before and view != before[link]:
                self.echoes[link] = path
                self._changed(link)

    def _views(self) -> Mapping[str, tuple[object, ...]]:
        """What every link leads to."""
        if not self.links:
            return {}
        ends = {link: self.real(link) for link in self.links}
        return {
            link: (end, self.files.get(end or ""), end in self.folders, end and self.shut_above(end))
            for link, end in ends.items()
        }

    def _moved(self) -> None:
        self.moves += 1
        self.changes += 1

    def _new_inode(self) -> int:
        if self._free:
            return self._free.pop()
        self._last_inode += 1
        return self._last_inode
