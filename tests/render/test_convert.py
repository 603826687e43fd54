"""Inputs that came as texts become what the prompt declares."""

import pytest

from docsync.render.convert import convert_texts
from docsync.render.error import InputError
from tests.render.prompt import Prompt

KINDS = ("string", "boolean", "integer", "number", "float", "array", "list", "object", "thread", "image")
SETTINGS = "inputs:\n" + "\n".join(f"  - {{name: {kind}, kind: {kind}}}" for kind in KINDS)


def convert(**texts: str) -> dict[str, object]:
    return convert_texts(Prompt("x", SETTINGS).document, texts, "prompts/test.prompty")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", "1", "1"),
        ("string", "", ""),
        ("other", "true", "true"),
        ("boolean", " True ", True),
        ("boolean", "no", False),
        ("integer", "-12", -12),
        ("number", "1.5", 1.5),
        ("number", "3", 3),
        ("float", "1e3", 1000.0),
        ("array", '["a"]', ["a"]),
        ("list", "[]", []),
        ("object", '{"a": 1}', {"a": 1}),
        ("thread", '[{"role": "user"}]', [{"role": "user"}]),
        ("image", "https://x", "https://x"),
    ],
)
def test_a_text_becomes_what_is_declared(kind: str, text: str, value: object) -> None:
    (got,) = convert(**{kind: text}).values()
    assert (type(got), got) == (type(value), value)


def test_all_texts_that_cannot_be_converted_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        convert(
            boolean="maybe", integer="1.5", number="nan", float="x", array="{}", object="[1", string="fine"
        )
    assert [mistake.message for mistake in caught.value.mistakes] == [
        "the input 'boolean' must be true or false, got 'maybe'",
        "the input 'integer' must be an integer, got '1.5'",
        "the input 'number' must be a number, got 'nan'",
        "the input 'float' must be a number, got 'x'",
        "the input 'array' must be an array as JSON, got '{}'",
        "the input 'object' must be an object as JSON, got '[1'",
    ]
