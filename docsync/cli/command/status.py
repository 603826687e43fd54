"""`docsync status`: what the running daemon says of itself, once or for as long as one watches.

Changes nothing.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.session import Session
from docsync.cli.view.output import wants_color
from docsync.cli.view.overview import overview, standing, summary
from docsync.errors import DocsyncError

if TYPE_CHECKING:
    from docsync.admin.client import Answer, Client

_WATCH_SECONDS = 0.5

# Shows a status, or why there is none.
_Show: TypeAlias = "Callable[[Answer | DocsyncError], None]"


@command
@click.option("--watch", is_flag=True, help="Go on showing it until Ctrl-C, also while no daemon runs.")
@pass_session
def status_command(session: Session, *, watch: bool) -> int:
    """Show the state of the daemon that runs for this project.

    The state comes first, why it is so, and what to do about it; -v adds the last batches. With --watch a
    terminal shows it anew twice a second, and a file or pipe gets a line whenever something has changed.
    """
    daemon, _ = session.find_daemon()
    status = daemon.get("/v1/status")
    if not watch:
        session.out.answer(status, overview(status, session.out.time, verbose=session.verbose))
        return 0
    with _screen(session) if session.out.to_terminal and not session.json else _lines(session) as show:
        show(status)
        while True:
            time.sleep(_WATCH_SECONDS)
            show(_ask_status(daemon))


def _ask_status(daemon: "Client") -> "Answer | DocsyncError":
    try:
        return daemon.get("/v1/status")
    except DocsyncError as error:
        return error


@contextmanager
def _screen(session: Session) -> "Iterator[_Show]":
    """One picture that is drawn anew."""
    # rich takes longer to load than most commands to run.
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    colors = wants_color(session.color, session.environ, is_terminal=True)
    console = Console(color_system="auto" if colors else None, highlight=False)
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:

        def show(status: "Answer | DocsyncError") -> None:
            text = "\n".join(_picture(session, status))
            live.update(Text.from_ansi(text if colors else click.unstyle(text)), refresh=True)

        yield show


def _picture(session: Session, status: "Answer | DocsyncError") -> Iterator[str]:
    if isinstance(status, DocsyncError):
        yield f"{click.style('no answer', fg='red', bold=True)} at {session.out.time(_now())}: {status}"
    else:
        yield from overview(status, session.out.time, verbose=session.verbose)


@contextmanager
def _lines(session: Session) -> "Iterator[_Show]":
    """A line, or with --json an object on a line, for each change."""
    before: object = None

    def show(status: "Answer | DocsyncError") -> None:
        nonlocal before
        now = str(status) if isinstance(status, DocsyncError) else standing(status)
        if now == before:
            return
        before = now
        if isinstance(status, DocsyncError):
            session.out.event({"state": "gone", "message": str(status)}, f"{_now()} no answer: {status}")
        else:
            session.out.event(status, f"{_now()} {summary(status)}")

    yield show


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
