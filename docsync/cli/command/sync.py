"""`docsync sync`: makes the database equal to the files, through the daemon, or by itself where none runs."""

from functools import partial
from typing import TYPE_CHECKING

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.session import Session
from docsync.cli.sync_report import count_documents, remark_repair, report
from docsync.cli.view.outcome import format_plan, parse_result
from docsync.cli.view.progress import progress_bar
from docsync.errors import UsageError
from docsync.status import CommandResult

if TYPE_CHECKING:
    from docsync.cli.project import Project

_SYNC_SECONDS = 600.0


@command
@click.option("--dry-run", is_flag=True, help="Say what would be done and change nothing; a daemon may run.")
@click.option("--rebuild", is_flag=True, help="Build the database afresh from the files, under a new epoch.")
@pass_session
def sync_command(session: Session, *, dry_run: bool, rebuild: bool) -> int:
    """Make the database equal to the files, once.

    Files that cannot be taken are listed, and their last good version stays. Exits with 1 if a deletion is
    held. A running daemon does the work.
    """
    if dry_run and rebuild:
        raise UsageError("--dry-run changes nothing, so it cannot go with --rebuild; leave one of them out")
    return _preview(session) if dry_run else sync(session, rebuild=rebuild)


def sync(session: Session, *, rebuild: bool = False) -> int:
    """Sync the project of *session* and report; returns the exit code."""
    project = session.project()
    for remark in project.describe_absent():
        session.out.remark(remark)
    before = {} if rebuild else count_documents(project)  # what is to be rebuilt may be damaged
    daemon = project.daemon(_SYNC_SECONDS)
    if daemon and rebuild:
        done = parse_result(daemon.post("/v1/rebuild", {"timeout": _SYNC_SECONDS}))
    elif rebuild:
        done = _rebuild_here(session, project)
    elif daemon:
        done = parse_result(daemon.post("/v1/reload", {"scopes": [""], "timeout": _SYNC_SECONDS}))
    else:
        done = _sync_here(session, project)
    code = report(session, project, before, done)
    for remark in session.describe_left_out(project):
        session.out.remark(remark)
    return code


def _sync_here(session: Session, project: "Project") -> CommandResult:
    from docsync.lock import holding
    from docsync.upkeep.one_shot import sync_once

    settings = project.settings()
    with holding(project.database.parent), progress_bar(session.out, "Reading files") as progress:
        return sync_once(settings, project.database, progress, partial(remark_repair, session))


def _rebuild_here(session: Session, project: "Project") -> CommandResult:
    from docsync.lock import holding
    from docsync.upkeep.one_shot import rebuild_once

    with holding(project.database.parent), progress_bar(session.out, "Reading files") as progress:
        return rebuild_once(project.settings(), project.database, progress, partial(remark_repair, session))


def _preview(session: Session) -> int:
    from docsync.reader import open_reader
    from docsync.upkeep.one_shot import preview

    project, known = session.project(), set[str]()
    plan = preview(project.settings(), project.database)
    if project.database.exists():
        with open_reader(database=project.database, source="database") as reader:
            known = {row.columns()["file_path"] for row in reader.find_stored(whole=False)}
    added, deleted = set(plan.upserted) - known, plan.deleted
    value = {
        "added": sorted(added),
        "changed": sorted(set(plan.upserted) - added),
        "deleted": sorted(deleted),
        "broken": plan.refused,
        "held": plan.held,
    }
    counts = f"{len(added)} to add, {len(plan.upserted) - len(added)} to change, {len(deleted)} to delete"
    session.out.answer(
        value,
        [*format_plan(plan.upserted, deleted, known), f"{counts}, {plan.refused} broken, {plan.held} held"],
    )
    return 1 if plan.held else 0
