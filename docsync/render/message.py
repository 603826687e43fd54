"""What a rendered prompt says: messages of text, or of parts where there is more than text. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class MediaKind(StrEnum):
    """What a part is that is no text."""

    IMAGE = "image"
    FILE = "file"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class TextPart:
    """Text between the other parts of a message."""

    text: str


@dataclass(frozen=True, slots=True)
class MediaPart:
    """An image, a file or a sound: its bytes in `data`, or its address in `url` (`https:`), never both.

    `media_type` is the MIME type, None when nobody said it. `name` is what a file is called.
    """

    kind: MediaKind
    data: bytes | None = None
    url: str | None = None
    media_type: str | None = None
    name: str | None = None


Part = TextPart | MediaPart


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `content` is a text, or a tuple of parts where one of them is no text.

    `name` is that of the speaker, None if the prompt gives none. `extra` has what else a message of a thread
    carries, under the names of OpenAI's chat API: `tool_calls` of an assistant, `tool_call_id` of a tool.
    """

    role: str
    content: str | tuple[Part, ...]
    name: str | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
