"""Whose mistake it is: InputError where all are about the inputs, RenderError where one is the prompt's."""

from typing import Any

import pytest

from docsync.render.error import InputError, RenderError
from docsync.render.render import render
from tests.render.prompt import MUSTACHE, Prompt

TONE = """inputs:
  - {name: q, kind: string}
  - {name: tone, kind: string, enumValues: [warm, sober], default: warm}"""
IMAGE = "inputs: [{name: q, kind: image}]"


def error_of(prompt: Prompt, /, **inputs: object) -> RenderError:
    with pytest.raises(RenderError) as caught:
        prompt.render(samples=True, **inputs)
    return caught.value


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"q": "x", "qq": "x"},
        {"q": 1},
        {"q": None},
        {"q": "x", "tone": "wram"},
        {"q": object()},
        {"q": 1, "tone": 1, "other": 1},
    ],
)
@pytest.mark.parametrize("mode", ["", MUSTACHE + "\n"])
def test_what_is_given_wrongly_or_not_at_all_is_the_mistake_of_the_caller(
    given: dict[str, object], mode: str
) -> None:
    error = error_of(Prompt("user:\n{{ q }} {{ tone }}", mode + TONE), **given)
    assert isinstance(error, InputError)
    assert all(mistake.input_name for mistake in error.mistakes)


def test_an_undeclared_input_that_is_not_given_is_the_mistake_of_the_caller() -> None:
    assert isinstance(error_of(Prompt("user:\n{{ q }}")), InputError)


@pytest.mark.parametrize("given", ["/etc/passwd", 1])
def test_no_image_is_the_mistake_of_the_caller(given: object) -> None:
    assert isinstance(error_of(Prompt("user:\n{{ q }}", IMAGE), q=given), InputError)


@pytest.mark.parametrize(
    ("body", "settings", "given"),
    [
        ("user:\n{% for %}", TONE, {"q": 1}),
        ("user:\n{{ q.name }}", "", {"q": {}}),
        ("user:\n{{ q }}{{ 1 // 0 }}", TONE, {"q": "x"}),
        ("user:\n{% include 'gone.prompty' %}", TONE, {"q": 1}),
        ("user:\nhi", IMAGE, {"q": b"x"}),
        ("user:\n{{ q }}", "inputs: [{name: q, kind: image, default: a.png}]", {}),
        ("user:\n{{ q }}", "inputs: [{name: q, kind: image, example: a.png}]", {"q": None}),
        ("user:\n{{ q }}", "template: hadlebars\ninputs: [{name: q}]", {}),
    ],
    ids=["syntax", "member", "division", "include", "place", "default", "sample", "language"],
)
def test_what_the_prompt_does_wrongly_is_not(body: str, settings: str, given: dict[str, object]) -> None:
    assert type(error_of(Prompt(body, settings), **given)) is RenderError


def test_mistakes_of_both_are_told_at_once_and_are_not_the_callers_alone() -> None:
    error = error_of(Prompt("user:\nhi", IMAGE), q=b"x", other=1)
    assert type(error) is RenderError
    assert len(error.mistakes) == 2


@pytest.mark.parametrize(
    ("inputs", "mistake"),
    [
        (["x"], "inputs must be an object, got an array"),
        ([], "inputs must be an object, got an array"),
        ("q", "inputs must be an object, got a text"),
        ("", "inputs must be an object, got a text"),
        ({"q": "x", 7: "x"}, "inputs must be an object, and its key 7 is no text"),
    ],
)
def test_inputs_that_are_no_object_are_the_mistake_of_the_caller(inputs: Any, mistake: str) -> None:
    document = Prompt("user:\n{{ q }}", TONE).document
    with pytest.raises(InputError, match=f"^prompts/test.prompty: {mistake}$"):
        render(document, inputs, path="prompts/test.prompty")
