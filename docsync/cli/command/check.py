"""`docsync check`: reads files exactly as sync does and says what is wrong.

Opens no database and asks no daemon.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.session import Session
from docsync.cli.view.text import count_noun, problem_lines
from docsync.errors import UsageError
from docsync.model import Problem, Severity
from docsync.names import EVERYTHING, fold_path, to_printable

if TYPE_CHECKING:
    from docsync.change import RowChange
    from docsync.cli.project import Project
    from docsync.cli.render_check import RenderCheck
    from docsync.model import Document
    from docsync.scan.tree import FileTree
    from docsync.sync.batch.load import Loader
    from docsync.sync.batch.look import LookContext
    from docsync.sync.setup import Settings

_PROMPTY = "prompty"

TEXT, JSON, GITHUB = FORMS = ("text", "json", "github")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found."""

    files: int
    problems: tuple[Problem, ...]

    def count(self, severity: Severity) -> int:
        """How many problems are of *severity*."""
        return sum(problem.severity is severity for problem in self.problems)


@command
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--strict", is_flag=True, help="Take every warning for an error.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default=TEXT,
    help="How to print problems: as compilers do, as one JSON document, as GitHub annotations.",
)
@click.option("--no-render", is_flag=True, help="Do not look whether prompts render.")
@pass_session
def check_command(
    session: Session, paths: tuple[Path, ...], *, strict: bool, form: str, no_render: bool
) -> int:
    """Check files without a database.

    Reads all files, or those at PATH and beneath, just as sync does, and renders prompts, with samples or
    values made of the declared types. Prints a line for every problem; docs/rules.md explains each code.
    Exits with 1 if there is an error.
    """
    session.json = session.json or form == JSON
    project = session.project()
    for path in paths:
        if not (session.here / path).exists():
            raise UsageError(f"{path}: no such file or folder")
    for remark in () if paths else project.describe_absent():
        session.out.remark(remark)
    scopes = project.scopes(paths) if paths else [EVERYTHING]
    for remark in project.explain_left_out(scopes) if paths else ():
        session.out.remark(remark)
    checked = check(project.settings(), scopes, renders=not no_render)
    if strict:
        problems = tuple(replace(problem, severity=Severity.ERROR) for problem in checked.problems)
        checked = replace(checked, problems=problems)
    errors, warnings = checked.count(Severity.ERROR), checked.count(Severity.WARNING)
    value = {"files": checked.files, "errors": errors, "warnings": warnings, "problems": checked.problems}
    lines = _annotations(session, project, checked) if form == GITHUB else _lines(checked, project)
    session.out.answer(value, lines)
    for remark in () if paths else session.describe_left_out(project):
        session.out.remark(remark)
    if not checked.files:
        session.out.remark("no file matches a collection; see: docsync config show")
    session.out.remark(
        f"{count_noun(checked.files, 'file')}, {count_noun(errors, 'error')}, {count_noun(warnings, 'warning')}"
    )
    return 1 if errors else 0


def _lines(checked: CheckResult, project: "Project") -> Iterator[str]:
    """The problems, with paths relative to the folder of the command, so that editors find the files."""
    here = project.here.resolve()
    inside = here.is_relative_to(project.root)
    for problem in checked.problems:
        path = os.path.relpath(project.root / problem.path, here) if inside else problem.path
        yield from problem_lines(replace(problem, path=path))


def _annotations(session: Session, project: "Project", checked: CheckResult) -> Iterator[str]:
    # GitHub wants paths relative to its workspace, which may lie above the project.
    workspace = Path(session.environ.get("GITHUB_WORKSPACE") or session.here).resolve()
    folder = project.root.relative_to(workspace) if project.root.is_relative_to(workspace) else Path()
    return (annotation(problem, folder.as_posix()) for problem in checked.problems)


