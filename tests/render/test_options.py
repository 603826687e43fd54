"""Options of every generation have one set of names; each provider gets them under its own, and none is lost."""

from typing import Any

import pytest

from tests.render.making import made, mistakes_of
from tests.render.sdk import ANTHROPIC, CHAT, RESPONSES, judge

V1 = """
    model:
      api: chat
      configuration: {type: openai, name: gpt-4o}
      parameters:
        max_tokens: 128
        temperature: 0.2
        top_p: 0.9
        stop: ["\\n\\n"]
        parallel_tool_calls: false
"""
BETA = """
    model:
      id: gpt-4o
      api: chat
      connection: {type: openai}
      options: {max_tokens: 128, temperature: 0.2, top_p: 0.9, stop: ["\\n\\n"], parallel_tool_calls: false}
"""
V2 = """
    model:
      id: gpt-4o
      apiType: chat
      options:
        maxOutputTokens: 128
        temperature: 0.2
        topP: 0.9
        stopSequences: ["\\n\\n"]
        allowMultipleToolCalls: false
"""


def with_options(written: str, **fields: Any) -> Any:
    return made(f"model: {{id: m, apiType: chat, options: {written}}}", **fields)


@pytest.mark.parametrize("generation", [V1, BETA, V2], ids=["v1", "beta", "v2"])
def test_options_have_one_set_of_names_whatever_generation_wrote_them(generation: str) -> None:
    assert made(generation).options().values == {
        "max_output_tokens": 128,
        "temperature": 0.2,
        "top_p": 0.9,
        "stop": ["\n\n"],
        "parallel_tool_calls": False,
    }


def test_a_provider_gets_them_under_its_own_names() -> None:
    chat, anthropic = made(V2).openai(), made(V2).anthropic()

    assert chat == {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "What do I owe?"}],
        "max_completion_tokens": 128,
        "temperature": 0.2,
        "top_p": 0.9,
        "stop": ["\n\n"],
        "parallel_tool_calls": False,
    }
    assert anthropic == {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "What do I owe?"}],
        "max_tokens": 128,
        "stop_sequences": ["\n\n"],
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
        "extra_body": {"temperature": 0.2, "top_p": 0.9},
        "extra_headers": {"anthropic-version": "2023-06-01"},
    }
    judge(CHAT, chat)
    judge(ANTHROPIC, anthropic)


def test_the_chat_api_gets_the_limit_under_the_name_that_the_author_wrote() -> None:
    """Old models and deployments know only max_tokens, new ones only max_completion_tokens."""
    assert made(V1).openai()["max_tokens"] == made(BETA).openai()["max_tokens"] == 128
    assert "max_completion_tokens" not in made(V1).openai()
    assert with_options("{max_completion_tokens: 5}").openai()["max_completion_tokens"] == 5


def test_what_an_api_does_not_have_is_a_mistake_and_all_are_told_at_once() -> None:
    call = with_options("{seed: 7, stop: x, topK: 3, temperature: 0}")

    assert mistakes_of(call.openai) == ["model.options.topK: OpenAI's chat API has no option 'top_k'"]
    assert mistakes_of(call.openai_responses) == [
        f"model.options.{written}: OpenAI's responses API has no option {name!r}"
        for written, name in {"seed": "seed", "stop": "stop", "topK": "top_k"}.items()
    ]
    assert mistakes_of(call.anthropic) == ["model.options.seed: Anthropic's API has no option 'seed'"]


@pytest.mark.parametrize("written", ["frequency_penalty: 0", "presencePenalty: 0.0", "n: 1"])
def test_an_option_that_says_what_is_so_anyway_is_missed_by_nobody(written: str) -> None:
    call = with_options(f"{{{written}}}")

    assert list(call.openai())[-1] in ("frequency_penalty", "presence_penalty", "n")
    assert list(call.openai_responses()) == ["model", "input"]
    assert list(call.anthropic()) == ["model", "max_tokens", "messages"]


def test_one_that_says_something_else_is_missed() -> None:
    call = with_options("{frequency_penalty: 0.5, n: 2}")

    assert mistakes_of(call.anthropic) == [
        "model.options.frequency_penalty: Anthropic's API has no option 'frequency_penalty'",
        "model.options.n: Anthropic's API has no option 'n'",
    ]


