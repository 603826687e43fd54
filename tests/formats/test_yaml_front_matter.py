"""Fences: where front matter starts and ends, and that no text is lost."""

import random

import pytest

from docsync.formats import parse
from docsync.formats.limits import LIMITS
from docsync.formats.source import FileRefused, SourceText, decode_source
from docsync.formats.yaml_front_matter import FrontMatter, split_front_matter
from docsync.model import Problem


def split(text: str) -> FrontMatter:
    return split_front_matter(SourceText("a.prompty", text))


def refused(text: str) -> Problem:
    with pytest.raises(FileRefused) as caught:
        split(text)
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("text", "values", "body", "line"),
    [
        ("---\na: 1\n---\nbody\n", {"a": 1}, "body\n", 4),
        ("+++\na: 1\n+++\nbody\n", {"a": 1}, "body\n", 4),
        ("---\na: 1\n+++\nbody\n", {"a": 1}, "body\n", 4),
        ("---\r\na: 1\r\n---\r\n  body\r\n\r\n", {"a": 1}, "  body\r\n\r\n", 4),
        ("---\ra: 1\r---\rbody", {"a": 1}, "body", 4),
        ("\n \n---\na: 1\n---\nbody", {"a": 1}, "body", 6),
        ("  ---\na: 1\n  ---\nbody", {"a": 1}, "body", 4),
        ("  ---\na: 1\n---\nbody", {"a": 1}, "body", 4),
        ("---  \na: 1\n---\t\nbody", {"a": 1}, "body", 4),
        ("---\n---\n", {}, "", 3),
        ("---\n# only this\n---", {}, "", 4),
        ("---\na: b --- c\n# --- d ---\ne: |\n  ---\n---\n---\n", {"a": "b --- c", "e": "---\n"}, "---\n", 7),
        ("----\na\n----\n", {}, "----\na\n----\n", 1),
        ("text\n---\na: 1\n---\n", {}, "text\n---\na: 1\n---\n", 1),
        ("{\n}\n", {}, "{\n}\n", 1),
    ],
)
def test_front_matter_and_body_are_split_exactly(text: str, values: object, body: str, line: int) -> None:
    parts = split(text)

    assert (parts.values, parts.body, parts.body_line) == (values, body, line)
    assert parts.stripped == body.strip()
    assert text[parts.body_at :] == body


def test_every_body_comes_back_whole() -> None:
    seed = random.SystemRandom().randrange(2**32)
    dice = random.Random(seed)
    for _ in range(300):
        body = "".join(
            dice.choices(["---", "+++", "\n", "\r\n", "\r", " ", "\t", "a", ":", "\u2028", "\x0c", "é"], k=20)
        )
        assert split(f"---\na: 1\n---\n{body}").body == body, f"seed {seed}"


def test_a_fence_that_is_never_closed_is_refused_where_it_opens() -> None:
    assert (refused("\n---\na: 1\n").line, refused("\n---\na: 1\n").code) == (2, "fm-unclosed")
    assert refused("  ---\na: 1\n").column == 3


def test_an_indented_closing_fence_is_pointed_at() -> None:
    problem = refused("---\na: 1\n  ---\nbody\n")

    assert problem.code == "fm-unclosed"
    assert [(note.line, note.column) for note in problem.notes] == [(3, 1)]
    assert "indented" in problem.notes[0].message


@pytest.mark.parametrize(
    ("text", "got"),
    [("- a", "a list"), ("word", "a single value"), ("null", "nothing"), ("3", "a single value")],
)
def test_front_matter_must_be_a_mapping(text: str, got: str) -> None:
    problem = refused(f"---\n\n{text}\n---\n")

    assert (problem.code, problem.line, problem.column) == ("fm-not-mapping", 3, 1)
    assert problem.message.endswith(f"got {got}")


def test_the_size_of_front_matter_is_limited_in_bytes() -> None:
    fits = "a: " + "x" * (LIMITS.front_matter_bytes - 4)

    assert split(f"---\n{fits}\n---\n").values
    assert refused(f"---\n{fits}x\n---\n").code == "too-large"
    assert refused("---\na: " + "é" * (LIMITS.front_matter_bytes // 2) + "\n---\n").code == "too-large"


@pytest.mark.parametrize("key", ["content", "handler"])
def test_keys_that_trip_the_library_are_kept(key: str) -> None:
    assert split(f"---\n{key}: mine\n---\n").values == {key: "mine"}


def test_warnings_are_placed_in_the_file() -> None:
    assert [(p.code, p.line, p.column) for p in split("\n---\na: no\n---\n").problems] == [
        ("yaml-bool", 3, 4)
    ]


@pytest.mark.parametrize("text", ["name: A\n---\nHello", "\n model: x\n---\n", "----\nname: A\n---\nHello"])
def test_front_matter_without_its_opening_fence_is_warned_of(text: str) -> None:
    (problem,) = split_front_matter(decode_source("p.prompty", text.encode())).problems
    assert (problem.code, problem.severity) == ("fm-lost", "warning")


@pytest.mark.parametrize(
    "text", ["system:\nHello\n---\nmore", "Hello: you\n---\n", "name: A", "name\n---\n", "***\n---\n"]
)
def test_a_body_without_front_matter_is_not_warned_of(text: str) -> None:
    assert split_front_matter(decode_source("p.prompty", text.encode())).problems == ()


@pytest.mark.parametrize("fence", ["---\t", "---  ", "---"])
def test_what_stands_in_the_line_of_a_fence_hides_no_place(fence: str) -> None:
    text = f"{fence}\nname: a\ntags: [null]\n---\nHi\n"
    (problem,) = parse("markdown", "p/a.md", text.encode()).problems
    assert (problem.code, problem.line, problem.column) == ("tags", 3, 8)
