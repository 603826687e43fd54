"""The words and lines that several commands share: problems, tables, counts. Prints nothing."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

import click

from docsync.names import to_printable

if TYPE_CHECKING:
    from docsync.model import Problem
    from docsync.render.error import Mistake

_ROWS_AT_ONCE = 1_000


def problem_lines(problem: "Problem", since: str | None = None) -> Iterator[str]:
    """*problem* as compilers print one, with its hint and notes below."""
    is_error = problem.severity.value == "error"
    label = click.style(f"{problem.severity.value}[{problem.code}]:", fg="red" if is_error else "yellow")
    place = click.style(f"{_place(problem.path, problem.line, problem.column)}:", bold=True)
    yield f"{place} {label} {to_printable(problem.message)}{f' (since {since})' if since else ''}"
    if problem.hint:
        yield f"  {click.style('hint:', fg='cyan')} {to_printable(problem.hint)}"
    for note in problem.notes:
        place = _place(problem.path, note.line, note.column)
        yield f"  {place}: {click.style('note:', fg='cyan')} {to_printable(note.message)}"


def mistake_lines(mistakes: "Iterable[Mistake]") -> Iterator[str]:
    """Each of *mistakes* in a prompt, with its place and its hint."""
    for mistake in mistakes:
        yield str(mistake)
        if mistake.hint:
            yield f"  hint: {mistake.hint}"


def _place(path: str, line: int | None, column: int | None) -> str:
    return ":".join([to_printable(path), *(str(number) for number in (line, column) if number is not None)])


def count_noun(number: int, noun: str) -> str:
    """*number* and *noun*, in the plural where it must be."""
    return f"{number} {noun if number == 1 else noun + 's'}"


def format_short_time(at: str, now: datetime) -> str:
    """The time *at* (ISO 8601) for a person who reads it at *now*: in its zone, as short as it can be."""
    try:
        local = datetime.fromisoformat(at).astimezone(now.tzinfo)
    except (ValueError, OverflowError):  # not written by docsync
        return at
    if local.date() == now.date():
        return f"today {local:%H:%M}"
    return f"{local:%-d %b %H:%M}" if local.year == now.year else f"{local:%-d %b %Y}"


def align_columns(rows: Iterable[Sequence[str]], *, heading: Sequence[str] = ()) -> Iterator[str]:
    """*rows* as a table of columns two blanks apart; a long one is aligned anew after a thousand rows."""
    waiting = iter(rows)
    while some := list(islice(waiting, _ROWS_AT_ONCE)):
        cells = [[to_printable(cell) for cell in row] for row in some]
        titles = [heading] if heading else []
        widths = [max(map(len, column)) for column in zip(*cells, *titles, strict=True)]
        yield from (click.style(_row(title, widths), bold=True) for title in titles)
        yield from (_row(row, widths) for row in cells)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
