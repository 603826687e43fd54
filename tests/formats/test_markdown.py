"""Markdown collections: front matter if there is some, and the body."""

import json

from docsync.formats import get_format, parse


def test_front_matter_and_body_are_stored() -> None:
    parsed = parse(
        "markdown", "notes/ada.md", b"---\ntitle: Ada\ntags: [x]\ndescription: first\n---\n# Hi\n\nthere\n"
    )

    assert parsed.content
    assert (parsed.content.name, parsed.content.name_from) == ("Ada", "title")
    assert (parsed.content.description, parsed.content.tags) == ("first", ("x",))
    assert parsed.content.text == "# Hi\n\nthere\n"
    assert json.loads(parsed.content.document) == {
        "name": "Ada",
        "description": "first",
        "tags": ["x"],
        "frontmatter": {"title": "Ada", "tags": ["x"], "description": "first"},
        "body": "# Hi\n\nthere\n",
        "body_line": 6,
    }


def test_without_front_matter_all_is_body_and_the_file_gives_the_name() -> None:
    parsed = parse("markdown", "notes/ada.md", b"# Hi\n")

    assert parsed.content
    assert (parsed.content.name, parsed.content.name_from) == ("ada", "file stem")
    assert parsed.problems == ()


def test_wrong_front_matter_is_refused() -> None:
    assert [problem.code for problem in parse("markdown", "a.md", b"---\n- a\n---\n").problems] == [
        "fm-not-mapping"
    ]


def test_a_truncated_file_may_parse() -> None:
    assert get_format("markdown").proves_complete is False
