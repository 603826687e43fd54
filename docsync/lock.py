"""The lock on the folder of a database (one docsync a database), and daemon.json: how to reach its holder."""

import errno
import fcntl
import json
import os
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from docsync.claim import claiming
from docsync.errors import AlreadyRunning, UsageError
from docsync.names import to_printable
from docsync.permission import OWN_FILE, create_file, make_folder, put_mark
from docsync.regular_file import read_regular

_ANNOUNCEMENT = "daemon.json"
_LOCK = "lock"
_OWN_FOLDER = ".docsync"
_MAX_BYTES = 65536
_LOCK_FILE = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_ASKING_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Announcement:
    """How to reach a running daemon: `socket` is a path, `http` a URL (http://127.0.0.1:8787) or None."""

    pid: int
    socket: str
    http: str | None


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Hold the lock on *folder*. Raises AlreadyRunning at once when someone else does, UsageError.

    flock on a file that only its owner can open, so that nobody else holds it; the system frees it with the
    last descriptor, also after kill -9. The folder is locked, too: a file can be deleted away, and an earlier
    docsync looks there. But every user who may list it can lock a folder, so one of a stranger counts for
    nothing.
    """
    _refuse_link(folder)
    make_folder(folder)
    _check_folder(folder)
    with ExitStack() as stack:
        lock = _open_lock(folder)
        stack.callback(os.close, lock)
        whole = os.open(folder, _FOLDER)
        stack.callback(os.close, whole)
        if not _lock(lock):
            raise _make_refusal(folder, _holder(lock))
        if not _lock(whole) and not _is_strangers(folder, whole):
            raise _make_refusal(folder, _holder(whole))
        with claiming(folder) as other:
            if other is not None:
                raise _make_refusal(folder, other, " at another mount of this folder")
            (folder / _ANNOUNCEMENT).unlink(missing_ok=True)  # of a daemon that was killed
            yield


def _make_refusal(folder: Path, pid: int | None, where: str = "") -> AlreadyRunning:
    announced: Announcement | None = None
    with suppress(OSError):
        announced = _load_announcement(folder)
    pid = pid or getattr(announced, "pid", None)
    who = f"process {pid}" if pid else "another process"
    advice = "see 'docsync status', or stop it with 'docsync stop'"
    shown = to_printable(str(folder))
    return AlreadyRunning(f"{shown}: docsync is running already ({who}{where}); {advice}", pid)


def _refuse_link(folder: Path) -> None:
    """Raises UsageError for a `.docsync` that leads elsewhere: what lies there is not docsync's to open or close."""
    if folder.name == _OWN_FOLDER and folder.is_symlink():
        shown = to_printable(str(folder))
        raise UsageError(
            f"{shown}: is a symbolic link; remove it, and set database.path to another place instead"
        )


def _check_folder(folder: Path) -> None:
    """Raises UsageError for a folder where somebody else may put or take files."""
    status, shown = folder.stat(), to_printable(str(folder))
    if not _is_trusted(folder, status.st_uid):
        raise UsageError(
            f"{shown}: belongs to user {status.st_uid}, who could replace what docsync writes there; "
            "run docsync as that user, or remove the folder"
        )
    is_open = status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX
    if is_open and status.st_uid == os.geteuid() and folder.name == _OWN_FOLDER:
        folder.chmod(stat.S_IMODE(status.st_mode) & ~0o022)
    elif is_open:
        raise UsageError(f"{shown}: every user may put files there; run: chmod o-w {shown}")


def _is_trusted(folder: Path, uid: int) -> bool:
    """True when *uid* is this user or root, or what the file system of *folder* makes of this user."""
    if uid in (os.geteuid(), 0):
        return True
    probe = folder / f"{_LOCK}.{os.getpid()}.tmp"
    try:
        descriptor = create_file(probe)
    except OSError:
        return False
    probe.unlink(missing_ok=True)
    try:
        return os.fstat(descriptor).st_uid == uid
    finally:
        os.close(descriptor)


