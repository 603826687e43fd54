"""Runs one command and turns whatever it raises into a message and an exit code."""

import errno
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from docsync.cli.root import docsync
from docsync.cli.session import Session
from docsync.cli.view.output import Output
from docsync.cli.view.stream import OutputFailed, silence
from docsync.errors import ConfigError, DocsyncError, NotReachable, UsageError
from docsync.names import to_printable

COMPLETE_VARIABLE = "_DOCSYNC_COMPLETE"
_ADVICE: Mapping[int, str] = {
    errno.EROFS: "choose a place on a disk that can be written to",
    errno.ENOSPC: "make room on its disk",
    errno.EDQUOT: "make room on its disk",
    errno.ENAMETOOLONG: "choose a shorter name",
}
_INTERRUPTED = 130
_BUG = 70


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command; returns the exit code. Nothing is raised."""
    session = Session(environ=environ)
    try:
        code = _answer(arguments, session)
        sys.stdout.flush()
    except BrokenPipeError:
        silence()
        return 0
    except OutputFailed as error:
        silence()
        session.json = False  # which would go where nothing goes any more
        return _print_error(error, session.out)
    except KeyboardInterrupt:
        return _INTERRUPTED
    return code


def _answer(arguments: Sequence[str], session: Session) -> int:
    if COMPLETE_VARIABLE in session.environ:
        return _complete(session.environ[COMPLETE_VARIABLE])
    if sys.platform == "win32":
        return _print_error(
            UsageError("docsync needs Linux or macOS; on Windows run it inside WSL 2"), session.out
        )
    code = _invoke(arguments, session)
    # Flags after the mistake were not read, and a script that asked for JSON must get it for this too.
    session.json = session.json or "--json" in arguments
    return code if isinstance(code, int) else _fail(code, session)


def _invoke(arguments: Sequence[str], session: Session) -> int | Exception:
    """The command's exit code, or what it raised."""
    try:
        with docsync.make_context("docsync", list(arguments), obj=session) as context:
            return docsync.invoke(context) or 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except (BrokenPipeError, OutputFailed):
        raise
    except Exception as error:  # noqa: BLE001 - no error of the user: a bug, told in one line
        return error


def _fail(error: Exception, session: Session) -> int:
    match error:
        case click.exceptions.NoArgsIsHelpError() if not session.json:
            click.echo(error.format_message(), err=True)
            return UsageError.exit_code
        case click.ClickException():
            return _print_error(UsageError(_usage(error)), session.out)
        case DocsyncError():
            return _print_error(error, session.out)
        case OSError() if error.filename is not None and error.strerror:
            return _print_error(NotReachable(_describe_denial(error)), session.out)
    if session.verbose or session.environ.get("DOCSYNC_TRACEBACK") == "1":
        import traceback

        traceback.print_exception(error)
    return _print_error(DocsyncError(_bug(error)), session.out)


def _describe_denial(error: OSError) -> str:
    """What the system refused, and how a person can mend it."""
    advice = _ADVICE.get(error.errno or 0)
    if isinstance(error, PermissionError):
        advice = _describe_owner(error)
    said = (error.strerror or "").lower()
    return f"{to_printable(str(error.filename))}: {said}{f'; {advice}' if advice else ''}"


def _describe_owner(error: PermissionError) -> str:
    from docsync.cli.denial import describe_owner

    return describe_owner(Path(os.fsdecode(error.filename)))


def _print_error(error: DocsyncError, out: Output) -> int:
    from docsync.cli.view.text import mistake_lines  # seldom needed, and `docsync get` must start at once
    from docsync.render.error import RenderError

    mistakes = {"mistakes": list(error.mistakes)} if isinstance(error, ConfigError | RenderError) else {}
    message = str(error)
    if isinstance(refused := error.__cause__, PermissionError) and refused.filename and "; " not in message:
        message = f"{message}; {_describe_owner(refused)}"
    text = "\n".join(mistake_lines(error.mistakes)) if isinstance(error, RenderError) else message
    out.failure({"error": {"message": message, "exit_code": error.exit_code, **mistakes}}, text)
    return error.exit_code


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{_mistake(error)} See: {context.command_path if context else 'docsync'} --help"


def _mistake(error: click.ClickException) -> str:
    """What click says of *error*, but for a missing argument with choices, for which click draws a list."""
    missing = error.param if isinstance(error, click.MissingParameter) else None
    if missing and isinstance(missing.type, click.Choice):
        *others, last = missing.type.choices
        return f"Name a {missing.name}: {', '.join(others)} or {last}."
    return error.format_message()


def _bug(error: Exception) -> str:
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    where = f"{os.path.basename(frame.tb_frame.f_code.co_filename)}:{frame.tb_lineno}" if frame else "?"  # noqa: PTH119
    text = f"{type(error).__name__}: {error}".splitlines()[0]
    return (
        f"this is a bug in docsync: {text} ({where}); please report it with the output of DOCSYNC_TRACEBACK=1"
    )


def _complete(instruction: str) -> int:
    from click.shell_completion import shell_complete

    return shell_complete(docsync, {}, "docsync", COMPLETE_VARIABLE, instruction)
