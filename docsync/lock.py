"""The lock on the database's folder (one docsync a database), and daemon.json: how to reach its holder."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from docsync.errors import AlreadyRunning
from docsync.permission import make_folder, put_mark

_ANNOUNCEMENT = "daemon.json"
_ASKING_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Announcement:
    """How to reach a running daemon: `socket` is a path, `http` a URL (http://127.0.0.1:8787) or None."""

    pid: int
    socket: str
    http: str | None


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Hold the lock on *folder*. Raises AlreadyRunning at once when someone else does.

    flock on the folder itself: unlike a lock file it cannot be deleted away, and unlike POSIX locks it is not
    lost when another descriptor is closed. The system frees it with the last descriptor, also after kill -9.
    """
    make_folder(folder)
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            _lock(descriptor)
        except BlockingIOError as error:
            announced: Announcement | None = None
            with suppress(OSError):
                announced = _load_announcement(folder)
            pid = _holder(descriptor) or getattr(announced, "pid", None)
            who = f"process {pid}" if pid else "another process"
            advice = "see 'docsync status', or stop it with 'docsync stop'"
            message = f"{folder}: docsync is running already ({who}); {advice}"
            raise AlreadyRunning(message, pid) from error
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Take the lock. Tries for 0.1 s, as `is_held` takes it for a moment. Raises BlockingIOError."""
    deadline = time.monotonic() + _ASKING_SECONDS
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.005)


@contextmanager
def announcing(folder: Path, announcement: Announcement) -> Iterator[None]:
    """Let others know how to reach this process, for as long as it holds the lock."""
    path = folder / _ANNOUNCEMENT
    draft = path.with_suffix(".tmp")
    put_mark(draft, json.dumps(asdict(announcement)) + "\n")
    draft.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def read_announcement(folder: Path) -> Announcement | None:
    """How to reach the daemon of *folder*, None when none runs. The file of a killed one does not count.

    Raises PermissionError where one of another user runs.
    """
    if (folder / _ANNOUNCEMENT).exists() and is_held(folder):
        return _load_announcement(folder)
    return None


def is_held(folder: Path) -> bool:
    """True while somebody holds the lock on *folder*. Raises OSError where that cannot be asked."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _load_announcement(folder: Path) -> Announcement | None:
    with suppress(FileNotFoundError, ValueError, TypeError):
        return Announcement(**json.loads((folder / _ANNOUNCEMENT).read_text(encoding="utf-8")))
    return None


def holder(folder: Path) -> int | None:
    """The process that holds the lock on *folder*, where the system tells. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return _holder(descriptor)
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> int | None:
    """The process that holds the lock, where the system tells (Linux)."""
    status = os.fstat(descriptor)
    wanted = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    with suppress(OSError, ValueError):
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            fields = line.split()
            if "FLOCK" in fields and wanted in fields:
                return int(fields[fields.index(wanted) - 1])
    return None
