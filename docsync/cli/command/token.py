"""`docsync token` and `docsync open`: the secret that shows content over TCP, and the page opened with it."""

from html import escape
from pathlib import Path

import click

from docsync.cli.command.run import has_own_token
from docsync.cli.flags import command, pass_session
from docsync.cli.session import Session
from docsync.errors import NotReachable, UsageError
from docsync.permission import create_file

_VISIT = "open.html"
_CONFIGURED = "the token of this project is configured, in admin.token_file or DOCSYNC_ADMIN_TOKEN"


@command
@click.option("--new", is_flag=True, help="Make another one; the one before shows nothing after a restart.")
@pass_session
def token_command(session: Session, *, new: bool) -> int:
    """Print the token that programs send to read documents over TCP.

    It lies beside the database in a file that only you can read, and stays the same across restarts. Where
    every user of this machine may read all files, nobody is asked for it.
    """
    from docsync.admin.token import own_token, renew_token

    project = session.project()
    if not has_own_token(project, session.environ):
        raise UsageError(f"{_CONFIGURED}; docsync makes none")
    project.settings()  # raises where there is no project: nothing is made there
    folder = project.database.parent
    token = renew_token(folder) if new else own_token(folder)
    session.out.answer({"token": token}, [token])
    if new and project.daemon() is not None:
        session.out.remark("the daemon that runs knows the one before: docsync stop, then docsync run")
    return 0


@command
@pass_session
def open_command(session: Session) -> int:
    """Open the page of the running daemon in a browser.

    The token goes along in the address, in a part that no browser sends anywhere.
    """
    import webbrowser

    from docsync.admin.token import own_token, page_of

    project = session.project()
    status = project.require_daemon().get("/v1/status")
    if status["http"] is None:
        raise NotReachable("the daemon serves no page: admin.enabled is false, or its port was taken")
    token = own_token(project.database.parent) if has_own_token(project, session.environ) else None
    address = page_of(status["http"], token)
    is_opened = webbrowser.open(_write_visit(project.database.parent, address).as_uri())
    shown = address if not is_opened or session.json else status["http"]
    session.out.answer({"page": address, "opened": is_opened}, [shown])
    if token is None:
        session.out.remark(f"the page asks for the token: {_CONFIGURED}")
    return 0


def _write_visit(folder: Path, address: str) -> Path:
    """A page that leads to *address*, for this user alone: every user can see how a program was called."""
    file = folder / _VISIT
    file.unlink(missing_ok=True)
    with open(create_file(file), "w", encoding="utf-8") as page:  # noqa: PTH123  # a descriptor
        page.write(f'<!doctype html><meta http-equiv="refresh" content="0;url={escape(address)}">\n')
    return file
