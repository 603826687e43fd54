"""YAML collections: one mapping a file."""

import json

import pytest

from docsync.formats import get_format, parse


def test_a_mapping_is_stored_as_written() -> None:
    parsed = parse("yaml", "notes/ada.yaml", b"name: Ada\ntags: [x, y]\nborn: 1815-12-10\n")

    assert parsed.content
    assert parsed.content.name == "Ada"
    assert parsed.content.tags == ("x", "y")
    assert json.loads(parsed.content.document) == {"name": "Ada", "tags": ["x", "y"], "born": "1815-12-10"}
    assert parsed.content.text == "Ada\nx\ny\n1815-12-10"


@pytest.mark.parametrize("text", [b"- a\n", b"word\n", b"null\n", b"# nothing\n"])
def test_anything_but_a_mapping_is_refused(text: bytes) -> None:
    parsed = parse("yaml", "a.yaml", text)

    assert parsed.content is None
    assert [problem.code for problem in parsed.problems] == ["yaml-not-mapping"]


def test_warnings_come_with_the_content() -> None:
    parsed = parse("yaml", "a.yaml", b"country: no\n")

    assert parsed.content
    assert [problem.code for problem in parsed.problems] == ["yaml-bool"]


def test_a_truncated_file_may_parse() -> None:
    assert get_format("yaml").proves_complete is False