def _open_lock(folder: Path) -> int:
    """The lock file of *folder*, made if need be. Raises UsageError for one that others can lock, OSError."""
    path = folder / _LOCK
    try:
        descriptor = os.open(path, _LOCK_FILE | os.O_CREAT, OWN_FILE)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise
        raise _make_untrusted(path, error.strerror or str(error)) from error
    status = os.fstat(descriptor)
    why = None
    if not stat.S_ISREG(status.st_mode):
        why = "is not a regular file"
    elif not _is_trusted(folder, status.st_uid):
        why = f"belongs to user {status.st_uid}"
    elif status.st_nlink > 1 and stat.S_IMODE(status.st_mode) & 0o077:
        why = "has another name, through which others can lock it"  # and whose mode is not ours to change
    if why is not None:
        os.close(descriptor)
        raise _make_untrusted(path, why)
    if stat.S_IMODE(status.st_mode) & 0o077:
        with suppress(PermissionError):
            os.fchmod(descriptor, OWN_FILE)
    return descriptor


def _make_untrusted(path: Path, why: str) -> UsageError:
    shown = to_printable(str(path))
    return UsageError(f"{shown}: cannot be the lock ({why}); remove it, then start again: rm {shown}")


def _lock(descriptor: int) -> bool:
    """Take the lock; False if another one has it. Tries for 0.1 s, as `is_held` takes it for a moment."""
    deadline = time.monotonic() + _ASKING_SECONDS
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)


def _is_strangers(folder: Path, descriptor: int) -> bool:
    """True when the lock on *folder* itself, open as *descriptor*, is held by no docsync of ours."""
    pid = _holder(descriptor)
    if pid is None:
        is_closed = not folder.stat().st_mode & 0o055
        return not is_closed and not (folder / _ANNOUNCEMENT).exists()
    return _uid_of(pid) not in (os.geteuid(), 0)


def _uid_of(pid: int) -> int | None:
    """The user of a process. Not the owner of its folder in /proc: any process can make that root's."""
    with suppress(OSError, ValueError, IndexError):
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
        return int(status.partition("\nUid:")[2].split()[0])
    return None  # it has ended, or is hidden


@contextmanager
def announcing(folder: Path, announcement: Announcement) -> Iterator[None]:
    """Let others know how to reach this process, for as long as it holds the lock."""
    path = folder / _ANNOUNCEMENT
    put_mark(path, json.dumps(asdict(announcement)) + "\n")
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
    """True while a docsync holds the lock on *folder*. Raises OSError where that cannot be asked."""
    with suppress(FileNotFoundError, PermissionError):  # of an earlier docsync, or of another user
        lock = os.open(folder / _LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        if _is_locked(lock):
            return True
    whole = os.open(folder, _FOLDER)
    try:
        return _is_locked(os.dup(whole)) and not _is_strangers(folder, whole)
    finally:
        os.close(whole)


def _is_locked(descriptor: int) -> bool:
    """True while another one has the lock; *descriptor* is closed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _load_announcement(folder: Path) -> Announcement | None:
    with suppress(FileNotFoundError, ValueError, TypeError):
        found = read_regular(folder / _ANNOUNCEMENT, _MAX_BYTES, follow_links=False)
        if found.status.st_uid in (0, os.geteuid(), folder.stat().st_uid):
            return Announcement(**json.loads(found.octets))
    return None


def holder(folder: Path) -> int | None:
    """The process that holds the lock on *folder*, where the system tells. Raises OSError."""
    for path in (folder / _LOCK, folder):
        with suppress(FileNotFoundError):
            status = path.stat()
            if (pid := _find_holder(status)) is not None:
                return pid
    return None


def _holder(descriptor: int) -> int | None:
    return _find_holder(os.fstat(descriptor))


def _find_holder(status: os.stat_result) -> int | None:
    """The process that holds the lock on the file of *status*, where the system tells (Linux)."""
    wanted = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    with suppress(OSError, ValueError):
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            fields = line.split()
            if "FLOCK" in fields and wanted in fields:
                return int(fields[fields.index(wanted) - 1])
    return None
