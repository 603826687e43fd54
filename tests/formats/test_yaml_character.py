"""Characters that look like what YAML means and are not: named with their place, whether they break it or are kept."""

import pytest
import yaml

from docsync.formats import parse
from docsync.model import Problem, Severity

NO_SPACE = "is no space that YAML knows"


def problems(text: str) -> list[Problem]:
    return list(parse("yaml", "p/a.yaml", text.encode()).problems)


@pytest.mark.parametrize("form", ["yaml", "prompty", "markdown"])
@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        ("name:\u00a0Greet\n", 1, 6, f"U+00A0 {NO_SPACE}", "replace it with a plain space"),
        ("name:\u3000Greet\n", 1, 6, f"U+3000 {NO_SPACE}", "replace it with a plain space"),
        ("name:\u2003Greet\ntags: [a]\n", 1, 6, f"U+2003 {NO_SPACE}", "replace it with a plain space"),
        ("name: a\ntags:\u202f[a]\n", 2, 6, f"U+202F {NO_SPACE}", "replace it with a plain space"),
        ("name: \u201cSmart: quotes\u201d\n", 1, 7, "U+201C (\u201c) is no quotation mark of YAML", 'use "'),
        ("name: \u2018Smart: quotes\u2019\n", 1, 7, "U+2018 (\u2018) is no quotation mark of YAML", "use '"),
        ('name: "Greet\u201d\ntags: [a]\n', 1, 13, "U+201D (\u201d) is no quotation mark", 'use "'),
        ("name\uff1aGreet\n", 1, 5, "U+FF1A (\uff1a) is no ':'", "write ': '"),
        ("name\uff1a Greet\ntags: [a]\n", 1, 5, "U+FF1A (\uff1a) is no ':'", "write ': '"),
        ("name: a\n\u200btags\uff1a [a]\n", 2, 1, "U+200B", "remove it"),
        ("tags: {a: 1\uff0cb: 2}\n", 1, 12, "U+FF0C (\uff0c) is no ','", "write ', '"),
        ("name:\u200bGreet\n", 1, 6, "U+200B stands here, which nobody can see", "remove it"),
    ],
)
def test_a_character_that_breaks_the_yaml_is_named_at_its_place(
    text: str, line: int, column: int, message: str, hint: str, form: str
) -> None:
    has_fences = form != "yaml"
    whole = f"---\n{text}---\nHi\n" if has_fences else text

    problem, *_ = parse(form, "p/a", whole.encode()).problems

    assert (problem.code, problem.severity) == ("yaml-syntax", "error"), problem
    assert (problem.line, problem.column) == (line + has_fences, column), problem
    assert problem.message.startswith(message)
    assert hint in (problem.hint or "")


def test_what_yaml_says_is_still_noted_at_its_place() -> None:
    (problem,) = problems("name: \u201cSmart: quotes\u201d\n")

    assert [(note.message, note.line, note.column) for note in problem.notes] == [
        ("unexpected ':' inside a value", 1, 13)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "name: It\u2019s: wrong\n",
        "name: A\u00a0B: wrong\n",
        "name: \u201ca\u201d\nother: b: c\n",
        "a: [\u00a0b\nc: d\n",
        "description: \u4f60\u597d\uff1a\u4f60: wrong\n",
    ],
)
def test_an_odd_character_that_is_not_the_cause_is_not_blamed(text: str) -> None:
    assert not any("U+" in problem.message for problem in problems(text) if problem.code == "yaml-syntax")


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("name: \u201cGreet\u201d\n", 1, 7, "name: U+201C (\u201c) is no quotation mark of YAML; it is kept"),
        ("tags: [\u2018a\u2019]\n", 1, 8, "tags[0]: U+2018 (\u2018) is no quotation mark"),
        ("name: \u201cGreet\"\n", 1, 7, "name: U+201C"),
        ("name: a\n\u00a0\u00a0description: b\n", 2, 1, f"U+00A0 {NO_SPACE}; it is kept as part of the key"),
        ("name: a\ndescription\u200b: b\n", 2, 12, "U+200B stands here, which nobody can see; it is kept as part of the key"),
        ("name: \u00a0Greet\n", 1, 7, f"name: U+00A0 {NO_SPACE}; it is kept as part of the text"),
        ("tags: [a\u200b, b]\n", 1, 9, "tags[0]: U+200B"),
        ("tags: [a\uff0cb]\n", 1, 9, "tags[0]: U+FF0C (\uff0c) is no ','"),
        ("name: \ufeffGreet\n", 1, 7, "name: U+FEFF"),
    ],
)  # fmt: skip
def test_a_character_that_is_kept_is_warned_of(text: str, line: int, column: int, message: str) -> None:
    (problem,) = problems(text)

    assert (problem.code, problem.severity) == ("yaml-character", Severity.WARNING)
    assert (problem.line, problem.column) == (line, column)
    assert problem.message.startswith(message)
    assert parse("yaml", "p/a.yaml", text.encode()).content is not None


@pytest.mark.parametrize(
    "text",
    [
        "name: '\u201cGreet\u201d'\n",
        'name: "\u00a0Greet\u00a0"\n',
        "name: She said \u201chello\u201d\n",
        "name: \u201cA\u201d and \u201cB\u201d\n",
        "name: It\u2019s fine\n",
        "name: \u00abBonjour\u00bb\n",
        "name: 10\u00a0%\n",
        "name: \u4f60\u597d\uff0c\u4e16\u754c\n",
        "tags: [\u4f60\u597d\u3001\u4e16\u754c]\n",
        "name: \u2764\ufe0f\n",
        "name: \U0001f469\u200d\U0001f680\n",
        "name: \U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f\n",
        "name: \u2019\n",
        "text: |\n  \u201cHello\u201d\n  \u00a0there\u00a0\n",
    ],
)
def test_what_is_meant_as_it_is_written_is_not_spoken_of(text: str) -> None:
    assert problems(text) == []
    assert yaml.safe_load(text)
