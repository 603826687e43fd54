"""The log: JSON lines or readable ones, and nothing in them that a file could use to steer a terminal."""

import io
import json
from typing import Any

import pytest

from docsync.log import open_log

HOSTILE = "a\nb\x1b[31m\u202e\x7f\x9b\udcff"


class Terminal(io.StringIO):
    """What pretends to be a terminal."""

    def isatty(self) -> bool:
        return True


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_event_level_and_time() -> None:
    stream = io.StringIO()
    open_log(stream, "json", "info").info("sync.finished", revision=7, seconds=0.5, name="ä")
    ((line),) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "sync.finished", "level": "info", "revision": 7, "seconds": 0.5, "name": "ä"}
    assert "ä" in stream.getvalue()


@pytest.mark.parametrize(
    ("level", "events"),
    [("debug", ["d", "i", "w", "e"]), ("info", ["i", "w", "e"]), ("warning", ["w", "e"]), ("error", ["e"])],
)
def test_a_level_silences_what_is_below_it(level: str, events: list[str]) -> None:
    stream = io.StringIO()
    log = open_log(stream, "json", level)
    log.debug("d")
    log.info("i")
    log.warning("w")
    log.error("e")
    assert [line["event"] for line in lines(stream)] == events


@pytest.mark.parametrize("format_name", ["json", "console", "auto"])
def test_nothing_that_a_file_holds_begins_a_line_or_steers_the_terminal(format_name: str) -> None:
    stream = io.StringIO()
    open_log(stream, format_name, "info").warning(
        "problem.appeared", at=HOSTILE, message=HOSTILE, changed=[HOSTILE]
    )
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert all(character.isprintable() for character in text.removesuffix("\n"))
    text.encode("utf-8")
    assert "\\x1b[31m" in text


def test_the_value_that_was_logged_can_be_read_back_escaped() -> None:
    stream = io.StringIO()
    open_log(stream, "json", "info").info("x", at="new\nline")
    assert lines(stream)[0]["at"] == "new\\x0aline"


def test_a_list_is_a_list_for_programs_and_words_with_commas_for_people() -> None:
    json_stream, console = io.StringIO(), io.StringIO()
    open_log(json_stream, "json", "info").info("x", changed=["a.json", "b.json"])
    open_log(console, "console", "info").info("x", changed=["a.json", "b.json"])
    assert lines(json_stream)[0]["changed"] == ["a.json", "b.json"]
    assert "changed='a.json, b.json'" in console.getvalue()


def test_auto_is_readable_with_colors_on_a_terminal() -> None:
    stream = Terminal()
    open_log(stream, "auto", "info").info("sync.finished", revision=7)
    assert "\x1b[" in stream.getvalue()
    assert "sync.finished" in stream.getvalue()


def test_auto_is_json_elsewhere() -> None:
    stream = io.StringIO()
    open_log(stream, "auto", "info").info("x")
    assert lines(stream)[0]["event"] == "x"


def test_json_stays_json_on_a_terminal() -> None:
    stream = Terminal()
    open_log(stream, "json", "info").info("x")
    assert lines(stream)[0]["event"] == "x"


def test_console_has_no_colors_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    open_log(stream, "console", "info").info("x", a=1)
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize("format_name", ["json", "console"])
def test_an_error_that_quotes_a_file_is_written_with_its_traceback(format_name: str) -> None:
    stream = io.StringIO()
    log = open_log(stream, format_name, "info")
    try:
        int(HOSTILE)
    except ValueError as error:
        error.args = (HOSTILE,)
        log.exception("bug")
    text = stream.getvalue()
    assert "ValueError" in text
    text.encode("utf-8")
    assert "\x1b" not in text


def test_plain_words_are_for_people_in_place_of_values_and_values_for_programs() -> None:
    people, programs = io.StringIO(), io.StringIO()

    for stream, form in ((people, "console"), (programs, "json")):
        open_log(stream, form, "info").info("sync.finished", upserted=43, plain="43 files in 0.1 s")

    assert people.getvalue().rstrip().endswith("] sync.finished      43 files in 0.1 s")
    assert "upserted" not in people.getvalue()
    line = json.loads(programs.getvalue())
    assert (line["upserted"], "plain" in line) == (43, False)
