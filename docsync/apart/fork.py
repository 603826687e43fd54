"""Runs work in a fork of this process, which can be ended whatever it is at, and has so much memory only.

For a process of one thread, such as a command: the others do not live on in a fork.
"""

import contextlib
import os
import pickle
import signal
import time
from collections.abc import Callable
from typing import TypeVar

from docsync.apart.limit import limit_memory
from docsync.apart.pipe import read_some
from docsync.errors import DocsyncError, UsageError

T = TypeVar("T")

MAX_MEMORY_BYTES = 1024 * 1024 * 1024
_GRACE_SECONDS = 0.5  # for work that keeps its time by itself
_TOO_MUCH = "this needs more memory than a statement may have; ask for less"


def run_apart(work: Callable[[], T], seconds: float) -> T:
    """The result of *work*, made by a fork of this process.

    Raises UsageError where it takes longer than *seconds* or too much memory, and a
    DocsyncError that *work* raises. Call it while there is one thread.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - the fork's side: what it is at ends without a report
        os.close(reading)
        _work(work, writing)
    os.close(writing)
    try:
        octets = _read(reading, time.monotonic() + seconds + _GRACE_SECONDS)
    except TimeoutError:
        raise UsageError(describe_timeout(seconds)) from None
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if not octets:
        raise UsageError(_TOO_MUCH)  # the system has ended it
    found, error = pickle.loads(octets)  # noqa: S301  # from our own child
    if error is not None:
        raise error
    result: T = found
    return result


def describe_timeout(seconds: float) -> str:
    """What is said of a statement that took longer."""
    return f"stopped after {seconds:g} s; ask for less, or allow more with --timeout"


def _work(work: Callable[[], object], writing: int) -> None:
    """Do it, tell how it ended, and leave without anything that the parent is to do at its own end."""
    try:
        limit_memory(MAX_MEMORY_BYTES)
        outcome = pickle.dumps((work(), None))
    except MemoryError:
        outcome = pickle.dumps((None, UsageError(_TOO_MUCH)))
    except DocsyncError as error:
        outcome = pickle.dumps((None, error))
    except BaseException as error:  # noqa: BLE001 - a bug, told in one line
        outcome = pickle.dumps((None, RuntimeError(f"{type(error).__name__}: {error}")))
    try:
        with os.fdopen(writing, "wb") as file:
            file.write(outcome)
    finally:
        os._exit(0)


def _read(descriptor: int, until: float) -> bytes:
    """All that comes until the other end is closed. Raises TimeoutError."""
    octets = b""
    while piece := read_some(descriptor, until):
        octets += piece
    return octets
