"""The words of the watch room: hint, reason, source, polling. Never looks at the disk itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from docsync.model import Sign

Hint = Callable[[str, Sign], None]
"""Takes a path (POSIX, relative to the project root, `os.fsdecode`d) and a sign.

A source calls it from its own thread: it must be O(1), must not raise and must not call the source back.
"""

PollScan = Callable[[], Mapping[str, object]]
"""Looks at the tree: every path with a stamp that differs when the file does. May raise OSError, nothing else."""


@dataclass(frozen=True, slots=True)
class WatchReason:
    """Why a source cannot be trusted fully. It still converges, later; `path` is one place that is concerned."""

    code: str
    message: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class PollSettings:
    """How to do without hints: what to compare, and how often."""

    scan: PollScan
    poll_ms: int


class HintSource(Protocol):
    """Something that gives hints, started: every root is watched."""

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
        """After lost hints and before a scan: watch everything that exists, forget what does not. Gives no hints."""
        ...
