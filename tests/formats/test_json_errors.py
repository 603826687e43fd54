"""What people read when a file is not JSON."""

from json import JSONDecodeError

import pytest

from docsync.formats import parse
from docsync.formats.json_errors import explain_json_error
from docsync.formats.source import SourceText
from docsync.model import Problem


def problem(text: str) -> Problem:
    parsed = parse("json", "personas/ada.json", text.encode())
    assert parsed.content is None
    assert len(parsed.problems) == 1
    return parsed.problems[0]


# The mark ^ is where the problem must point to; it is not part of the text.
@pytest.mark.parametrize(
    ("marked", "message", "hint"),
    [
        ('{"a":[1^,]}', "trailing comma before ']'", "remove the comma"),
        ('{"a":1^,\n}', "trailing comma before '}'", "remove the comma"),
        ('{"a":[1,^,2]}', "nothing before this ','", "remove the comma"),
        ('{^,"a":1}', "nothing before this ','", "remove the comma"),
        ('{"a":1^\n "b":2}', "missing ',' after this value", None),
        ('{"a":{}^"b":2}', "missing ',' after this value", None),
        ('["a"^ true]', "missing ',' after this value", None),
        ("[1^ 2]", "missing ',' after this value", None),
        ('{"a":"say "^hi" now"}', "got 'h'", "a double quote inside text"),
        ('{"a":"it is "^true" now"}', "got 't'", "a double quote inside text"),
        ('{"a "^b" c":1}', "got 'b'", "a double quote inside text"),
        ("{^'a':1}", "double quotes, not '", "use the plain"),
        ('{"a":^“x”}', "double quotes, not “", "use the plain"),
        ('{"a":1,^// x\n"b":2}', "no comments", "remove the comment"),
        ('{"a":^/* x */1}', "no comments", "remove the comment"),
        ('{"a":1} ^# x', "no comments", "remove the comment"),
        ('{"a":^True}', "True is not a JSON value", "write true"),
        ('{"a":^None}', "None is not a JSON value", "write null"),
        ('{"a":^undefined}', "undefined is not a JSON value", "write null"),
        ('{"a":^FALSE}', "FALSE is not a JSON value", "write false"),
        ('{"a":^Ada}', "Ada is not a JSON value", "write text in double quotes"),
        ("{^a:1}", "a key must be written in double quotes", None),
        ("{^1:1}", "a key must be written in double quotes", None),
        ('{"a":"C:^\\docs"}', "'\\d' is not an escape", "write a backslash as \\\\"),
        ('{"a":"^\\u12G4"}', "four hexadecimal digits", "write a backslash as \\\\"),
        ('{"a":"x^\ny"}', "line break inside quoted text", "write it as \\n"),
        ('{"a":"x^\r\ny"}', "line break inside quoted text", "write it as \\n"),
        ('{"a":"x^\ty"}', "tab inside quoted text", "write it as \\t"),
        ('{"a":"x^\x07y"}', "control character U+0007 inside quoted text", "write it as \\u0007"),
        ('{"a":0^7}', "got '7'", "does not start with 0"),
        ('{"a":0^x1F}', "got 'x'", "numbers are written like"),
        ('{"a":1^.}', "got '.'", "numbers are written like"),
        ('{"a":^+1}', "does not start with '+'", "numbers are written like"),
        ('{"a":^.5}', "does not start with '.'", "numbers are written like"),
        ('{"a":^}', "a value is missing before '}'", None),
        ('{^"a"}', "", None),
        ('{"a"^ 1}', "", None),
        ('["a"^:1]', "unexpected ':'", "only an object"),
        ('{"a":1^]', "']' does not match", None),
        ('{"a":1^;}', "expected ',' or a closing bracket, got ';'", None),
        ('{"a":^;}', "expected a value, got ';'", None),
        ('{"a":^\u00a01}', "U+00A0 is not a space", "plain space"),
        ('{"a":1}\n^{"b":2}', "after the end", "one JSON object per file"),
        ('{"a":1}^}', "after the end", "one JSON object per file"),
    ],
)
def test_a_mistake_is_named_at_its_place(marked: str, message: str, hint: str | None) -> None:
    at = marked.index("^")
    before = marked[:at].replace("\r\n", "\n")

    found = problem(marked.replace("^", "", 1))

    if message:
        assert message in found.message
        assert (found.line, found.column) == (before.count("\n") + 1, at - marked.rfind("\n", 0, at))
    assert found.code == "json-syntax"
    assert hint in (found.hint or "") if hint else not found.hint


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [('{"a"}', "this key has no value", 4), ('{"a" 1}', "expected ':' after the key, got '1'", 6)],
)
def test_a_key_without_its_colon_is_named(text: str, message: str, column: int) -> None:
    assert (problem(text).message, problem(text).column) == (message, column)


def test_a_missing_comma_shows_where_the_next_item_starts() -> None:
    found = problem('{"a": 1\n  "b": 2}')

    assert [(note.message, note.line, note.column) for note in found.notes] == [
        ("next item starts here", 2, 3)
    ]


WHOLE = '{"name": "Ada \\u00e9", "n": -1.5e3, "t": [true, false, null, {"x": []}]}'


@pytest.mark.parametrize("length", range(1, len(WHOLE)))
def test_every_beginning_of_a_file_is_truncated_at_its_end(length: int) -> None:
    found = problem(WHOLE[:length])

    assert (found.code, found.line, found.column) == ("json-truncated", 1, length + 1)


def test_text_that_is_cut_shows_where_it_was_opened() -> None:
    assert [note.column for note in problem('{"a": "half').notes] == [7]


def test_blank_lines_after_a_cut_file_belong_to_it() -> None:
    found = problem('{"a": 1,\n\n')

    assert (found.code, found.line, found.column) == ("json-truncated", 3, 1)


def test_a_syntax_error_wins_over_what_is_odd_before_it() -> None:
    assert problem('{"a": NaN, "b": 12345678901234567890, "c": tru e}').code == "json-syntax"


def test_a_file_that_ends_in_a_backslash_is_truncated_whatever_stood_before() -> None:
    assert problem('{"a": 99999999999999999999, "b": "x\\').code == "json-truncated"


def test_a_comma_that_newer_pythons_point_to_is_found_too() -> None:
    text = '{"a": 1 , }'
    error = JSONDecodeError("Illegal trailing comma before end of object", text, text.index(","))

    assert explain_json_error(SourceText("p", text), error).message == "trailing comma before '}'"
    assert explain_json_error(SourceText("p", text), error).column == 9
