"""Inputs, outputs and tools as lists."""

import pytest
import yaml

from docsync.formats.prompty.properties import normalize_inputs, normalize_properties, normalize_tools


@pytest.mark.parametrize(
    ("front", "inputs"),
    [
        ("{}", "[]"),
        ("inputs: '${file:inputs.json}'", "[]"),
        (
            "inputs: {a: x, b: 1, c: true, d: 1.5, e: [1], f: null}",
            "[{name: a, kind: string, default: x}, {name: b, kind: integer, default: 1},"
            " {name: c, kind: boolean, default: true}, {name: d, kind: float, default: 1.5},"
            " {name: e, kind: array, default: [1]}, {name: f, default: null}]",
        ),
        ("inputs: {a: {type: number, sample: 3}}", "[{name: a, kind: number, example: 3}]"),
        ("inputs: {a: {type: x, kind: y}}", "[{name: a, type: x, kind: y}]"),
        ("inputs: {a: {default: 3}}", "[{name: a, default: 3, kind: integer}]"),
        ("inputs: {a: {description: d}}", "[{name: a, description: d}]"),
        ("inputs: {a: {name: b, kind: c}}", "[{name: b, kind: c}]"),
        ("inputs: [{name: a, type: string, strict: true}, word]", "[{name: a, kind: string, strict: true}]"),
        ("{inputs: {a: {type: t}}, sample: {a: 1, b: 2}}", "[{name: a, kind: t, example: 1},"
         " {name: b, kind: integer, example: 2}]"),
        ("{inputs: [{kind: t}], sample: {a: 1}}", "[{kind: t}, {name: a, kind: integer, example: 1}]"),
        ("{inputs: {a: {type: t, sample: 0}}, sample: {a: 1}}", "[{name: a, kind: t, example: 0}]"),
        ("{sample: '${file:s.json}'}", "[]"),
        ("inputSchema: {properties: [{name: a, kind: string}]}", "[{name: a, kind: string}]"),
        ("inputSchema: {a: {kind: string}}", "[{name: a, kind: string}]"),
    ],
)  # fmt: skip
def test_inputs_become_one_list(front: str, inputs: str) -> None:
    assert normalize_inputs(yaml.safe_load(front)) == yaml.safe_load(inputs)


def test_outputs_become_one_list_without_samples() -> None:
    assert normalize_properties(yaml.safe_load("{outputs: {a: {type: t}}, sample: {b: 1}}"), "outputs") == [
        {"name": "a", "kind": "t"}
    ]


@pytest.mark.parametrize(
    ("front", "tools"),
    [
        ("tools: [{name: a, kind: mcp, serverName: s}]", "[{name: a, kind: mcp, serverName: s}]"),
        ("tools: [{id: a, type: function}]", "[{name: a, kind: function}]"),
        ("tools: [{id: a, name: b, type: x}]", "[{id: a, name: b, kind: x}]"),
        ("tools: {a: {type: x}}", "[{name: a, kind: x}]"),
        ("tools: '${file:t.json}'", "[]"),
        (
            "model: {parameters: {tools: [{type: function, strict: true, function: {name: f, parameters: {}}}]}}",
            "[{name: f, kind: function, parameters: {}, strict: true}]",
        ),
        ("{tools: [{name: a, kind: x}], model: {tools: [{name: b, kind: y}], options: {tools: [{name: c, kind: z}]}}}",
         "[{name: a, kind: x}, {name: b, kind: y}, {name: c, kind: z}]"),
    ],
)  # fmt: skip
def test_tools_are_gathered_from_every_place(front: str, tools: str) -> None:
    assert normalize_tools(yaml.safe_load(front)) == yaml.safe_load(tools)


def test_the_front_matter_is_left_as_it_is() -> None:
    text = "{inputs: [{name: a, type: t}], sample: {a: 1, b: 2}, tools: [{id: a, type: function, function: {name: f}}]}"
    written = yaml.safe_load(text)
    normalize_inputs(written)
    normalize_tools(written)

    assert written == yaml.safe_load(text)
