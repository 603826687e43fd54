"""The names of a file tree in memory, and the files, links and folders that they stand for. Knows no program's habits."""

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


class NameTable:
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
        self.listings: Counter[str] = Counter()
        """How often a name was made, removed or replaced in each folder."""
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
        before = self._node(path)
        if (before and before.stamp.inode) != (node and node.stamp.inode):
            self.listings[dirname(path)] += 1
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

    def _moved(self, *paths: str) -> None:
        """The folders *paths* came or went."""
        self.listings.update(map(dirname, paths))
        self.moves += 1
        self.changes += 1

    def _new_inode(self) -> int:
        if self._free:
            return self._free.pop()
        self._last_inode += 1
        return self._last_inode
