"""How the walk that ships looks at folders of the made-up tree. Never decides what is walked again."""

from collections.abc import Iterator
from posixpath import dirname
from typing import cast

from docsync.model import Scan, Stamp
from docsync.scan.tree_walk import TreeWalk, WalkedFolder
from docsync.scan.walk import WalkResult
from tests.simulation.asset_tree import AssetTree
from tests.simulation.fake_filesystem import FakeFilesystem
from tests.simulation.tree import hides


class FakeWalk:
    """A walk below the folder *root*, which is that of the collection *owner*."""

    def __init__(self, tree: "WalkedTree", root: str, owner: str, result: WalkResult) -> None:
        self._tree = tree
        self._root = root
        self._owner = owner
        self._result = result

    def list_folder(self, path: str, location: str) -> Iterator[tuple[str, str] | None]:
        """Look at each name in the folder *path*; anything may happen after each."""
        filesystem = self._tree.filesystem
        is_hidden = filesystem.shut_above(path) is not None  # the system does not tell whether it is there
        if not is_hidden and path not in filesystem.folders:
            return
        if is_hidden or filesystem.folders[path].shut:
            self._tree.look_at_shut(path, self._owner, self._result)
            return
        names = [*filesystem.files, *filesystem.links, *filesystem.folders]
        for name in [name for name in names if name and dirname(name) == path]:
            if name in filesystem.folders and not hides(name[len(self._root) :]):
                yield name, name
            else:
                self._tree.look_at(name, self._root, self._owner, self._result)
                yield None

    def stamp_folder(self, location: str) -> Stamp | None:
        """What changes whenever a name comes or goes, or the folder is shut or opened."""
        filesystem = self._tree.filesystem
        folder = filesystem.folders.get(location)
        if folder is None or filesystem.shut_above(location) is not None:
            return None
        return Stamp(filesystem.listings[location], int(folder.shut), 0, folder.inode, 64)

    def has_folder(self, location: str) -> bool:
        return location in self._tree.filesystem.folders and not self._tree.filesystem.shut_above(location)


class WalkedTree(AssetTree):
    """The made-up tree as the walker sees it, with eyes of its own: nobody looks over its shoulder."""

    @property
    def filesystem(self) -> FakeFilesystem:
        """What lies there."""
        return self._filesystem

    def begin_walk(self) -> TreeWalk:
        result = WalkResult()
        folders = [
            WalkedFolder(FakeWalk(self, root, owner, result), root, root)
            for root, owner in self._owners.items()
        ]
        return TreeWalk(folders, result, _build)

    def look_at_shut(self, path: str, owner: str, result: WalkResult) -> None:
        """A folder that nobody may look into."""
        self._blind(path, owner, cast("Scan", result))

    def look_at(self, path: str, root: str, owner: str, result: WalkResult) -> None:
        """One name that is no folder's."""
        filesystem = self._filesystem
        file = filesystem.files.get(path)
        if file is not None:
            self._find(path, file, cast("Scan", result))
        elif path in filesystem.links and path not in self._owners:
            self._find_link(path, root, owner, cast("Scan", result))
        stamp = result.found.get(path)
        if stamp is not None and stamp.inode in filesystem.shared_inodes():
            result.shared.add(path)


def _build(result: WalkResult) -> Scan:
    return Scan(
        result.found,
        result.types,
        result.skipped,
        result.unreadable,
        result.links,
        result.steps,
        result.shared,
        result.aliases,
        result.closed,
    )
