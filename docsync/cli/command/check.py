"""`docsync check`: reads files exactly as sync does and says what is wrong. Opens no database and asks no daemon."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docsync.cli.flag import Session, command, pass_session
from docsync.cli.text import counted, problem_lines
from docsync.errors import UsageError
from docsync.model import Problem, Severity

if TYPE_CHECKING:
    from docsync.sync.load import Loader, Look
    from docsync.sync.setup import Settings


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found."""

    files: int
    problems: tuple[Problem, ...]

    def count(self, severity: Severity) -> int:
        """How many problems are of *severity*."""
        return sum(problem.severity is severity for problem in self.problems)


@command
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--strict", is_flag=True, help="Take every warning for an error.")
@pass_session
def check_command(session: Session, paths: tuple[Path, ...], *, strict: bool) -> int:
    """Check files without a database.

    Reads all files, or those at PATH and beneath, just as sync does. Prints a line for every problem, as compilers
    do. Exits with 1 if there is an error.
    """
    project = session.project()
    for path in paths:
        if not (session.here / path).exists():
            raise UsageError(f"{path}: no such file or folder")
    checked = check(project.settings(), project.scopes(paths) if paths else [""])
    if strict:
        problems = tuple(replace(problem, severity=Severity.ERROR) for problem in checked.problems)
        checked = replace(checked, problems=problems)
    errors, warnings = checked.count(Severity.ERROR), checked.count(Severity.WARNING)
    value = {"files": checked.files, "errors": errors, "warnings": warnings, "problems": checked.problems}
    session.out.answer(value, (line for problem in checked.problems for line in problem_lines(problem)))
    session.out.remark(f"{counted(checked.files, 'file')}, {counted(errors, 'error')}, {counted(warnings, 'warning')}")
    return 1 if errors else 0


def check(settings: "Settings", scopes: list[str]) -> Checked:
    """Read every file in *scopes*."""
    from docsync.sync.load import Look

    tree = settings.tree()
    scan = tree.scan(scopes)
    loader = _loader(settings)
    look = Look(scopes, now_ns=0, known={}, heard=lambda _: None, signs={}, reload=frozenset())
    problems = [unread.problem for unread in (*scan.skipped.values(), *scan.unreadable.values())]
    for path in scan.found:
        problems += _problems(loader, path, look)
    ordered = sorted(problems, key=lambda problem: (problem.path, problem.line or 0, problem.column or 0))
    return Checked(len(scan.found), tuple(ordered))


def _loader(settings: "Settings") -> "Loader":
    from functools import partial

    from docsync.belief import Belief
    from docsync.formats import parse
    from docsync.model import Timing
    from docsync.sync.load import Loader, Rules

    parser = partial(parse, allow_conflicts="merge-conflict" in settings.ignore)
    # Without any wait, all bad news is believed at once.
    return Loader(settings.tree(), parser, Belief(Timing(0, 0, 0), 0), Rules(settings.ignore))


def _problems(loader: "Loader", path: str, look: "Look") -> Iterator[Problem]:
    from docsync.plan import Refuse, Upsert

    change = loader.load(path, look)
    while path in look.again:  # caught while it was being written
        look.again.discard(path)
        change = loader.load(path, look)
    if isinstance(change, Upsert | Refuse):
        yield from change.problems
