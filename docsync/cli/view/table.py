"""Answers that are rows: a table for people, tab-separated lines for programs. Prints nothing."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from docsync.names import to_printable

if TYPE_CHECKING:
    from rich.text import Text

# A table is drawn when all of its rows are known, at some 2 000 a second. A long one begins anew after so
# many, so that a person need not wait for its end.
_ROWS_AT_ONCE = 1_000
_GAP = 2
_MAX_SHORT_WIDTH = 24  # a time
_MIN_FOLDED_WIDTH = 20  # at least so wide is a column that is folded
_UNFOLDED_SHARE = 0.75  # of the width, for columns that are not folded
_MIN_TABLE_WIDTH = 75  # in less a table that must be folded breaks words


class MarkedText(NamedTuple):
    """A text and those parts of it (from, to) that were searched for."""

    text: str
    marks: tuple[tuple[int, int], ...]


Cell: TypeAlias = "str | MarkedText"


def table(
    rows: Iterable[Sequence[Cell]],
    heading: Sequence[str],
    *,
    to_terminal: bool,
    if_any: str = "",
    if_room: Sequence[str] = (),
) -> Iterator[str]:
    """*rows* as lines. No character of a cell can break a line or steer the terminal.

    On a terminal the column *if_any* is left out where nothing stands in it, and the first of *if_room* where
    lines would be broken; in a narrow terminal the next ones, too, and where that is not enough, each cell
    has a line of its own.
    """
    if not to_terminal:
        yield from ("\t".join(map(_to_plain, row)) for row in rows)
        return
    waiting = iter(rows)
    while some := list(islice(waiting, _ROWS_AT_ONCE)):
        places = _choose_columns(some, heading, if_any, if_room)
        cells, titles = (
            [[row[place] for place in places] for row in some],
            [heading[place] for place in places],
        )
        draw = _draw_records if _is_too_narrow(cells, titles) else _draw
        yield from draw(cells, titles)


def _to_plain(cell: Cell) -> str:
    return to_printable(cell) if isinstance(cell, str) else to_printable(_bracket_marks(cell))


def _bracket_marks(cell: MarkedText) -> str:
    return "".join(f"[{part}]" if is_mark else part for part, is_mark in _parts(cell))


def _parts(cell: MarkedText) -> Iterator[tuple[str, bool]]:
    """The text cut at its marks, each part with whether it is one."""
    place = 0
    for begin, end in cell.marks:
        yield cell.text[place:begin], False
        yield cell.text[begin:end], True
        place = end
    yield cell.text[place:], False


def _choose_columns(
    rows: Sequence[Sequence[Cell]], heading: Sequence[str], if_any: str, if_room: Sequence[str]
) -> list[int]:
    """The places of the columns that are drawn."""
    from rich.console import Console

    widest, width = _measure_columns(rows, heading), Console().width
    places = [
        place for place, title in enumerate(heading) if title != if_any or any(row[place] for row in rows)
    ]
    for title in if_room if width < _MIN_TABLE_WIDTH else if_room[:1]:
        if _add_widths(widest[place] for place in places) > width:
            places = [place for place in places if heading[place] != title]
    return places


def _add_widths(widths: Iterable[int]) -> int:
    return sum(wide + _GAP for wide in widths) - _GAP


def _is_too_narrow(rows: Sequence[Sequence[Cell]], heading: Sequence[str]) -> bool:
    from rich.console import Console

    width = Console().width
    return width < _MIN_TABLE_WIDTH and _add_widths(_measure_columns(rows, heading)) > width


def _draw_records(rows: Sequence[Sequence[Cell]], heading: Sequence[str]) -> list[str]:
    """A line for each cell, after its title, and an empty one between two rows. Words stay whole."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.text import Text

    console = Console(force_terminal=True, color_system="standard", no_color=False, highlight=False)
    titles = [to_printable(title) for title in heading]
    indent = max(map(len, titles)) + _GAP
    lines: list[Text] = []
    for row in rows:
        lines += [Text()] if lines else []
        for title, cell in zip(titles, row, strict=True):
            text = _style(cell)
            room = max(console.width - indent, *map(cell_len, text.plain.split()), 1)
            for number, part in enumerate(text.wrap(console, room)):
                begin = Text(("" if number else title).ljust(indent), "bold")
                lines.append(Text.assemble(begin, part))
    with console.capture() as captured:
        for line in lines:
            console.print(line, soft_wrap=True)
    return [line.rstrip() for line in captured.get().splitlines()]


def _draw(rows: Sequence[Sequence[Cell]], heading: Sequence[str]) -> list[str]:
    # rich takes longer to load than most commands to run.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # Styled in any case: whether there are colors is decided where it is printed.
    console = Console(force_terminal=True, color_system="standard", no_color=False, highlight=False)
    widest = _measure_columns(rows, heading)
    whole = _choose_unfolded(widest, console.width)
    # Where the terminal is too narrow for that, it breaks lines better than columns of some letters do.
    least = sum(
        _GAP + (wide if place in whole else min(wide, _MIN_FOLDED_WIDTH)) for place, wide in enumerate(widest)
    )
    console.width = max(console.width, least)
    grid = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for place, title in enumerate(heading):
        # Folded and not cut off: what a person cannot see cannot be copied.
        grid.add_column(Text(to_printable(title)), overflow="fold", no_wrap=place in whole)
    for row in rows:
        grid.add_row(*map(_style, row))
    with console.capture() as captured:
        console.print(grid)
    return [line.rstrip() for line in captured.get().splitlines()]


def _measure_columns(rows: Sequence[Sequence[Cell]], heading: Sequence[str]) -> list[int]:
    """How wide each column is that is not folded."""
    from rich.cells import cell_len

    return [max(map(cell_len, map(_to_plain, column))) for column in zip(heading, *rows, strict=True)]


def _choose_unfolded(widest: Sequence[int], width: int) -> set[int]:
    """The columns that are not folded: the first, which is copied, and short ones, while there is room."""
    kept: set[int] = set()
    room = width * _UNFOLDED_SHARE
    for place, wide in enumerate(widest):
        if wide + _GAP <= room and (place == 0 or wide <= _MAX_SHORT_WIDTH):
            kept.add(place)
            room -= wide + _GAP
    return kept


def _style(cell: Cell) -> "Text":
    from rich.text import Text

    if isinstance(cell, str):
        return Text(to_printable(cell))
    return Text.assemble(
        *((to_printable(part), "bold yellow" if is_mark else "") for part, is_mark in _parts(cell))
    )