def annotation(problem: Problem, folder: str) -> str:
    """*problem* as a workflow command of GitHub Actions; *folder* is the project's within the workspace."""
    path = problem.path if folder == "." else f"{folder}/{problem.path}"
    places = {"file": to_printable(path), "line": problem.line, "col": problem.column, "title": problem.code}
    properties = ",".join(
        f"{key}={_escape_property(str(value))}" for key, value in places.items() if value is not None
    )
    text = problem.message if problem.hint is None else f"{problem.message}\nhint: {problem.hint}"
    return f"::{problem.severity.value} {properties}::{_escape_value(text)}"


def _escape_value(text: str) -> str:
    """*text* as the value of a workflow command: what would end the command is written otherwise."""
    lines = text.replace("%", "%25").split("\n")
    return "%0A".join(to_printable(line) for line in lines)


def _escape_property(text: str) -> str:
    return _escape_value(text).replace(":", "%3A").replace(",", "%2C")


def check(settings: "Settings", scopes: list[str], *, renders: bool = True) -> CheckResult:
    """Read every file in *scopes*, and see whether prompts among them render."""
    from docsync.cli.render_check import CODE as DOES_NOT_RENDER
    from docsync.cli.render_check import RenderCheck
    from docsync.clock import Clock
    from docsync.model import Timing
    from docsync.policy.grace_period import GracePeriod
    from docsync.sync.batch.look import LookContext
    from docsync.sync.batch.name_twins import CODE, find_name_twins
    from docsync.sync.setup import build_loader

    tree = settings.tree()
    scan = tree.scan(scopes)
    # Without any wait, all bad news is believed at once.
    grace = GracePeriod(Timing(0, 0, 0), 0)
    rules = settings.rules()
    loader = build_loader(tree, grace, rules)
    look = LookContext(
        scopes,
        now_ns=0,
        clock=Clock(lambda: 0),
        known={},
        last_hint_ns=lambda _: None,
        hints={},
        reload=frozenset(),
    )
    problems = [unread.problem for unread in (*scan.skipped.values(), *scan.unreadable.values())]
    renders = renders and DOES_NOT_RENDER not in rules.ignore
    prompts = [one.type for one in settings.collections if one.format == _PROMPTY and renders]
    with RenderCheck(partial(_load_document, tree, loader, look), prompts) as rendering:
        for path in scan.found:
            problems += _problems(loader, path, look, rendering)
    if CODE not in rules.ignore:
        there = scan.found.keys() if EVERYTHING in scopes else tree.scan([EVERYTHING]).found.keys()
        twins = find_name_twins(_group_names(there), there)
        problems += [problem for path, problem in twins.items() if path in scan.found]
    ordered = sorted(problems, key=lambda problem: (problem.path, problem.line or 0, problem.column or 0))
    return CheckResult(len(scan.found), tuple(ordered))


def _group_names(paths: Iterable[str]) -> Iterable[list[str]]:
    """*paths* in groups of those whose names differ in case or Unicode form only."""
    groups: dict[str, list[str]] = {}
    for path in paths:
        groups.setdefault(fold_path(path), []).append(path)
    return groups.values()


def _load_document(tree: "FileTree", loader: "Loader", look: "LookContext", path: str) -> "Document | None":
    """The document whose file is at *path*, None if no collection has it or it cannot be taken."""
    from docsync.change import Upsert

    change = _load(loader, path, look) if tree.collections_of(path) else None
    return change.document if isinstance(change, Upsert) else None


def _problems(
    loader: "Loader", path: str, look: "LookContext", rendering: "RenderCheck"
) -> Iterator[Problem]:
    from docsync.change import Refuse, Upsert

    change = _load(loader, path, look)
    if isinstance(change, Upsert | Refuse):
        yield from change.problems
    if isinstance(change, Upsert):
        yield from rendering.find_problems(change)


def _load(loader: "Loader", path: str, look: "LookContext") -> "RowChange | None":
    change = loader.load(path, look)
    while path in look.again:  # caught while it was being written
        look.again.discard(path)
        change = loader.load(path, look)
    return change
