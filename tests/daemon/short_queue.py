"""A daemon on a bad day: `python -m tests.daemon.short_queue STORM run` is `docsync run` with an inotify queue of 16 events.

As long as the file STORM exists two threads are busy beside it, so that events are read late. Never changes the limit of
the system for longer than it takes to make one descriptor: the limit is read at that moment and kept.
"""

import fcntl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from watchdog.observers import inotify_c

from docsync.cli.main import main
from tests.daemon.running import QUEUE_LOCK

LIMIT = Path("/proc/sys/fs/inotify/max_queued_events")
_EVENTS = 16


@contextmanager
def short_queue() -> Iterator[None]:
    """Descriptors that are made in here have a queue of 16 events.

    One process at a time: the limit is the system's.
    """
    with QUEUE_LOCK.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = LIMIT.read_text()
        try:
            LIMIT.write_text(str(_EVENTS))
            yield
        finally:
            LIMIT.write_text(before)


def _be_busy(storm: Path) -> None:
    while True:
        if storm.exists():
            sum(range(300_000))  # some milliseconds in which no other thread gets its turn
        else:
            time.sleep(0.02)


def _shorten() -> None:
    """Make every descriptor of this process with a short queue."""
    make = inotify_c.inotify_init

    def make_short() -> int:
        with short_queue():
            return int(make())

    inotify_c.inotify_init = make_short


if __name__ == "__main__":
    storm = Path(sys.argv.pop(1))
    _shorten()
    for _ in range(2):
        Thread(target=_be_busy, args=(storm,), daemon=True).start()
    sys.exit(main())
