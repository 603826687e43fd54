"""What is said of YAML that cannot be read, with libyaml and without."""

import pytest
import yaml

from docsync.formats import yaml_reader
from docsync.formats.source import FileRefused, SourceText
from docsync.formats.yaml_reader import read_yaml
from docsync.model import Problem

CASES = [
    ("a: @b", 1, 4, "'@' cannot start a value"),
    ("a: `b`", 1, 4, "'`' cannot start a value"),
    ("a:\n\tb: 1", 2, 1, "tab used for indentation"),
    ("a: b: c", 1, 5, "unexpected ':' inside a value"),
    ("a: [b, c\nd: e", 2, 2, "expected ',' or ']'"),
    ("a: {b: 1\nc: {d", 2, 2, "expected ',' or '}'"),
    ('a: "b\nc: d\n', 1, 4, "quoted text is never closed"),
    ("a: 'b\n--- \n", 1, 4, "quoted text is never closed"),
    ("a: 1\nword\nb: 2\n", 2, 1, "expected ':' after this key"),
    ("a: 1\n  b: 2", 2, 4, "unexpected ':' inside a value"),
    ("a:\n    b: 1\n  c: 2\n", 3, 3, "expected a key"),
    ("- a\nb: 1\n", 2, 1, "expected a list item"),
    ('a: "\\q"', 1, 5, "unknown escape"),
    ('a: "\\xzz"', 1, 7, "not a valid escape"),
    ("a: !h!b c", 1, 4, "the tag's handle is not declared"),
    ("a: ]", 1, 4, "expected a value"),
    ("{a: 1} b", 1, 8, "unexpected text after the end of the YAML"),
    ("a: - b", 1, 4, "a list item is not allowed here"),
    ("a: ? b", 1, 4, "a key is not allowed here"),
    ("a: \x07b", 1, 4, "control character U+0007 is not allowed"),
    ("%YAML 3.0\n--- a", 1, 1, "found incompatible YAML document"),
]


def refused(text: str) -> Problem:
    with pytest.raises(FileRefused) as caught:
        read_yaml(SourceText("a.yaml", text), 0, len(text))
    return caught.value.problems[0]


@pytest.mark.parametrize(("text", "line", "column", "message"), CASES)
def test_an_error_says_where_and_what_in_plain_words(text: str, line: int, column: int, message: str) -> None:
    problem = refused(text)

    assert (problem.line, problem.column) == (line, column), problem.message
    assert problem.message.startswith(message)
    assert problem.code == ("yaml-tag" if "handle" in message else "yaml-syntax")


@pytest.mark.parametrize("text", [case[0] for case in CASES])
def test_the_pure_loader_refuses_the_same_in_words_of_ours(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_reader, "_Loader", yaml.SafeLoader)

    assert refused(text).code.startswith("yaml-")


def test_what_was_opened_is_pointed_at() -> None:
    assert [(note.message, note.line, note.column) for note in refused("a: [b\nc: d\n").notes] == [
        ("list opened here", 1, 4)
    ]


def test_an_error_in_part_of_a_file_is_placed_in_the_file() -> None:
    text = "\n\n---\na: [\n---\n"

    with pytest.raises(FileRefused) as caught:
        read_yaml(SourceText("a", text), 6, 11)

    assert caught.value.problems[0].line == 5


def test_the_hint_quotes_the_rest_of_the_line() -> None:
    assert refused("a: @b c\nd: e").hint == 'quote the value: "@b c"'
