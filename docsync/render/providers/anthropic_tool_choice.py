"""Which tools Anthropic's models may or must call, from the words that OpenAI has for it."""

from typing import Any

from docsync.render.mistake_list import MistakeList
from docsync.render.options import Options

_CHOICES = {"auto": "auto", "none": "none", "required": "any", "any": "any"}
_OWN = frozenset({"auto", "any", "none", "tool"})


def tool_choice_of(options: Options, mistakes: MistakeList) -> dict[str, Any] | None:
    """`tool_choice` of the request; whether several tools may be called at once is part of it here."""
    written, parallel = options.find("tool_choice"), options.find("parallel_tool_calls")
    if written is None and parallel is None:
        return None
    choice = {"type": "auto"} if written is None else _choice(written)
    if choice is None:
        mistakes.add("must be auto, none, required, or name a function", options.place("tool_choice"))
        return None
    if parallel is None or choice["type"] == "none":
        return choice
    return {**choice, "disable_parallel_tool_use": not parallel}


def _choice(written: Any) -> dict[str, Any] | None:
    if isinstance(written, str):
        return {"type": _CHOICES[written]} if written in _CHOICES else None
    if not isinstance(written, dict):
        return None
    if written.get("type") in _OWN:
        return dict(written)
    # The chat API of OpenAI has the name below `function`, its responses API beside the type.
    function = written.get("function", written)
    name = function.get("name") if isinstance(function, dict) else None
    return {"type": "tool", "name": name} if isinstance(name, str) else None
