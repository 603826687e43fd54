"""The flags that every command takes, before its name or after it, and that fill the session.

Runs nothing.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec

import click

from docsync.cli.session import Session
from docsync.cli.view.output import COLORS

_P = ParamSpec("_P")


class Command(click.Command):
    """A command that takes the shared flags, too, and says so at the end of its help."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # click's own parameters, passed through
        self.params += make_shared_flags(hidden=True)
        self.epilog = "Also -C, --config, --env, --json, -q, -v and --color: see docsync --help."


def command(function: Callable[_P, int]) -> Command:
    """Decorator: makes *function*, which returns the exit code, a command; `list_command` becomes `list`."""
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


class Seconds(click.FloatRange):
    """A time above zero, up to *maximum* seconds. No number at all is none, which a range would let pass."""

    def __init__(self, maximum: float) -> None:
        super().__init__(min=0, max=maximum, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """*value* as a number."""
        seconds = float(super().convert(value, param, ctx))
        return seconds if seconds == seconds else self.fail(f"{value} is not a time", param, ctx)
