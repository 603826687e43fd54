"""The types of the watch room: hint, reason, source, polling. Never looks at the disk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from docsync.foreign import NOTHING_ASKED_FOR, FolderRule
from docsync.model import FollowedFile, Sign

Hint = Callable[[str, Sign], None]
"""Takes a path (POSIX, relative to the project root, `os.fsdecode`d) and a sign.

A source calls it from its own thread: it must be O(1), must not raise and must not call the source back.
"""


PollScan = Callable[[], Mapping[str, object]]
"""Scans the tree: a stamp for every path, another one when the file changed. May raise OSError only."""


@dataclass(frozen=True, slots=True)
class WatchReason:
    """Why a source is degraded. Changes still arrive, only later; `path` is one place concerned."""

    code: str
    message: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class PollSettings:
    """How the tree is looked at where no event tells: the scan, the interval, and which folders count."""

    scan: PollScan
    poll_ms: int
    rule: FolderRule = NOTHING_ASKED_FOR


class HintSource(Protocol):
    """A source of hints that is started: every root is watched."""

    @property
    def name(self) -> str:
        """inotify, watchdog or poll."""
        ...

    def alive(self) -> bool:
        """True while the thread that reads the hints works."""
        ...

    def reasons(self) -> tuple[WatchReason, ...]:
        """What is wrong at this moment."""
        ...

    def check(self) -> tuple[str, ...]:
        """The folders whose watch was not on what lies at their path; they are watched again and hinted."""
        ...

    def resync(self) -> None:
        """Watch everything that exists, forget the rest: after lost hints, before a scan. Gives no hints."""
        ...

    def follow(self, files: Mapping[str, FollowedFile]) -> None:
        """Watch *files* (by path) beside the folders, and no others; what is watched newly is hinted."""
        ...
