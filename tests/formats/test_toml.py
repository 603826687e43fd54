"""TOML files as documents."""

import json

import pytest

from docsync.formats import parse
from docsync.formats.limits import LIMITS
from docsync.model import Problem


def content(text: str) -> dict[str, object]:
    parsed = parse("toml", "personas/ada.toml", text.encode())
    assert parsed.content, parsed.problems
    document = json.loads(parsed.content.document)
    assert isinstance(document, dict)
    return document


def problem(text: str) -> Problem:
    parsed = parse("toml", "personas/ada.toml", text.encode())
    assert parsed.content is None
    return parsed.problems[0]


def test_a_document_is_named_and_stored_as_json() -> None:
    parsed = parse(
        "toml",
        "personas/ada.toml",
        b'name = "Ada"\ntags = ["a"]\n[needs]\nfirst = "tea"\nages = [1, 2.5, true]\n',
    )

    assert parsed.problems == ()
    assert parsed.content
    assert (parsed.content.name, parsed.content.tags, parsed.content.text) == ("Ada", ("a",), "Ada\na\ntea")
    assert (
        parsed.content.document == '{"name":"Ada","tags":["a"],"needs":{"first":"tea","ages":[1,2.5,true]}}'
    )


def test_dates_become_text() -> None:
    found = content("a = 1979-05-27T07:32:00Z\nb = 1979-05-27\nc = 07:32:00\n")

    assert found == {"a": "1979-05-27T07:32:00+00:00", "b": "1979-05-27", "c": "07:32:00"}


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a = 1\nb = = 2\n", "toml-syntax", 2, 5),
        ("a = 1\r\nb = = 2\r\n", "toml-syntax", 2, 5),
        ("a = [1,\n", "toml-syntax", 2, 1),
        ("a = 1\na = 2\n", "toml-syntax", 2, 6),
        ('x = 1\na = "\\u0000"\n', "nul", 2, 6),
        ("x = 1\na = " + "1" * 5000, "toml-number", 2, 5),
        ("a = inf", "toml-number", None, None),
        ("a = " + "[" * 20_000, "too-deep", 1, 1),
        (".".join(["a"] * 30_000) + " = 1", "too-deep", 1, 1),
        ("a = " + "[" * 100 + "]" * 100, "too-deep", 1, 1),
        ("#" * (LIMITS.front_matter_bytes + 1), "too-large", 1, LIMITS.front_matter_bytes + 1),
    ],
)
def test_what_cannot_be_taken_says_why_and_where(
    text: str, code: str, line: int | None, column: int | None
) -> None:
    found = problem(text)

    assert (found.code, found.line, found.column) == (code, line, column)


def test_a_number_without_json_form_names_its_key() -> None:
    assert problem("[model]\ntemperature = [0.1, nan]").json_path == "model.temperature.1"


def test_nesting_up_to_the_limit_is_fine() -> None:
    assert content("a = " + "[" * (LIMITS.max_depth - 1) + "]" * (LIMITS.max_depth - 1))
    assert content("a = '" + "a." * 200 + "'")


def test_an_integer_beyond_64_bits_is_kept_with_a_warning() -> None:
    parsed = parse("toml", "p/a.toml", b"a = 9223372036854775808\nb = 9223372036854775807")

    assert [(p.code, p.json_path) for p in parsed.problems] == [("big-int", "a")]
    assert parsed.content
    assert parsed.content.document == '{"a":9223372036854775808,"b":9223372036854775807}'
