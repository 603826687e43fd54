"""What an answer must be: outputs and response_format of each generation, in each provider's form."""

from typing import Any

import pytest

from tests.render.making import made, mistakes_of
from tests.render.sdk import ANTHROPIC, CHAT, RESPONSES, judge

PROPERTIES = """
  - {name: verdict, kind: string, required: true, enumValues: [send, stop]}
  - {name: why, kind: string, default: ""}
"""
V2 = f"model: {{id: gpt-4o, apiType: chat}}\noutputs:{PROPERTIES}"
BETA = "model: {id: gpt-4o, api: chat, options: {}}\noutputs:\n  verdict: {type: string, required: true}\n"
OPEN = "model: {id: m, apiType: chat}\noutputs:\n  - {name: finds, kind: array, required: true, items: {kind: object}}"
V1 = """
model:
  api: chat
  configuration: {type: openai, name: m}
  parameters: {response_format: FORMAT}
outputs:
  score: {type: string}
"""
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}}
STRICT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "verdict": {"type": "string", "enum": ["send", "stop"]},
        "why": {"type": ["string", "null"]},
    },
    "required": ["verdict", "why"],
    "additionalProperties": False,
}


def judged(call: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    chat, responses = call.openai(), call.openai_responses()
    judge(CHAT, chat)
    judge(RESPONSES, responses)
    return chat["response_format"], responses["text"]["format"]


def test_outputs_are_a_schema_that_openai_enforces() -> None:
    chat, responses = judged(made(V2))

    form = {"name": "structured_output", "schema": STRICT, "strict": True}
    assert chat == {"type": "json_schema", "json_schema": form}
    assert responses == {"type": "json_schema", **form}


def test_anthropic_may_leave_out_what_need_not_be_there() -> None:
    request = made(V2).anthropic()

    judge(ANTHROPIC, request)
    assert request["output_config"] == {
        "format": {
            "type": "json_schema",
            "schema": {
                "type": "object",
                "properties": {
                    "verdict": {"type": "string", "enum": ["send", "stop"]},
                    "why": {"type": "string"},
                },
                "required": ["verdict"],
                "additionalProperties": False,
            },
        }
    }


def test_outputs_of_beta_are_sent_too() -> None:
    chat, _ = judged(made(BETA))
    assert chat["json_schema"]["schema"]["required"] == ["verdict"]


def test_outputs_that_leave_something_open_are_asked_for_and_not_enforced() -> None:
    """Enforced, an object without properties could only be an empty one."""
    chat, responses = judged(made(OPEN))

    assert chat["json_schema"]["strict"] is responses["strict"] is False
    assert chat["json_schema"]["schema"]["properties"]["finds"] == {
        "type": "array",
        "items": {"type": "object"},
    }
    assert mistakes_of(made(OPEN).anthropic) == [
        "outputs: Anthropic's API needs the properties of each object and the items of each list"
    ]


def test_outputs_of_v1_only_describe() -> None:
    call = made(
        "model: {api: chat, configuration: {type: openai, name: m}}\noutputs:\n  score: {type: string}"
    )
    assert "response_format" not in call.openai()


@pytest.mark.parametrize("kind", ["text", "json_object"])
def test_a_written_form_is_sent_as_it_is(kind: str) -> None:
    chat, responses = judged(made(V1.replace("FORMAT", f"{{type: {kind}}}")))
    assert chat == responses == {"type": kind}


WRITTEN = [
    "{type: json_schema, json_schema: {name: mine, schema: {type: object, properties: {a: {type: string}}}, strict: true}}",
    "{type: json_schema, name: mine, schema: {type: object, properties: {a: {type: string}}}, strict: true}",
]


@pytest.mark.parametrize("written", WRITTEN, ids=["as the chat API has it", "as the responses API has it"])
def test_a_written_schema_goes_to_each_provider_untouched(written: str) -> None:
    call = made(V1.replace("FORMAT", written))
    chat, responses = judged(call)

    form = {"name": "mine", "schema": SCHEMA, "strict": True}
    assert chat == {"type": "json_schema", "json_schema": form}
    assert responses == {"type": "json_schema", **form}
    assert call.anthropic(model="claude")["output_config"] == {
        "format": {"type": "json_schema", "schema": SCHEMA}
    }


def test_a_schema_that_its_author_does_not_enforce_is_not_enforced() -> None:
    written = "{type: json_schema, json_schema: {name: mine, schema: {type: object}, description: d}}"
    chat, responses = judged(made(V1.replace("FORMAT", written)))

    assert "strict" not in chat["json_schema"]
    assert chat["json_schema"]["description"] == responses["description"] == "d"
    assert responses["strict"] is False


def test_anthropic_answers_in_text_anyway_and_has_no_json_of_any_shape() -> None:
    assert "output_config" not in made(V1.replace("FORMAT", "{type: text}")).anthropic(model="claude")
    (said,) = mistakes_of(made(V1.replace("FORMAT", "{type: json_object}")).anthropic, model="claude")
    assert said.startswith(
        "model.parameters.response_format: Anthropic's API has no json_object: say a schema"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "json",
        "{type: xml}",
        "{type: json_schema}",
        "{type: json_schema, json_schema: {schema: {}, mood: fine}}",
    ],
)
def test_a_form_that_is_none_is_a_mistake(wrong: str) -> None:
    assert mistakes_of(made(V1.replace("FORMAT", wrong)).openai)[0].startswith(
        "model.parameters.response_format: "
    )


def test_two_forms_for_one_answer_are_a_mistake() -> None:
    call = made(
        V2.replace(
            "apiType: chat", "apiType: chat, options: {additionalProperties: {response_format: {type: text}}}"
        )
    )
    assert mistakes_of(call.openai) == [
        "model.options.additionalProperties.response_format: outputs and the option response_format both say "
        "what an answer is: keep one of them"
    ]


def test_a_schema_may_come_from_a_file() -> None:
    text = '{"type": "json_schema", "json_schema": {"name": "mine", "schema": {"type": "object"}}}'
    call = made(V1.replace("FORMAT", "'${file:form.json}'"), files={"form.json": text})
    assert call.openai()["response_format"]["json_schema"]["name"] == "mine"

    outputs = made(
        "model: {id: m, api: chat, options: {}}\n"
        "outputs:\n  work: {type: object, required: true, json_schema: '${file:s.json}'}",
        files={"s.json": '{"type": "object", "properties": {"a": {"type": "string"}}}'},
    )
    assert (
        outputs.openai()["response_format"]["json_schema"]["schema"]["properties"]["work"]["type"] == "object"
    )


@pytest.mark.parametrize(
    "front_matter",
    [
        V1.replace("FORMAT", "'${file:form.json}'"),
        "model: {id: m, apiType: chat}\noutputs: '${file:form.json}'",
    ],
)
def test_a_file_that_is_not_there_is_one_mistake(front_matter: str) -> None:
    (said,) = mistakes_of(made(front_matter).openai)
    assert said.endswith("the file form.json is not there")
