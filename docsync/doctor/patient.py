"""The project that is examined, as plain values."""

from dataclasses import dataclass
from pathlib import Path

from docsync.admin.client import Client
from docsync.lock import announced
from docsync.sync.setup import Settings
from docsync.watch import Mode

PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Patient:
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

    def daemon(self) -> Client | None:
        """The daemon that runs for it, None where none does."""
        announcement = announced(self.folder) if self.folder.is_dir() else None
        return Client(Path(announcement.socket), PATIENCE_SECONDS) if announcement else None
