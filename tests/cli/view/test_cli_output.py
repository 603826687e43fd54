"""Colors, streams, and JSON that no terminal can be hurt with."""

import json
import re

import pytest

from docsync.cli.view.output import as_text, wants_color
from tests.cli.conftest import Shell


@pytest.mark.parametrize(
    ("choice", "environ", "is_terminal", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_the_flag_wins_over_no_color_and_that_over_force_color(
    choice: str, environ: dict[str, str], is_terminal: bool, expected: bool
) -> None:
    assert wants_color(choice, environ, is_terminal=is_terminal) is expected


def test_a_process_honours_force_color_and_no_color(shell: Shell) -> None:
    shell.write("personas/broken.json", "{")

    assert "\x1b[" not in shell.spawn("check").out
    assert "\x1b[" in shell.spawn("check", FORCE_COLOR="1").out
    assert "\x1b[" not in shell.spawn("check", FORCE_COLOR="1", NO_COLOR="1").out


def test_json_escapes_what_would_steer_a_terminal_and_keeps_its_meaning() -> None:
    value = {"text": "naïve \x1b \x7f \x9b \u202e \ud800 \u2028"}

    text = as_text(value)

    assert json.loads(text) == value
    assert "naïve" in text
    assert not {"\x1b", "\x7f", "\x9b", "\u202e", "\ud800", "\u2028"} & set(text)


def test_an_error_names_the_program_on_every_line(shell: Shell) -> None:
    answer = shell("status", "--color", "never")

    assert answer.err.startswith("docsync: ")
    assert answer.err.count("\n") == 1


def test_a_person_at_a_terminal_gets_a_table_in_color(filled: Shell) -> None:
    filled("sync")
    answer = filled.at_terminal("list")

    first, *rows = answer.out.splitlines()
    assert first.startswith("\x1b[1mID ")
    assert "STATE" not in first
    assert all(" today " in row and len(row) <= 80 for row in rows)
    assert [row.split()[0] for row in rows] == [
        "persona/ada",
        "persona/grace",
        "prompt_template/greet",
    ]


def test_a_person_is_told_the_states_where_one_is_not_ok(filled: Shell) -> None:
    filled("sync")
    filled.write("personas/ada.json", "{")
    filled("sync")

    lines = filled.at_terminal("list").out.splitlines()

    assert "STATE" in lines[0]
    assert [" stale" in line for line in lines[1:]] == [True, False, False]


def test_times_are_short_and_local_to_people_and_of_one_form_to_programs(filled: Shell) -> None:
    filled.write("personas/broken.json", "{")
    filled("sync")
    commands = (["problems"], ["changes"], ["sync"])

    to_people = [filled.at_terminal(*command).out for command in commands]
    to_programs = [filled(*command).out for command in commands]

    for shown in to_people:
        assert re.search(r"\btoday \d\d:\d\d\b", shown)
        assert not re.search(r"\d{4}-\d\d-\d\d", shown)
    for printed in to_programs:
        assert re.search(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", printed)
