"""Reports what a sync, a rebuild or a restore did, with what the database holds after it. Syncs nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from docsync.cli.session import Session
from docsync.cli.view.outcome import needs_person, next_steps, tally
from docsync.cli.view.text import count_noun, problem_lines
from docsync.errors import NoDatabase
from docsync.model import Severity
from docsync.status import CommandResult, ListedProblem, Repair

if TYPE_CHECKING:
    from docsync.cli.project import Project


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync did, the numbers of documents by type before and after it, and the problems after it."""

    done: CommandResult
    before: Mapping[str, int]
    after: Mapping[str, int]
    problems: tuple[ListedProblem, ...]


def report(
    session: Session,
    project: "Project",
    before: Mapping[str, int],
    done: CommandResult,
    more: Mapping[str, object] = MappingProxyType({}),
) -> int:
    """Print what *done* came to, and what the project holds now; returns the exit code.

    *before* is the number of documents of each type before it, *more* are members of the JSON answer.
    """
    synced = SyncResult(done, before, count_documents(project), _list_problems(project))
    value = {"done": done, "documents": synced.after, "problems": synced.problems, **more}
    session.out.answer(value, _lines(session, synced))
    for step in next_steps(done):
        session.out.remark(step)
    return 1 if needs_person(done) else 0


def remark_repair(session: Session, how: Repair, reason: str) -> None:
    """Remark that the database could not stay as it was, and what was done about it."""
    match how:
        case Repair.IN_PLACE:
            done = "was damaged and is mended"
        case Repair.AFRESH:
            done = "built afresh"
        case Repair.STARTED_OVER:
            done = "is moved aside, beside a new one"
        case _:
            assert_never(how)
    session.out.remark(f"database {done}: {reason}")


def count_documents(project: "Project") -> dict[str, int]:
    """The number of documents of each type in the database; empty before the first sync."""
    from docsync.reader import open_reader

    try:
        with open_reader(database=project.database, source="database") as reader:
            return reader.count()
    except NoDatabase:
        return {}


def _list_problems(project: "Project") -> tuple[ListedProblem, ...]:
    from docsync.reader import open_reader

    with open_reader(database=project.database, source="database") as reader:
        return tuple(reader.problems())


def _lines(session: Session, synced: SyncResult) -> Iterator[str]:
    done, errors = synced.done, [one for one in synced.problems if one.problem.severity is Severity.ERROR]
    for one in errors:
        yield from problem_lines(one.problem, session.out.time(one.since))
    changed = {one.type: (one.upserted, one.deleted) for one in done.types}
    warnings = len(synced.problems) - len(errors)
    found = ((len(errors), "error"), (warnings, "warning"))
    counts = [count_noun(number, noun) for number, noun in found if number]
    counts += [f"{done.counts.held} held"] if done.counts.held else []
    parts = [*tally(synced.before, synced.after, changed), *(counts or ["0 problems"])]
    yield ", ".join([*parts, f"revision {done.revision}", f"{done.seconds:.2f} s"])
