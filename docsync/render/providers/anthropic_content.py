"""What a message says, as blocks of Anthropic's API: text, images, documents, tools."""

from typing import Any, assert_never

from docsync.render.media_encoding import encode_media, media_type_of
from docsync.render.message import MediaKind, MediaPart, Message, Part, TextPart
from docsync.render.mistake_list import MistakeList
from docsync.render.tool_call import parse_arguments, read_call_id, read_tool_calls

API = "Anthropic's API"

_IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_PDF, _PLAIN = "application/pdf", "text/plain"
_Block = dict[str, Any]


def blocks_of(content: str | tuple[Part, ...], where: str, mistakes: MistakeList) -> list[_Block]:
    """The blocks of *content*; blank texts, which the API refuses, are none."""
    parts = (TextPart(content),) if isinstance(content, str) else content
    return [
        _block(part, where, mistakes) for part in parts if not isinstance(part, TextPart) or part.text.strip()
    ]


def put_calls(blocks: list[_Block], message: Message, where: str, mistakes: MistakeList) -> list[_Block]:
    """*blocks* and the calls of tools that an assistant made after them."""
    return [
        *blocks,
        *(
            {
                "type": "tool_use",
                "id": call.id,
                "name": call.name,
                "input": parse_arguments(call, where, mistakes),
            }
            for call in read_tool_calls(message, where, mistakes)
        ),
    ]


def tool_result(message: Message, where: str, mistakes: MistakeList) -> _Block:
    """The block of a tool's message; the name of the tool is that of its call."""
    call_id = read_call_id(message, where, mistakes)
    content = (
        message.content if isinstance(message.content, str) else blocks_of(message.content, where, mistakes)
    )
    return {"type": "tool_result", "tool_use_id": call_id, **({"content": content} if content else {})}


def _block(part: Part, where: str, mistakes: MistakeList) -> _Block:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    match part.kind:
        case MediaKind.IMAGE:
            return {"type": "image", "source": _image(part, where, mistakes)}
        case MediaKind.FILE:
            name = {"title": part.name} if part.name else {}
            return {"type": "document", "source": _document(part, where, mistakes), **name}
        case MediaKind.AUDIO:
            mistakes.add(f"{where}: {API} takes no sounds")
            return {}
        case _:
            assert_never(part.kind)


def _image(part: MediaPart, where: str, mistakes: MistakeList) -> dict[str, Any]:
    if part.data is None:
        return {"type": "url", "url": part.url}
    media_type = media_type_of(part, where, mistakes)
    if media_type and media_type not in _IMAGES:
        mistakes.add(f"{where}: {API} takes images as {', '.join(_IMAGES)}, not {media_type}")
    return {"type": "base64", "media_type": media_type, "data": encode_media(part.data)}


def _document(part: MediaPart, where: str, mistakes: MistakeList) -> dict[str, Any]:
    if part.data is None:
        return {"type": "url", "url": part.url}
    media_type = media_type_of(part, where, mistakes)
    if media_type == _PDF:
        return {"type": "base64", "media_type": _PDF, "data": encode_media(part.data)}
    if media_type == _PLAIN:
        return {"type": "text", "media_type": _PLAIN, "data": _decode(part.data, where, mistakes)}
    if media_type:
        mistakes.add(f"{where}: {API} takes files as {_PDF} and {_PLAIN}, not {media_type}")
    return {}


def _decode(octets: bytes, where: str, mistakes: MistakeList) -> str:
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        mistakes.add(f"{where}: a file of {_PLAIN} must be UTF-8")
        return ""