def test_a_misspelt_option_is_told_with_what_may_be_meant() -> None:
    assert mistakes_of(with_options("{tools_choice: auto}").openai) == [
        "model.options.tools_choice: OpenAI's chat API has no option 'tools_choice'; did you mean tool_choice?"
    ]


def test_an_option_that_is_null_and_no_stop_are_none() -> None:
    assert with_options("{temperature: null, stopSequences: []}").options().values == {}


def test_an_option_said_twice_is_a_mistake() -> None:
    assert mistakes_of(with_options("{maxOutputTokens: 1, max_completion_tokens: 2}").options) == [
        "model.options.max_completion_tokens: says again what max_output_tokens is"
    ]
    assert mistakes_of(with_options("{seed: 1, additionalProperties: {seed: 2}}").openai) == [
        "model.options.additionalProperties.seed: seed is an option of this prompt already"
    ]


@pytest.mark.parametrize("name", ["model", "messages", "instructions", "system", "tools"])
def test_an_option_never_replaces_what_the_prompt_says(name: str) -> None:
    said = f"model.options.additionalProperties.{name}: this is no option; the prompt itself says it"
    assert mistakes_of(with_options(f"{{additionalProperties: {{{name}: x}}}}").openai) == [said]


def test_what_an_author_sends_past_docsync_goes_where_the_sdk_lets_it_through() -> None:
    call = with_options("{additionalProperties: {user: ann, enableThinking: true, min_p: 0.1}}")
    beyond = {"enableThinking": True, "min_p": 0.1}

    chat, responses, anthropic = call.openai(), call.openai_responses(), call.anthropic()

    assert (chat["user"], chat["extra_body"]) == ("ann", beyond)
    assert (responses["user"], responses["extra_body"]) == ("ann", beyond)
    assert (anthropic["metadata"], anthropic["extra_body"]) == ({"user_id": "ann"}, beyond)
    for api, request in ((CHAT, chat), (RESPONSES, responses), (ANTHROPIC, anthropic)):
        judge(api, request)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("'128'", 128),
        ("128.0", 128),
        ("'${env:LIMIT}'", 64),
        ("'${env:NONE:32}'", 32),
        ("'${ENV:LIMIT}'", 64),
    ],
)
def test_a_text_that_stands_for_a_number_is_one(written: str, value: int) -> None:
    call = with_options(f"{{maxOutputTokens: {written}}}", environment={"LIMIT": "64"})
    assert call.options().values == {"max_output_tokens": value}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("maxOutputTokens: 1.5", "model.options.maxOutputTokens: must be a whole number"),
        ("maxOutputTokens: many", "model.options.maxOutputTokens: must be a whole number"),
        ("temperature: true", "model.options.temperature: must be a number"),
        ("temperature: [1]", "model.options.temperature: must be a number"),
        ("stream: 1", "model.options.stream: must be true or false"),
        ("stream: perhaps", "model.options.stream: must be true or false"),
        ("additionalProperties: [1]", "model.options.additionalProperties: must be a mapping"),
    ],
)
def test_a_value_of_the_wrong_type_is_a_mistake(written: str, said: str) -> None:
    assert mistakes_of(with_options(f"{{{written}}}").openai) == [said]


def test_a_wrong_value_of_the_environment_is_never_shown() -> None:
    options = "{temperature: '${env:KEY}', stream: '${env:KEY}', reasoningEffort: '${env:KEY}'}"
    call = with_options(options, environment={"KEY": "s3cr3t"})

    for method in (call.openai, call.anthropic, call.openai_responses):
        assert "s3cr3t" not in " ".join(mistakes_of(method))


def test_options_may_come_from_a_file_that_the_prompt_names() -> None:
    files = {
        "options.json": '{"max_tokens": 5, "temperature": 0}',
        "options.yaml": "max_tokens: 5\ntemperature: 0\n",
    }
    for name in files:
        call = made(
            f"model: {{api: chat, configuration: {{type: openai, name: m}}, parameters: '${{file:{name}}}'}}",
            files=files,
        )
        assert call.options().values == {"max_output_tokens": 5, "temperature": 0}
        assert call.openai()["max_tokens"] == 5


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("o.json", "{oops"),
        ("o.yaml", "a: ["),
        ("o.json", '{"seed": NaN}'),
        ("o.json", '{"x": ' * 150 + "1" + "}" * 150),
    ],
    ids=["JSON", "YAML", "not a number", "deep"],
)
def test_a_file_that_cannot_be_parsed_is_a_mistake_that_names_it(name: str, text: str) -> None:
    call = made(f"model: {{id: m, apiType: chat, options: '${{file:{name}}}'}}", files={name: text})

    (said,) = mistakes_of(call.openai)
    assert said.startswith(f"{name}:")


