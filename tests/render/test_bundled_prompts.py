"""The bundled prompts show what rendering does: each renders with its own samples, to a request for its own provider."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from docsync.reader import Reader, open_reader
from docsync.render.call import Call
from docsync.render.message import MediaKind, MediaPart, Message, TextPart
from tests.render.prompt import ROOT, bundled
from tests.render.sdk import ANTHROPIC, CHAT, RESPONSES, judge

PROMPTS = {
    f"prompt_template/{path.removeprefix('prompts/').removesuffix('.prompty')}": document
    for path, document in bundled().items()
}
OPENAI, PNG_SIGN = ("openai", CHAT), b"\x89PNG\r\n\x1a\n"
METHODS = {
    ("anthropic", "chat"): ("anthropic", ANTHROPIC),
    ("foundry", "chat"): ("azure", CHAT),
    ("openai", "chat"): OPENAI,
    ("openai", "responses"): ("openai_responses", RESPONSES),
    (None, None): OPENAI,  # a model that is only named
}
"""By provider and type of API: the method of a call, and the SDK that takes what it gives."""

each_prompt = pytest.mark.parametrize("id_", PROMPTS)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with open_reader(ROOT, source="files") as opened:
        yield opened


def samples_of(id_: str) -> dict[str, Any]:
    """The samples of a prompt as a caller would give them."""
    if id_ == "prompt_template/support/refund-decision":  # they are in a file
        samples: dict[str, Any] = json.loads((ROOT / "prompts/support/refund.sample.json").read_text("utf-8"))
        return samples
    return {one["name"]: one["example"] for one in PROMPTS[id_]["inputs"] if "example" in one}


def sampled(reader: Reader, id_: str) -> Call:
    return reader.render(id_, samples=True)


def says_something(message: Message) -> bool:
    if isinstance(message.content, str):
        return bool(message.content.strip())
    return any(not isinstance(part, TextPart) or part.text.strip() for part in message.content)


@each_prompt
def test_each_renders_with_its_own_samples_and_no_message_is_empty(reader: Reader, id_: str) -> None:
    messages = sampled(reader, id_).messages

    assert (messages[0].role, messages[-1].role) == ("system", "user")
    assert [message for message in messages if not says_something(message)] == []


@each_prompt
def test_each_sample_is_what_its_input_declares(reader: Reader, id_: str) -> None:
    """What a caller gives is checked against kind and choices; samples are not."""
    given = reader.render(id_, samples_of(id_))

    assert given.messages == sampled(reader, id_).messages


def test_one_takes_in_a_file_that_is_no_document(reader: Reader) -> None:
    first = sampled(reader, "prompt_template/support/summarise-call").messages[0]

    assert isinstance(first.content, str)
    assert first.content.endswith("card numbers, even if the customer mentioned them.")


@each_prompt
def test_each_gives_a_request_for_its_own_provider(reader: Reader, id_: str) -> None:
    rendered = sampled(reader, id_)
    variables = {one["name"]: "set" for one in PROMPTS[id_]["references"]["env"]}
    call = replace(rendered, environment=variables)
    model = PROMPTS[id_]["model"]
    method, sdk = METHODS[model.get("provider"), model.get("apiType")]

    judge(sdk, getattr(call, method)())
    assert call.connection().unresolved == ()


def test_one_sends_a_photo(reader: Reader) -> None:
    call = sampled(reader, "prompt_template/support/reply-to-customer")

    content = call.messages[-1].content
    assert isinstance(content, tuple)
    words, photo = content
    assert isinstance(words, TextPart)
    assert words.text.endswith("Could somebody please look at it?")
    assert isinstance(photo, MediaPart)
    assert (photo.kind, photo.media_type) == (MediaKind.IMAGE, "image/png")
    assert (photo.data or b"").startswith(PNG_SIGN)


def test_one_goes_on_with_a_conversation_in_which_one_of_its_tools_was_called(reader: Reader) -> None:
    call = sampled(reader, "prompt_template/support/outage-triage")

    assert [message.role for message in call.messages] == [
        "system", "user", "assistant", "tool", "assistant", "user",
    ]  # fmt: skip
    asked, answer = call.messages[2].extra["tool_calls"], call.messages[3].extra["tool_call_id"]
    assert [one["id"] for one in asked] == [answer]
    names = {tool.name for tool in call.tools().functions}
    assert {one["function"]["name"] for one in asked} <= names


@pytest.mark.parametrize(
    "id_", ["prompt_template/support/outage-triage", "prompt_template/tutoring/tutor-dialogue"]
)
def test_a_conversation_may_be_new(reader: Reader, id_: str) -> None:
    given = {name: value for name, value in samples_of(id_).items() if name != "conversation"}

    assert [message.role for message in reader.render(id_, given).messages] == ["system", "user"]
