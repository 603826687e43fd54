"""The request of OpenAI's responses. Pure: nothing is sent."""

from typing import Any

from docsync.render.media_encoding import data_url, file_name
from docsync.render.message import MediaKind, MediaPart, Message, Part, TextPart
from docsync.render.mistake_list import MistakeList
from docsync.render.model_request import ModelRequest
from docsync.render.option_name import LIMIT
from docsync.render.options import Options, put_options
from docsync.render.providers.openai_chat import answer_schema, enforceable_schema
from docsync.render.response_format import OPTION, SCHEMA, ResponseFormat
from docsync.render.tool_call import check_extra, read_call_id, read_tool_calls
from docsync.render.tools import FunctionTool

API = "OpenAI's responses API"

_SAME = (
    "temperature", "top_p", LIMIT, "top_logprobs", "parallel_tool_calls", "max_tool_calls", "stream", "user",
    "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "truncation", "include",
    "background", "previous_response_id", "conversation",
)  # fmt: skip
OPTIONS = {name: name for name in _SAME} | {
    OPTION: "", "tool_choice": "", "reasoning_effort": "", "reasoning": "", "verbosity": "",
}  # fmt: skip

_ROLES: dict[str, set[str]] = {
    "system": set(),
    "developer": set(),
    "user": set(),
    "assistant": {"tool_calls"},
    "tool": {"tool_call_id"},
}


def build_responses(request: ModelRequest, mistakes: MistakeList) -> dict[str, Any]:
    """The keywords of `client.responses.create`."""
    body: dict[str, Any] = {
        "model": request.model,
        "input": [
            item
            for number, message in enumerate(request.messages, 1)
            for item in _items(message, f"message {number}", mistakes)
        ],
    }
    beyond = put_options(body, request.options, OPTIONS, API, mistakes)
    if request.functions:
        body["tools"] = [_function(tool) for tool in request.functions]
    body |= _text(request.options, request.response_format) | _reasoning(request.options, mistakes)
    choice = request.options.find("tool_choice")
    if choice is not None:
        body["tool_choice"] = _tool_choice(choice)
    if beyond:
        body["extra_body"] = beyond
    return body


def _function(tool: FunctionTool) -> dict[str, Any]:
    return {
        "type": "function",
        "name": tool.name,
        **({"description": tool.description} if tool.description else {}),
        "parameters": enforceable_schema(tool),
        # This API enforces a schema unless it is told not to.
        "strict": tool.strict,
    }


def _text(options: Options, form: ResponseFormat | None) -> dict[str, Any]:
    text: dict[str, Any] = {}
    if form:
        # Also here a schema is enforced unless it is told not to be.
        text["format"] = {"type": form.kind} | (
            {"strict": False} | answer_schema(form) if form.kind == SCHEMA else {}
        )
    verbosity = options.find("verbosity")
    if verbosity is not None:
        text["verbosity"] = verbosity
    return {"text": text} if text else {}


def _reasoning(options: Options, mistakes: MistakeList) -> dict[str, Any]:
    written, effort = options.find("reasoning"), options.find("reasoning_effort")
    if written is None:
        return {} if effort is None else {"reasoning": {"effort": effort}}
    if not isinstance(written, dict) or (effort is not None and "effort" in written):
        message = "must be a mapping, and say what reasoning_effort does not"
        mistakes.add(message, options.place("reasoning"))
        return {}
    return {"reasoning": {**written, **({} if effort is None else {"effort": effort})}}


def _tool_choice(choice: Any) -> Any:
    """A function that must be called has its name beside the type, not below `function`."""
    if isinstance(choice, dict) and isinstance(choice.get("function"), dict):
        return {"type": "function", **choice["function"]}
    return choice


def _items(message: Message, where: str, mistakes: MistakeList) -> list[dict[str, Any]]:
    role = message.role
    if role not in _ROLES:
        mistakes.add(f"{where}: {API} has no role {role!r}; there are {', '.join(_ROLES)}")
        return []
    check_extra(message, _ROLES[role], where, API, mistakes)
    content = _content(message, where, mistakes)
    if role == "tool":
        call_id = read_call_id(message, where, mistakes)
        return [{"type": "function_call_output", "call_id": call_id, "output": content}]
    if message.name:
        mistakes.add(f"{where}: {API} has no names of speakers, and {message.name!r} would be lost")
    calls = [
        {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments}
        for call in read_tool_calls(message, where, mistakes)
    ]
    return calls if calls and not content else [{"role": role, "content": content}, *calls]


def _content(message: Message, where: str, mistakes: MistakeList) -> str | list[dict[str, Any]]:
    if isinstance(message.content, str):
        return message.content
    return [_part(part, message.role, where, mistakes) for part in message.content]


def _part(part: Part, role: str, where: str, mistakes: MistakeList) -> dict[str, Any]:
    if isinstance(part, TextPart):
        return {"type": "input_text", "text": part.text}
    if role not in ("user", "tool"):
        mistakes.add(f"{where}: {API} takes no {part.kind} from the role {role}, only from user and tool")
        return {}
    match part.kind:
        case MediaKind.IMAGE:
            return {
                "type": "input_image",
                "image_url": part.url or data_url(part, where, mistakes),
                "detail": "auto",
            }
        case MediaKind.FILE:
            return _file(part, where, mistakes)
        case MediaKind.AUDIO:
            mistakes.add(f"{where}: {API} takes no sounds; ask openai()")
            return {}


def _file(part: MediaPart, where: str, mistakes: MistakeList) -> dict[str, Any]:
    if part.data is None:
        return {"type": "input_file", "file_url": part.url}
    name = file_name(part, where, mistakes)
    return {"type": "input_file", "file_data": data_url(part, where, mistakes), "filename": name}
