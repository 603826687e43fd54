"""Messages as OpenAI's chat API takes them: roles, names, calls of tools, images, files and sounds."""

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
from tests.render.sdk import CHAT, judge

MODEL = "model: {id: gpt-4o, apiType: chat}"


def sent(*messages: Message) -> list[dict[str, Any]]:
    request = made(MODEL, *messages).openai()
    judge(CHAT, request)
    found: list[dict[str, Any]] = request["messages"]
    return found


def in_base64(octets: bytes) -> str:
    return b64encode(octets).decode()


def test_every_message_is_there_in_order_with_its_role_and_its_speaker() -> None:
    messages = [
        Message("system", "one"), Message("system", ""), Message("developer", "two"), Message("user", "x", "Ann"),
        Message("assistant", "y"), Message("function", "z", "weather"), Message("user", "last"),
    ]  # fmt: skip
    assert sent(*messages) == [
        {"role": "system", "content": "one"},
        {"role": "system", "content": ""},
        {"role": "developer", "content": "two"},
        {"role": "user", "content": "x", "name": "Ann"},
        {"role": "assistant", "content": "y"},
        {"role": "function", "content": "z", "name": "weather"},
        {"role": "user", "content": "last"},
    ]


def test_calls_of_tools_and_what_tools_say_keep_their_ids() -> None:
    assert sent(USER, calling(weather_call(), content="Let me see."), answer()) == [
        {"role": "user", "content": USER.content},
        {"role": "assistant", "content": "Let me see.", "tool_calls": [weather_call()]},
        {"role": "tool", "content": "rain", "tool_call_id": "call_1"},
    ]


def test_an_assistant_that_only_calls_says_nothing() -> None:
    assert sent(calling(weather_call()))[0]["content"] is None


def test_arguments_that_are_an_object_become_json_and_what_is_unknown_stays_behind() -> None:
    call = {"id": "c", "function": {"name": "f", "arguments": {"a": "ä"}, "evil": 1}, "evil": 2}
    assert sent(calling(call))[0]["tool_calls"] == [
        {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": "ä"}'}}
    ]


def test_a_refusal_is_kept() -> None:
    assert sent(Message("assistant", "", extra={"refusal": "No."})) == [
        {"role": "assistant", "content": None, "refusal": "No."}
    ]


def test_images_sounds_and_files_are_parts_of_a_message() -> None:
    parts = (
        TextPart("See: "), image(data=PNG), image(url="https://x.example/a.png"), sound(data=WAV),
        file(data=PDF, name="bill.pdf"), file(data=b"hi", media_type="text/plain"),
    )  # fmt: skip
    assert sent(Message("user", parts))[0]["content"] == [
        {"type": "text", "text": "See: "},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{in_base64(PNG)}"}},
        {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}},
        {"type": "input_audio", "input_audio": {"data": in_base64(WAV), "format": "wav"}},
        {
            "type": "file",
            "file": {"file_data": f"data:application/pdf;base64,{in_base64(PDF)}", "filename": "bill.pdf"},
        },
        {
            "type": "file",
            "file": {"file_data": f"data:text/plain;base64,{in_base64(b'hi')}", "filename": "file.txt"},
        },
    ]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (Message("thread", "x"), "message 1: OpenAI's chat API has no role 'thread'"),
        (Message("tools", "x"), "message 1: OpenAI's chat API has no role 'tools'"),
        (Message("function", "x"), "message 1: a message of a function needs its name"),
        (Message("tool", "x"), "message 1: a message of a tool needs tool_call_id"),
        (Message("tool", "x", extra={"tool_call_id": 3}), "message 1: a message of a tool needs tool_call_id"),
        (Message("user", "x", extra={"tool_calls": []}), "message 1: OpenAI's chat API has no tool_calls in a message"),
        (Message("user", "x", extra={"role": "system"}), "message 1: OpenAI's chat API has no role in a message"),
        (Message("assistant", "x", extra={"tool_calls": "x"}), "message 1: tool_calls must be a list"),
        (calling({"id": "a"}), "message 1: each of tool_calls must be"),
        (calling(weather_call() | {"type": "custom"}), "message 1: each of tool_calls must be"),
        (Message("assistant", "", extra={"refusal": 1}), "message 1: refusal must be a text"),
        (Message("system", (image(data=PNG),)), "message 1: OpenAI's chat API takes no image from the role system"),
        (answer(content=(file(data=PDF),)), "message 1: OpenAI's chat API takes no file from the role tool"),
        (Message("user", (image(data=b"??"),)), "message 1: nobody says what its image is"),
        (Message("user", (sound(url="https://x.example/a.wav"),)), "message 1: OpenAI's chat API fetches no sound"),
        (Message("user", (sound(data=b"x", media_type="audio/ogg"),)), "message 1: OpenAI's chat API takes sounds as wav"),
        (Message("user", (file(url="https://x.example/a.pdf"),)), "message 1: OpenAI's chat API fetches no file"),
    ],
)  # fmt: skip
def test_what_the_api_has_no_place_for_is_a_mistake(message: Message, said: str) -> None:
    (first, *rest) = mistakes_of(made(MODEL, message).openai)

    assert first.startswith(said)
    assert rest == []


def test_a_prompt_that_says_nothing_is_a_mistake() -> None:
    call = made(MODEL)
    empty = type(call)((), call.document, call.provenance)

    assert mistakes_of(empty.openai) == ["the prompt says nothing: it has no message"]


def test_all_mistakes_of_all_messages_are_told_at_once() -> None:
    call = made(MODEL, Message("tools", "x"), Message("tool", "y"), Message("narrator", "z"))

    assert [message.partition(":")[0] for message in mistakes_of(call.openai)] == [
        "message 1",
        "message 2",
        "message 3",
    ]
