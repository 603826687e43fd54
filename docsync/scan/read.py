"""Reads one file whole, or says why not. Never blocks on a pipe, never leaves the folder.

A file that changes while it is read is not taken.
"""

import errno
import fcntl
import os
import signal
import stat
import time
from dataclasses import dataclass
from enum import Enum

from docsync.model import FileBytes, Problem, ReadFailure, RefusedPath, Stamp

# Never waits for a writer of a FIFO, never follows a link that was put in the file's place, not inherited.
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
# Only to go on from: a folder that may be entered need not be one that may be listed (O_PATH is Linux).
_FOLDER: int = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC
_NOT_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.EISDIR}

# A write within one tick of the file system's clock after the stamp would leave the stamp as it is (Git:
# racy-clean).
_TICK_NS = 20_000_000
_COARSE_TICK_NS = 2_100_000_000
_INT64 = 1 << 63


def stamp_of(status: os.stat_result) -> Stamp:
    """The stamp in what stat returned."""
    mtime_ns, inode = status.st_mtime_ns, status.st_ino
    # Times beyond 1677 to 2262 and some inodes do not fit into 64 bits with a sign, which is what SQLite
    # keeps.
    if not -_INT64 <= mtime_ns < _INT64:
        mtime_ns = max(-_INT64, min(mtime_ns, _INT64 - 1))
    return Stamp(
        mtime_ns,
        status.st_ctime_ns,
        status.st_size,
        inode if inode < _INT64 else inode - 2 * _INT64,
        status.st_dev,
    )


def is_racy(stamp: Stamp, now_ns: int) -> bool:
    """True when a file stamped at *now_ns* (wall clock) may change once more without a change of its stamp.

    A file system that keeps whole seconds only (FAT, some network mounts) gets two of them.
    """
    coarse = stamp.mtime_ns % 1_000_000_000 == 0 and stamp.ctime_ns % 1_000_000_000 == 0
    return now_ns - stamp.ctime_ns < (_COARSE_TICK_NS if coarse else _TICK_NS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file lies: `inner` in `folder`, which must lie in the real folder `root` once it is open."""

    folder: str
    inner: str
    root: str


def open_plainly(location: str, real: str) -> int | None:
    """A descriptor of the file *location*, which is to be closed, if its real path is *real*; else None.

    Nothing else is to be found out by a look at each folder on the way.
    """
    try:
        descriptor = os.open(location, _FILE)
    except OSError:
        return None
    if _find_real(descriptor) == real:
        return descriptor
    os.close(descriptor)
    return None


def _find_real(descriptor: int) -> str | None:
    """The path of what is open, without links; None where the system does not tell."""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115  # a str: once for every file
    except OSError:
        return None


def read_stable(path: str, place: Place, max_bytes: int) -> FileBytes | RefusedPath | ReadFailure:
    """The bytes of the file at *place*, or why there are none. *path* is its name in problems."""
    try:
        descriptor = _open_beneath(place)
    except OSError as error:
        return (
            ReadFailure.GONE if error.errno in _NOT_THERE else RefusedPath(describe_unreadable(path, error))
        )
    return read_open(path, descriptor, max_bytes)


def read_open(path: str, descriptor: int, max_bytes: int) -> FileBytes | RefusedPath | ReadFailure:
    """The bytes of the open file *descriptor*, which is closed, or why there are none."""
    try:
        return _read(path, descriptor, max_bytes)
    except OSError as error:
        return RefusedPath(describe_unreadable(path, error))
    finally:
        os.close(descriptor)


def _open_beneath(place: Place) -> int:
    """Open a file beneath its folder step by step: a folder replaced by a link is not followed.

    Raises OSError.
    """
    *between, name = place.inner.split("/")
    here = os.open(place.folder, _FOLDER)
    try:
        if not _lies_in(here, place.root):
            raise OSError(errno.ELOOP, "leads out of the project", place.folder)
        for step in between:
            there = os.open(step, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = there
        return os.open(name, _FILE, dir_fd=here)
    finally:
        os.close(here)


def _lies_in(descriptor: int, root: str) -> bool:
    """True when the open folder *descriptor* lies in *root*: a link may have been turned meanwhile.

    Where the system does not tell, the look before must do.
    """
    real = _find_real(descriptor)
    return real is None or real == root or real.startswith(root.rstrip("/") + "/")


def _read(path: str, descriptor: int, max_bytes: int) -> FileBytes | RefusedPath | ReadFailure:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        return ReadFailure.GONE
    stamp = stamp_of(status)
    if stamp.size > max_bytes:
        return RefusedPath(_describe_too_large(path, stamp.size, max_bytes), stamp)
    now_ns = time.time_ns()
    chunks: list[bytes] = []
    # One byte more than expected, so that a file that grows is noticed without reading all of it.
    while (left := stamp.size + 1 - sum(map(len, chunks))) > 0 and (chunk := os.read(descriptor, left)):
        chunks.append(chunk)
    octets = b"".join(chunks)
    if stamp_of(os.fstat(descriptor)) != stamp or len(octets) != stamp.size:
        return ReadFailure.CHANGING
    return FileBytes(octets, stamp, is_racy(stamp, now_ns))


class WriteState(Enum):
    """Whether some program may still write a file."""

    OPEN = "open"  # a program has it open for writing
    CLOSED = "closed"
    UNKNOWN = "unknown"  # the system does not tell


def read_write_state(place: Place) -> WriteState:
    """Whether some program may still write the file at *place*: CLOSED where there is none, as of a pipe."""
    try:
        descriptor = _open_beneath(place)
    except OSError as error:
        return WriteState.CLOSED if error.errno in _NOT_THERE else WriteState.UNKNOWN
    return read_open_write_state(descriptor)


def read_open_write_state(descriptor: int) -> WriteState:
    """Whether some program may still write the open file *descriptor*, which is closed."""
    try:
        status = os.fstat(descriptor)
        return _try_lease(descriptor, status) if stat.S_ISREG(status.st_mode) else WriteState.CLOSED
    finally:
        os.close(descriptor)


def _try_lease(descriptor: int, status: os.stat_result) -> WriteState:
    """A read lease is refused while anybody has the file open for writing (fcntl(2), Linux).

    It is given back at once: who opens the file for writing meanwhile waits that long. Only the owner of a
    file may have one.
    """
    if hasattr(fcntl, "F_SETLEASE"):
        try:
            # The signal for who opens the file meanwhile: the usual one, SIGIO, would end this process.
            fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except OSError as error:
            if error.errno == errno.EAGAIN:
                return WriteState.OPEN
        else:
            return WriteState.CLOSED
    # A second name, or a change later than the last write: the file was linked here when it was written.
    is_linked = status.st_nlink > 1 or status.st_ctime_ns > status.st_mtime_ns
    return WriteState.CLOSED if is_linked else WriteState.UNKNOWN


def describe_unreadable(path: str, error: OSError) -> Problem:
    """The problem of a path that the system does not let us read."""
    reason = (error.strerror or str(error)).lower()
    hint = "let the user that runs docsync read it" if error.errno in (errno.EACCES, errno.EPERM) else None
    return Problem(path, "unreadable", f"cannot be read: {reason}", hint=hint)


def _describe_too_large(path: str, size: int, max_bytes: int) -> Problem:
    message = f"the file has {size} bytes, more than the {max_bytes} allowed"
    return Problem(path, "too-large", message, hint="shorten it, or raise limits.max_file_bytes")
