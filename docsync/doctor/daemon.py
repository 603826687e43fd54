"""The daemon, as it says of itself. Asks for its status and for nothing else."""

from collections.abc import Iterator
from pathlib import Path

import docsync
from docsync.admin.client import Answer, Client
from docsync.doctor.finding import Finding, Level
from docsync.errors import DocsyncError
from docsync.lock import Announcement
from docsync.names import shown

PATIENCE_SECONDS = 5.0
_TOPIC = "daemon"


def examine_daemon(announcement: Announcement | None, *, runs: bool) -> Iterator[Finding]:
    """What the daemon says that *announcement* leads to; *runs* tells that there is one."""
    if announcement is None:
        yield (
            Finding(_TOPIC, Level.ERROR, "one runs, but daemon.json does not say how to reach it", "restart it")
            if runs
            else Finding(_TOPIC, Level.NOTE, "none runs", "start one with: docsync run")
        )
        return
    try:
        status = Client(Path(announcement.socket), PATIENCE_SECONDS).get("/v1/status")
    except DocsyncError as error:
        if isinstance(error.__cause__, PermissionError):
            message = f"process {announcement.pid} of another user: only that one may ask it"
            yield Finding(_TOPIC, Level.NOTE, message, "run docsync doctor as the user that runs docsync")
            return
        advice = f"look into its log; stop it with: docsync stop, or end its process: kill {announcement.pid}"
        yield Finding(_TOPIC, Level.ERROR, f"it holds the lock and does not answer ({error})", advice)
        return
    yield from _described(status)


def _described(status: Answer) -> Iterator[Finding]:
    yield Finding(_TOPIC, Level.OK, f"process {status['pid']}, {status['state']}, watcher {status['watcher']}")
    if status["version"] != docsync.__version__:
        message = f"runs docsync {status['version']}, this is {docsync.__version__}"
        yield Finding(_TOPIC, Level.WARNING, message, "restart it: docsync stop, then docsync run")
    if status["restart_to_apply"]:
        yield Finding(_TOPIC, Level.WARNING, "docsync.toml has changed since it started", "restart it to apply that")
    for reason in status["reasons"]:
        level = Level.ERROR if reason["ends_readiness"] else Level.WARNING
        yield Finding(_TOPIC, level, f"{reason['code']}: {shown(reason['message'])}", reason["advice"])
    if status["errors"]:
        plural = "" if status["errors"] == 1 else "s"
        yield Finding(_TOPIC, Level.NOTE, f"{status['errors']} error{plural} in the files", "see: docsync problems")
