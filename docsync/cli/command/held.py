"""`docsync held` and `release`: deletions that are kept back.

Through the daemon, or with the lock where none runs.
"""

import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.one_state import print_one_state
from docsync.cli.pages import Pages
from docsync.cli.read_options import open_database, with_limit
from docsync.cli.session import Session
from docsync.cli.view.outcome import parse_result, result_lines
from docsync.cli.view.output import json_list
from docsync.cli.view.progress import progress_bar
from docsync.cli.view.table import table
from docsync.cli.view.text import align_columns, count_noun
from docsync.errors import UsageError
from docsync.status import CommandResult

if TYPE_CHECKING:
    from docsync.cli.project import Project

_HEADING = ("ID", "SINCE", "FILE")
_RELEASE_SECONDS = 30.0


@command
@with_limit("Print N at most.")
@pass_session
def held_command(session: Session, limit: int | None) -> int:
    """List the deletions that are kept back, and since when.

    Many files went at once. Bring them back, or let their documents go with: docsync release
    """
    with open_database(session) as reader:
        held = Pages(reader.held, limit)

        def render() -> Iterable[str]:
            if session.json:
                version = {"epoch": reader.epoch(), "revision": reader.revision()}
                return json_list(version, "held", held)
            if not session.out.to_terminal:
                return align_columns((one.id, one.path, f"since {one.since}") for one in held)
            rows = ((one.id, session.out.time(one.since), one.path) for one in held)
            return table(rows, _HEADING, to_terminal=True, if_room=["FILE", "SINCE"])

        print_one_state(session, reader, render)
    more = ", and more" if held.cursor else ""
    session.out.remark(f"{count_noun(held.done, 'deletion')} held{more}")
    return 0


@command
@click.argument("type_", metavar="[TYPE]", required=False)
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@pass_session
def release_command(session: Session, type_: str | None, *, yes: bool) -> int:
    """Delete the documents whose deletion is held.

    Without TYPE, of all types. What was held is gone afterwards; bring files back before, to keep their
    documents. On a terminal it says how many there are of each type, and asks; a script is not asked.
    """
    project = session.project()
    types = [collection.type for collection in project.config.collections]
    if type_ is not None and type_ not in types:
        raise UsageError(f"{type_}: no collection has this type; there are {', '.join(types)}")
    daemon = project.daemon(_RELEASE_SECONDS)
    if not yes and sys.stdin.isatty():
        if not daemon:  # what is held is known once all was looked at
            _sync(session, project)
        if not _is_meant(session, project, type_):
            return 1
    if daemon:
        done = parse_result(daemon.post("/v1/held/release", {"type": type_, "timeout": _RELEASE_SECONDS}))
    else:
        done = _release(session, project, type_)
    session.out.answer(done, result_lines(done, verbose=session.verbose))
    return 1 if done.counts.held else 0


def _is_meant(session: Session, project: "Project", type_: str | None) -> bool:
    """Whether the person at the terminal says that what is held of *type_* is to be deleted."""
    counts = _count_held(project, type_)
    each = ", ".join(f"{count:,} {of}" for of, count in counts.items())
    session.out.remark(f"held: {each}" if counts else "nothing is held")
    question = f"Delete {'these documents' if sum(counts.values()) > 1 else 'this document'} for good?"
    with suppress(click.Abort):
        if not counts or click.confirm(question, err=True):
            return True
    session.out.remark("nothing was deleted; bring the files back, or see them with: docsync held")
    return False


def _count_held(project: "Project", type_: str | None) -> dict[str, int]:
    from docsync.reader import open_configured

    with open_configured(project.config, "database") as reader:
        types = [one.id.partition("/")[0] for one in Pages(reader.held)]
    return {of: types.count(of) for of in dict.fromkeys(types) if type_ in (None, of)}


def _sync(session: Session, project: "Project") -> None:
    from docsync.lock import holding
    from docsync.upkeep.one_shot import sync_once

    with holding(project.database.parent), progress_bar(session.out, "Reading files") as progress:
        sync_once(project.settings(), project.database, progress)


def _release(session: Session, project: "Project", type_: str | None) -> CommandResult:
    """What a daemon would do: look at everything first, so that files that came back are no longer held."""
    from docsync.lock import holding
    from docsync.upkeep.one_shot import release_once

    settings = project.settings()
    with holding(project.database.parent), progress_bar(session.out, "Reading files") as progress:
        return release_once(settings, project.database, type_, progress)
