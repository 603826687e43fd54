"""What a file and the tree around it are, as they were seen. No I/O."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import NamedTuple

from docsync.model.problem import Problem

Identity = tuple[int, int, int, int]
"""Device, inode, size and mtime of a file."""


class Stamp(NamedTuple):
    """What stat says of a file. Two equal stamps of one path that are not racy name the same bytes.

    A tuple and not a dataclass: a scan makes one for every file there is.
    """

    mtime_ns: int
    ctime_ns: int
    size: int
    inode: int
    device: int

    @property
    def identity(self) -> Identity:
        """What no rename changes."""
        return (self.device, self.inode, self.size, self.mtime_ns)


class FileState(StrEnum):
    """What the database knows of a file."""

    OK = "ok"
    BROKEN = "broken"
    UNREADABLE = "unreadable"
    SKIPPED = "skipped"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of `files`: what was last seen of a path.

    `stamp` is None where there was nothing to stat. `good_size` is the size in bytes of the version that the
    document row holds, None if there is no such row. `racy` means that the stamp was taken so soon after a
    write that it proves nothing.
    """

    path: str
    type: str
    state: FileState
    stamp: Stamp | None = None
    content_hash: str | None = None
    good_size: int | None = None
    racy: bool = False

    @property
    def has_document(self) -> bool:
        """True when a document row is served for this path, be it the current or the last good version."""
        return self.good_size is not None

    def is_of(self, stamp: Stamp) -> bool:
        """True when *stamp* is of the file that was seen, whatever was written into it since."""
        return self.stamp is not None and self.stamp[-2:] == stamp[-2:]


class Sign(StrEnum):
    """What a hint says of a path. A hint only ever means "look here"; the sign decides when."""

    RENAMED = "renamed"  # moved into place: complete by construction
    CLOSED = "closed"  # a write that was closed
    OPEN = "open"  # created, linked or being written; not closed yet
    WRITTEN = "written"  # changed, seen by a source that cannot report closes
    GONE = "gone"  # a name that went
    SWAPPED = "swapped"  # a mounted volume was swapped whole: the links in it lead elsewhere now
    FOLDER = "folder"  # a folder or symlink moved, changed or went: everything beneath, together
    CREATED = "created"  # a folder was made, so what is in it came file by file
    ATTRIBUTES = "attributes"  # mode, owner or times changed
    LOST = "lost"  # hints were lost beneath this path


@dataclass(frozen=True, slots=True)
class Timing:
    """The waits of rules 2 to 4 of docs/design.md, in nanoseconds."""

    settle_ns: int = 10_000_000
    debounce_ns: int = 500_000_000
    max_delay_ns: int = 2_000_000_000


class RootState(StrEnum):
    """The state of a collection's folder. `ABSENT` has never existed; `MISSING` did, and deletes nothing.

    `OUTSIDE` is a link that leads out of the project: nothing behind it is read.
    """

    OK = "ok"
    ABSENT = "absent"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Root:
    """A collection's folder as it is now; `device` and `inode` tell a replaced folder from the same one."""

    path: str
    state: RootState
    device: int | None = None
    inode: int | None = None

    @property
    def scope(self) -> str:
        """The folder as a scope: the project's own folder is the whole tree."""
        return "" if self.path == "." else self.path


@dataclass(frozen=True, slots=True)
class LostFolder:
    """A collection's folder that is missing or unreadable: what is known beneath it is kept as it was."""

    path: str
    state: RootState


@dataclass(frozen=True, slots=True)
class RefusedPath:
    """A path that cannot be taken, with the problem; `stamp` is None if there was nothing to stat."""

    problem: Problem
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """The result of scanning scopes; no file is read.

    `found`: the stamps of files that are documents by their name.
    `types`: the collection of each path.
    `skipped`: paths that are no documents (links, devices, names that cannot be shown).
    `unreadable`: paths that could not be looked at; nothing may be concluded about what lies beneath them.
    `links`: the paths in `found` that are symbolic links, with the path of the file that they lead to.
    `steps`: every symbolic link, with the names that decide where it leads: as paths in the project, absolute
    where they lie outside.
    `shared`: the paths in `found` whose file has another name, too.
    `aliases`: device and inode of files that have other names and lie in a scope under one that is no document's.
    `closed`: the paths in `found` that not every user may read by their mode bits, with the group that may, or None.
    """

    found: Mapping[str, Stamp]
    types: Mapping[str, str]
    skipped: Mapping[str, RefusedPath] = field(default_factory=dict)
    unreadable: Mapping[str, RefusedPath] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shared: Set[str] = frozenset()
    aliases: Set[tuple[int, int]] = frozenset()
    closed: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileBytes:
    """The bytes of a file and the stamp they had before and after they were read."""

    octets: bytes
    stamp: Stamp
    racy: bool


@dataclass(frozen=True, slots=True)
class Reread:
    """A file that was read again beside the sync: it holds what `entry` says, under the stamp `stamp`."""

    entry: Entry
    stamp: Stamp
    racy: bool


@dataclass(frozen=True, slots=True)
class FollowedFile:
    """What a source watches for a document that can change without an event of its own name.

    `names` (paths in the project) decide where its link leads; `inode` (device and inode) is its file, which
    is watched under whatever name it is written.
    """

    names: frozenset[str] = frozenset()
    inode: tuple[int, int] | None = None


class ReadFailure(Enum):
    """Why a file could not be read, although nothing is wrong with it."""

    GONE = "gone"  # not there, or no regular file there any more
    CHANGING = "changing"  # written while it was read: look again
