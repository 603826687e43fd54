"""The file tree as sync sees it: collections, their roots, and the files that are documents."""

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from posixpath import dirname, join, normpath

from docsync.foreign import FolderRule
from docsync.model import (
    MAX_ASSET_BYTES,
    FileBytes,
    ReadFailure,
    Reference,
    ReferenceStatus,
    RefusedPath,
    ResolvedReference,
    Root,
    RootState,
    Scan,
    Stamp,
)
from docsync.names import Collection, ancestors, covers, is_presentable, is_within, strip_folder
from docsync.real_path import real_path
from docsync.scan.git_ignore import IgnoredFiles
from docsync.scan.location import is_reachable, leads_out, place_name, shorten_scope
from docsync.scan.read import (
    Place,
    WriteState,
    open_plainly,
    read_open,
    read_open_write_state,
    read_stable,
    read_write_state,
    stamp_of,
)
from docsync.scan.tree_walk import TreeWalk, WalkedFolder
from docsync.scan.walk import CollectionFolder, Walk, WalkResult, drop_found


class FileTree:
    """The collections of one project on disk. Every answer is a fresh look.

    It remembers only by which patterns paths match, and where the folders were: whoever reads proves that.
    """

    def __init__(self, root: Path, collections: Sequence[Collection], max_bytes: int) -> None:
        self._root = str(root)
        self._real_root = real_path(root)
        self._collections = tuple(collections)
        self._rule = FolderRule.make(collections)
        self._ignored = IgnoredFiles(self._real_root, self._collections)
        self._max_bytes = max_bytes
        # A path is asked for several times while its file is read.
        self._match = lru_cache(maxsize=8192)(self._list_matches)
        self._real_folders: dict[str, str] = {}

    def collections_of(self, path: str) -> list[Collection]:
        """The collections whose patterns *path* matches, in the order of the configuration.

        The first one has it.
        """
        return [*self._match(path)]

    def _list_matches(self, path: str) -> tuple[Collection, ...]:
        return tuple(
            one for one in self._collections if one.matches(path) and not self._ignored.has(one, path)
        )

    def _look_again(self) -> None:
        """Read anew what Git ignores: it decides which collections have a path."""
        if self._ignored.forget():
            self._match.cache_clear()

    def _type_in(self, folder: str, path: str) -> str | None:
        """The type of *path* if its collection's folder is *folder*, else None.

        Nested folders are walked for each.
        """
        for collection in self._collections:
            if collection.matches(path) and not self._ignored.has(collection, path):
                return collection.type if collection.path == folder else None
        return None

    def roots(self) -> dict[str, Root]:
        """The folder of every collection, by type, as it is now. A link to a folder is resolved."""
        return {collection.type: self._look(collection) for collection in self._collections}

    def _look(self, collection: Collection) -> Root:
        if leads_out(self._root, collection.path):
            return Root(collection.path, RootState.OUTSIDE)
        try:
            status = os.stat(join(self._root, collection.path))  # noqa: PTH116  # a str: twice with every save
        except (FileNotFoundError, NotADirectoryError):
            return Root(collection.path, RootState.MISSING)
        except OSError:
            return Root(collection.path, RootState.UNREADABLE)
        if not stat.S_ISDIR(status.st_mode):
            return Root(collection.path, RootState.MISSING)
        stamp = stamp_of(status)  # whose inode fits into the database
        return Root(collection.path, RootState.OK, stamp.device, stamp.inode)

    def scan(self, scopes: Iterable[str]) -> Scan:
        """What lies in *scopes* now."""
        self._look_again()
        result = WalkResult()
        wanted = list(scopes)
        names = list(map(shorten_scope, wanted))
        for folder in dict.fromkeys(collection.path for collection in self._collections):
            whole = any(covers(scope, folder) for scope in wanted)
            inside = [] if whole else [one for one in names if strip_folder(folder, one)]
            # A save belongs to one folder: to look at the others would take as long as all the rest.
            if not (whole or inside) or leads_out(self._root, folder):
                continue
            location = join(self._root, folder)
            walk = self._make_walk(folder, result)
            if whole:
                self._scan_root(walk, folder, location)
            for name in inside:
                self._walk_name(walk, folder, location, name)
        return self._build_scan(result)

    def begin_walk(self) -> TreeWalk:
        """A walk of everything that can be done in pieces."""
        self._look_again()
        result = WalkResult()
        folders: list[WalkedFolder] = []
        for folder in dict.fromkeys(collection.path for collection in self._collections):
            if not leads_out(self._root, folder):
                walk = self._make_walk(folder, result)
                path = "" if folder == "." else folder
                folders.append(WalkedFolder(walk, path, join(self._root, folder)))
        return TreeWalk(folders, result, self._build_scan)

    def _make_walk(self, folder: str, result: WalkResult) -> Walk:
        owner = next(collection.type for collection in self._collections if collection.path == folder)
        real = self._real_folders[folder] = real_path(join(self._root, folder))
        top = CollectionFolder(owner, folder, real, self._rule, partial(self._ignored.covers, folder))
        return Walk(top, partial(self._type_in, folder), result)

    def _build_scan(self, result: WalkResult) -> Scan:
        shared = {(result.found[path].device, result.found[path].inode) for path in result.shared}
        return Scan(
            result.found,
            result.types,
            drop_found(result.skipped, result),
            drop_found(result.unreadable, result),
            result.links,
            self._place_steps(result.steps),
            result.shared,
            result.aliases - shared,
            result.closed,
        )

    def _place_steps(self, steps: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """*steps* as paths in the project, as far as they lie in it, without the way to its folders."""
        if not steps:
            return {}
        folders = [collection.path for collection in self._collections]
        places = {real_path(join(self._root, folder)): folder for folder in (*folders, ".")}
        return {
            path: tuple(
                place_name(name, places)
                for name in names
                # The last one may be a collection's folder that is missing: its return is heard of.
                if not any(covers(name, one) for one in places)
                or (name == names[-1] and not covers(name, self._real_root))
            )
            for path, names in steps.items()
        }

    @staticmethod
    def _scan_root(walk: Walk, folder: str, location: str) -> None:
        if os.path.isdir(location):  # noqa: PTH112  # a str: this is the hot path of every scan
            walk.walk_folder("" if folder == "." else folder, location)

    def _walk_name(self, walk: Walk, folder: str, location: str, name: str) -> None:
        inner = strip_folder(folder, name)
        above = dirname(name)
        if not inner or self._rule.find(self._root, folder, above) or self._ignored.covers(folder, above):
            return
        if is_reachable(location, inner):
            walk.walk_name(name, join(location, inner))

    def read(self, path: str) -> FileBytes | RefusedPath | ReadFailure:
        """The bytes of the document *path*."""
        if not self._match(path):
            return ReadFailure.GONE  # Git ignores it since the scan
        descriptor = self._open_plainly(path)
        if descriptor is not None:
            return read_open(path, descriptor, self._max_bytes)
        place = self._locate(path)
        if place is None:
            return ReadFailure.GONE  # it was pointed elsewhere after the scan
        return read_stable(path, place, self._max_bytes)

    def _open_plainly(self, path: str) -> int | None:
        """A descriptor of the document *path*, None unless no link leads to it: any other needs a look."""
        folder = self._match(path)[0].path
        inner, real = strip_folder(folder, path), self._real_folders.get(folder)
        if inner is None or real is None or not covers(self._real_root, real):
            return None
        return open_plainly(join(self._root, path), join(real, inner))

    def read_asset(self, asset: str, by: str) -> FileBytes | RefusedPath | ReadFailure:
        """The bytes of the file *asset* that the document *by* needs: as of a document of its collection."""
        place = self._locate_asset(asset, by)
        return ReadFailure.GONE if place is None else read_stable(asset, place, MAX_ASSET_BYTES)

    def stamp_asset(self, asset: str, by: str) -> Stamp | None:
        """The stamp of the file *asset* that the document *by* needs; None where there is none."""
        place = self._locate_asset(asset, by)
        try:
            status = os.stat(join(place.folder, place.inner)) if place else None  # noqa: PTH116
        except OSError:
            return None
        return stamp_of(status) if status and stat.S_ISREG(status.st_mode) else None

    def asset_write_state(self, asset: str, by: str) -> WriteState:
        """Whether some program may still write the file *asset* that the document *by* needs."""
        place = self._locate_asset(asset, by)
        return WriteState.CLOSED if place is None else read_write_state(place)

    def _locate_asset(self, asset: str, by: str) -> Place | None:
        """Where *asset* is; None behind hidden names, links to folders, and outside of *by*'s collection."""
        folder = self._folder_of(by)
        inner = strip_folder(folder, asset)
        if (
            inner is None
            or leads_out(self._root, folder)
            or not is_reachable(join(self._root, folder), inner)
        ):
            return None
        return self._place(folder, asset)

    def _locate(self, path: str) -> Place | None:
        """Where the file of the document *path* is; None when a link leads out of its collection."""
        return self._place(self._match(path)[0].path, path)

    def _place(self, folder: str, path: str) -> Place | None:
        inner = strip_folder(folder, path)
        folder = join(self._root, folder)
        if os.path.islink(join(self._root, path)):  # noqa: PTH114
            folder = real_path(folder)
            inner = strip_folder(folder, real_path(join(self._root, path)))
        return None if inner is None else Place(folder, inner, self._real_root)

    def write_state(self, path: str) -> WriteState:
        """Whether some program may still write *path*; CLOSED for what is no document."""
        if not self._match(path):
            return WriteState.CLOSED
        descriptor = self._open_plainly(path)
        if descriptor is not None:
            return read_open_write_state(descriptor)
        place = self._locate(path)
        return WriteState.CLOSED if place is None else read_write_state(place)

    def is_closed(self, path: str) -> bool:
        """True when no program can write *path* any more, as far as the system tells."""
        return self.write_state(path) is WriteState.CLOSED

    def find_gone(self, paths: Sequence[str]) -> list[str]:
        """The paths of *paths* without a readable document file; checked again before a deletion."""
        scan = self.scan(paths)
        return [
            path for path in paths if path not in scan.found and not is_within(scan.unreadable.keys(), path)
        ]

    def resolve(self, path: str, reference: Reference) -> ResolvedReference:
        """What *reference* of the document *path* points to; only files in its collection's folder count."""
        if not reference.is_file:
            return ResolvedReference(reference, None, ReferenceStatus.NOT_CHECKED)
        target = normpath(join(dirname(path), reference.target.replace("\\", "/")))
        if target == ".." or target.startswith(("/", "../")) or not is_presentable(target):
            return ResolvedReference(reference, None, ReferenceStatus.OUTSIDE)
        if strip_folder(self._folder_of(path), target) is None:
            return ResolvedReference(reference, target, ReferenceStatus.OUTSIDE)
        there = os.path.isfile(join(self._root, target))  # noqa: PTH113
        return ResolvedReference(reference, target, ReferenceStatus.OK if there else ReferenceStatus.MISSING)

    def _folder_of(self, path: str) -> str:
        """The folder of the collection that has *path*; its own where none has it any more."""
        claims = self.collections_of(path)
        return claims[0].path if claims else dirname(path)

    def is_linked(self, path: str, by: str) -> bool:
        """True when no source hears of *path*, named by *by* in its collection.

        It is a symbolic link, or behind one, or in a folder that is not entered.
        """
        folder = self._folder_of(by)
        if self._rule.find(self._root, folder, dirname(path)):
            return True
        places = [name for name in (path, *ancestors(path)) if strip_folder(folder, name) is not None]
        return any(os.path.islink(join(self._root, name)) for name in places)  # noqa: PTH114
