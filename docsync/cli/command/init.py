"""`docsync init`: writes a docsync.toml for the folder, samples where there is nothing, and editor settings.

Never overwrites a file.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.session import Session
from docsync.cli.view.text import count_noun
from docsync.errors import NotReachable, UsageError
from docsync.names import Collection, to_printable
from docsync.regular_file import read_regular

if TYPE_CHECKING:
    from docsync.cli.discovery import Discovery

_MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class InitPlan:
    """What init finds in *root* and writes there: the files by path that are not there yet.

    `to_ignore` is a line that .gitignore lacks, `settings` what the settings of VS Code lack; each is empty
    where nothing is.
    """

    root: Path
    found: "Discovery"
    collections: tuple[Collection, ...]
    files: Mapping[str, str]
    to_ignore: str
    settings: str


@command
@click.option("--dry-run", is_flag=True, help="Only show what would be written and what it would take.")
@pass_session
def init_command(session: Session, *, dry_run: bool) -> int:
    """Make this folder a docsync project.

    Writes a docsync.toml for the personas and prompts that are here already, or samples of both where there
    are none; and, for editors, JSON Schemas and VS Code settings that name them. Says what it passed over,
    and the lines that would take it. Files that exist are left alone.
    """
    from docsync.cli.draft import CONFIGURATION
    from docsync.config import find_file

    root = session.here.absolute()
    if os.path.lexists(root / CONFIGURATION):
        raise UsageError(f"{root / CONFIGURATION} exists already; see what holds with: docsync config show")
    above = find_file(root)
    plan = plan_init(root)
    failed = {} if dry_run else _write_files(plan)
    session.out.answer(
        _to_value(plan, failed, dry_run=dry_run),
        _lines(plan, failed, dry_run=dry_run, verbose=session.verbose),
    )
    if above:
        session.out.remark(
            f"{to_printable(str(above))} makes a project of a folder above; here this one counts instead"
        )
    for step in _next_steps(plan):
        session.out.remark(step)
    session.out.remark("nothing was written" if dry_run else "next: docsync run")
    return 0


def plan_init(root: Path) -> InitPlan:
    """What is in *root*, and what it lacks. Writes nothing."""
    from docsync.cli.discovery import discover
    from docsync.cli.draft import GITIGNORE, IGNORED, default_collections, draft_files
    from docsync.cli.editor_files import SETTINGS_FILE, find_lacking

    found = discover(root)
    collections = found.collections or default_collections()
    drafts = draft_files(found)
    files = {name: text for name, text in drafts.items() if not os.path.lexists(root / name)}
    is_ignored = GITIGNORE in files or _is_ignored(root / GITIGNORE, IGNORED)
    written = None if SETTINGS_FILE in files else _read_text(root / SETTINGS_FILE)
    settings = "" if written is None else find_lacking(written, collections)
    return InitPlan(root, found, collections, files, "" if is_ignored else IGNORED, settings)


def _write_files(plan: InitPlan) -> dict[str, str]:
    """Write the files of *plan*; returns why those were not that are none.

    Raises NotReachable where not even docsync.toml can be written.
    """
    failed: dict[str, str] = {}
    for place, (name, text) in enumerate(plan.files.items()):
        path = plan.root / name
        try:
            path.parent.mkdir(exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            if not place:  # the rest is of no use without it
                raise NotReachable(
                    f"{to_printable(str(plan.root))}: {path.name} cannot be written there ({said}); make the "
                    "folder writable for this user, or see what to write with: docsync init --dry-run"
                ) from error
            failed[name] = said
    return failed


def _is_ignored(file: Path, line: str) -> bool:
    lines = _read_text(file).splitlines()
    return any(one.strip().strip("/") == line.strip("/") for one in lines)


def _read_text(file: Path) -> str:
    try:
        return read_regular(file, _MAX_BYTES).octets.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""


def _to_value(plan: InitPlan, failed: Mapping[str, str], *, dry_run: bool) -> dict[str, object]:
    from docsync.cli.draft import format_table

    found = plan.found
    names = [name for name in plan.files if name not in failed]
    collections = [_describe(one) | {"files": found.counts.get(one.type, 0)} for one in plan.collections]
    passed_over = [
        _describe(one.collection) | {"files": one.files, "lines": format_table(one.collection)}
        for one in found.passed_over
    ]
    return {
        "root": str(plan.root),
        "dry_run": dry_run,
        "written": [] if dry_run else names,
        "failed": dict(failed),
        **({"files": dict(plan.files)} if dry_run else {}),
        "found": _count(found),
        "collections": collections,
        "passed_over": passed_over,
        "excluded": dict(found.foreign),
        "gitignore_lacks": plan.to_ignore or None,
        "settings_lack": plan.settings or None,
    }


def _describe(one: Collection) -> dict[str, object]:
    keys: dict[str, object] = {"type": one.type, "path": one.path, "include": list(one.include)}
    return keys | {"exclude": list(one.exclude), "ignore": one.ignore, "format": one.format}


def _count(found: "Discovery") -> dict[str, int]:
    return {"personas": found.counts.get("persona", 0), "prompts": found.counts.get("prompt_template", 0)}


def _lines(plan: InitPlan, failed: Mapping[str, str], *, dry_run: bool, verbose: bool) -> Iterator[str]:
    from docsync.cli.draft import CONFIGURATION, describe_files, format_table

    found = plan.found
    if found.collections:
        counts = _count(found)
        personas = count_noun(counts["personas"], "persona")
        yield f"found {personas} and {count_noun(counts['prompts'], 'prompt')}"
    for name, text in plan.files.items():
        if name in failed:
            yield f"could not write {to_printable(name)}: {failed[name]}"
            continue
        yield f"{'would write' if dry_run else 'wrote'} {to_printable(name)}"
        if dry_run and (verbose or name == CONFIGURATION):
            yield from (f"  {line}".rstrip() for line in text.splitlines())
    for one in plan.collections:
        number = found.counts.get(one.type, 0)
        files = f" ({count_noun(number, 'file')})" if found.collections else ""
        yield f"{one.type}: {', '.join(one.include)} in {to_printable(one.path)}{files}"
    for folder, number in found.foreign.items():
        files = count_noun(number, "file")
        yield f"left out {files} in {to_printable(folder)}: what programs build or install"
    for other in found.passed_over:
        files = describe_files(other.collection, other.files)
        yield f"passed over {files}; to take what is there, add to {CONFIGURATION}:"
        yield from (f"  {line}" for line in format_table(other.collection))


def _next_steps(plan: InitPlan) -> Iterator[str]:
    from docsync.cli.editor_files import SETTINGS_FILE

    if plan.to_ignore:
        yield f"add this line to .gitignore: {plan.to_ignore}"
    if plan.settings:
        yield f"{SETTINGS_FILE} is left as it is; so that editors check personas and prompts, add to it:"
        yield plan.settings
