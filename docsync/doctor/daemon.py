"""The daemon, as it says of itself. Asks for its status and for nothing else."""

from collections.abc import Iterator
from pathlib import Path

import docsync
from docsync.admin.client import Answer, Client
from docsync.doctor.finding import Diagnosis, Level
from docsync.doctor.target import Target
from docsync.errors import DocsyncError
from docsync.names import to_printable

PATIENCE_SECONDS = 5.0
_UNREACHABLE = "a sync or restore ends by itself; a daemon is to be ended with SIGTERM and started again"
_TOPIC = "daemon"


def examine_daemon(target: Target, *, runs: bool) -> Iterator[Diagnosis]:
    """What the daemon of *target* says of itself; *runs* is True while a process holds the lock."""
    if not runs:
        yield Diagnosis(_TOPIC, Level.NOTE, "none runs", "start one with: docsync run")
        return
    holder = target.holder()
    try:
        announcement = target.announcement()
    except PermissionError:
        yield _describe_foreign(holder)
        return
    if announcement is None:
        who = f"process {holder}" if holder else "a process"
        message = f"{who} holds the lock, and daemon.json does not say how to reach it"
        yield Diagnosis(_TOPIC, Level.ERROR, message, _UNREACHABLE)
        return
    try:
        status = Client(Path(announcement.socket), PATIENCE_SECONDS).get("/v1/status")
    except DocsyncError as error:
        if isinstance(error.__cause__, PermissionError):
            yield _describe_foreign(announcement.pid)
            return
        who = f"process {holder or announcement.pid}"
        yield Diagnosis(
            _TOPIC, Level.ERROR, f"{who} holds the lock and does not answer ({error})", _UNREACHABLE
        )
        return
    yield from _examine_status(status)


def _describe_foreign(pid: int | None) -> Diagnosis:
    who = f"process {pid}" if pid else "a process"
    message = f"{who} of another user: only that one may ask it"
    return Diagnosis(_TOPIC, Level.NOTE, message, "run docsync doctor as the user that runs docsync")


def _examine_status(status: Answer) -> Iterator[Diagnosis]:
    yield Diagnosis(
        _TOPIC, Level.OK, f"process {status['pid']}, {status['state']}, watcher {status['watcher']}"
    )
    if status["version"] != docsync.__version__:
        message = f"runs docsync {status['version']}, this is {docsync.__version__}"
        yield Diagnosis(_TOPIC, Level.WARNING, message, "restart it: docsync stop, then docsync run")
    if status["restart_to_apply"]:
        yield Diagnosis(
            _TOPIC, Level.WARNING, "docsync.toml has changed since it started", "restart it to apply that"
        )
    inspection = status["inspection"]
    if not inspection["proved_at"]:
        looked = f"{inspection['documents']} of {inspection['of']} documents looked at"
        message = f"has not looked for damage in all of the database since it started: {looked}"
        yield Diagnosis(_TOPIC, Level.NOTE, message, "nothing is to be done: it goes on beside the work")
    for reason in status["reasons"]:
        level = Level.ERROR if reason["ends_readiness"] else Level.WARNING
        yield Diagnosis(
            _TOPIC, level, f"{reason['code']}: {to_printable(reason['message'])}", reason["advice"]
        )
    if status["errors"]:
        plural = "" if status["errors"] == 1 else "s"
        yield Diagnosis(
            _TOPIC, Level.NOTE, f"{status['errors']} error{plural} in the files", "see: docsync problems"
        )
