"""Stored prompts and calls for tests: front matter as people write it, parsed as docsync does."""

import json
from collections.abc import Mapping
from textwrap import dedent
from typing import Any

import pytest

from docsync.formats import parse
from docsync.render.call import Call
from docsync.render.error import RenderError
from docsync.render.message import MediaKind, MediaPart, Message
from docsync.render.trace import Provenance

PATH = "prompts/support/reply.prompty"
USER = Message("user", "What do I owe?")
PNG = b"\x89PNG\r\n\x1a\n and so on"
PDF = b"%PDF-1.7 and so on"
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "
TYPES = {PNG: "image/png", PDF: "application/pdf", WAV: "audio/wav"}


def stored(front_matter: str, body: str = "user:\nhi") -> dict[str, Any]:
    """What docsync stores of a prompt with this front matter."""
    text = f"---\n{dedent(front_matter).strip()}\n---\n{body}\n"
    content = parse("prompty", PATH, text.encode()).content
    assert content, text
    document: dict[str, Any] = json.loads(content.document)
    return document


def made(front_matter: str, *messages: Message, **fields: Any) -> Call:
    """A call of a prompt with this front matter, that says *messages* (else one of the user)."""
    fields = {"provenance": Provenance(id="prompt_template/support/reply", file_path=PATH)} | fields
    return Call(messages or (USER,), stored(front_matter), **fields)


def mistakes_of(method: Any, **arguments: Any) -> list[str]:
    """What *method* says is wrong, with its place in the front matter; it must say something."""
    with pytest.raises(RenderError) as caught:
        method(**arguments)
    assert all(mistake.path == PATH for mistake in caught.value.mistakes)
    return [str(mistake).removeprefix(f"{PATH}: ") for mistake in caught.value.mistakes]


def calling(*calls: Mapping[str, Any], content: str = "") -> Message:
    """An assistant that calls tools."""
    return Message("assistant", content, extra={"tool_calls": [*calls]})


def weather_call(identity: str = "call_1", arguments: str = '{"city": "Ayr"}') -> dict[str, Any]:
    return {"id": identity, "type": "function", "function": {"name": "weather", "arguments": arguments}}


def answer(identity: str = "call_1", content: Any = "rain") -> Message:
    """What a tool says."""
    return Message("tool", content, "weather", {"tool_call_id": identity})


def image(**fields: Any) -> MediaPart:
    return media(MediaKind.IMAGE, fields)


def file(**fields: Any) -> MediaPart:
    return media(MediaKind.FILE, fields)


def sound(**fields: Any) -> MediaPart:
    return media(MediaKind.AUDIO, fields)


def media(kind: MediaKind, fields: dict[str, Any]) -> MediaPart:
    """A part of this kind; of the bytes above the type is known."""
    return MediaPart(kind, **{"media_type": TYPES.get(fields.get("data", b"")), **fields})
