"""`docsync status`: what the running daemon says of itself. Changes nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from docsync.cli.flag import Session, command, pass_session
from docsync.cli.text import aligned, counted
from docsync.names import shown

if TYPE_CHECKING:
    from docsync.admin.client import Answer

_STATES = {"in_sync": "in sync", "starting": "starting: the first scan is not done yet"}


@command
@pass_session
def status_command(session: Session) -> int:
    """Show the state of the daemon that runs for this project."""
    from docsync.cli.project import find_daemon

    daemon, _ = find_daemon(session)
    status = daemon.get("/v1/status")
    session.out.answer(status, _lines(status))
    return 0


def _lines(status: "Answer") -> Iterator[str]:
    yield from aligned(_facts(status))
    yield ""
    yield from aligned(_collections(status), heading=("TYPE", "FOLDER", "DOCUMENTS", "ERRORS", "WARNINGS", "HELD"))
    for reason in status["reasons"]:
        place = f"{reason['path']}: " if reason["path"] else ""
        label = click.style(f"{reason['code']}:", fg="red" if reason["ends_readiness"] else "yellow")
        yield f"{label} {shown(place + reason['message'])} (since {reason['since']})"


def _facts(status: "Answer") -> Iterator[tuple[str, str]]:
    state = _STATES.get(status["state"], status["state"])
    broken = f", {counted(status['errors'], 'error')} in files" if status["errors"] else ""
    yield "state", f"{state}{broken}, {'ready' if status['ready'] else 'not ready'}"
    yield "project", status["project"]
    yield "database", f"{status['database']}, revision {status['revision']}, epoch {status['epoch']}"
    yield "process", f"{status['pid']}, docsync {status['version']}, started {status['started_at']}"
    yield "address", status["http"] or f"{status['socket']} only"
    yield "watcher", f"{status['watcher']}, {counted(status['rescans'], 'rescan')}"
    yield "documents", _documents(status)
    if status["pending"] or status["undecided"]:
        yield "under way", f"{counted(status['pending'], 'path')} to look at, {status['undecided']} in doubt"
    if status["last_batch"]:
        yield "last change", _batch(status["last_batch"])
    if status["restart_to_apply"]:
        yield "settings", "docsync.toml has changed; restart to apply"


def _documents(status: "Answer") -> str:
    counts = [f"{counted(status[noun + 's'], noun)}" for noun in ("error", "warning") if status[noun + "s"]]
    counts += [f"{status['held']} held"] if status["held"] else []
    return ", ".join([str(status["documents"]), *counts])


def _batch(batch: "Answer") -> str:
    counts = f"{batch['upserted']} updated, {batch['deleted']} deleted"
    return f"{batch['at']}, revision {batch['revision']}: {counts} in {batch['seconds']:.3f} s"


def _collections(status: "Answer") -> Iterator[tuple[str, ...]]:
    for one in status["collections"]:
        folder = one["path"] if one["root"] == "ok" else f"{one['path']} ({one['root']})"
        yield (one["type"], folder, *(str(one[key]) for key in ("documents", "errors", "warnings", "held")))
