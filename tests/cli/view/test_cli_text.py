"""Problems as compilers print them, and tables."""

from datetime import datetime, timedelta, timezone

import pytest
from click import unstyle

from docsync.cli.view.text import align_columns, count_noun, format_short_time, problem_lines
from docsync.model import Note, Problem, Severity


def lines(problem: Problem, since: str | None = None) -> list[str]:
    return [unstyle(line) for line in problem_lines(problem, since)]


def test_a_problem_has_its_place_and_its_code() -> None:
    assert lines(Problem("a.json", "json-syntax", "no comma", line=3, column=7)) == [
        "a.json:3:7: error[json-syntax]: no comma"
    ]


def test_hint_and_notes_are_indented_below() -> None:
    problem = Problem("a.json", "x", "m", Severity.WARNING, 1, 2, hint="try", notes=(Note("here", 5, 6),))

    assert lines(problem) == ["a.json:1:2: warning[x]: m", "  hint: try", "  a.json:5:6: note: here"]


def test_a_problem_without_a_place_has_none() -> None:
    assert lines(Problem("a.json", "x", "m"), since="2026-11-21") == [
        "a.json: error[x]: m (since 2026-11-21)"
    ]


def test_what_a_file_holds_cannot_steer_the_terminal() -> None:
    problem = Problem("a.json", "x", "bad \x1b[2J", hint="h\nh", notes=(Note("n\x07", 1, 1),))

    assert not [line for line in lines(problem) if not line.isprintable()]


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    rows = [("a", "bbb", "c"), ("aaaa", "b", "")]

    assert [unstyle(line) for line in align_columns(rows, heading=("X", "Y", "Z"))] == [
        "X     Y    Z",
        "a     bbb  c",
        "aaaa  b",
    ]


def test_a_long_table_is_aligned_piece_by_piece() -> None:
    rows = [("a", "b")] * 1_000 + [("long", "b")]

    assert {len(line) for line in align_columns(rows[:1_000])} == {4}
    assert [*align_columns(rows)][999:] == ["a  b", "long  b"]


def test_no_rows_make_no_table() -> None:
    assert list(align_columns([])) == []


def test_one_is_singular() -> None:
    assert [count_noun(number, "file") for number in (0, 1, 2)] == ["0 files", "1 file", "2 files"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-28T16:14:59.999Z", "today 17:14"),
        ("2026-11-28T23:30:00.000Z", "29 Nov 00:30"),
        ("2026-01-02T03:04:05.000Z", "2 Jan 04:04"),
        ("2025-12-31T22:59:00.000Z", "31 Dec 2025"),
        ("some day", "some day"),
    ],
)
def test_a_time_for_people_is_local_and_short(at: str, expected: str) -> None:
    now = datetime(2026, 11, 28, 18, 0, tzinfo=timezone(timedelta(hours=1)))
    assert format_short_time(at, now) == expected
