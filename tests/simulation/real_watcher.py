"""The watcher that ships, on a real folder, without its thread: the kernel has queued what a step did when it is over."""

import select
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from unittest.mock import patch

from watchdog.observers.inotify_c import InotifyEvent

from docsync.model import FollowedFile, Sign
from docsync.names import EVERYTHING
from docsync.watch import inotify
from docsync.watch.descriptor import Descriptor
from docsync.watch.inotify import InotifySource
from tests.simulation.carry_out import Hints

# Nothing is polled here: every folder can be watched.
_POLL_MS = 10**9


class StillDescriptor(Descriptor):
    """Reads when it is told to. What goes wrong with an event goes up to who told it."""

    def start(self) -> None:
        self._is_reading = False

    def join(self, timeout: float | None = None) -> None:
        pass

    def is_alive(self) -> bool:
        return True

    def handle_event(self, event: InotifyEvent) -> None:
        self._take(event)

    def drain(self, *, lost: bool) -> None:
        """Take every event that the kernel holds; if they are *lost*, nobody learns of them."""
        while select.select([self._inotify_fd], [], [], 0)[0]:
            for event in self.read_events():
                if not lost:
                    self.handle_event(event)


class RealWatcher:
    """An InotifySource on the *folders* of the project at *root*."""

    def __init__(self, root: Path, folders: Sequence[str]) -> None:
        self._hints: Hints = []
        self._source = InotifySource(root, folders, self._hint, poll_ms=_POLL_MS)
        self.resync = self._source.resync

    def __enter__(self) -> Self:
        with patch.object(inotify, "Descriptor", StillDescriptor):
            self._source.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._source.__exit__(kind, error, trace)

    def _hint(self, path: str, sign: Sign) -> None:
        self._hints.append((path, sign))

    def take(self) -> Hints:
        """The hints of all that was done since the last call."""
        self._source._reader.drain(lost=False)  # type: ignore[attr-defined]  # a StillDescriptor
        return self._pop()

    def lose(self) -> Hints:
        """The queue of the kernel overflowed: the watches know nothing of what was done."""
        self._source._reader.drain(lost=True)  # type: ignore[attr-defined]  # as above
        return [*self._pop(), (EVERYTHING, Sign.LOST)]

    def follow(self, files: Mapping[str, FollowedFile]) -> Hints:
        """Watch *files* beside the folders."""
        self._source.follow(files)
        return self._pop()

    def check(self) -> Hints:
        """What a look at the watches themselves finds."""
        self._source.check()
        return self.take()

    def _pop(self) -> Hints:
        hints = self._hints[:]
        self._hints.clear()
        return hints
