"""What a rendered prompt looks like to people: messages, calls of tools, tools. Prints nothing."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from docsync.cli.view.output import as_text
from docsync.names import to_visible

_FUNCTION = "function"


def rendering_lines(
    messages: Iterable[Mapping[str, Any]], tools: Iterable[Mapping[str, str]]
) -> Iterator[str]:
    """*messages*, and below them the *tools* that a request offers.

    Each role is a heading and what a message says is indented; names in a heading are escaped. So nothing
    that is said looks like a role.
    """
    for number, message in enumerate(messages):
        if number:
            yield ""
        yield from _list_message(message)
    offered = list(tools)
    if offered:
        yield ""
    functions = [to_visible(one["name"]) for one in offered if one["kind"] == _FUNCTION]
    if functions:
        yield f"The model may call {', '.join(functions)}."
    for one in offered:
        if one["kind"] != _FUNCTION:
            named = f"{to_visible(one['name'])} ({to_visible(one['kind'])})"
            yield f"{named} goes to no provider as it is written."


def _list_message(message: Mapping[str, Any]) -> Iterator[str]:
    role = message["role"]
    named = f" ({to_visible(message['name'])})" if "name" in message else ""
    answered = f" answers {_to_word(message['tool_call_id'])}" if "tool_call_id" in message else ""
    content, calls = message["content"], list(_find_calls(message))
    if content or not calls:  # who only calls says nothing
        yield _to_heading(f"{role}{named}{answered}")
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for part in parts:
            yield from _indent(_describe_part(part))
    for call in calls:
        called, said = _describe_call(call)
        yield _to_heading(f"{role}{named} calls{called}")
        yield from _indent(said)


def _find_calls(message: Mapping[str, Any]) -> Iterator[Any]:
    """The calls of tools in *message*, of any shape: they come from data, and only a request checks them."""
    calls = message.get("tool_calls", [])
    yield from calls if isinstance(calls, list) else [calls]
    if "function_call" in message:
        yield {"function": message["function_call"]}


def _describe_call(call: Any) -> tuple[str, str]:
    """Which tool is called, with the id of the call, and its arguments."""
    match call:
        case {"function": {"name": str(name), "arguments": arguments}}:
            identity = f" ({_to_word(call['id'])})" if "id" in call else ""
            said = arguments if isinstance(arguments, str) else as_text(arguments, indent=None)
            return f" {to_visible(name)}{identity}", said
    return "", as_text(call, indent=None)


def _to_word(value: object) -> str:
    return to_visible(value if isinstance(value, str) else json.dumps(value))


def _to_heading(text: str) -> str:
    return click.style(f"{text}:", bold=True)


def _indent(text: str) -> Iterator[str]:
    return (f"  {line}".rstrip() for line in text.split("\n"))


def _describe_part(part: Mapping[str, Any]) -> str:
    if part["type"] == "text":
        text: str = part["text"]
        return text
    known = [part.get("name"), part.get("media_type"), part.get("url")]
    if "data" in part:
        size = len(part["data"]) * 3 // 4 - part["data"][-2:].count("=")
        known.append(f"{size} bytes")
    return f"[{', '.join([part['type'], *filter(None, known)])}]"
