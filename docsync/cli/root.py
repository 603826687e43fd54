"""The command `docsync` itself: which commands there are, and where each lives.

Imports one only when it is called.
"""

from collections.abc import Mapping
from importlib import import_module

import click

from docsync import __version__
from docsync.cli.flags import make_shared_flags
from docsync.names import find_closest

# In the order in which a newcomer needs them: the module below cli/command, in which it is named like the
# command, and the first sentence of its help.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": ("init", "Make this folder a docsync project."),
    "run": ("run", "Keep the database equal to the files until stopped."),
    "open": ("token", "Open the page of the running daemon in a browser."),
    "stop": ("daemon", "Stop the daemon of this project and wait until it is gone."),
    "status": ("status", "Show the state of the daemon that runs for this project."),
    "sync": ("sync", "Make the database equal to the files, once."),
    "check": ("check", "Check files without a database."),
    "verify": ("verify", "Prove the database equal to the files."),
    "reload": ("daemon", "Let the daemon look at the files at once."),
    "wait": ("daemon", "Wait until what was saved is in the database."),
    "held": ("held", "List the deletions that are kept back, and since when."),
    "release": ("held", "Delete the documents whose deletion is held."),
    "get": ("get", "Print one document as JSON, such as persona/team/ana."),
    "list": ("list", "List documents."),
    "render": ("render", "Print the messages of a prompt, or its request for a model."),
    "search": ("search", "Find documents by their words, best first."),
    "query": ("query", "Ask the database with SQL."),
    "tags": ("tags", "List the tags that documents have, most used first."),
    "changes": ("changes", "Print the changes of documents, the newest last."),
    "problems": ("problems", "List what is wrong with files, errors first, and since when."),
    "export": ("export", "Write documents to a file, as they are in one moment."),
    "types": ("types", "Print the documents as types, for editors and type checkers."),
    "backup": ("backup", "Copy the database to FILE, also while a daemon runs."),
    "restore": ("backup", "Put the backup FILE in the place of the database."),
    "token": ("token", "Print the token that programs send to read documents over TCP."),
    "doctor": ("doctor", "Look at all that docsync needs, and say what to do."),
    "config": ("config", "Look at the configuration."),
    "schema": ("schema", "Print a JSON Schema, for editors and services."),
    "completion": ("completion", "Print the completion script for SHELL."),
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
        module = import_module(f"docsync.cli.command.{COMMANDS[cmd_name][0]}")
        found: object = getattr(module, f"{cmd_name}_command")
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of all commands in the help, for which none of them is imported."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

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
