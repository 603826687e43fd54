"""Who may read what docsync writes: its folder and its files, made with the right mode from the first byte.

Never reads a file, and never changes what belongs to somebody else.
"""

import os
import stat
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

OWN_FILE = 0o600
"""The bits of what nobody else ever needs: secrets, marks, drafts."""
OWN_FOLDER = 0o700
_PASSAGE = 0o755
_LISTS = ("system.posix_acl_access", "system.posix_acl_default")


class Mode(StrEnum):
    """Who may read the database: its owner, one group as well, or every user of this machine."""

    PRIVATE = "private"
    GROUP = "group"
    SHARED = "shared"

    @property
    def file_bits(self) -> int:
        """The mode bits of a file of this mode."""
        return {Mode.PRIVATE: OWN_FILE, Mode.GROUP: 0o640, Mode.SHARED: 0o644}[self]

    @property
    def folder_bits(self) -> int:
        """The mode bits of a folder of this mode; what is made in that of a group belongs to the group."""
        return {Mode.PRIVATE: OWN_FOLDER, Mode.GROUP: 0o2750, Mode.SHARED: 0o755}[self]


class Audience(NamedTuple):
    """Those who may read the database; `gid` is the group of GROUP."""

    mode: Mode
    gid: int | None = None

    def exceeds(self, group: int | None) -> bool:
        """True when somebody is in it who may not read a file of its owner and *group*, None for no group."""
        return self.mode is Mode.SHARED or (self.mode is Mode.GROUP and group != self.gid)


PRIVATE = Audience(Mode.PRIVATE)


def mode_of(bits: int) -> Mode:
    """The mode that the mode bits of a file say."""
    if bits & stat.S_IROTH:
        return Mode.SHARED
    return Mode.GROUP if bits & stat.S_IRGRP else Mode.PRIVATE


def make_folder(folder: Path) -> None:
    """Create *folder* for this user alone, whatever the umask is; one that is there stays as it is.

    Folders that are made on the way can be entered by all: they hold nothing else. Raises OSError.
    """
    for above in [above for above in reversed(folder.parents) if not above.exists()]:
        with suppress(FileExistsError):
            above.mkdir(_PASSAGE)
            above.chmod(_PASSAGE)
    with suppress(FileExistsError):
        folder.mkdir(OWN_FOLDER)
        drop_lists(folder)
        folder.chmod(OWN_FOLDER)
    folder.mkdir(exist_ok=True)  # raises where something else is in its place


def create_file(path: Path, bits: int = OWN_FILE) -> int:
    """Create the file *path* with *bits*, whatever the umask is; returns a descriptor that writes it.

    Nobody can open it before it has them. Raises FileExistsError, OSError.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, OWN_FILE)
    drop_lists(descriptor)
    if bits != OWN_FILE or stat.S_IMODE(os.fstat(descriptor).st_mode) != OWN_FILE:
        os.fchmod(descriptor, bits)
    return descriptor


def drop_lists(path: Path | int) -> None:
    """Take from the file or folder *path*, made just now, the access lists that it has from the folder above.

    They name users whom the mode bits do not show (acl(5)).
    """
    for name in _LISTS:
        with suppress(OSError, AttributeError):  # none there, or a system without them
            os.removexattr(path, name)


def put_mark(path: Path, text: str = "", *, lasting: bool = False) -> None:
    """Put *text* at *path* in one step, for this user alone; *lasting*: it outlives a power loss. Raises OSError.

    What was there is replaced and never written to: it may be a link, or another file's second name.
    """
    draft = path.with_name(path.name + ".tmp")
    draft.unlink(missing_ok=True)
    with os.fdopen(create_file(draft), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        if lasting:
            os.fsync(file.fileno())
    draft.replace(path)
    if lasting:
        persist(path.parent)


def persist(path: Path) -> None:
    """Let what a file holds, or the names that a folder has, outlive a power loss. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def set_bits(path: Path, bits: int, gid: int | None = None) -> None:
    """Give *path* the mode *bits*, and the group *gid*. What belongs to another user stays as it is."""
    with suppress(FileNotFoundError, PermissionError):
        status = path.stat()
        if gid is not None and status.st_gid != gid:
            os.chown(
                path, -1, gid
            )  # before the bits: they are for this group, and a change of owner drops some
        if stat.S_IMODE(status.st_mode) != bits:
            path.chmod(bits)


class Access(NamedTuple):
    """Who may read a file: its mode bits, its owner and its group, as ids; None for those of this process."""

    bits: int
    uid: int | None = None
    gid: int | None = None

    def narrow(self, other: "Access") -> "Access":
        """What both give. The owner is that of *other*, whose file is replaced."""
        bits = self.bits & other.bits
        if self.bits & stat.S_IROTH:
            return Access(bits, other.uid, other.gid)
        if not other.bits & stat.S_IROTH and self.gid != other.gid:
            bits &= ~stat.S_IRWXG  # two groups, and nobody knows who is in both
        return Access(bits, other.uid, self.gid)


OWNER_ALONE = Access(OWN_FILE)


def access_of(path: Path) -> Access | None:
    """Who may read *path*, None where nothing is. Raises OSError."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return Access(stat.S_IMODE(status.st_mode) & 0o666, status.st_uid, status.st_gid)


def grant(path: Path, access: Access) -> None:
    """Let those of *access* read the new file *path*, as far as this user may say so. Raises OSError."""
    bits = access.bits
    with suppress(PermissionError):
        os.chown(path, -1 if access.uid is None else access.uid, -1)
    if access.gid is not None and path.stat().st_gid != access.gid:
        try:
            os.chown(path, -1, access.gid)
        except PermissionError:
            bits &= ~stat.S_IRWXG  # they would be for another group
    path.chmod(bits)
