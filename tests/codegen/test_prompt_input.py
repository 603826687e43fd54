"""What a stored prompt wants as inputs, in all generations of Prompty."""

import pytest

from docsync.codegen.prompt_input import Kind, PromptInput, inputs_of
from tests.codegen.collected import prompt


def inputs(front_matter: str, body: str = "") -> dict[str, PromptInput]:
    return {one.name: one for one in inputs_of(prompt(f"---\n{front_matter}\n---\n{body}").document)}


def kinds(front_matter: str, body: str = "") -> dict[str, Kind]:
    return {name: one.kind for name, one in inputs(front_matter, body).items()}


def required(front_matter: str, body: str = "") -> dict[str, bool]:
    return {name: one.is_required for name, one in inputs(front_matter, body).items()}


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("string", Kind.STRING), ("secret", Kind.STRING), ("integer", Kind.INTEGER), ("int", Kind.INTEGER),
        ("number", Kind.NUMBER), ("float", Kind.NUMBER), ("double", Kind.NUMBER), ("boolean", Kind.BOOLEAN),
        ("bool", Kind.BOOLEAN), ("array", Kind.ARRAY), ("list", Kind.ARRAY), ("object", Kind.OBJECT), ("dict", Kind.OBJECT),
        ("image", Kind.MEDIA), ("file", Kind.MEDIA), ("audio", Kind.MEDIA), ("thread", Kind.THREAD), ("spoon", Kind.ANY),
        ("media", Kind.ANY), ("any", Kind.ANY), ("[1]", Kind.ANY),
    ],
)  # fmt: skip
def test_a_kind_is_told_by_kind_in_v2_and_by_type_before(written: str, kind: Kind) -> None:
    assert kinds(f"inputs:\n  - name: a\n    kind: {written}") == {"a": kind}
    assert kinds(f"inputs:\n  a:\n    type: {written}") == {"a": kind}
    assert kinds(f"inputs:\n  - name: a\n    type: {written}") == {"a": kind}


def test_a_kind_that_is_not_written_is_that_of_the_value() -> None:
    found = kinds(
        "inputs:\n  a: Jane\n  b: 1\n  c: 1.5\n  d: true\n  e: [1]\n  f: {default: {x: 1}}\n  g: {}\n  h: null"
    )

    assert [*found.values()] == [
        Kind.STRING, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.ARRAY, Kind.OBJECT, Kind.ANY, Kind.ANY,
    ]  # fmt: skip


def test_an_input_must_be_given_unless_it_has_a_default_or_says_that_it_need_not() -> None:
    assert required(
        "inputs:\n  a: {kind: string}\n  b: {kind: string, default: x}\n  c: {kind: string, required: false}\n"
        "  d: {kind: string, required: true}\n  e: {kind: string, default: null}\n  f: {kind: string, example: x}"
    ) == {"a": True, "b": False, "c": False, "d": True, "e": True, "f": True}


def test_what_only_a_sample_names_must_be_given_where_the_template_uses_it() -> None:
    assert required("sample: {used: a, unused: b}", "{{ used }}") == {"unused": False, "used": True}
    assert kinds("sample: {used: a}", "{{ used }}") == {"used": Kind.STRING}


def test_a_variable_that_nothing_declares_must_be_given_and_may_be_anything() -> None:
    assert inputs("inputs:\n  a: {kind: string}", "{{ a }} {{ b }}")["b"] == PromptInput("b")


def test_names_inside_of_a_section_of_mustache_may_be_those_of_its_items() -> None:
    found = inputs("template: mustache\ninputs:\n  people: {kind: array}", "{{#people}}{{name}}{{/people}}")

    assert (found["people"].is_required, found["name"].is_required) == (True, False)


def test_a_section_of_mustache_needs_no_value_that_only_a_sample_names() -> None:
    front_matter = "template: mustache\nsample: {turns: [], a: x, b: x, c: {d: x}}"
    body = "{{#turns}}{{text}}{{/turns}} {{a}} {{{ b }}} {{c.d}}"

    assert required(front_matter, body) == {"a": True, "b": True, "c": True, "text": False, "turns": False}


def test_of_inputs_that_a_file_declares_nothing_is_asked() -> None:
    assert required("inputs: ${file:inputs.json}", "{{ question }}") == {"question": False}


def test_choices_items_null_and_a_description_are_told() -> None:
    found = inputs(
        "inputs:\n  - {name: a, kind: string, enumValues: [x, y, x], nullable: true, description: ' Why. '}\n"
        "  - {name: b, kind: array, items: {kind: object}}\n  - {name: c, enumValues: [1.5]}\n"
        "  - {name: d, enumValues: [1, true, '1']}"
    )

    assert found["a"] == PromptInput(
        "a", Kind.STRING, is_nullable=True, choices=("x", "y"), description="Why."
    )
    assert (found["b"].item, found["c"].choices, found["d"].choices) == (Kind.OBJECT, (), (1, True, "1"))


def test_a_prompt_that_cannot_be_parsed_has_the_inputs_that_it_declares() -> None:
    assert [*inputs("inputs:\n  a: {kind: string}", "{% if %}")] == ["a"]
