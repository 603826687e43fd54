"""What becomes of names, descriptions and tags as people write them: nothing is lost without a word."""

import json

import pytest

from docsync.formats import parse
from docsync.formats.limits import LIMITS
from docsync.model import ParsedFile
from docsync.names.tag import name_tag

FILES = {
    "json": "p/a.json",
    "yaml": "p/a.yaml",
    "toml": "p/a.toml",
    "prompty": "p/a.prompty",
    "markdown": "p/a.md",
}


def read(format_name: str, text: str) -> ParsedFile:
    parsed = parse(format_name, FILES[format_name], text.encode())
    assert parsed.content is not None, parsed.problems
    return parsed


def tags_of(format_name: str, text: str) -> tuple[str, ...]:
    content = read(format_name, text).content
    assert content is not None
    return content.tags


def told(format_name: str, text: str) -> list[tuple[str, int | None, int | None, str, str | None]]:
    """Code, line, column, message and hint of all that is said of *text*."""
    return [
        (one.code, one.line, one.column, one.message, one.hint) for one in read(format_name, text).problems
    ]


def in_front(line: str) -> str:
    return f"---\n{line}\n---\nHi\n"


@pytest.mark.parametrize(
    ("format_name", "text"),
    [
        ("json", '{"tags": ["vip", 2024, 1.10]}'),
        ("json", '{"tags": "vip, 2024,1.10,"}'),
        ("yaml", "tags: [vip, 2024, 1.10]"),
        ("yaml", "tags:\n  - vip\n  - 2024\n  - 1.10\n"),
        ("yaml", "tags: vip, 2024, 1.10"),
        ("toml", 'tags = "vip, 2024, 1.10"'),
        ("prompty", in_front("tags: [vip, 2024, 1.10]")),
        ("prompty", in_front("metadata: {tags: [vip, 2024, 1.10]}")),
        ("prompty", in_front("tags: vip, 2024, 1.10")),
        ("markdown", in_front("tags: [vip, 2024, 1.10]")),
        ("markdown", in_front("tags: vip, 2024, 1.10")),
    ],
)
def test_numbers_and_commas_are_tags_alike_in_every_format(format_name: str, text: str) -> None:
    assert tags_of(format_name, text) == ("vip", "2024", "1.10")
    assert told(format_name, text) == []


def test_a_number_of_which_no_place_is_known_is_written_as_short_as_possible() -> None:
    assert tags_of("toml", 'tags = ["vip", 2024, 1.10]') == ("vip", "2024", "1.1")


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("2024", "2024"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("1.10", "1.10"),
        ("-3", "-3"),
        ("&a 1.10", "1.1"),
    ],
)
def test_a_number_is_a_tag_as_it_is_written(written: str, tag: str) -> None:
    assert tags_of("yaml", f"tags: [{written}]") == (tag,)


def test_of_two_equal_keys_the_number_of_the_last_one_is_the_tag() -> None:
    assert tags_of("json", '{"tags": [1.10], "tags": [2.50]}') == ("2.5",)
    assert tags_of("json", '{"tags": 7}') == ("7",)


@pytest.mark.parametrize("text", ['["#vip", "calm"]', '"#vip #calm"', '"#vip, #calm"', '"vip, calm"'])
def test_the_sign_of_a_hashtag_is_no_part_of_the_tag(text: str) -> None:
    assert tags_of("json", f'{{"tags": {text}}}') == ("vip", "calm")


@pytest.mark.parametrize(
    ("text", "tag"),
    [(" #vip ", "vip"), ("#", "#"), ("##x", "##x"), ("# x", "# x"), ("C#", "C#"), ("a b", "a b")],
)
def test_only_a_sign_in_front_of_a_word_makes_a_hashtag(text: str, tag: str) -> None:
    assert name_tag(text) == tag


@pytest.mark.parametrize(
    ("format_name", "text", "expected"),
    [
        (
            "json",
            '{"tags": ["vip", null]}',
            [("tags", 1, 18, "tags[1] is null; it is left out", "write a text, or a number")],
        ),
        (
            "json",
            '{"tags": [{"n": 1}, "vip"]}',
            [("tags", 1, 11, "tags[0] is an object; it is left out", "write a text, or a number")],
        ),
        (
            "json",
            '{"tags": [["a"], "vip"]}',
            [("tags", 1, 11, "tags[0] is a list; it is left out", "write a text, or a number")],
        ),
        (
            "json",
            '{"tags": ["vip", true]}',
            [("tags", 1, 18, "tags[1] is true; it is left out", 'write "true"')],
        ),
        (
            "toml",
            'tags = ["vip", true]',
            [("tags", None, None, "tags[1] is true; it is left out", "write a text, or a number")],
        ),
        (
            "markdown",
            in_front("tags:\n- vip\n- a: b"),
            [("tags", 4, 3, "tags[1] is an object; it is left out", "write a text, or a number")],
        ),
    ],
)
def test_what_can_be_no_tag_is_left_out_and_said(
    format_name: str, text: str, expected: list[tuple[object, ...]]
) -> None:
    assert tags_of(format_name, text) == ("vip",)
    assert told(format_name, text) == expected


