"""Messages as OpenAI's responses API takes them."""

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
from tests.render.sdk import RESPONSES, judge

MODEL = "model: {id: gpt-4o, apiType: responses}"
CALL = {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": '{"city": "Ayr"}'}


def sent(*messages: Message) -> list[dict[str, Any]]:
    request = made(MODEL, *messages).openai_responses()
    judge(RESPONSES, request)
    found: list[dict[str, Any]] = request["input"]
    return found


def test_every_message_is_an_item_in_order_also_those_of_the_system() -> None:
    roles = ["system", "developer", "user", "assistant", "system"]

    assert sent(*(Message(role, role) for role in roles)) == [
        {"role": role, "content": role} for role in roles
    ]


def test_calls_of_tools_and_what_tools_say_are_items_of_their_own() -> None:
    said = [CALL, {"type": "function_call_output", "call_id": "call_1", "output": "rain"}]
    user = {"role": "user", "content": USER.content}

    assert sent(USER, calling(weather_call()), answer()) == [user, *said]
    assert sent(USER, calling(weather_call(), content="Let me see."), answer()) == [
        user,
        {"role": "assistant", "content": "Let me see."},
        *said,
    ]


def test_images_and_files_are_parts_of_what_users_and_tools_say() -> None:
    parts = (
        TextPart("See: "),
        image(data=PNG),
        image(url="https://x.example/a.png"),
        file(data=PDF),
        file(url="https://x.example/b"),
    )
    expected = [
        {"type": "input_text", "text": "See: "},
        {"type": "input_image", "image_url": f"data:image/png;base64,{b64encode(PNG).decode()}", "detail": "auto"},
        {"type": "input_image", "image_url": "https://x.example/a.png", "detail": "auto"},
        {
            "type": "input_file",
            "file_data": f"data:application/pdf;base64,{b64encode(PDF).decode()}",
            "filename": "file.pdf",
        },
        {"type": "input_file", "file_url": "https://x.example/b"},
    ]  # fmt: skip
    assert sent(Message("user", parts)) == [{"role": "user", "content": expected}]
    assert sent(USER, answer(content=parts))[1]["output"] == expected


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (Message("function", "x", "f"), "message 1: OpenAI's responses API has no role 'function'"),
        (Message("user", "x", "Ann"), "message 1: OpenAI's responses API has no names of speakers, and 'Ann' would be lost"),
        (Message("user", (sound(data=WAV),)), "message 1: OpenAI's responses API takes no sounds; ask openai()"),
        (Message("assistant", (image(data=PNG),)), "message 1: OpenAI's responses API takes no image from the role"),
        (Message("assistant", "", extra={"refusal": "No."}), "message 1: OpenAI's responses API has no refusal"),
        (Message("tool", "x"), "message 1: a message of a tool needs tool_call_id"),
    ],
)  # fmt: skip
def test_what_the_api_has_no_place_for_is_a_mistake(message: Message, said: str) -> None:
    (first,) = mistakes_of(made(MODEL, message).openai_responses)
    assert first.startswith(said)
