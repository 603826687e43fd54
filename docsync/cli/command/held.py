"""`docsync held` and `release`: deletions that are kept back.

Through the daemon, or with the lock where none runs.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.one_state import print_one_state
from docsync.cli.pages import Pages
from docsync.cli.read_options import open_database
from docsync.cli.session import Session
from docsync.cli.view.outcome import parse_result, result_lines
from docsync.cli.view.output import json_list
from docsync.cli.view.progress import progress_bar
from docsync.cli.view.text import align_columns, count_noun
from docsync.errors import UsageError
from docsync.status import CommandResult

if TYPE_CHECKING:
    from docsync.cli.project import Project

_RELEASE_SECONDS = 30.0


@command
@pass_session
def held_command(session: Session) -> int:
    """List the deletions that are kept back, and since when.

    Many files went at once. Bring them back, or let their documents go with: docsync release
    """
    with open_database(session) as reader:
        held = Pages(reader.held)

        def render() -> Iterable[str]:
            if session.json:
                version = {"epoch": reader.epoch(), "revision": reader.revision()}
                return json_list(version, "held", held)
            return align_columns((one.id, one.path, f"since {one.since}") for one in held)

        print_one_state(session, reader, render)
    session.out.remark(f"{count_noun(held.done, 'deletion')} held")
    return 0


@command
@click.argument("type_", metavar="[TYPE]", required=False)
@pass_session
def release_command(session: Session, type_: str | None) -> int:
    """Delete the documents whose deletion is held.

    Without TYPE, of all types. What was held is gone afterwards; bring files back before, to keep their
    documents.
    """
    project = session.project()
    types = [collection.type for collection in project.config.collections]
    if type_ is not None and type_ not in types:
        raise UsageError(f"{type_}: no collection has this type; there are {', '.join(types)}")
    daemon = project.daemon(_RELEASE_SECONDS)
    if daemon:
        done = parse_result(daemon.post("/v1/held/release", {"type": type_, "timeout": _RELEASE_SECONDS}))
    else:
        done = _release(session, project, type_)
    session.out.answer(done, result_lines(done, verbose=session.verbose))
    return 1 if done.counts.held else 0


def _release(session: Session, project: "Project", type_: str | None) -> CommandResult:
    """What a daemon would do: look at everything first, so that files that came back are no longer held."""
    from docsync.lock import holding
    from docsync.upkeep.one_shot import release_once

    settings = project.settings()
    with holding(project.database.parent), progress_bar(session.out, "Reading files") as progress:
        return release_once(settings, project.database, type_, progress)