def test_the_word_that_yaml_takes_for_false_is_to_be_quoted_as_it_is_written() -> None:
    said = told("yaml", "tags: [vip, no]")

    assert [(one[0], one[4]) for one in said] == [("yaml-bool", None), ("tags", 'write "no"')]


@pytest.mark.parametrize(
    ("format_name", "text", "expected"),
    [
        (
            "yaml",
            "tags:\n  - #vip\n  - calm\n",
            ("tags", 2, 5, "tags[0] is empty: everything after # is a comment", 'quote it: "#vip"'),
        ),
        (
            "prompty",
            in_front("tags:\n- calm\n- #vip"),
            ("tags", 4, 3, "tags[1] is empty: everything after # is a comment", 'quote it: "#vip"'),
        ),
        (
            "yaml",
            "metadata:\n  tags: #vip #calm\n",
            (
                "tags",
                2,
                9,
                "metadata.tags is empty: everything after # is a comment",
                'quote it: "#vip #calm"',
            ),
        ),
        (
            "prompty",
            in_front("tags: #vip"),
            ("tags", 2, 7, "tags is empty: everything after # is a comment", 'quote it: "#vip"'),
        ),
        (
            "markdown",
            in_front("name: #1 fan"),
            ("unusable-name", 2, 7, "name is empty: everything after # is a comment", 'quote it: "#1 fan"'),
        ),
        (
            "prompty",
            in_front("description: #1 fan"),
            (
                "unusable-description",
                2,
                14,
                "description is empty: everything after # is a comment",
                'quote it: "#1 fan"',
            ),
        ),
    ],
)
def test_a_hashtag_that_yaml_takes_for_a_comment_is_said(
    format_name: str, text: str, expected: tuple[object, ...]
) -> None:
    assert told(format_name, text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "tags:\n",
        "tags: # none yet\n",
        "tags: ~\n",
        "tags: []\n",
        "name:\n",
        "description: null\n",
        "tags: ''\n",
    ],
)
def test_nothing_is_said_of_what_was_left_empty(text: str) -> None:
    assert told("yaml", f"x: 1\n{text}") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '{"tags": {"a": 1}}',
            (
                "tags",
                1,
                10,
                "tags is an object; it is left out",
                "write a list of texts or numbers, such as [calm, patient]",
            ),
        ),
        ('{"name": ["A", "B"]}', ("unusable-name", 1, 10, "name is a list; it is left out", "write a text")),
        (
            '{"name": {"first": "A"}}',
            ("unusable-name", 1, 10, "name is an object; it is left out", "write a text"),
        ),
        (
            '{"name": "A", "description": {"de": "x"}}',
            ("unusable-description", 1, 30, "description is an object; it is left out", "write a text"),
        ),
        (
            '{"name": "A", "description": ["x", null]}',
            ("unusable-description", 1, 36, "description[1] is null; it is left out", "write a text"),
        ),
        (
            '{"personas": [{"name": "A", "tags": ["x", null]}]}',
            ("tags", 1, 43, "personas[0].tags[1] is null; it is left out", "write a text, or a number"),
        ),
    ],
)
def test_what_can_be_no_name_description_or_tag_at_all_is_said(
    text: str, expected: tuple[object, ...]
) -> None:
    assert told("json", text) == [expected]


@pytest.mark.parametrize(
    ("format_name", "text"),
    [
        ("json", '{"name": 1.10, "description": 2.50}'),
        ("yaml", "name: 1.10\ndescription: 2.50"),
        ("prompty", in_front("name: 1.10\ndescription: 2.50")),
    ],
)
def test_a_name_and_a_description_may_be_numbers_as_they_are_written(format_name: str, text: str) -> None:
    content = read(format_name, text).content

    assert content is not None
    assert (content.name, content.name_from, content.description) == ("1.10", "name", "2.50")


def test_what_other_keys_hold_is_nobodys_mistake() -> None:
    assert (
        told(
            "json", '{"labels": {"app": "x"}, "bio": {"born": 1815}, "topics": [{"id": 1}], "summary": null}'
        )
        == []
    )


def test_thousands_of_values_that_are_no_tags_are_counted_and_not_listed() -> None:
    said = read("json", json.dumps({"tags": [None] * 5_000})).problems

    assert len(said) == LIMITS.problems + 1
    assert said[-1].message == f"and at least {5_000 - LIMITS.problems} more problems in this file"
