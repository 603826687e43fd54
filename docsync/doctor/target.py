"""The project that is examined, as plain values."""

from dataclasses import dataclass
from pathlib import Path

from docsync.lock import Announcement, holder, is_held, read_announcement
from docsync.sync.setup import Settings
from docsync.watch import Mode


@dataclass(frozen=True, slots=True)
class Target:
    """What docsync would be run with. `http` is host and port, None where only the socket is served."""

    sync: Settings
    database: Path
    mode: Mode
    poll_ms: int
    http: tuple[str, int] | None

    @property
    def folder(self) -> Path:
        """The folder of the database, which need not be there yet."""
        return self.database.parent

    def runs(self) -> bool:
        """True while a docsync keeps the database. Raises OSError where that cannot be seen."""
        return self.folder.is_dir() and is_held(self.folder)

    def holder(self) -> int | None:
        """The process that keeps the database, where the system tells."""
        return holder(self.folder)

    def announcement(self) -> Announcement | None:
        """How to reach the daemon that runs; None where none says it."""
        return read_announcement(self.folder)
