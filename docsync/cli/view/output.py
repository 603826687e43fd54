"""What is printed, where, and in which colors: answers on stdout, everything else on stderr.

Decides no words.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import IO, TYPE_CHECKING, TypeVar

import click

from docsync.names import compile_invisible, to_visible

if TYPE_CHECKING:
    from docsync.admin.http.json_body import Json

T = TypeVar("T")

COLORS = ("auto", "always", "never")

# JSON escapes what is below U+0020 by itself. These, too, would reach the terminal as commands or turn text
# around; in JSON they can only stand inside a string.
_UNPRINTABLE = "\x7f-\x9f\ud800-\udfff"
# All below U+0020, except tabs and line ends.
_STEERING = "\x00-\x08\x0b\x0c\x0e-\x1f"
_CODE = "(?:0|1|2|22|3[0-79]|9[0-7])"  # of bold, dim and colors; a table joins two of them
_KEPT = rf"(\x1b\[{_CODE}(?:;{_CODE})?m|[\n\t]|\r\n)"


class Output:
    """The two streams of one command."""

    def __init__(self, environ: Mapping[str, str], *, as_json: bool, quiet: bool, color: str) -> None:
        self._environ = environ
        self._as_json = as_json
        self._quiet = quiet
        self._color = color

    @property
    def to_terminal(self) -> bool:
        """True when a person reads the answer."""
        return sys.stdout.isatty()

    def time(self, at: str) -> str:
        """The time *at* (ISO 8601) as it is printed: short and local to people, unchanged to programs."""
        from docsync.cli.view.text import format_short_time

        return format_short_time(at, datetime.now().astimezone()) if self.to_terminal else at

    def answer(self, value: object, lines: Iterable[str]) -> None:
        """What the command was called for: *value* with --json, otherwise *lines*."""
        for line in [json_text(value)] if self._as_json else lines:
            self._print(line, sys.stdout)

    def event(self, value: object, line: str) -> None:
        """One of many answers, as they come: with --json an object on a line of its own."""
        from docsync.admin.http.json_body import to_json

        text = as_text(to_json(value), indent=None) if self._as_json else line
        self._print(text, sys.stdout)

    def file(self, chunks: Iterable[str]) -> None:
        """The content of a file: byte for byte in UTF-8, but on a terminal without control characters."""
        if self.to_terminal:
            steering = r"\r(?!\n)|" + compile_invisible(_STEERING + _UNPRINTABLE).pattern
            for chunk in chunks:
                click.echo(re.sub(steering, _escape, chunk), nl=False, color=self._colors(sys.stdout))
            return
        for chunk in chunks:
            click.echo(chunk.encode("utf-8", "backslashreplace"), nl=False)

    def remark(self, text: str) -> None:
        """Something beside the answer, for people only."""
        if not self._quiet and not self._as_json:
            self._print(text, sys.stderr)

    def failure(self, value: object, message: str) -> None:
        """Why the command did not do what it was called for."""
        if self._as_json:
            click.echo(json_text(value))
            return
        for line in message.splitlines():
            click.echo(
                f"{click.style('docsync:', fg='red')} {to_visible(line)}",
                err=True,
                color=self._colors(sys.stderr),
            )

    def shows_progress(self) -> bool:
        """True when a progress bar on stderr is of use."""
        return not self._quiet and not self._as_json and sys.stderr.isatty()

    def _print(self, text: str, stream: IO[str]) -> None:
        """Print *text*: nothing in it but our own styles reaches a terminal as a command."""
        colors = self._colors(stream)
        shown = _escape_all(text if colors else click.unstyle(text))
        click.echo(shown, err=stream is sys.stderr, color=colors)

    def _colors(self, stream: IO[str]) -> bool:
        return wants_color(self._color, self._environ, is_terminal=stream.isatty())


def wants_color(choice: str, environ: Mapping[str, str], *, is_terminal: bool) -> bool:
    """The flag wins over NO_COLOR, and that over FORCE_COLOR; without any of them a terminal has colors."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    return bool(environ.get("FORCE_COLOR")) or (is_terminal and environ.get("TERM") != "dumb")


def json_list(
    head: Mapping[str, object],
    name: str,
    items: Iterable[T],
    tail: Callable[[], Mapping[str, object]] = dict,
    dump: "Callable[[T], str] | None" = None,
) -> Iterator[str]:
    """{**head, name: [*items], **tail} as `Output.answer` prints it, an item at a time.

    *tail* is asked after the last of them. *dump* makes the text of an item, whose lines are indented here.
    """
    yield f"{json_text(head)[:-2]},\n  {json_text(name)}: ["
    between = "\n    "
    for item in items:
        # In JSON a line ends between its parts only.
        yield between + (dump or json_text)(item).replace("\n", "\n    ")
        between = ",\n    "
    end = "" if between == "\n    " else "\n  "
    rest = tail()
    yield f"{end}],{json_text(rest)[1:]}\n" if rest else f"{end}]\n}}\n"


def json_text(value: object) -> str:
    """*value* as `Output.answer` prints it, without a line end."""
    from docsync.admin.http.json_body import to_json

    return as_text(to_json(value))


def as_text(value: "Json", *, indent: int | None = 2) -> str:
    """*value* as JSON for people and programs, safe to show on a terminal."""
    return escape_text(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent))


def escape_text(text: str) -> str:
    """*text*, which is JSON, safe to show on a terminal."""
    if text.isascii() and "\x7f" not in text:
        return text
    return compile_invisible(_UNPRINTABLE).sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1] if ord(found[0]) != 0x7F else "\\u007f"


def _escape_all(text: str) -> str:
    """*text* with escapes for all that is not shown, but for line ends, tabs and our own styles."""
    if (
        text.isascii() and text.replace("\n", "").isprintable()
    ):  # whatever it holds, a blob is as long as that
        return text
    return "".join(
        piece if number % 2 else to_visible(piece) for number, piece in enumerate(re.split(_KEPT, text))
    )
