"""Messages as Anthropic's API takes them: turns of user and assistant, and a system beside them."""

from base64 import b64encode
from typing import Any

import pytest

from docsync.render.message import Message, TextPart
from tests.render.making import (
    PDF,
    PNG,
    USER,
    WAV,
    answer,
    calling,
    file,
    image,
    made,
    mistakes_of,
    sound,
    weather_call,
)
from tests.render.sdk import ANTHROPIC, importlib_or_skip, judge

MODEL = "model: {id: claude-sonnet-4-6, provider: anthropic, apiType: chat}"
USE = {"type": "tool_use", "id": "call_1", "name": "weather", "input": {"city": "Ayr"}}
RESULT = {"type": "tool_result", "tool_use_id": "call_1", "content": "rain"}


def sent(*messages: Message) -> dict[str, Any]:
    request: dict[str, Any] = made(MODEL, *messages).anthropic()
    judge(ANTHROPIC, request)
    return request


def text(said: str) -> dict[str, str]:
    return {"type": "text", "text": said}


def test_the_system_stands_beside_the_turns() -> None:
    request = sent(Message("system", "Be calm."), USER)

    assert request["system"] == "Be calm."
    assert request["messages"] == [{"role": "user", "content": USER.content}]


def test_several_messages_of_the_system_are_blocks_in_order_and_a_developer_is_one() -> None:
    request = sent(Message("system", "one"), Message("developer", "two"), USER)
    assert request["system"] == [text("one"), text("two")]


def test_a_message_of_the_system_between_turns_stays_where_it_is() -> None:
    request = sent(Message("system", "one"), USER, Message("system", "two"), USER)

    assert request["system"] == "one"
    assert [turn["role"] for turn in request["messages"]] == ["user", "system", "user"]


def test_messages_of_one_role_that_follow_each_other_are_one_turn() -> None:
    a, b = Message("user", "a"), Message("assistant", "b")

    assert sent(a, a, b, b, a)["messages"] == [
        {"role": "user", "content": [text("a"), text("a")]},
        {"role": "assistant", "content": [text("b"), text("b")]},
        {"role": "user", "content": "a"},
    ]


def test_calls_of_tools_are_uses_and_all_results_come_first_in_the_next_turn() -> None:
    other = {**USE, "id": "call_2"}
    request = sent(
        USER,
        calling(weather_call(), weather_call("call_2"), content="Let me see."),
        answer(),
        answer("call_2"),
        USER,
    )

    assert request["messages"][1:] == [
        {"role": "assistant", "content": [text("Let me see."), USE, other]},
        {"role": "user", "content": [RESULT, {**RESULT, "tool_use_id": "call_2"}, text("What do I owe?")]},
    ]


def test_an_assistant_that_only_calls_says_nothing_and_a_tool_may_say_nothing() -> None:
    request = sent(USER, calling(weather_call()), answer(content=""))

    assert request["messages"][1]["content"] == [USE]
    assert request["messages"][2]["content"] == [{"type": "tool_result", "tool_use_id": "call_1"}]


def test_images_and_documents_are_blocks() -> None:
    parts = (
        TextPart("\n"), image(data=PNG), image(url="https://x.example/a.png"), file(data=PDF, name="bill.pdf"),
        file(url="https://x.example/b.pdf"), file(data="hü".encode(), media_type="text/plain; charset=utf-8"),
    )  # fmt: skip
    expected = [
        {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": b64encode(PNG).decode()},
        },
        {"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}},
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": b64encode(PDF).decode()},
            "title": "bill.pdf",
        },
        {"type": "document", "source": {"type": "url", "url": "https://x.example/b.pdf"}},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hü"}},
    ]
    assert sent(Message("user", parts))["messages"][0]["content"] == expected
    assert (
        sent(USER, calling(weather_call()), answer(content=parts))["messages"][2]["content"][0]["content"]
        == expected
    )


def test_a_type_that_people_call_otherwise_is_known() -> None:
    (block,) = sent(Message("user", (image(data=b"x", media_type="image/jpg"),)))["messages"][0]["content"]
    assert block["source"]["media_type"] == "image/jpeg"


