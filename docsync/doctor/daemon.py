"""The daemon, as it says of itself. Asks for its status and for nothing else."""

from collections.abc import Iterator

import docsync
from docsync.admin.client import Answer, Client
from docsync.doctor.finding import Finding, Level
from docsync.errors import DocsyncError
from docsync.names import shown

_TOPIC = "daemon"
_HELD = "see what is held with: docsync held; if the files are gone for good: docsync release"


def examine_daemon(client: Client | None) -> Iterator[Finding]:
    """What the daemon behind *client* says, or that there is none."""
    if client is None:
        yield Finding(_TOPIC, Level.NOTE, "none runs", "start one with: docsync run")
        return
    try:
        status = client.get("/v1/status")
    except DocsyncError as error:
        advice = "look into its log; stop it with: docsync stop, or end its process"
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
    if status["held"]:
        yield Finding(_TOPIC, Level.WARNING, _number(status["held"], "deletion is held", "deletions are held"), _HELD)
    if status["errors"]:
        message = _number(status["errors"], "error in the files", "errors in the files")
        yield Finding(_TOPIC, Level.NOTE, message, "see: docsync problems")


def _number(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
