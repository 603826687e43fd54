"""`docsync sync`: makes the database equal to the files, through the daemon, or with the lock where none runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.session import Session
from docsync.cli.view.outcome import done_of, format_plan, next_steps, tally
from docsync.cli.view.progress import progress_bar
from docsync.cli.view.text import count_noun, problem_lines
from docsync.errors import NoDatabase, UsageError
from docsync.model import Severity
from docsync.status import CommandResult, ListedProblem, Repair

if TYPE_CHECKING:
    from docsync.cli.project import Project

_SYNC_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class SyncResult:
    """A sync and what the database holds after it."""

    done: CommandResult
    before: Mapping[str, int]
    after: Mapping[str, int]
    problems: tuple[ListedProblem, ...]


@command
@click.option("--dry-run", is_flag=True, help="Say what would be done and change nothing; a daemon may run.")
@click.option("--rebuild", is_flag=True, help="Build the database afresh from the files, under a new epoch.")
@pass_session
def sync_command(session: Session, *, dry_run: bool, rebuild: bool) -> int:
    """Make the database equal to the files, once.

    Files that cannot be taken are listed, and their last good version stays. Exits with 1 if a deletion is held.
    A running daemon does the work, but for --rebuild, which is for a project where none runs.
    """
    if dry_run and rebuild:
        raise UsageError("--dry-run changes nothing, so it cannot go with --rebuild; leave one of them out")
    return _preview(session) if dry_run else sync(session, rebuild=rebuild)


def sync(session: Session, *, rebuild: bool = False) -> int:
    """Sync the project of *session* and report; returns the exit code."""
    project = session.project()
    for remark in project.describe_absent():
        session.out.remark(remark)
    before = {} if rebuild else _count(project)  # what is to be rebuilt may be damaged
    daemon = project.daemon(_SYNC_SECONDS)
    if rebuild:
        done = _rebuild_here(session, project)
    elif daemon:
        done = done_of(daemon.post("/v1/reload", {"scopes": [""], "timeout": _SYNC_SECONDS}))
    else:
        done = _sync_here(session, project)
    return report(session, project, before, done)


def report(
    session: Session,
    project: "Project",
    before: Mapping[str, int],
    done: CommandResult,
    more: Mapping[str, object] = MappingProxyType({}),
) -> int:
    """Say what *done* came to, when there were *before* so many documents of each type; returns the exit code.

    *more* is told to programs beside it.
    """
    synced = SyncResult(done, before, _count(project), _list_problems(project))
    value = {"done": done, "documents": synced.after, "problems": synced.problems, **more}
    session.out.answer(value, _lines(project, synced))
    for step in next_steps(done):
        session.out.remark(step)
    return 1 if done.held else 0


def _sync_here(session: Session, project: "Project") -> CommandResult:
    from docsync.lock import holding
    from docsync.upkeep.one_shot import sync_once

    settings = project.settings()
    with holding(project.database.parent), progress_bar(session.out, "Reading files") as progress:
        return sync_once(settings, project.database, progress, partial(remark_repair, session))


def _rebuild_here(session: Session, project: "Project") -> CommandResult:
    from docsync.lock import holding
    from docsync.upkeep.upkeep import rebuild_once

    with holding(project.database.parent), progress_bar(session.out, "Reading files") as progress:
        return rebuild_once(project.settings(), project.database, partial(remark_repair, session), progress)


def remark_repair(session: Session, how: Repair, reason: str) -> None:
    """Remark that the database was damaged, and what was done about it."""
    match how:
        case Repair.IN_PLACE:
            done = "was damaged and is mended"
        case Repair.AFRESH:
            done = "built afresh"
        case Repair.STARTED_OVER:
            done = "was damaged and is moved aside, beside a new one"
        case _:
            assert_never(how)
    session.out.remark(f"database {done}: {reason}")


def _count(project: "Project") -> dict[str, int]:
    from docsync.reader import open_reader

    try:
        with open_reader(database=project.database, source="database") as reader:
            return reader.count()
    except NoDatabase:  # there is none before the first sync
        return {}


def _list_problems(project: "Project") -> tuple[ListedProblem, ...]:
    from docsync.reader import open_reader

    with open_reader(database=project.database, source="database") as reader:
        return tuple(reader.problems())


def _lines(project: "Project", synced: SyncResult) -> Iterator[str]:
    done, errors = synced.done, [one for one in synced.problems if one.problem.severity is Severity.ERROR]
    for one in errors:
        yield from problem_lines(one.problem, one.since)
    changed = {
        type_: (_count_paths_of(project, type_, done.upserted), _count_paths_of(project, type_, done.deleted))
        for type_ in synced.after
    }
    warnings = len(synced.problems) - len(errors)
    counts = [count_noun(number, noun) for number, noun in ((len(errors), "error"), (warnings, "warning")) if number]
    counts += [f"{len(done.held)} held"] if done.held else []
    parts = [*tally(synced.before, synced.after, changed), *(counts or ["0 problems"])]
    yield ", ".join([*parts, f"revision {done.revision}", f"{done.seconds:.2f} s"])


def _count_paths_of(project: "Project", type_: str, paths: Sequence[str]) -> int:
    """How many of *paths* belong to the collection *type_*: a path belongs to the first one that it matches."""
    collections = project.config.collections
    owners = (next((one.type for one in collections if one.matches(path)), None) for path in paths)
    return sum(owner == type_ for owner in owners)


def _preview(session: Session) -> int:
    from docsync.reader import open_reader
    from docsync.upkeep.one_shot import preview

    project, known = session.project(), set[str]()
    plan = preview(project.settings(), project.database)
    if project.database.exists():
        with open_reader(database=project.database, source="database") as reader:
            known = {row.file_path for row in reader.find()}
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
        value, [*format_plan(plan.upserted, deleted, known), f"{counts}, {plan.refused} broken, {plan.held} held"]
    )
    return 1 if plan.held else 0
