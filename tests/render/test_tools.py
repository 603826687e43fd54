"""Tools of every generation are functions of one shape; what is no function is named, and never sent by surprise."""

from typing import Any

import pytest

from docsync.render.error import RenderError
from tests.render.making import made, mistakes_of

WEATHER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "description": "The city"},
        "unit": {"type": "string", "enum": ["C", "F"]},
    },
    "required": ["city"],
}
WRITTEN = {
    "v1": """
        model:
          api: chat
          parameters:
            tools:
              - type: function
                function:
                  name: weather
                  description: Now
                  parameters:
                    type: object
                    properties:
                      city: {type: string, description: The city}
                      unit: {type: string, enum: [C, F]}
                    required: [city]
    """,
    "beta": """
        model: {id: gpt-4o, api: chat, options: {}}
        tools:
          - id: weather
            type: function
            description: Now
            parameters:
              - {name: city, type: string, description: The city, required: true}
              - {name: unit, type: string, enum: [C, F]}
    """,
    "beta, below options": """
        model: {id: gpt-4o, api: chat, options: {}}
        tools:
          - id: weather
            type: function
            options:
              description: Now
              options:
                parameters:
                  - {name: city, type: string, description: The city, required: true}
                  - {name: unit, type: string, enum: [C, F]}
    """,
    "v2": """
        model: {id: gpt-4o, apiType: chat}
        tools:
          - name: weather
            kind: function
            description: Now
            parameters:
              - {name: city, kind: string, description: The city, required: true}
              - {name: unit, kind: string, enumValues: [C, F]}
    """,
    "v2, by name": """
        model: {id: gpt-4o, apiType: chat}
        tools:
          weather:
            kind: function
            description: Now
            parameters:
              city: {kind: string, description: The city, required: true}
              unit: {kind: string, enumValues: [C, F]}
    """,
}
OTHERS = """
    model: {id: gpt-4o, apiType: chat}
    tools:
      - {name: files, kind: mcp, serverName: fs, connection: {kind: reference, name: fs}}
      - {name: api, kind: openapi, specification: ./api.json}
      - {name: summarize, kind: prompty, path: ./child.prompty}
      - {name: own, kind: my_provider}
      - {name: weather, kind: function}
"""


@pytest.mark.parametrize("generation", WRITTEN)
def test_a_function_has_one_shape_whatever_generation_wrote_it(generation: str) -> None:
    (tool,) = made(WRITTEN[generation]).tools().functions

    assert (tool.name, tool.description, tool.parameters, tool.strict) == ("weather", "Now", WEATHER, False)


def test_each_provider_has_its_own_place_for_a_function() -> None:
    call = made(WRITTEN["v2"])
    function = {"name": "weather", "description": "Now", "parameters": WEATHER}

    assert call.openai()["tools"] == [{"type": "function", "function": function}]
    assert call.openai_responses()["tools"] == [{"type": "function", **function, "strict": False}]
    assert call.anthropic()["tools"] == [{"name": "weather", "description": "Now", "input_schema": WEATHER}]


def test_a_strict_function_is_enforced_as_each_provider_does_it() -> None:
    call = made(WRITTEN["v2"].replace("kind: function", "kind: function\n            strict: true"))
    (chat,) = call.openai()["tools"]
    (responses,) = call.openai_responses()["tools"]
    (anthropic,) = call.anthropic()["tools"]

    assert chat["function"]["strict"] is responses["strict"] is anthropic["strict"] is True
    assert chat["function"]["parameters"] == responses["parameters"]
    assert responses["parameters"]["required"] == ["city", "unit"]
    assert responses["parameters"]["properties"]["unit"]["type"] == ["string", "null"]
    assert anthropic["input_schema"] == {**WEATHER, "additionalProperties": False}


@pytest.mark.parametrize("bindings", ["{unit: {input: preferred}}", "[{name: unit, input: preferred}]"])
def test_a_parameter_that_an_input_fills_is_none_of_the_models_business(bindings: str) -> None:
    call = made(WRITTEN["v2"].replace("kind: function", f"kind: function\n            bindings: {bindings}"))

    (tool,) = call.tools().functions
    assert list(tool.parameters["properties"]) == ["city"]


def test_what_is_no_function_is_named_with_its_kind() -> None:
    tools = made(OTHERS).tools()

    assert [(tool.name, tool.kind) for tool in tools.others] == [
        ("files", "mcp"), ("api", "openapi"), ("summarize", "prompty"), ("own", "my_provider"),
    ]  # fmt: skip
    assert tools.others[0].written["serverName"] == "fs"
    assert [tool.name for tool in tools.functions] == ["weather"]


def test_what_is_no_function_is_sent_to_nobody_and_left_out_only_by_name() -> None:
    call = made(OTHERS)
    for method in (call.openai, call.openai_responses, call.azure, call.anthropic):
        said = mistakes_of(method)
        assert [
            message
            for message in said
            if "'files' is of the kind 'mcp'" in message and "without={'files'}" in message
        ]
        assert len(said) == 4

        request = method(without={"files", "api", "summarize", "own"})
        assert len(request["tools"]) == 1


def test_one_tool_to_leave_out_may_be_given_as_a_text() -> None:
    call = made("model: {id: m, apiType: chat}\ntools: [{name: files, kind: mcp}]")
    assert "tools" not in call.openai(without="files")


def test_a_tool_that_is_not_there_cannot_be_left_out() -> None:
    with pytest.raises(RenderError) as caught:
        made(OTHERS).openai(without=["whether", "searching", "files", "api", "summarize", "own"])
    assert [(one.message, one.hint) for one in caught.value.mistakes] == [
        (
            "the prompt has no tool 'searching' to leave out",
            "there are api, files, own, summarize, weather",
        ),
        ("the prompt has no tool 'whether' to leave out", "did you mean 'weather'?"),
    ]
    with pytest.raises(RenderError, match=r"no tool 'x' to leave out \(it has none\)"):
        made("model: gpt-4o").openai(without=["x"])


@pytest.mark.parametrize(
    ("tool", "said"),
    [
        ("{kind: function}", "tools[0]: a tool needs a name"),
        ("{name: a, kind: function, strict: often}", "tools[0].strict: must be true or false, got 'often'"),
        ("{name: a, kind: function, parameters: '${file:a.json}'}", "tools[0].parameters: must be a list"),
    ],
)
def test_a_tool_that_makes_no_function_is_a_mistake(tool: str, said: str) -> None:
    (message,) = mistakes_of(made(f"model: {{id: m, apiType: chat}}\ntools:\n  - {tool}").tools)

    assert message.startswith(said)


def test_tools_may_come_from_a_file_that_the_prompt_names() -> None:
    call = made(
        "model: {api: chat, configuration: {type: openai, name: m}, parameters: {tools: '${file:tools.json}'}}",
        files={"tools.json": '[{"type": "function", "function": {"name": "weather"}}]'},
    )

    assert [tool.name for tool in call.tools().functions] == ["weather"]
    assert call.openai()["tools"][0]["function"]["parameters"] == {"type": "object", "properties": {}}


def test_a_file_of_tools_that_is_not_there_is_a_mistake_and_no_prompt_without_tools() -> None:
    call = made("model: {id: m, apiType: chat}\ntools: '${file:tools.json}'")

    assert mistakes_of(call.openai) == ["tools: the file tools.json is not there"]
