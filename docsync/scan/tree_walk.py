"""Walks a whole tree in pieces, and says afterwards which folders moved meanwhile. Never opens a file.

A folder's stamp changes with each name that is made, removed or renamed in it: while all stamps stay what
they were, the names that were found were there together.
"""

from collections.abc import Callable, Iterator, Sequence, Set
from posixpath import dirname
from typing import NamedTuple, Protocol

from docsync.model import Scan, Stamp
from docsync.names import ancestors
from docsync.scan.walk import WalkResult

_PATHS_AT_ONCE = 512


class FolderWalk(Protocol):
    """How one folder is looked at, see docsync.scan.walk."""

    def list_folder(self, path: str, location: str) -> Iterator[tuple[str, str] | None]: ...
    def stamp_folder(self, location: str) -> Stamp | None: ...
    def has_folder(self, location: str) -> bool: ...


class WalkedFolder(NamedTuple):
    """A folder: by whose walk it is listed (collections may nest), its path, and what the system calls it."""

    walk: FolderWalk
    path: str
    location: str


class TreeWalk:
    """One walk: `visit`, then `recheck`, then `visit` again what has moved, until `is_still`.

    Both yield now and then, so that whoever walks may rest. `changed` are the documents' files that came or
    went with the folders that moved, as of the last look at those.
    """

    def __init__(
        self, folders: Sequence[WalkedFolder], result: WalkResult, build: Callable[[WalkResult], Scan]
    ) -> None:
        self._result = result
        self._build = build
        self._roots = frozenset(folders)
        self._pending = list(reversed(folders))  # the first one is walked first, as in a scan
        self._stamps: dict[WalkedFolder, Stamp | None] = {}
        self._is_again = False
        self._folders: Set[str] = frozenset()
        self._moved: Set[str] = frozenset()
        self.changed: set[str] = set()

    @property
    def is_still(self) -> bool:
        """True when no folder waits to be looked at."""
        return not self._pending

    def visit(self) -> Iterator[None]:
        """Look at every folder that waits, and at the new ones in it."""
        visited = set[str]()
        while self._pending:
            folder = self._pending.pop()
            if folder in self._stamps:
                continue
            # The stamp is taken before the list: what is made or removed in between leaves it outdated.
            self._stamps[folder] = folder.walk.stamp_folder(folder.location)
            visited.add(folder.path)
            if folder in self._roots and not folder.walk.has_folder(folder.location):
                continue  # as in a scan: what is wrong with a root is for who looks at the roots
            for inner in folder.walk.list_folder(folder.path, folder.location):
                if inner is None:
                    yield
                else:
                    self._pending.append(WalkedFolder(folder.walk, *inner))
            yield
        if self._is_again:
            self._moved, self._folders = visited, {folder.path for folder in self._stamps}
            self.changed |= {path for path in self._result.found if dirname(path) in visited}

    def has_moved(self, folder: str) -> bool:
        """True when names in *folder* may have come or gone before the last look at what moved."""
        there = next((above for above in (folder, *ancestors(folder)) if above in self._folders), None)
        return there in self._moved

    def recheck(self) -> Iterator[None]:
        """Let the folders wait again that moved since they were looked at, and forget what was in them."""
        self._is_again = True
        moved: list[WalkedFolder] = []
        for number, (folder, stamp) in enumerate(self._stamps.items(), 1):
            if stamp is None or folder.walk.stamp_folder(folder.location) != stamp:
                moved.append(folder)
            if number % _PATHS_AT_ONCE == 0:
                yield
        # A folder that is not there and was not is no news; one that came is, and so is its parent.
        moved = [one for one in moved if self._stamps[one] or one.walk.has_folder(one.location)]
        if not moved:
            return
        paths = {folder.path for folder in moved}
        # Collections may nest: all walks that come by a folder look at it again.
        self._pending = [folder for folder in reversed(self._stamps) if folder.path in paths]
        for folder in self._pending:
            del self._stamps[folder]
        yield from self._forget(paths)

    def _forget(self, folders: Set[str]) -> Iterator[None]:
        """Forget what was found in *folders*."""
        result = self._result
        self.changed = set()
        gone: set[str] = set()
        still = {folder.path for folder in self._stamps}  # what is known of those is not looked at again
        for number, path in enumerate(result.types, 1):
            if path in folders or (dirname(path) in folders and path not in still):
                gone.add(path)
            if number % _PATHS_AT_ONCE == 0:
                yield
        gone.update(path for path in result.steps if dirname(path) in folders)
        self.changed |= gone & result.found.keys()
        tables = (
            result.found,
            result.types,
            result.skipped,
            result.unreadable,
            result.links,
            result.steps,
            result.closed,
        )
        for path in gone:
            for table in tables:
                table.pop(path, None)
        result.shared -= gone

    def scan(self) -> Scan:
        """What was found."""
        return self._build(self._result)
