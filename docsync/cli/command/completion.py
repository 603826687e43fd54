"""`docsync completion`: prints the script that completes commands and flags in a shell. Installs nothing."""

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.session import Session


@command
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@pass_session
def completion_command(session: Session, shell: str) -> int:
    """Print the completion script for SHELL.

    For bash, add this to ~/.bashrc: eval "$(docsync completion bash)"
    """
    from click.shell_completion import get_completion_class

    from docsync.cli.command_line import COMPLETE_VARIABLE
    from docsync.cli.root import docsync

    complete = get_completion_class(shell)
    assert complete is not None
    script = complete(docsync, {}, "docsync", COMPLETE_VARIABLE).source()
    session.out.answer({"shell": shell, "script": script}, [script])
    return 0
