"""The command `docsync` itself: which commands there are, and where each lives.

Imports one only when it is called.
"""

from collections.abc import Mapping
from importlib import import_module

import click

from docsync import __version__
from docsync.cli.flags import make_shared_flags
from docsync.names import find_closest

# In the order in which a newcomer needs them. The value is the module below cli/command; the command in it is
# named like the command.
COMMANDS: Mapping[str, str] = {
    "init": "init",
    "run": "run",
    "open": "token",
    "stop": "daemon",
    "status": "status",
    "sync": "sync",
    "check": "check",
    "verify": "verify",
    "reload": "daemon",
    "wait": "daemon",
    "held": "held",
    "release": "held",
    "get": "read",
    "list": "list",
    "render": "render",
    "search": "search",
    "query": "query",
    "tags": "tags",
    "changes": "changes",
    "problems": "read",
    "export": "export",
    "types": "types",
    "backup": "backup",
    "restore": "backup",
    "token": "token",
    "doctor": "doctor",
    "config": "config",
    "schema": "schema",
    "completion": "completion",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command *cmd_name*, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"docsync.cli.command.{COMMANDS[cmd_name]}")
        found: object = getattr(module, f"{cmd_name}_command")
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that *args* begin with. An unknown one is answered with the names that are like it."""
        if args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            close = find_closest(args[0], COMMANDS)
            guess = f" Did you mean {' or '.join(close)}?" if close else ""
            raise click.UsageError(f"No such command {args[0]!r}.{guess}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    params=make_shared_flags(hidden=False),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="docsync %(version)s")
def docsync() -> None:
    """Keeps one SQLite table equal to folders of personas and prompts.

    Start with `docsync init`, then `docsync run`. The options below are accepted after the command's name,
    too.
    """