REASONING = [("minimal", None), ("low", "low"), ("max", "max"), ("none", None)]


@pytest.mark.parametrize(("effort", "anthropics"), REASONING)
def test_effort_has_a_place_of_its_own_in_each_api(effort: str, anthropics: str | None) -> None:
    call = with_options(f"{{reasoningEffort: {effort}}}")

    assert call.openai()["reasoning_effort"] == effort
    assert call.openai_responses()["reasoning"] == {"effort": effort}
    if anthropics:
        assert call.anthropic()["output_config"] == {"effort": anthropics}
        judge(ANTHROPIC, call.anthropic())
    else:
        (said,) = mistakes_of(call.anthropic)
        assert "low, medium, high, xhigh, max" in said


def test_reasoning_is_said_once() -> None:
    merged = with_options("{reasoning: {summary: auto}, reasoningEffort: low}").openai_responses()
    assert merged["reasoning"] == {"summary": "auto", "effort": "low"}
    judge(RESPONSES, merged)
    for wrong in ("{reasoning: high}", "{reasoning: {effort: low}, reasoningEffort: high}"):
        assert "reasoning" in mistakes_of(with_options(wrong).openai_responses)[0]


CHOICES = [
    ("auto", "auto", {"type": "auto"}),
    ("none", "none", {"type": "none"}),
    ("required", "required", {"type": "any"}),
    (
        "{type: function, function: {name: weather}}",
        {"type": "function", "name": "weather"},
        {"type": "tool", "name": "weather"},
    ),
]


@pytest.mark.parametrize(("written", "responses", "anthropic"), CHOICES)
def test_a_choice_of_tools_is_said_as_each_api_says_it(
    written: str, responses: object, anthropic: object
) -> None:
    call = made(
        f"model: {{id: m, apiType: chat, options: {{tool_choice: {written}}}}}\n"
        "tools: [{name: weather, kind: function}]"
    )

    assert call.openai_responses()["tool_choice"] == responses
    assert call.anthropic()["tool_choice"] == anthropic
    for api, request in (
        (CHAT, call.openai()),
        (RESPONSES, call.openai_responses()),
        (ANTHROPIC, call.anthropic()),
    ):
        judge(api, request)


def test_a_choice_in_anthropics_own_words_stays_as_it_is() -> None:
    call = with_options("{additionalProperties: {tool_choice: {type: any}}, parallel_tool_calls: false}")

    assert call.anthropic()["tool_choice"] == {"type": "any", "disable_parallel_tool_use": True}
    judge(ANTHROPIC, call.anthropic())


@pytest.mark.parametrize("wrong", ["sometimes", "[weather]", "{type: function}"])
def test_a_choice_that_anthropic_has_no_word_for_is_a_mistake(wrong: str) -> None:
    assert "tool_choice" in mistakes_of(with_options(f"{{tool_choice: {wrong}}}").anthropic)[0]


def test_metadata_is_for_anthropic_no_more_than_a_user() -> None:
    assert with_options("{metadata: {user_id: u1}}").anthropic()["metadata"] == {"user_id": "u1"}
    for wrong in ("{metadata: {team: a}}", "{metadata: {user_id: a}, user: b}", "{metadata: x}"):
        assert "metadata" in mistakes_of(with_options(wrong).anthropic)[0]


def test_one_stop_is_a_list_of_one_for_anthropic() -> None:
    assert with_options("{stop: END}").anthropic()["stop_sequences"] == ["END"]
    assert "stop" in mistakes_of(with_options("{stop: 3}").anthropic)[0]


def test_verbosity_is_part_of_the_text_of_responses() -> None:
    request = with_options("{verbosity: low}").openai_responses()
    assert request["text"] == {"verbosity": "low"}
    judge(RESPONSES, request)


def test_a_streaming_prompt_streams_everywhere() -> None:
    call = with_options("{additionalProperties: {stream: true}}")
    for api, request in (
        (CHAT, call.openai()),
        (RESPONSES, call.openai_responses()),
        (ANTHROPIC, call.anthropic()),
    ):
        assert request["stream"] is True
        judge(api, request)
