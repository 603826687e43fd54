"""Two names exchanged in one step, as `mv --exchange` and tools that deploy do it."""

import ctypes
import errno
import os
from pathlib import Path

import pytest

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL)


def exchange(one: Path, other: Path) -> None:
    """renameat2(RENAME_EXCHANGE); the test is skipped where there is none."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        pytest.skip("this C library has no renameat2")
    if libc.renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        pytest.skip("nothing can be exchanged here")
    raise OSError(code, os.strerror(code), str(one))
