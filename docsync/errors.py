"""The few errors an operator must act on, and the exit codes of the command line.

A file that cannot be taken is a Problem value (model), never one of these errors.
"""

from enum import IntEnum, StrEnum


class ExitCode(IntEnum):
    """What the shell gets; docs/design.md lists the codes with their meaning."""

    DONE = 0
    FOUND = 1  # a check found something, a deletion is held, a waited-for path is broken, or output failed
    USAGE = 2
    NOT_REACHABLE = 3
    DEGRADED = 4
    NO_SUCH_DOCUMENT = 5
    ALREADY_RUNNING = 6
    BUG = 70
    TIMED_OUT = 124
    INTERRUPTED = 130


class DocsyncError(Exception):
    """Something the operator must fix. The text says where, what, got and the next step."""

    exit_code: int = ExitCode.BUG


class ConfigError(DocsyncError):
    """docsync.toml, the environment or a flag is wrong.

    `mistakes` has a line for each: `file:line: what is wrong`.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class UsageError(DocsyncError):
    """A command was asked for something it cannot do, such as a path outside every collection."""

    exit_code = ExitCode.USAGE


class NotReachable(DocsyncError):
    """The daemon or the database does not answer."""

    exit_code = ExitCode.NOT_REACHABLE


class NoDatabase(NotReachable):
    """The database is missing, locked, damaged or not ours."""


class NotFilledYet(NoDatabase):
    """The first scan of the files has not ended: what is not there yet is not missing."""


class NoSuchDocument(DocsyncError):
    """No document has the id that was asked for."""

    exit_code = ExitCode.NO_SUCH_DOCUMENT


class AlreadyRunning(DocsyncError):
    """Another docsync holds the database's directory. `pid` is its process id where it is known."""

    exit_code = ExitCode.ALREADY_RUNNING

    def __init__(self, message: str, pid: int | None = None) -> None:
        super().__init__(message)
        self.pid = pid


class TimedOut(DocsyncError):
    """The time that the caller gave is over; the work goes on."""

    exit_code = ExitCode.TIMED_OUT


class StoreReason(StrEnum):
    """Why the database cannot be written: the code that the status and the log show."""

    LOCKED = "locked"
    DISK_FULL = "disk_full"
    IO_ERROR = "io_error"
    STOPPING = "stopping"
    DAMAGED = "damaged"


class StoreUnavailable(DocsyncError):
    """The database cannot be written now; nothing was changed. A later try may do, unless it is Damaged."""

    exit_code = ExitCode.NOT_REACHABLE

    def __init__(self, reason: StoreReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Damaged(StoreUnavailable):
    """The database is not what was written to it, or its files are others. It must be mended first."""

    def __init__(self, message: str) -> None:
        super().__init__(StoreReason.DAMAGED, message)
