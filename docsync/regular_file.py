"""Reads a small file that somebody else may have put there: whole, or not at all. Never waits for a pipe."""

import errno
import os
import stat
from pathlib import Path
from typing import NamedTuple

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class RegularFile(NamedTuple):
    """What a file held, and what the system says of that very file."""

    octets: bytes
    status: os.stat_result


def read_regular(path: Path, max_bytes: int, *, follow_links: bool = True) -> RegularFile:
    """The file *path*. Raises OSError, also for what is no regular file and for more than *max_bytes*."""
    descriptor = os.open(path, _FLAGS if follow_links else _FLAGS | os.O_NOFOLLOW)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        octets = _read(descriptor, max_bytes + 1)
    finally:
        os.close(descriptor)
    if len(octets) > max_bytes:
        raise OSError(errno.EFBIG, f"larger than {max_bytes} bytes", str(path))
    return RegularFile(octets, status)


def _read(descriptor: int, max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    left = max_bytes
    while left and (chunk := os.read(descriptor, min(left, 1 << 20))):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)
