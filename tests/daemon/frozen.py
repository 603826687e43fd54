"""Runs a daemon that a test can harm: on SIGUSR1 its sync thread hangs, on SIGUSR2 its watcher's thread ends.

On SIGALRM the sync thread dies.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterable

from docsync.cli.command_line import run
from docsync.daemon import run as daemon
from docsync.daemon.watch_supervisor import WatchSupervisor
from docsync.watch.descriptor import Descriptor

HANG, END, DIE = signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM
_hanging, _dying = threading.Event(), threading.Event()
_for_ever = threading.Event()
_tick = WatchSupervisor.tick
_sigwait = signal.sigwait


def tick(self: WatchSupervisor, now_ns: int) -> None:
    """The sync thread comes by here every second."""
    if _hanging.is_set():
        _for_ever.wait()
    if _dying.is_set():
        raise LookupError("told to die")
    _tick(self, now_ns)


def end_watcher() -> None:
    """Raise SystemExit in the thread that reads inotify; it ends when the next event wakes it."""
    for thread in threading.enumerate():
        if isinstance(thread, Descriptor):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit)
            )


def sigwait(sigset: Iterable[int]) -> int:
    """The daemon's main thread sleeps in here."""
    while (number := _sigwait(sigset)) in (HANG, END, DIE):
        if number == HANG:
            _hanging.set()
        elif number == DIE:
            _dying.set()
        else:
            end_watcher()
    return number


if __name__ == "__main__":
    daemon._SIGNALS = daemon._SIGNALS | {HANG, END, DIE}
    signal.sigwait = sigwait
    WatchSupervisor.tick = tick  # type: ignore[method-assign]  # this process exists to be harmed
    sys.exit(run(sys.argv[1:], os.environ))
