"""Conversations as inputs: lists of messages in the shape of OpenAI's chat API. Never parses their texts."""

from collections.abc import Mapping
from types import MappingProxyType

from docsync.names import find_closest
from docsync.render.media import read_media
from docsync.render.message import MediaKind, MediaPart, Message, Part, TextPart
from docsync.render.role_line import DATA_ROLES
from docsync.render.value import NotPlain, PlainValues, describe

_EXTRA = {"tool_calls": "assistant", "function_call": "assistant", "tool_call_id": "tool"}
_KEYS = ("role", "content", "name", *_EXTRA)


def read_thread(value: object, plain: PlainValues) -> tuple[Message, ...]:
    """The messages of *value*, each a Message or a mapping. NotPlain where one is none."""
    if value is None or value == {}:
        return ()
    if not isinstance(value, list | tuple):
        raise NotPlain(f"must be a list of messages, got {describe(value)}")
    messages = []
    for place, item in enumerate(value):
        try:
            messages.append(_read_message(item, plain))
        except NotPlain as error:
            error.steps.append(f"[{place}]")
            raise
    return tuple(messages)


def thread_values(messages: tuple[Message, ...]) -> list[dict[str, object]]:
    """*messages* as a template sees them that goes through them itself."""
    return [
        {"role": message.role, "content": _text_of(message.content), **_name_of(message), **message.extra}
        for message in messages
    ]


def _name_of(message: Message) -> dict[str, object]:
    return {} if message.name is None else {"name": message.name}


def _text_of(content: str | tuple[Part, ...]) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.text for part in content if isinstance(part, TextPart))


def _read_message(item: object, plain: PlainValues) -> Message:
    if isinstance(item, Message):
        _check_role(item.role)
        return item
    if not isinstance(item, Mapping):
        raise NotPlain(f"must be a message with role and content, got {describe(item)}")
    given = {str(key): value for key, value in item.items() if value is not None}
    unknown = [key for key, value in given.items() if key not in _KEYS and value not in ([], {}, "")]
    if unknown:
        near = find_closest(unknown[0], _KEYS, 1)
        raise NotPlain(
            f"a message has no '{unknown[0]}'"
            + (f"; did you mean '{near[0]}'?" if near else f"; it has {', '.join(_KEYS)}")
        )
    role = _check_role(given.get("role"))
    name = given.get("name")
    if name is not None and not isinstance(name, str):
        raise NotPlain(f"the name must be a text, got {describe(name)}")
    return Message(
        role, _read_content(given.get("content", ""), plain), name, _read_extra(role, given, plain)
    )


def _check_role(role: object) -> str:
    if isinstance(role, str) and role.lower() in DATA_ROLES:
        return role.lower()
    shown = f"'{role[:40]}'" if isinstance(role, str) else describe(role)
    raise NotPlain(f"the role must be {', '.join(DATA_ROLES)}, got {shown}")


def _read_extra(role: str, given: Mapping[str, object], plain: PlainValues) -> Mapping[str, object]:
    extra: dict[str, object] = {}
    for key, owner in _EXTRA.items():
        if key in given:
            if role != owner:
                raise NotPlain(f"only a message of the role {owner} has '{key}', and this one is of {role}")
            extra[key] = plain.copy(given[key])
    return MappingProxyType(extra)


def _read_content(content: object, plain: PlainValues) -> str | tuple[Part, ...]:
    if isinstance(content, str):
        text = plain.copy(content)
        assert isinstance(text, str)
        return text
    if not isinstance(content, list | tuple):
        raise NotPlain(f"the content must be a text or a list of parts, got {describe(content)}")
    parts = tuple(_read_part(part, plain) for part in content)
    if any(isinstance(part, MediaPart) for part in parts):
        return parts
    return "".join(part.text for part in parts if isinstance(part, TextPart))


def _read_part(part: object, plain: PlainValues) -> Part:
    if isinstance(part, TextPart | MediaPart):
        return part
    match part:
        case {"type": "text", "text": str(text)} | {"kind": "text", "value": str(text)}:
            return TextPart(str(plain.copy(text)))
        case {"type": "image_url", "image_url": {"url": str(url)}} | {"kind": "image", "source": str(url)}:
            try:
                return read_media(MediaKind.IMAGE, url)
            except ValueError as error:
                raise NotPlain(f"an image of the content {error}") from None
    raise NotPlain("a part of the content must be of type text or image_url")
