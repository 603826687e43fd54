"""Text behind a closed quote, and a colon within a value: named as what they are, and the hint is right when it is done."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from docsync.formats import parse
from docsync.model import Problem

WORDS = st.lists(st.sampled_from(["it", "'", '"', " ", "x", ":", "é", "-", "("]), min_size=1, max_size=12)


def first_problem(text: str, form: str = "yaml") -> Problem:
    return parse(form, "p/a", text.encode()).problems[0]


@pytest.mark.parametrize("form", ["yaml", "prompty"])
@pytest.mark.parametrize(
    ("text", "line", "column", "meant"),
    [
        ('name: "say "hi" now"\n', 1, 13, 'say "hi" now'),
        ("name: 'what it doesn't do'\ntags: []\n", 1, 22, "what it doesn't do"),
        ("name: 'a' b\n", 1, 11, "'a' b"),
        ('name: ""quoted""\n', 1, 9, '"quoted"'),
        ("name: 'a'b'\ntags: []\n", 1, 10, "a'b"),
        ("name: a\nlist:\n- 'it's'\n- b\n", 3, 7, "it's"),
    ],
)
def test_text_behind_a_closed_quote_is_told_where_it_begins_and_proposed_as_it_was_meant(
    text: str, line: int, column: int, meant: str, form: str
) -> None:
    has_fences = form != "yaml"
    problem = first_problem(f"---\n{text}---\nHi\n" if has_fences else text, form)
    assert (problem.code, problem.message) == ("yaml-syntax", "text behind a closed quote")
    assert (problem.line, problem.column) == (line + has_fences, column)
    assert yaml.safe_load((problem.hint or "").removeprefix("quote the value: ")) == meant


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("tags: ['it's', b]\nname: a\n", "in '…' write ' twice"),
        ('a: {b: "c" d}\n', 'in "…" write " as \\"'),
        ('name: "C:\\new"x\n', 'in "…" write " as \\"'),
        ("name: 'x' y # z\n", "in '…' write ' twice"),
    ],
)
def test_where_nobody_knows_what_was_meant_the_hint_says_how_to_write_a_quote(text: str, hint: str) -> None:
    problem = first_problem(text)
    assert (problem.message, problem.hint) == ("text behind a closed quote", hint)


@pytest.mark.parametrize(
    "text", ['name: "a" # ok\n', "name: 'it''s'\n", 'name: "a"\n', "'name': a\n", "tags: ['a', \"b\"]\n"]
)
def test_quotes_that_are_right_are_no_problem(text: str) -> None:
    assert not [one for one in parse("yaml", "p/a", text.encode()).problems if one.code == "yaml-syntax"]


def test_quotes_within_a_text_are_not_blamed_for_what_is_wrong_behind_it() -> None:
    assert first_problem("a: |\n  k: 'x' y\nb: [c\n").message == "expected ',' or ']'"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("description: Network analysis: send volume (r=0.72)\n", "Network analysis: send volume (r=0.72)"),
        ("name: a\nlist:\n- x: y: z\n- b\n", "y: z"),
        ('name: It: "is"\ntags: []\n', 'It: "is"'),
        ("a:\n  b: c: d\n  e: f\n", "c: d"),
    ],
)
def test_a_colon_within_a_value_comes_with_the_value_in_quotes(text: str, meant: str) -> None:
    problem = first_problem(text)
    assert problem.message == "unexpected ':' inside a value"
    assert yaml.safe_load((problem.hint or "").removeprefix("quote the value: ")) == meant


@pytest.mark.parametrize("text", ["name: a: b\n  c\n", "name: a: b:\n\n<x>\nc: d\n", "a: b\n c: d\n"])
def test_of_a_value_that_may_go_on_nothing_is_proposed(text: str) -> None:
    assert first_problem(text).hint == 'quote the value if it contains ": "'


@given(WORDS, st.sampled_from(["", "'", '"']))
def test_whoever_does_what_a_hint_proposes_gets_the_text_or_what_is_between_its_quotes(
    words: list[str], quote: str
) -> None:
    text = f"{quote}{''.join(words)}{quote}".strip()
    problems = parse("yaml", "p/a", f"name: {text}\ntags: []\n".encode()).problems
    errors = [one for one in problems if one.code == "yaml-syntax"]
    proposed = (errors[0].hint or "") if errors else ""
    if proposed.startswith("quote the value: "):
        assert yaml.safe_load(proposed.removeprefix("quote the value: ")) in (text, text[1:-1])
