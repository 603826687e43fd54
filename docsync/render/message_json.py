"""Messages as JSON, for those who are no Python. Decides nothing."""

from base64 import b64encode
from typing import Any

from docsync.render.message import Message, Part, TextPart


def message_to_json(message: Message) -> dict[str, Any]:
    """Role, content, and name and more where the message has them."""
    content = message.content
    written = content if isinstance(content, str) else [_part_to_json(part) for part in content]
    name = {} if message.name is None else {"name": message.name}
    return {"role": message.role, "content": written, **name, **message.extra}


def _part_to_json(part: Part) -> dict[str, Any]:
    """A text, or a URL or bytes (base64) with what is known of them."""
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    data = None if part.data is None else b64encode(part.data).decode("ascii")
    named = {"url": part.url, "data": data, "media_type": part.media_type, "name": part.name}
    return {"type": part.kind.value, **{key: value for key, value in named.items() if value is not None}}
