"""Reads from and writes to another process, until a moment (`time.monotonic`). Never waits longer."""

import os
import select
import time

_PIECE_BYTES = 65_536


def read_some(descriptor: int, until: float) -> bytes:
    """What has come, empty if the other end is closed. Raises TimeoutError."""
    _wait(descriptor, select.POLLIN, until)
    return os.read(descriptor, _PIECE_BYTES)


def write_all(descriptor: int, octets: bytes, until: float) -> None:
    """Write all of it; the descriptor must not block. Raises TimeoutError, BrokenPipeError."""
    left = memoryview(octets)
    while left:
        _wait(descriptor, select.POLLOUT, until)
        left = left[os.write(descriptor, left[:_PIECE_BYTES]) :]


def _wait(descriptor: int, event: int, until: float) -> None:
    poll = select.poll()
    poll.register(descriptor, event)
    if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
        raise TimeoutError
