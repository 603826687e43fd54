"""The few errors an operator must act on. A file we cannot take is a Problem value (model), never one of these."""

from enum import StrEnum


class DocsyncError(Exception):
    """Something the operator must fix. The text says where, what, got and the next step; `exit_code` is for the shell."""

    exit_code = 70


class ConfigError(DocsyncError):
    """docsync.toml, the environment or a flag is wrong. `mistakes` holds one line each: `file:line: what is wrong`."""

    exit_code = 2

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class UsageError(DocsyncError):
    """A command was asked for something it cannot do, such as a path outside every collection."""

    exit_code = 2


class NotReachable(DocsyncError):
    """The daemon or the database does not answer."""

    exit_code = 3


class NoDatabase(NotReachable):
    """The database is missing, locked, damaged or not ours."""


class NoSuchDocument(DocsyncError):
    """No document has the id that was asked for."""

    exit_code = 5


class AlreadyRunning(DocsyncError):
    """Another docsync holds the database's directory. `pid` is its process id where it is known."""

    exit_code = 6

    def __init__(self, message: str, pid: int | None = None) -> None:
        super().__init__(message)
        self.pid = pid


class StoreReason(StrEnum):
    """Why the database cannot be written: the code that the status and the log show."""

    LOCKED = "locked"
    DISK_FULL = "disk_full"
    IO_ERROR = "io_error"
    STOPPING = "stopping"
    DAMAGED = "damaged"


class StoreUnavailable(DocsyncError):
    """The database cannot be written now; nothing was changed and, unless it is Damaged, a later try may succeed."""

    exit_code = 3

    def __init__(self, reason: StoreReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Damaged(StoreUnavailable):
    """The database is not what was written to it, or its files are others: no later try succeeds until it is mended."""

    def __init__(self, message: str) -> None:
        super().__init__(StoreReason.DAMAGED, message)
