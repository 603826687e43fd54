"""What is around a JSON object, or in its place, is named before what it does to the JSON."""

import pytest

from docsync.formats import parse
from docsync.model import Problem


def problem(text: str) -> Problem:
    (found,) = parse("json", "personas/ada.json", text.encode()).problems
    return found


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ('```json\n{"name": "A"}\n```\n', (1, 1), "a Markdown code fence around the JSON", "remove the lines with ```"),
        ('\n~~~~\n{"name": "A"}\n~~~~\n', (2, 1), "a Markdown code fence around the JSON", "remove the lines with ~~~~"),
        ("```\nnothing\n```", (1, 1), "a Markdown code fence around the JSON", "remove the lines with ```"),
        ('{"name": "A"}\n```\n', (2, 1), "a Markdown code fence behind the JSON", "remove the line with ```"),
        ('Here is the persona:\n\n{"name": "A"}\n', (1, 1), "text before the JSON object at 3:1", "remove it"),
        ('Use {} or:\n {"name": "A"}\n', (1, 1), "text before the JSON object at 2:2", "remove it"),
        ('persona = {"name": "A"}\n', (1, 1), "text before the JSON object at 1:11", "remove it"),
        (")]}',\n{\"name\": \"A\"}", (1, 1), "text before the JSON object at 2:1", "remove it"),
        ("Here:\n{\n  name: 'A'\n}\n", (1, 1), "text before the JSON object at 2:1", "remove it"),
        ('data: {"name": "A"}\n', (1, 1), "text before the JSON object at 1:7", "remove it"),
        (
            'Sure!\n```json\n{"name": "A"}\n```\n',
            (1, 1),
            "text before the JSON object at 3:1",
            "remove it, and the lines with ```",
        ),
        ('{"name": "A"}\nI hope this helps.', (2, 1), "unexpected text after the end of the JSON value", "remove it"),
        ('{"name": "A"};', (1, 14), "unexpected text after the end of the JSON value", "remove it"),
        ('{"a": 1}\n{"a": 2}\n', (2, 1), "another object after the end of the JSON value (JSON Lines?)", "one JSON"),
        ('{"a": 1} {"a": 2}', (1, 10), "another object after the end of the JSON value", "one JSON"),
        ('export default {\n  "name": "A"\n};\n', (1, 1), "JavaScript, not JSON", "keep only the object"),
        ('module.exports = {"name": "A"}', (1, 1), "JavaScript, not JSON", "keep only the object"),
        ('exports.ada = {"name": "A"}', (1, 1), "JavaScript, not JSON", "keep only the object"),
        ('export const ada = {"name": "A"}', (1, 1), "JavaScript, not JSON", "keep only the object"),
        ('const ada: Persona = {"name": "A"}', (1, 1), "JavaScript, not JSON", "keep only the object"),
        ('window.ada = {"name": "A"}', (1, 1), "JavaScript, not JSON", "keep only the object"),
        ('import x from "y";\n', (1, 1), "JavaScript, not JSON", "keep only the object"),
        ('callback({"name": "A"})', (1, 1), "JavaScript, not JSON", "keep only the object"),
        ('({"name": "A"})', (1, 1), "JavaScript, not JSON", "keep only the object"),
        ("<html>\n<p>Hello", (1, 1), "XML or HTML, not JSON", "put the JSON in its place"),
        ("<?xml version='1.0'?><persona/>", (1, 1), "XML or HTML, not JSON", "put the JSON in its place"),
        ("---\nname: Ada\n", (1, 1), "YAML, not JSON", 'format = "yaml"'),
        ("name: Ada\ntags: [a]\n", (1, 1), "YAML, not JSON", 'format = "yaml"'),
        ('name = "Ada"\n', (1, 1), "TOML, not JSON", 'format = "toml"'),
        ('[persona]\nname = "Ada"\n', (1, 1), "TOML, not JSON", 'format = "toml"'),
        ('{\\"name\\": \\"A\\"}', (1, 1), "the quotes of this JSON are escaped", 'write " in the place of \\"'),
        ('{{"name": "A"}}', (1, 1), "the braces of this JSON are doubled", "write { and } once each"),
    ],
)  # fmt: skip
def test_the_cause_is_named_before_the_symptom(
    text: str, place: tuple[int, int], message: str, hint: str
) -> None:
    found = problem(text)

    assert (found.code, found.line, found.column) == ("json-syntax", *place), found
    assert found.message == message
    assert hint in (found.hint or "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Ada", "Ada is not a JSON value"),
        ("'Ada'", "JSON text is written with double quotes, not '"),
        ('{"a": {{"b": 1}}}', "a key must be written in double quotes"),
        ('{"a": <b>}', "expected a value, got '<'"),
        ('{"a": "x" ```', "JSON text is written with double quotes, not `"),
        ("[nothing]", "nothing is not a JSON value"),
        ("// JSON with comments\n{}", "JSON has no comments"),
        ('{"a": export default}', "export is not a JSON value"),
    ],
)
def test_what_only_looks_like_a_wrapping_further_in_is_said_as_before(text: str, message: str) -> None:
    assert problem(text).message == message


def test_json_in_quotes_is_told_from_a_text() -> None:
    found = problem('"{\\"name\\": \\"A\\"}"')

    assert (found.code, found.message) == (
        "json-not-object",
        "the file must hold one JSON object, got a text",
    )
    assert found.hint == "the text holds JSON: write it without the quotes around it and without backslashes"
    assert problem('"A"').hint is None


def test_looking_for_an_object_behind_text_takes_no_time() -> None:
    assert problem("x " + '{"' * 200_000).code == "json-syntax"
    assert problem("x " + '{"a":' * 100_000).code == "json-syntax"
    assert problem("x " + "{\n" * 200_000).code == "json-syntax"
