"""A tree on a disk: every step is done twice, where the daemon looks and in memory, where the judge does.

Permissions are left out, since root does not feel them: histories for a disk have no step that shuts anything.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from docsync.model import FileBytes, ReadFailure, RefusedPath, Root, Scan
from docsync.scan import FileTree
from tests.simulation.disk import Disk
from tests.simulation.fake_filesystem import FakeFilesystem
from tests.simulation.name_table import File, Folder
from tests.simulation.step import Verb
from tests.simulation.symlink import Symlink
from tests.simulation.tree import Pause

FOR_PERMISSIONS = (Verb.SHUT, Verb.OPEN)
"""The steps that a Mirror cannot do."""


class MirroredFilesystem:
    """The filesystem of a history on a disk. Both sides must agree on what is possible."""

    def __init__(self, filesystem: FakeFilesystem, root: Path) -> None:
        self._filesystem = filesystem
        self._disk = Disk(root)
        self.close = self._disk.close

    @property
    def files(self) -> Mapping[str, File]:
        return self._filesystem.files

    @property
    def folders(self) -> Mapping[str, Folder]:
        return self._filesystem.folders

    @property
    def links(self) -> Mapping[str, Symlink]:
        return self._filesystem.links

    def real(self, path: str) -> str | None:
        return self._filesystem.real(path)

    def write(self, path: str, octets: bytes | None, mtime_ns: int | None = None) -> bool:
        done = self._both(lambda filesystem: filesystem.write(path, octets, mtime_ns))
        return self._dated(path, done)

    def save(self, path: str, octets: bytes) -> bool:
        return self._dated(path, self._both(lambda filesystem: filesystem.save(path, octets)))

    def half(self, path: str, octets: bytes) -> bool:
        return self._dated(path, self._both(lambda filesystem: filesystem.half(path, octets)))

    def map(self, path: str, octets: bytes) -> bool:
        return self._both(lambda filesystem: filesystem.map(path, octets))

    def set_mtime(self, path: str, mtime_ns: int) -> bool:
        return self._both(lambda filesystem: filesystem.set_mtime(path, mtime_ns))

    def delete(self, path: str) -> bool:
        return self._both(lambda filesystem: filesystem.delete(path))

    def copy(self, source: str, target: str) -> bool:
        return self._both(lambda filesystem: filesystem.copy(source, target))

    def link(self, path: str, source: str, *, beside: bool = False) -> bool:
        return self._both(lambda filesystem: filesystem.link(path, source, beside=beside))

    def symlink(self, path: str, target: str, *, beside: bool = False) -> bool:
        return self._both(lambda filesystem: filesystem.symlink(path, target, beside=beside))

    def make_folder(self, path: str) -> bool:
        return self._both(lambda filesystem: filesystem.make_folder(path))

    def beneath(self, path: str) -> list[str]:
        return self._filesystem.beneath(path)

    def remove(self, path: str) -> bool:
        return self._both(lambda filesystem: filesystem.remove(path))

    def move(self, source: str, target: str) -> bool:
        return self._both(lambda filesystem: filesystem.move(source, target))

    def exchange(self, one: str, other: str) -> bool:
        return self._both(lambda filesystem: filesystem.exchange(one, other))

    def shut(self, path: str, *, shut: bool) -> bool:
        raise NotImplementedError("root reads everything")

    def _both(self, step: Callable[[FakeFilesystem | Disk], bool]) -> bool:
        done = step(self._filesystem)
        assert step(self._disk) == done
        return done

    def _dated(self, path: str, done: bool) -> bool:
        """The disk tells the time of the history: an mtime that a step puts back is the one that was there before."""
        file = self._filesystem.file_at(path) if done else None
        if file is not None:
            self._disk.set_mtime(path, file.stamp.mtime_ns)
        return done


class WatchedTree:
    """The tree that ships, on the disk of a Mirror, with somebody who looks over its shoulder as over a FakeTree's."""

    def __init__(self, tree: FileTree, pause: Pause) -> None:
        self._tree = tree
        self._pause = pause
        self.scanned: Callable[[list[str], Scan], None] = lambda _scopes, _scan: None
        self.was_read: Callable[[str], None] = lambda _: None
        self.collections_of = tree.collections_of
        self.resolve = tree.resolve
        self.is_linked = tree.is_linked
        self.write_state = tree.write_state
        self.stamp_asset = tree.stamp_asset
        self.asset_write_state = tree.asset_write_state

    def roots(self) -> dict[str, Root]:
        self._pause()
        return self._tree.roots()

    def scan(self, scopes: Iterable[str]) -> Scan:
        self._pause()
        wanted = list(scopes)
        seen = self._tree.scan(wanted)
        self.scanned(wanted, seen)
        return seen

    def read(self, path: str) -> FileBytes | RefusedPath | ReadFailure:
        self._pause()
        seen = self._tree.read(path)
        if isinstance(seen, FileBytes):
            self.was_read(path)
        return seen

    def read_asset(self, asset: str, by: str) -> FileBytes | RefusedPath | ReadFailure:
        self._pause()
        return self._tree.read_asset(asset, by)

    def find_gone(self, paths: Sequence[str]) -> list[str]:
        if not paths:
            return []
        seen = self.scan(paths)
        return [path for path in paths if path not in seen.found and path not in seen.unreadable]
