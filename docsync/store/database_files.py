"""Where a database lies: what is there, who may come to it, and that it stays there. Opens no database."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from docsync.store.epoch import shm_of, wal_of

_READABLE = 0o644


def may_be_file(path: Path) -> bool:
    """False for what certainly is none: to open a pipe would wait for ever."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:  # not there, or SQLite tells why it cannot be looked at
        return True


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
    """Let an empty file be at *path*, unless one is there. Raises OSError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644))


def make_folder(folder: Path) -> None:
    """Create *folder* so that services of another user can enter it, whatever the umask is."""
    new = [above for above in (folder, *folder.parents) if not above.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for above in new:
        above.chmod(0o755)


def let_read(path: Path) -> None:
    """Services of another user read it, whatever the umask was. A file of another owner, who lets us write, stays as it is."""
    for file in (path, wal_of(path), shm_of(path)):
        with suppress(FileNotFoundError, PermissionError):
            if stat.S_IMODE(file.stat().st_mode) != _READABLE:
                file.chmod(_READABLE)


def persist(path: Path) -> None:
    """Let what a file holds, or the names that a folder has, outlive a power loss. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
