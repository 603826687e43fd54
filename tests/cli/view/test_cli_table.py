"""Tables for people and lines for programs."""

import pytest
from rich.text import Text

from docsync.cli.view import table as module
from docsync.cli.view.table import MarkedText, table

HEADING = ("ID", "NAME")


def drawn(*rows: tuple[str | MarkedText, ...], heading: tuple[str, ...] = HEADING) -> list[str]:
    """What a person sees, without its styles."""
    return [Text.from_ansi(line).plain.rstrip() for line in table(rows, heading, to_terminal=True)]


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_a_program_gets_a_line_for_each_row_and_no_heading() -> None:
    assert list(table([("a", "b"), ("c", "")], HEADING, to_terminal=False)) == ["a\tb", "c\t"]


def test_what_was_searched_for_is_in_brackets_for_programs_and_in_color_for_people() -> None:
    cell = MarkedText("one invoice, two invoices", ((4, 11), (17, 24)))

    (line,) = table([("a", cell)], HEADING, to_terminal=False)
    _, shown = table([("a", cell)], HEADING, to_terminal=True)

    assert line == "a\tone [invoice], two [invoice]s"
    assert shown.count("\x1b[1;33minvoice\x1b[0m") == 2


def test_no_character_of_a_cell_steers_a_terminal_or_breaks_a_line() -> None:
    cell = "a\x1b[2J\t\r\n\x85\u202eb"
    rows = [(cell, MarkedText(cell, ((0, 1),)))]

    (line,) = table(rows, HEADING, to_terminal=False)
    seen = "".join(drawn(*rows))

    assert line == r"a\x1b[2J\x09\x0d\x0a\x85\u202eb" + "\t" + r"[a]\x1b[2J\x09\x0d\x0a\x85\u202eb"
    assert seen.isprintable()
    assert seen.count(r"a\x1b[2J") == 2


def test_markup_is_text() -> None:
    assert drawn(("[bold]x[/bold]", "[/]"), heading=("[red]a", "b")) == [
        "[red]a          b",
        "[bold]x[/bold]  [/]",
    ]


def test_a_cell_that_is_too_wide_goes_on_below_and_nothing_is_lost() -> None:
    name = "abcdefghij" * 12

    _, *lines = drawn(("persona/ada", name))

    assert lines[0].startswith("persona/ada  ")
    assert "".join(line.removeprefix("persona/ada").strip() for line in lines) == name


def test_the_first_column_and_short_ones_are_not_folded_while_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    id_, time = "persona/customers/a-name-of-forty-letters", "2026-11-21T10:04:36.490Z"
    row = (id_, "A name in some words " * 2, "personas/customers/a-name-of-forty-letters.json", time)

    monkeypatch.setenv("COLUMNS", "110")
    _, wide, *_ = drawn(row, heading=("ID", "NAME", "FILE", "CHANGED"))

    assert wide.startswith(f"{id_}  ")
    assert wide.endswith(f"  {time}")


def test_a_long_table_begins_anew_so_that_its_first_rows_are_seen_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_ROWS_AT_ONCE", 2)

    assert drawn(("a", "b"), ("c", "d"), ("e", "f")) == ["ID  NAME", "a   b", "c   d", "ID  NAME", "e   f"]


def test_no_rows_are_no_table() -> None:
    assert drawn() == []


def test_in_a_narrow_terminal_each_cell_has_a_line_of_its_own_and_no_word_is_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    matched = MarkedText("late invoice of a customer who called twice", ((5, 12),))
    row = ("persona/customers/the-bursar-of-a-care-home", matched, "today 12:19")

    lines = drawn(row, row, heading=("ID", "MATCH", "CHANGED"))

    record = [
        "ID       persona/customers/the-bursar-of-a-care-home",
        "MATCH    late invoice of a customer who",
        "         called twice",
        "CHANGED  today 12:19",
    ]
    assert lines == [*record, "", *record]
    (styled,) = [
        line for line in table([row], ("ID", "MATCH", "CHANGED"), to_terminal=True) if "invoice" in line
    ]
    assert "\x1b[1;33minvoice\x1b[0m" in styled


def test_a_table_that_fits_into_a_narrow_terminal_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")

    assert drawn(("a", "b")) == ["ID  NAME", "a   b"]


def test_a_column_is_left_out_where_nothing_stands_in_it_or_where_there_is_no_room() -> None:
    heading, short, long = ("ID", "STATE", "FILE"), ("a", "", "a.json"), ("b", "held", "b" * 80)

    def first(*rows: tuple[str, ...]) -> list[str]:
        lines = table(rows, heading, to_terminal=True, if_any="STATE", if_room=["FILE"])
        return Text.from_ansi(next(lines)).plain.split()

    assert first(short) == ["ID", "FILE"]
    assert first(long) == ["ID", "STATE"]
    assert first(short, (*long[:2], "b.json")) == ["ID", "STATE", "FILE"]
