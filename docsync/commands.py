"""The commands of a running daemon, as a protocol. HTTP is its only outside face; the CLI speaks HTTP."""

from collections.abc import Sequence
from typing import Protocol

from docsync.errors import DocsyncError, ExitCode
from docsync.status import CommandResult, Status


class Busy(DocsyncError):
    """One reload runs and another one waits already. `retry_after` is in seconds."""

    exit_code = ExitCode.NOT_REACHABLE
    retry_after = 1


class Commands(Protocol):
    """What a daemon can be asked for. Every call may come from any thread."""

    def status(self) -> Status:
        """The daemon's state now; never waits for the sync thread."""
        ...

    def ticks(self) -> bool:
        """True while the sync thread runs its loop. Reads nothing else; returns at once."""
        ...

    def wait_for_change(self, after: int, timeout: float) -> int:
        """The number of revisions since the start, once it is not *after*, or after *timeout* seconds."""
        ...

    def reload(self, scopes: Sequence[str], timeout: float) -> CommandResult:
        """Look at *scopes* (paths, or "" for everything) at once. Raises TimedOut, Busy."""
        ...

    def rebuild(self, timeout: float) -> CommandResult:
        """Build the database afresh from the files, under a new epoch. Raises TimedOut, Busy."""
        ...

    def wait(self, paths: Sequence[str], timeout: float) -> CommandResult:
        """Return when all that was saved before the call is in the database and bad news is decided.

        With *paths*, only they are waited for. Raises TimedOut.
        """
        ...

    def release(self, type_: str | None, timeout: float) -> CommandResult:
        """Delete what is held, of one collection or of all. Raises TimedOut."""
        ...

    def stop(self) -> None:
        """Ask the daemon to stop; returns at once."""
        ...
