"""The made-up tree as sync sees it: passes the same contract tests as scan.FileTree. Never changes a file."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from functools import lru_cache
from posixpath import dirname, join, normpath
from typing import NamedTuple

from docsync.model import (
    FileBytes,
    Problem,
    ReadFailure,
    Reference,
    ReferenceStatus,
    RefusedPath,
    ResolvedReference,
    Root,
    RootState,
    Scan,
    Severity,
    Stamp,
)
from docsync.names import Collection, ancestors, covers, is_hidden, is_within
from docsync.scan.read import WriteState, is_racy
from tests.simulation.fake_filesystem import FakeFilesystem
from tests.simulation.name_table import File
from tests.simulation.refusal import denied, too_large

Pause = Callable[[], None]


class LinkKind(Enum):
    """What is at the end of a symbolic link."""

    NOWHERE = auto()
    SHUT = auto()  # in a folder that nobody may read
    FOLDER = auto()
    OUTSIDE = auto()  # a file that does not lie in the collection's folder
    FILE = auto()


class LinkEnd(NamedTuple):
    """The end of a symbolic link, and the path of what is there."""

    kind: LinkKind
    path: str


class FakeTree:
    """The collections on a FakeFilesystem. `pause` is called before every look: there the scenario may go on."""

    def __init__(
        self,
        filesystem: FakeFilesystem,
        collections: Sequence[Collection],
        max_bytes: int,
        pause: Pause = lambda: None,
    ) -> None:
        self._filesystem = filesystem
        self._collections = tuple(collections)
        self._max_bytes = max_bytes
        self._pause = pause
        self._types: dict[str, str | None] = {}
        self._claims: dict[str, list[Collection]] = {}
        self._roots: tuple[int, dict[str, Root]] = (-1, {})
        self._owners = {collection.path: collection.type for collection in reversed(self._collections)}
        self.scanned: Callable[[list[str], Scan], None] = lambda _scopes, _scan: None
        self.was_read: Callable[[str], None] = lambda _: None

    def collections_of(self, path: str) -> list[Collection]:
        if path not in self._claims:
            self._claims[path] = [collection for collection in self._collections if collection.matches(path)]
        return self._claims[path]

    def type_of(self, path: str) -> str | None:
        """The collection that has *path*."""
        if path not in self._types:
            self._types[path] = next((collection.type for collection in self.collections_of(path)), None)
        return self._types[path]

    def roots(self) -> dict[str, Root]:
        self._pause()
        return self.roots_now()

    def roots_now(self) -> dict[str, Root]:
        """The same, while the scenario stands still."""
        if self._roots[0] != self._filesystem.moves:
            roots = {collection.type: self._root(collection.path) for collection in self._collections}
            self._roots = (self._filesystem.moves, roots)
        return self._roots[1]

    def inodes(self) -> dict[str, int]:
        """The inode of the folder of every collection that can be looked into, by type."""
        roots = self.roots_now().items()
        return {type_: root.inode for type_, root in roots if root.inode is not None}

    def lost_roots(self) -> list[str]:
        """The folders of collections that cannot be looked into."""
        return [root.path for root in self.roots_now().values() if root.state is not RootState.OK]

    def _root(self, path: str) -> Root:
        if self._filesystem.shut_above(path) is not None:
            return Root(path, RootState.UNREADABLE)
        folder = self._filesystem.folders.get(path)
        return Root(path, RootState.OK, 64, folder.inode) if folder else Root(path, RootState.MISSING)

    def scan(self, scopes: Iterable[str]) -> Scan:
        self._pause()
        wanted = list(scopes)
        seen = Scan({}, {}, {}, {}, {}, {}, set(), set())
        for root in self._owners:
            is_whole = any(covers(scope, root) for scope in wanted)
            if is_whole and self._filesystem.shut_above(root) is not None:
                continue  # nobody can tell that it is there
            inner = [root] if is_whole else wanted
            for scope in inner:
                if covers(root, scope) and not hides(scope[len(root) :]):
                    self._walk(scope, root, seen)
        shared = self._filesystem.shared_inodes()
        if shared:
            seen.shared.update(  # type: ignore[attr-defined]  # made here as a set
                path for path, stamp in seen.found.items() if stamp.inode in shared
            )
            seen.aliases.update(  # type: ignore[attr-defined]  # as above
                (stamp.device, stamp.inode)
                for stamp in map(self._alias_at, wanted)
                if stamp is not None and stamp.inode in shared
            )
        self.scanned(wanted, seen)
        return seen

    def _alias_at(self, path: str) -> Stamp | None:
        """The stamp of a regular file in a collection's folder that is no document by its name."""
        file = self._filesystem.files.get(path)
        inside = any(covers(root, path) and not hides(path[len(root) :]) for root in self._owners)
        if file is None or file.octets is None or not inside or self.type_of(path) is not None:
            return None
        return file.stamp if self._filesystem.shut_above(path) is None else None

    def _walk(self, scope: str, root: str, seen: Scan) -> None:
        filesystem, owner = self._filesystem, self._owners[root]
        shut, above = filesystem.shut_folders(), filesystem.shut_above(scope)
        for name in (name for name in shut if covers(scope, name) and not hides(name[len(scope) :])):
            if filesystem.shut_above(name) is None:
                self._blind(name, owner, seen)
        if above is not None:
            self._blind(above if covers(root, above) else root, owner, seen)
            return
        beneath = scope + "/"
        for path, file in filesystem.files.items():
            if (path == scope or path.startswith(beneath)) and (
                not shut or filesystem.shut_above(path) is None
            ):
                self._find(path, file, seen)
        for path in filesystem.links:
            if path not in self._owners and covers(scope, path) and filesystem.shut_above(path) is None:
                self._find_link(path, scope, owner, seen)

    def _blind(self, path: str, owner: str, seen: Scan) -> None:
        seen.unreadable[path] = RefusedPath(denied(path))  # type: ignore[index]  # made here as a dict
        seen.types[path] = owner  # type: ignore[index]  # as above

    def _find(self, path: str, file: File, seen: Scan) -> None:
        type_ = self.type_of(path)
        if type_ is None:
            return
        if file.octets is None:
            problem = Problem(path, "skipped", "a pipe, not a regular file", Severity.WARNING)
            seen.skipped[path] = RefusedPath(problem, file.stamp)  # type: ignore[index]  # as above
            seen.types[path] = type_  # type: ignore[index]  # as above
        else:
            seen.found[path] = file.stamp  # type: ignore[index]  # as above
            seen.types[path] = type_  # type: ignore[index]  # as above

    def read(self, path: str) -> FileBytes | RefusedPath | ReadFailure:
        before = self.content_of(path)
        self._pause()
        ends = (path, self._filesystem.real(path) or path)
        if any(self._filesystem.shut_above(end) is not None for end in ends):
            return RefusedPath(denied(path))
        file = self.content_of(path)
        if file is None or file.octets is None:
            return ReadFailure.GONE
        if file.shut:
            return RefusedPath(denied(path))
        if len(file.octets) > self._max_bytes:
            return RefusedPath(too_large(path, len(file.octets), self._max_bytes), file.stamp)
        if before is not None and before.stamp.inode == file.stamp.inode and before.stamp != file.stamp:
            return ReadFailure.CHANGING
        self.was_read(path)
        return FileBytes(file.octets, file.stamp, is_racy(file.stamp, self._filesystem.exact_ns()))

    def write_state(self, path: str) -> WriteState:
        file = self.content_of(path) if self.collections_of(path) else None
        if file is not None and (file.shut or self._filesystem.shut_above(path) is not None):
            return WriteState.UNKNOWN
        return WriteState.OPEN if file is not None and self._filesystem.is_open(path) else WriteState.CLOSED

    def _find_link(self, path: str, scope: str, owner: str, seen: Scan) -> None:
        if hides(path[len(scope) :]):
            return
        seen.steps[path] = self.steps_of(path)  # type: ignore[index]  # made here as a dict
        folder = next(root for root, type_ in self._owners.items() if type_ == owner)
        end = self.end_of(path, folder)
        match end.kind:
            case LinkKind.NOWHERE:
                pass
            case LinkKind.SHUT:
                self._blind(path, self.type_of(path) or owner, seen)
            case LinkKind.FOLDER:
                self._skip(
                    path,
                    owner,
                    "a link to a folder is not followed",
                    self._filesystem.links[path].stamp,
                    seen,
                )
            case LinkKind.OUTSIDE if self._type_in(folder, path):
                message = "a link that leaves the collection's folder is not followed"
                self._skip(path, owner, message, self._filesystem.files[end.path].stamp, seen)
            case LinkKind.FILE if self._type_in(folder, path):
                seen.links[path] = end.path  # type: ignore[index]  # as above
                self._find(path, self._filesystem.files[end.path], seen)

    def steps_of(self, path: str) -> tuple[str, ...]:
        """The names that decide where the link *path* leads; the way to a collection's folder that is there is none."""
        *names, last = self._filesystem.steps_of(path)
        return (*(name for name in names if not any(covers(name, root) for root in self._owners)), last)

    def _type_in(self, folder: str, path: str) -> str | None:
        claims = self.collections_of(path)
        return claims[0].type if claims and claims[0].path == folder else None

    def end_of(self, path: str, folder: str) -> "LinkEnd":
        """Where the link *path* leads for a collection in *folder*."""
        filesystem = self._filesystem
        end = filesystem.real(path)
        if end is not None and filesystem.shut_above(end) is not None:
            return LinkEnd(LinkKind.SHUT, end)
        if end is None or not filesystem.has(end):
            return LinkEnd(LinkKind.NOWHERE, "")
        if end in filesystem.folders:
            return LinkEnd(LinkKind.FOLDER, end)
        inside = covers(folder, end) and end != folder
        return LinkEnd(LinkKind.FILE if inside else LinkKind.OUTSIDE, end)

    def content_of(self, path: str) -> File | None:
        """The file that the document *path* is: that at the end of a link, if the link is followed."""
        if path not in self._filesystem.links:
            return self._filesystem.files.get(path)
        claims = self.collections_of(path)
        end = self.end_of(path, claims[0].path) if claims else LinkEnd(LinkKind.NOWHERE, "")
        return self._filesystem.files[end.path] if end.kind is LinkKind.FILE else None

    @staticmethod
    def _skip(path: str, owner: str, message: str, stamp: Stamp, seen: Scan) -> None:
        problem = Problem(path, "skipped", message, Severity.WARNING)
        seen.skipped[path] = RefusedPath(problem, stamp)  # type: ignore[index]  # as above
        seen.types[path] = owner  # type: ignore[index]  # as above

    def find_gone(self, paths: Sequence[str]) -> list[str]:
        if not paths:
            return []
        seen = self.scan(paths)
        return [
            path for path in paths if path not in seen.found and not is_within(seen.unreadable.keys(), path)
        ]

    def resolve(self, path: str, reference: Reference) -> ResolvedReference:
        if not reference.is_file:
            return ResolvedReference(reference, None, ReferenceStatus.NOT_CHECKED)
        folder = self.folder_of(path)
        target = normpath(join(dirname(path), reference.target))
        if target.startswith(("/", "..")):
            return ResolvedReference(reference, None, ReferenceStatus.OUTSIDE)
        if not covers(folder, target):
            return ResolvedReference(reference, target, ReferenceStatus.OUTSIDE)
        end = self._filesystem.real(target) or ""
        file = self._filesystem.files.get(end)
        there = file is not None and file.octets is not None and self._filesystem.shut_above(end) is None
        return ResolvedReference(reference, target, ReferenceStatus.OK if there else ReferenceStatus.MISSING)

    def is_linked(self, path: str, by: str) -> bool:
        folder = self.folder_of(by)
        places = (name for name in (path, *ancestors(path)) if name != folder and covers(folder, name))
        return any(name in self._filesystem.links for name in places)

    def folder_of(self, path: str) -> str:
        """The folder of the collection that has *path*; its own where none has it any more."""
        claims = self.collections_of(path)
        return claims[0].path if claims else dirname(path)


@lru_cache(maxsize=1024)
def hides(inner: str) -> bool:
    """True when a name on the way *inner* is hidden."""
    return any(is_hidden(part) for part in inner.split("/") if part)
