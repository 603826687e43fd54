"""Calls of tools that a message of a thread carries. They come from data: nothing unknown passes."""

import json
from dataclasses import dataclass
from typing import Any

from docsync.formats.prompty.shape import mapping
from docsync.render.message import Message
from docsync.render.mistake_list import MistakeList


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a function. `arguments` is JSON text, as the model wrote it."""

    id: str
    name: str
    arguments: str


def read_tool_calls(message: Message, where: str, mistakes: MistakeList) -> tuple[ToolCall, ...]:
    """The calls of an assistant's message, in order."""
    written = message.extra.get("tool_calls")
    if written is None:
        return ()
    if not isinstance(written, list | tuple):
        mistakes.add(f"{where}: tool_calls must be a list")
        return ()
    calls = [_read(item) for item in written]
    if None in calls:
        mistakes.add(
            f"{where}: each of tool_calls must be "
            '{"id": …, "type": "function", "function": {"name": …, "arguments": …}}'
        )
    return tuple(call for call in calls if call)


def read_call_id(message: Message, where: str, mistakes: MistakeList) -> str:
    """Which call the message of a tool answers."""
    call_id = message.extra.get("tool_call_id")
    if not isinstance(call_id, str) or not call_id:
        mistakes.add(f"{where}: a message of a tool needs tool_call_id, the id of the call that it answers")
        return ""
    return call_id


def parse_arguments(call: ToolCall, where: str, mistakes: MistakeList) -> dict[str, Any]:
    """The arguments of *call* as an object."""
    try:
        arguments = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        mistakes.add(f"{where}: the arguments of the call {call.id} must be a JSON object")
        return {}
    return arguments


def check_extra(message: Message, known: set[str], where: str, api: str, mistakes: MistakeList) -> None:
    """Adds a mistake for what *message* carries and the *api* has no place for."""
    for name in message.extra:
        if name not in known:
            mistakes.add(f"{where}: {api} has no {name} in a message of the role {message.role}")


def _read(item: object) -> ToolCall | None:
    call = mapping(item)
    function = mapping(call.get("function"))
    arguments = function.get("arguments", "")
    if isinstance(arguments, dict):
        arguments = json.dumps(arguments, ensure_ascii=False)
    if call.get("type", "function") != "function":
        return None
    identity, name = call.get("id"), function.get("name")
    if isinstance(identity, str) and isinstance(name, str) and isinstance(arguments, str):
        return ToolCall(identity, name, arguments)
    return None
