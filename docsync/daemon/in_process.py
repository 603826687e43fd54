"""Keeps a database equal to its files within this process, for as long as a block lasts. Knows no signals.

For tests, notebooks and small services. What would stop a daemon is raised where the block ends.
"""

import logging
import os
from collections.abc import Iterator
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from docsync.admin.client import Client
from docsync.clock import SYSTEM
from docsync.daemon.sync_parts import DatabaseFolderGone, SyncSettings, start_sync
from docsync.errors import AlreadyRunning, DocsyncError, NoDatabase, TimedOut
from docsync.lock import holding, read_announcement
from docsync.reader import Reader, open_reader
from docsync.reader.project import read_project
from docsync.sync.thread.request import Request, RequestKind

_SPARE_SECONDS = 5.0  # how much longer than a wait its answer may take to arrive

_inherited: list[ExitStack] = []


@contextmanager
def running(
    project: Path | str | None = None, *, database: Path | str | None = None, timeout: float = 60.0
) -> Iterator[Reader]:
    """A Reader of *project* whose database is kept equal to the files until the block ends.

    Where a daemon, or another block, keeps it already, this one only reads. All that was saved before is in
    the database when the block begins. The parameters are those of `open_reader`; with *database* this is
    another one than the configured one, as tests want it. It logs to the logger "docsync" of `logging`, and
    works in any thread, to which the Reader belongs. Do not fork within.

    Raises ConfigError, UsageError, NoDatabase and StoreUnavailable, TimedOut when the first scan takes more
    than *timeout* seconds, and at the end what ended the sync meanwhile.
    """
    found = read_project(project, database)
    settings = SyncSettings(found.sync, found.database, found.mode, found.poll_ms, found.rescan_seconds)
    owner = os.getpid()
    with _naming_what_went(settings), ExitStack() as stack:
        try:
            stack.enter_context(holding(settings.database.parent))
        except AlreadyRunning:
            _wait_for_daemon(settings.database.parent, timeout)
        else:
            _sync(stack, settings, timeout)
        with open_reader(settings.sync.root, database=settings.database) as reader:
            try:
                yield reader
            finally:
                if os.getpid() != owner:  # the threads and the connections are the parent's
                    _inherited.append(stack.pop_all())


def _sync(stack: ExitStack, settings: SyncSettings, timeout: float) -> None:
    """Start to sync, and return when everything that was saved before is in the database."""
    look = Request(RequestKind.LOOK, rescan=True, asked_ns=SYSTEM.monotonic_ns())
    started = start_sync(stack, settings, _LibraryLog(), SYSTEM, on_failure=look.answer.cancel)
    started.daemon.inbox.ask(look)
    try:
        look.answer.result(timeout)
    except CancelledError as error:
        raise RuntimeError("the sync thread has ended") from error  # its own error takes the place of this
    except FutureTimeout as error:
        raise TimedOut(f"{settings.sync.root}: the first scan took more than {timeout:g} seconds") from error


def _wait_for_daemon(folder: Path, timeout: float) -> None:
    """Let the daemon that keeps the database take in what was saved before, if it can be asked."""
    with suppress(DocsyncError, OSError):
        announced = read_announcement(folder)
        if announced is not None:
            Client(Path(announced.socket), timeout + _SPARE_SECONDS).post("/v1/wait", {"timeout": timeout})


@contextmanager
def _naming_what_went(settings: SyncSettings) -> Iterator[None]:
    try:
        yield
    except DatabaseFolderGone as error:
        raise NoDatabase(
            f"{settings.database.parent}: was deleted or replaced while the database in it was in use"
        ) from error


class _LibraryLog:
    """The log of a library: whoever runs the process says what becomes of it."""

    def __init__(self) -> None:
        self._logger = logging.getLogger("docsync")

    def debug(self, event: str, **values: object) -> None:
        self._log(logging.DEBUG, event, values)

    def info(self, event: str, **values: object) -> None:
        self._log(logging.INFO, event, values)

    def warning(self, event: str, **values: object) -> None:
        self._log(logging.WARNING, event, values)

    def error(self, event: str, **values: object) -> None:
        self._log(logging.ERROR, event, values)

    def _log(self, level: int, event: str, values: dict[str, object]) -> None:
        if self._logger.isEnabledFor(level):
            told = " ".join(f"{name}={value!r}" for name, value in values.items())
            self._logger.log(level, "%s %s", event, told)