def test_the_api_needs_a_limit_and_a_prompt_that_has_none_gets_the_one_of_the_call() -> None:
    assert made(MODEL).anthropic()["max_tokens"] == 4096
    assert made(MODEL).anthropic(max_tokens=100)["max_tokens"] == 100
    own = made(MODEL.replace("chat", "chat, options: {maxOutputTokens: 7}"))
    assert own.anthropic(max_tokens=100)["max_tokens"] == 7


def test_the_sdk_sends_the_options_of_sampling_with_the_version_that_has_them() -> None:
    """The request as it would leave the machine; it is caught before."""
    sdk, httpx = importlib_or_skip("anthropic"), importlib_or_skip("httpx2")
    caught: list[Any] = []

    def catch(request: Any) -> Any:
        caught.append(request)
        return httpx.Response(400, json={})

    client = sdk.Anthropic(
        api_key="none",
        max_retries=0,
        http_client=sdk.DefaultHttpxClient(transport=httpx.MockTransport(catch)),
    )
    options = "chat, options: {temperature: 0.5, topP: 0.9, topK: 5, additionalProperties: {later: 1}}"
    with client, pytest.raises(sdk.BadRequestError):
        client.messages.create(**made(MODEL.replace("chat", options)).anthropic())

    (request,) = caught
    body = importlib_or_skip("json").loads(request.content)
    assert request.headers["anthropic-version"] == "2023-06-01"
    assert (body["temperature"], body["top_p"], body["top_k"], body["later"]) == (0.5, 0.9, 5, 1)


def test_without_them_the_sdk_chooses_the_version() -> None:
    assert "extra_headers" not in made(MODEL).anthropic()


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (Message("function", "x", "f"), "message 2: Anthropic's API has no role 'function'"),
        (Message("user", "x", "Ann"), "message 2: Anthropic's API has no names of speakers, and 'Ann' would be lost"),
        (Message("user", " \n"), "message 2: the message of the user is blank, which Anthropic's API refuses"),
        (Message("system", ""), "message 2: the message of the system is blank"),
        (Message("user", (sound(data=WAV),)), "message 2: Anthropic's API takes no sounds"),
        (Message("assistant", (image(data=PNG),)), "message 2: Anthropic's API takes no image from the role assistant"),
        (Message("user", (image(data=b"x", media_type="image/bmp"),)), "message 2: Anthropic's API takes images as"),
        (Message("user", (file(data=b"x", media_type="text/csv"),)), "message 2: Anthropic's API takes files as"),
        (Message("user", (file(data=b"\xff", media_type="text/plain"),)), "message 2: a file of text/plain must be UTF-8"),
        (Message("user", (file(data=b"??"),)), "message 2: nobody says what its file is"),
        (calling(weather_call(arguments="[1]")), "message 2: the arguments of the call call_1 must be a JSON object"),
        (calling(weather_call(arguments="{")), "message 2: the arguments of the call call_1 must be a JSON object"),
        (Message("assistant", "x", extra={"refusal": "No."}), "message 2: Anthropic's API has no refusal"),
    ],
)  # fmt: skip
def test_what_the_api_has_no_place_for_is_a_mistake(message: Message, said: str) -> None:
    first, *rest = mistakes_of(made(MODEL, USER, message).anthropic)

    assert first.startswith(said)
    assert rest == []


def test_a_prompt_of_nothing_but_the_system_is_a_mistake() -> None:
    assert mistakes_of(made(MODEL, Message("system", "x")).anthropic) == [
        "Anthropic's API needs a message that is not the system's"
    ]


def test_a_model_of_another_provider_is_a_mistake_unless_one_is_named() -> None:
    call = made(MODEL.replace("provider: anthropic", "provider: openai"))

    assert mistakes_of(call.anthropic) == [
        "model.provider: the prompt names a model of openai: say one of Anthropic's with model="
    ]
    assert call.anthropic(model="claude-opus-5")["model"] == "claude-opus-5"
