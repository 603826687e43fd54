"""`docsync run`: the daemon in the foreground. Reads the configuration into plain values; the daemon does the work."""

import sys
from typing import TYPE_CHECKING, Literal, cast

import click

from docsync.cli.flag import Session, command, pass_session
from docsync.errors import ConfigError

if TYPE_CHECKING:
    from docsync.cli.project import Project
    from docsync.daemon import DaemonSettings


@command
@click.option("--once", is_flag=True, help="Sync once and do not stay: the same as docsync sync.")
@pass_session
def run_command(session: Session, *, once: bool) -> int:
    """Keep the database equal to the files until stopped.

    Runs in the foreground until Ctrl-C or docsync stop, and writes its log to stderr: lines on a terminal, JSON
    otherwise and with --json.
    """
    if once:
        from docsync.cli.command.sync import sync

        return sync(session)
    from docsync.daemon import run_daemon
    from docsync.log import open_log

    level = "debug" if session.verbose else "warning" if session.quiet else None
    project = session.project(log__level=level, log__format="json" if session.json else None)
    log = project.config.log
    run_daemon(daemon_settings(project), open_log(sys.stderr, log.format, log.level))
    return 0


def daemon_settings(project: "Project") -> "DaemonSettings":
    """What the daemon needs to know of *project*."""
    from docsync.daemon import DaemonSettings

    config = project.config
    return DaemonSettings(
        sync=project.settings(),
        database=project.database,
        mode=cast(Literal["auto", "events", "poll"], config.watch.mode),
        poll_ms=config.watch.poll_ms,
        rescan_seconds=config.watch.rescan_seconds,
        http=(config.admin.host, config.admin.port) if config.admin.enabled else None,
        token=_token(project),
        config_file=config.file,
    )


def _token(project: "Project") -> str | None:
    """The secret that callers must send; it is in a file so that no process list and no configuration shows it."""
    if project.config.admin.token_file is None:
        return None
    path = project.root / project.config.admin.token_file
    try:
        token = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"admin.token_file: {path} cannot be read: {error}") from error
    if not token:
        raise ConfigError(f"admin.token_file: {path} is empty; write a long random word into it")
    return token
