"""`docsync doctor`: looks at all that docsync needs. Changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, cast

import click

from docsync.cli.environment import find_typos
from docsync.cli.flags import command, pass_session
from docsync.cli.session import Session
from docsync.cli.view.text import count_noun
from docsync.errors import ConfigError

if TYPE_CHECKING:
    from docsync.cli.project import Project
    from docsync.doctor import Diagnosis, Target

_COLORS: Mapping[str, str] = {"ok": "green", "note": "cyan", "warning": "yellow", "error": "red"}
_TOPIC = "configuration"
_MEND = "mend it; without that docsync run does not start"
_WIDTH = max(map(len, _COLORS))


@command
@click.option("--strict", is_flag=True, help="Exit with 1 for a warning, too.")
@pass_session
def doctor_command(session: Session, *, strict: bool) -> int:
    """Look at all that docsync needs, and say what to do.

    Folders, the watcher and its limits, Git, the database and its disk, the endpoint, the daemon. Whether
    documents equal their files is for docsync verify. Exits with 1 if there is an error.
    """
    from docsync.doctor import Level, examine

    session.typos_remarked = True  # they are among the findings
    target, configuration = _target(session)
    findings = [*configuration, *examine(target)]
    counts = {level: sum(one.level is level for one in findings) for level in (Level.ERROR, Level.WARNING)}
    errors, warnings = counts.values()
    session.out.answer({"errors": errors, "warnings": warnings, "findings": findings}, _lines(findings))
    session.out.remark(
        f"{count_noun(len(findings), 'finding')}, {count_noun(errors, 'error')}, {count_noun(warnings, 'warning')}"
    )
    return 1 if errors or (strict and warnings) else 0


def _target(session: Session) -> "tuple[Target, list[Diagnosis]]":
    from docsync.doctor import Diagnosis, Level, Target

    project = session.project()
    config = project.config
    file = str(config.file) if config.file else "no docsync.toml: the defaults hold"
    found = [Diagnosis(_TOPIC, Level.OK, file)]
    found += [Diagnosis(_TOPIC, Level.WARNING, typo) for typo in find_typos(session.environ)]
    found += [Diagnosis(_TOPIC, Level.ERROR, mistake, _MEND) for mistake in _mistakes(project, session)]
    http = (config.admin.host, config.admin.port) if config.admin.enabled else None
    mode = cast(Literal["auto", "events", "poll"], config.watch.mode)
    return Target(project.settings(), project.database, mode, config.watch.poll_ms, http), found


def _mistakes(project: "Project", session: Session) -> Iterator[str]:
    """What the configuration names that is not there or no good: a daemon or a sync would not start."""
    from docsync.cli.command.run import daemon_settings

    for look in (lambda: daemon_settings(project, session.environ), project.settings().rules):
        try:
            look()
        except ConfigError as error:
            yield from error.mistakes


def _lines(findings: "Sequence[Diagnosis]") -> Iterator[str]:
    topics = max(len(one.topic) for one in findings)
    for one in findings:
        level = click.style(f"{one.level:{_WIDTH}}", fg=_COLORS[one.level])
        yield f"{level}  {one.topic:{topics}}  {one.message}"
        if one.advice:
            yield f"{'':{_WIDTH}}  {'':{topics}}  {click.style('→', fg='cyan')} {one.advice}"
