"""`docsync run`: the daemon in the foreground.

Reads the configuration into plain values; the daemon does the work.
"""

import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal, cast

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.session import Session
from docsync.errors import ConfigError

if TYPE_CHECKING:
    from docsync.admin.http.access import Key
    from docsync.cli.project import Project
    from docsync.config import Config
    from docsync.daemon import DaemonSettings


@command
@click.option("--once", is_flag=True, help="Sync once and do not stay: the same as docsync sync.")
@pass_session
def run_command(session: Session, *, once: bool) -> int:
    """Keep the database equal to the files until stopped.

    Runs in the foreground until Ctrl-C or docsync stop, and writes its log to stderr: lines on a terminal,
    JSON otherwise and with --json.
    """
    if once:
        from docsync.cli.command.sync import sync

        return sync(session)
    from docsync.daemon import run_daemon
    from docsync.log import is_console, open_log

    level = "debug" if session.verbose else "warning" if session.quiet else None
    project = session.project(log__level=level, log__format="json" if session.json else None)
    for remark in project.describe_absent():
        session.out.remark(remark)
    log = project.config.log
    on_page = _print_page if is_console(sys.stderr, log.format) and not session.quiet else None
    settings = replace(daemon_settings(project, session.environ), on_page=on_page)
    run_daemon(settings, open_log(sys.stderr, log.format, log.level))
    return 0


def _print_page(address: str) -> None:
    """Only to people: a token does not belong into a log that is kept."""
    click.echo(f"the page: {address}", err=True)


def daemon_settings(project: "Project", environ: Mapping[str, str]) -> "DaemonSettings":
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
        keys=_keys(project, environ),
        config_file=config.file,
        has_own_token=has_own_token(project, environ),
        find_config_mistakes=partial(_find_mistakes, config, environ),
    )


def _find_mistakes(config: "Config", environ: Mapping[str, str]) -> tuple[str, ...]:
    """What keeps docsync from being started again as it was."""
    from docsync.config import load_config

    try:
        load_config(config.root, file=config.file, environ=environ, environment=config.environment)
    except ConfigError as error:
        return error.mistakes
    return ()


def has_own_token(project: "Project", environ: Mapping[str, str]) -> bool:
    """False where the token of the endpoint is configured: docsync then makes none."""
    from docsync.admin.token import VARIABLE

    return project.config.admin.token_file is None and VARIABLE not in environ


def _keys(project: "Project", environ: Mapping[str, str]) -> "tuple[Key, ...]":
    """Who may use the endpoint over TCP.

    Secrets are in a file or the environment, so that no process list shows them.
    """
    from docsync.admin.http.access import Key
    from docsync.admin.token import VARIABLE, read_token

    written = project.config.admin.token_file
    file = None if written is None else project.root / written
    if file and VARIABLE not in environ and not file.exists():
        raise ConfigError(
            f"admin.token_file: {file}: no such file; make it: (umask 077; openssl rand -hex 32 > {file})"
        )
    token = read_token(file, environ)
    clients = [
        Key.of_hash(client.name, client.token_hash, "operate" if client.role == "operate" else "read")
        for client in project.config.clients
    ]
    return (*([] if token is None else [Key.of_token("token", token)]), *clients)
