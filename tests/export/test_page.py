"""Exports as Markdown, as a reader of Markdown understands them."""

import random

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from docsync.export.page import as_markdown
from docsync.names import to_printable
from docsync.reader import Row
from tests.export.rows import ORIGIN, row


def page(*rows: Row) -> str:
    return "".join(as_markdown(ORIGIN, rows))


def parsed(text: str) -> list[Token]:
    return MarkdownIt("commonmark").parse(text)


def headings(text: str, tag: str = "h1") -> list[str]:
    tokens = parsed(text)
    return [
        plain(tokens[place + 1])
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == tag
    ]


def plain(token: Token) -> str:
    """The text of a line as a person sees it; markup other than an escape would be missing."""
    return "".join(
        "\n" if child.type in ("hardbreak", "softbreak") else child.content for child in token.children or []
    )


def lines(text: str) -> list[str]:
    return [plain(token) for token in parsed(text) if token.type == "inline"]


def codes(text: str) -> list[str]:
    return [
        child.content
        for token in parsed(text)
        for child in token.children or []
        if child.type == "code_inline"
    ]


NAMES = [
    "Ada",
    "# not a heading #",
    "*stars* and _lines_ and ~~more~~",
    "[a](http://x) ![b](c) <b>bold</b> &amp; &#65;",
    "`code` \\ back\\*slash",
    "snake_case_name",
    "1. first",
    "- dash",
    "Łucja Ó 中文 😀",
    "two\nlines\x1b[2J",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_and_ids_are_kept_whatever_they_are_made_of(name: str) -> None:
    text = page(row(name, id=f"persona/{name}", tags=(name,)), row("Bo"))

    assert headings(text) == [to_printable(name), "Bo"]
    assert f"persona/{to_printable(name)}" in codes(text)
    assert to_printable(name) in codes(text)
    assert "\x1b" not in text


def test_random_names_are_kept() -> None:
    seed = 4711
    print(f"seed {seed}")
    chance = random.Random(seed)
    names = [
        "x" + "".join(chance.choices("ab *_`~#[]()<>&;\\!-+.1é|", k=chance.randrange(1, 12))) + "x"
        for _ in range(300)
    ]

    text = page(*(row(name) for name in names))

    assert headings(text) == names


def test_every_value_of_a_persona_is_there() -> None:
    document = {
        "name": "Ada",
        "age": 36,
        "active": True,
        "nothing": None,
        "bio": "First line.\n\n- not a list\n2. nor this",
        "demographics": {"ageGroup": "30-44", "home": {"city": "Paris"}},
        "needs": [
            "calm",
            "*quiet*",
            "- dash",
            "1) one",
            "> said",
            "",
            ["nested", {}],
            {"name": "tool", "use": "daily"},
            {"deep": 1},
        ],
    }

    text = page(row("Ada", document=document, description="Described.", tags=("a`b",)))

    assert headings(text, "h2") == ["bio", "demographics", "needs"]
    found = lines(text)
    for line in (
        "Described.",
        "age: 36",
        "active: yes",
        "First line.\n- not a list\n2. nor this",
        "ageGroup: 30-44",
        "home:",
        "city: Paris",
        "calm",
        "*quiet*",
        "- dash",
        "1) one",
        "> said",
        "nested",
        "tool:",
        "use: daily",
        "deep: 1",
    ):
        assert line in found, line
    assert not any(line.startswith(("name:", "nothing:")) for line in found)
    assert "a`b" in codes(text)


def test_a_description_that_was_taken_from_the_text_is_told_once() -> None:
    document = {"name": "Ada", "behavior": "Calm."}

    assert page(row("Ada", document=document, description="Calm.")).count("Calm.") == 1


def test_a_prompt_is_shown_with_its_text_as_it_is() -> None:
    body = "system:\nSay `hi`.\n```\ncode\n```\n# no heading\n\n{{ name }}\n"
    document = {
        "name": "Greet",
        "model": {"id": "gpt-4o"},
        "inputs": [{"name": "who", "kind": "string"}],
        "frontmatter": {"hidden": 1},
        "messages": [{"role": "system"}],
        "body": body,
        "body_line": 3,
        "variables": ["name"],
    }

    text = page(row("Greet", type="prompt_template", document=document, description="Greets."))

    (fence,) = [token for token in parsed(text) if token.type == "fence"]
    assert fence.content == body
    assert headings(text, "h2") == ["model", "inputs", "Text"]
    assert "Greets." in lines(text)
    assert "hidden" not in text


def test_an_old_version_says_so() -> None:
    assert "stale since 2026-01-01" in page(row(state="stale", since="2026-01-01"))


def test_the_page_says_what_it_is_a_copy_of() -> None:
    assert page().startswith("<!-- docsync export from the database, epoch e1f0, revision 7 -->")
