"""`docsync stop`, `reload` and `wait`: asks the running daemon. Does no work itself."""

import time
from contextlib import suppress
from pathlib import Path

import click

from docsync.cli.flags import Seconds, command, pass_session
from docsync.cli.session import Session
from docsync.cli.view.outcome import needs_person, next_steps, parse_result, result_lines
from docsync.errors import AlreadyRunning, NotReachable
from docsync.names import covers, to_printable

_STOP_SECONDS = 10.0
_RELOAD_SECONDS = 30.0
_LOOK_SECONDS = 0.02


@command
@pass_session
def stop_command(session: Session) -> int:
    """Stop the daemon of this project and wait until it is gone."""
    from docsync.lock import read_announcement

    daemon, folder = session.find_daemon()
    announcement = read_announcement(folder)
    daemon.post("/v1/stop")
    pid = announcement.pid if announcement else None
    if not _is_free(folder, time.monotonic() + _STOP_SECONDS):
        raise NotReachable(
            f"docsync ({pid}) still runs {_STOP_SECONDS:g} s after it was asked to stop; see its log"
        )
    session.out.answer({"stopped": True, "pid": pid}, [f"stopped docsync ({pid})"])
    return 0


def _is_free(folder: Path, until: float) -> bool:
    """True once no process holds *folder*; the lock ends with its process, also before the parent notices."""
    from docsync.lock import holding

    while time.monotonic() < until:
        with suppress(AlreadyRunning), holding(folder):
            return True
        time.sleep(_LOOK_SECONDS)
    return False


@command
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@pass_session
def reload_command(session: Session, paths: tuple[Path, ...]) -> int:
    """Let the daemon look at the files at once.

    It looks at all files, or at those at PATH and beneath. Returns when it is done. Exits with 1 if a
    deletion is held, or a collection's folder is missing or unreadable.
    """
    project = session.project()
    daemon = project.require_daemon(_RELOAD_SECONDS)
    scopes = project.scopes(paths) if paths else [""]
    done = parse_result(daemon.post("/v1/reload", {"scopes": scopes, "timeout": _RELOAD_SECONDS}))
    session.out.answer(done, result_lines(done, verbose=session.verbose))
    for step in next_steps(done):
        session.out.remark(step)
    return 1 if needs_person(done) else 0


@command
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--timeout",
    type=Seconds(600),
    default=10.0,
    metavar="SECONDS",
    help="Give up after this time (10).",
)
@pass_session
def wait_command(session: Session, paths: tuple[Path, ...], timeout: float) -> int:
    """Wait until what was saved is in the database.

    That is everything saved before the call, or what was saved at PATH and beneath. Exits with 1 if a
    deletion is held, a collection's folder is missing or unreadable, or a PATH is broken; with 124 when the
    time is over.
    """
    project = session.project()
    daemon = project.require_daemon(timeout)
    scopes = project.scopes(paths)
    done = parse_result(daemon.post("/v1/wait", {"paths": scopes, "timeout": timeout}))
    for scope in () if done.more else scopes:  # what is not named may lie there
        if not (project.root / scope).exists() and not any(
            covers(scope, path) for path in done.deleted + done.held
        ):
            session.out.remark(f"{to_printable(scope)}: there is no such file or folder")
    lines = [*result_lines(done, verbose=session.verbose)][:-1]
    is_all = not (done.counts.broken or needs_person(done))
    what = "everything saved before" if is_all else "all that could be taken"
    session.out.answer(done, [*lines, f"{what} is in the database: revision {done.revision}"])
    for step in next_steps(done):
        session.out.remark(step)
    return 1 if needs_person(done) or (paths and done.counts.broken) else 0
