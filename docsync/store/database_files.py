"""Where a database lies: what is there, who may come to it, and that it stays there. Opens no database."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from docsync.permission import PRIVATE, Audience, Mode, create_file, mode_of, set_bits
from docsync.store.epoch import shm_of, wal_of


def may_be_file(path: Path) -> bool:
    """False for what certainly is none: to open a pipe would wait for ever."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:  # not there, or SQLite tells why it cannot be looked at
        return True


def find_stranger(path: Path) -> str:
    """Why somebody else may have the file *path* in hand; empty: nobody, or nothing is there. Raises OSError."""
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    if not stat.S_ISREG(status.st_mode):
        return f"{path.name} is not a regular file"
    if status.st_nlink > 1:
        return f"{path.name} has another name, through which it can be written"
    return f"{path.name} belongs to user {status.st_uid}" if is_strangers(path) else ""


def is_strangers(path: Path) -> bool:
    """True for a file of another user, who has neither its folder nor all power. Raises OSError."""
    return path.lstat().st_uid not in (os.geteuid(), 0, path.parent.stat().st_uid)


def is_there(path: Path) -> bool:
    """True unless *path* certainly does not exist: what cannot be examined may exist."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def is_empty(path: Path) -> bool:
    """True for a file of no bytes; False where nothing is, or nothing can be looked at."""
    try:
        return path.stat().st_size == 0
    except OSError:
        return False


def make_file(path: Path) -> None:
    """Let an empty file, for this user alone, be at *path*, unless one is there. Raises OSError."""
    with suppress(FileExistsError):
        os.close(create_file(path))


def companions(path: Path) -> tuple[Path, Path]:
    """The log of the database *path*, and the memory that its users share."""
    return wal_of(path), shm_of(path)


def mode_at(path: Path) -> Mode:
    """Who may read the database *path*, which its mode bits remember. Raises OSError."""
    return mode_of(path.stat().st_mode)


def audience_at(path: Path) -> Audience:
    """Those who may read the database *path*; its owner alone where none is."""
    try:
        status = path.stat()
    except OSError:
        return PRIVATE
    return Audience(mode_of(status.st_mode), status.st_gid)


def set_mode(path: Path, mode: Mode, gid: int | None = None) -> None:
    """Let those of *mode* read the database *path*, its log and its shared memory; with *gid* that group."""
    for file in (*companions(path), path):
        set_bits(file, mode.file_bits, gid)


def equalize_companions(path: Path) -> None:
    """Whoever may read the database may read its log, and nobody else, whatever the umask was."""
    set_mode(path, mode_at(path))


def describe_missing_log(path: Path) -> str | None:
    """Why the database at *path* cannot be opened: files of its log are missing and cannot be made here.

    None where that is not the reason.
    """
    missing = [file.name for file in (wal_of(path), shm_of(path)) if not is_there(file)]
    if not missing or not os.access(path, os.R_OK) or os.access(path.parent, os.W_OK | os.X_OK):
        return None
    verb = "is" if len(missing) == 1 else "are"
    return (
        f"{' and '.join(missing)} {verb} missing, and cannot be made where the folder cannot be written; "
        "start docsync (or run: docsync sync) where it can be, or read a backup here"
    )
