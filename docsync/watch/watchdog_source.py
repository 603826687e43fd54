"""Hint source on watchdog's own observer, for macOS and for unknown versions of watchdog.

It checks the observer's threads itself, and replaces the observer after trouble.
"""

import os
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from posixpath import dirname
from threading import Event, RLock, Thread
from types import TracebackType
from typing import Self

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from docsync.foreign import MARKERS, NOTHING_ASKED_FOR, FolderRule
from docsync.model import FollowedFile, Sign
from docsync.names import EVERYTHING, VOLUME_LINK, is_hidden, strip_folder
from docsync.real_path import real_path
from docsync.watch.resolve import resolve
from docsync.watch.source import Hint, WatchReason

_SIGNS: dict[type[FileSystemEvent], Sign] = {
    FileCreatedEvent: Sign.WRITTEN,
    FileModifiedEvent: Sign.WRITTEN,
    FileClosedEvent: Sign.CLOSED,
    FileMovedEvent: Sign.GONE,
    FileDeletedEvent: Sign.GONE,
    DirCreatedEvent: Sign.FOLDER,
    DirDeletedEvent: Sign.FOLDER,
    DirMovedEvent: Sign.FOLDER,
}
"""What an event says of the path that it comes from."""
_PAIRING_SECONDS = 0.02
Identity = tuple[str, int, int]


class WatchdogSource(FileSystemEventHandler):
    """Hints from a watchdog observer; a new one whenever a root came, went or was replaced."""

    name = "watchdog"

    def __init__(
        self,
        root: Path,
        folders: Sequence[str],
        hint: Hint,
        *,
        rule: FolderRule = NOTHING_ASKED_FOR,
        reasons: tuple[WatchReason, ...] = (),
    ) -> None:
        self._rule = rule
        self._top = real_path(root)
        self._folders = tuple("" if path == "." else path for path in dict.fromkeys(folders))
        self._hint = hint
        self._reasons = reasons
        self._lock = RLock()  # guards the generation: the observer, its roots and steps
        self._observer: BaseObserver | None = None
        self._roots: dict[str, Identity | None] = {}
        self._steps: dict[str, dict[str, None]] = {}
        self._renew = Event()
        self._stopping = False
        self._keeper = Thread(target=self._keep, name="docsync-watchdog")

    def __enter__(self) -> Self:
        _tame_watchdog()
        self._start()
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        self._renew.set()
        self._keeper.join()
        self._end()

    def alive(self) -> bool:
        """True while every thread of the observer runs, the hidden reader of inotify above all."""
        with self._lock:
            if self._observer is None:
                return False
            reader = getattr(self._observer, "_inotify_fd", None)
            threads: list[Thread] = [self._keeper, self._observer, *self._observer.emitters]
            threads += [reader] if isinstance(reader, Thread) else []
            return all(thread.is_alive() for thread in threads)

    def reasons(self) -> tuple[WatchReason, ...]:
        """Why it is this source, and whether it is dead."""
        dead = (
            () if self.alive() else (WatchReason("reader_died", "a thread of watchdog's observer has ended"),)
        )
        return self._reasons + dead

    def check(self) -> tuple[str, ...]:
        """The roots that are not the folders they were; the observer is replaced then."""
        with self._lock:
            strayed = tuple(
                path for path, identity in self._roots.items() if identity != self._identity(path)
            )
            if strayed:
                self.resync()
        for path in strayed:
            self._hint(path, Sign.FOLDER)
        return strayed

    def follow(self, files: Mapping[str, FollowedFile]) -> None:
        """Nothing to do: an observer watches folders only, and whoever waits scans everything."""

    def resync(self) -> None:
        """A new observer: an old one does not come back after trouble."""
        with self._lock:
            self._end()
            self._start()

    # A generation.

    def _keep(self) -> None:
        """Replace the observer when a root changed; its own thread cannot, as it would join itself."""
        while self._renew.wait() and not self._stopping:
            self._renew.clear()
            self.resync()
            for path in self._folders:  # nobody watched while the observers changed
                self._hint(path, Sign.FOLDER)

    def _start(self) -> None:
        with self._lock:
            self._observer = Observer()
            self._observer.start()
            self._steps = {}
            for path in self._folders:
                self._roots[path] = self._identity(path, visit=True)
                identity = self._roots[path]
                if identity is not None:
                    self._schedule(identity[0], recursive=True)

    def _identity(self, path: str, *, visit: bool = False) -> Identity | None:
        """What lies at a root's path now; *visit*: also watch the folders that lead there."""

        def watch_step(folder: str, name: str) -> None:
            if visit:
                self._schedule(folder, recursive=False)
                self._steps.setdefault(f"{folder.rstrip('/')}/{name}", {})[path] = None

        target = resolve(self._top, path, watch_step)
        if target is None:
            return None
        try:
            found = Path(target).stat()
        except OSError:
            return None
        return target, found.st_dev, found.st_ino

    def _schedule(self, folder: str, *, recursive: bool) -> None:
        assert self._observer is not None
        with suppress(OSError):  # gone again, which the step above it tells
            self._observer.schedule(self, folder, recursive=recursive, event_filter=list(_SIGNS))

    def _end(self) -> None:
        with self._lock:
            observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            observer.join()

    # The observer's thread.

    def on_any_event(self, event: FileSystemEvent) -> None:
        try:
            for path, sign in dict.fromkeys(self._hints_of(event)):
                self._hint(path, sign)
        except Exception:  # noqa: BLE001 - it would end the observer's thread; a lost hint says it all
            self._hint(EVERYTHING, Sign.LOST)

    def _hints_of(self, event: FileSystemEvent) -> Iterator[tuple[str, Sign]]:
        sign = _SIGNS.get(type(event))
        if sign is None:
            return
        source, target = os.fsdecode(event.src_path), os.fsdecode(event.dest_path)
        yield from self._find_hints(source, _prefer_link(sign, source) if sign is Sign.WRITTEN else sign)
        if target:
            yield from self._find_hints(
                target, sign if sign is Sign.FOLDER else _prefer_link(Sign.RENAMED, target)
            )

    def _find_hints(self, real: str, sign: Sign) -> Iterator[tuple[str, Sign]]:
        for path in tuple(self._steps.get(real, ())) if sign is not Sign.CLOSED else ():
            yield path, Sign.FOLDER
            self._renew.set()
        for path, identity in tuple(self._roots.items()):
            inner = strip_folder(identity[0], real) if identity else None
            if inner is None:
                continue
            place = f"{path}/{inner}" if path else inner
            *folders, name = inner.split("/")
            if sign is Sign.FOLDER and name == VOLUME_LINK:
                yield path, sign
            elif self._is_entered(folders) and name in MARKERS | self._rule.rule_files:
                yield dirname(place), Sign.FOLDER
            elif self._is_entered(folders) and not is_hidden(name):
                yield place, sign

    def _is_entered(self, folders: Sequence[str]) -> bool:
        return not any(is_hidden(name) or self._rule.describe_name(name) for name in folders)


def _prefer_link(sign: Sign, real: str) -> Sign:
    return Sign.FOLDER if os.path.islink(real) else sign  # noqa: PTH114 - a str with surrogate escapes


def _tame_watchdog() -> None:
    warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.")
    if sys.platform == "linux":  # pragma: no branch - macOS has no inotify and pairs nothing
        with suppress(ImportError):
            from watchdog.observers.inotify_move_event_grouper import InotifyMoveEventGrouper

            # An unpaired move would hold back every later event for half a second.
            InotifyMoveEventGrouper.delay = _PAIRING_SECONDS
