"""The flags that every command takes, before its name or after it, and the session they make. Runs nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import click

from docsync.cli.view.output import COLORS, Output

if TYPE_CHECKING:
    from docsync.cli.project import Project

_P = ParamSpec("_P")


@dataclass(slots=True)
class Session:
    """What a command is run with. `here` is what paths on the command line are relative to."""

    environ: Mapping[str, str] = field(default_factory=dict)
    here: Path = Path()
    config: Path | None = None
    env: str | None = None
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"
    slips_told: bool = False

    @property
    def out(self) -> Output:
        """Where the command prints."""
        return Output(self.environ, as_json=self.json, quiet=self.quiet, color=self.color)

    def project(self, **flags: object) -> "Project":
        """The project that the command is about. Raises ConfigError. *flags* are settings, with `__` for the dot."""
        from docsync.cli.project import find_project

        return find_project(self, {key.replace("__", "."): value for key, value in flags.items()})


class Command(click.Command):
    """A command that takes the shared flags, too, and says so at the end of its help."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # click's own parameters, passed through
        self.params += make_shared_flags(hidden=True)
        self.epilog = "Also -C, --config, --env, --json, -q, -v and --color: see docsync --help."


def command(function: Callable[_P, int]) -> Command:
    """Makes *function* (which returns the exit code) the command that its name begins with: `list_command` is list."""
    return click.command(function.__name__.removesuffix("_command"), cls=Command)(function)


pass_session = click.make_pass_decorator(Session)


def make_shared_flags(*, hidden: bool) -> list[click.Parameter]:
    """The flags that every command takes. Those after the command's name win."""
    flag = partial(click.Option, default=None, expose_value=False, callback=_keep, hidden=hidden)
    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    file = click.Path(dir_okay=False, path_type=Path)
    return [
        flag(["here", "-C"], help="Act as if started in DIR.", type=folder, metavar="DIR"),
        flag(["config", "--config"], help="Read FILE instead of the docsync.toml that is found.", type=file),
        flag(["env", "--env"], help="Let the [env.NAME] tables hold (or: DOCSYNC_ENV).", metavar="NAME"),
        flag(["json", "--json"], help="Print one JSON document, also for errors.", is_flag=True),
        flag(["quiet", "-q", "--quiet"], help="Print no remarks.", is_flag=True),
        flag(["verbose", "-v", "--verbose"], help="Print more, and the traceback of a bug.", is_flag=True),
        flag(["color", "--color"], help="When to color (auto).", type=click.Choice(COLORS)),
    ]


def _keep(context: click.Context, parameter: click.Parameter, value: object) -> None:
    if value is not None and parameter.name:
        setattr(context.ensure_object(Session), parameter.name, value)
