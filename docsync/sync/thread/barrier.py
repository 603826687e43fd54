"""Proves that every earlier hint has arrived: a cookie is written and comes back through the watcher.

The cookies' folder is watched on the same inotify descriptor as the collections; one descriptor is
first-in-first-out across folders (300 cookies, none of 3 000 earlier events missed; Linux 6.18). Never writes
into a collection.
"""

import os
from contextlib import suppress
from itertools import count
from pathlib import Path
from posixpath import basename
from threading import Event

from docsync.names import covers
from docsync.permission import OWN_FILE, make_folder

PATIENCE_SECONDS = 1.0


class Barrier:
    """Sends cookies and takes their hints. May be used from any thread."""

    def __init__(self, folder: Path, path: str) -> None:
        """*folder* holds the cookies; the watcher knows it as *path*."""
        self._folder = folder
        self._path = path
        self._numbers = count(1)
        self._waiting: dict[str, Event] = {}
        self.prepare()
        for left_behind in folder.glob("cookie-*"):
            with suppress(IsADirectoryError, PermissionError):  # it is none of ours
                left_behind.unlink()

    def prepare(self) -> None:
        """Make the folder, which a person may have removed. Raises OSError."""
        make_folder(self._folder)

    def take(self, path: str) -> bool:
        """True when *path* is a cookie (its waiter is woken), False for any other path."""
        if not covers(self._path, path):
            return False
        cookie = self._waiting.pop(basename(path), None)
        if cookie is not None:
            cookie.set()
        return True

    def send(self) -> Event | None:
        """Write a cookie; the event is set once it is back. None if no cookie can be written."""
        name = f"cookie-{os.getpid()}-{next(self._numbers)}"
        back = self._waiting[name] = Event()
        cookie = self._folder / name
        try:
            cookie.touch(OWN_FILE, exist_ok=False)
            cookie.unlink()
        except OSError:
            self._waiting.pop(name, None)  # it may be back already: only removing it failed
            return None
        return back

    def wait(self) -> bool:
        """Send a cookie and wait for it: True when all that was done before the call has been hinted."""
        back = self.send()
        if back is None:
            return False
        if back.wait(PATIENCE_SECONDS):
            return True
        for name, cookie in list(self._waiting.items()):  # other threads send cookies of their own meanwhile
            if cookie is back:
                self._waiting.pop(name, None)
        return False
