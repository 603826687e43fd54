"""The request of OpenAI's chat completions, which Azure OpenAI takes too. Pure: nothing is sent."""

from typing import Any

from docsync.render.media_encoding import data_url, encode_media, file_name, media_type_of
from docsync.render.message import MediaKind, MediaPart, Message, Part, TextPart
from docsync.render.mistake_list import MistakeList
from docsync.render.model_request import ModelRequest
from docsync.render.option_name import LIMIT
from docsync.render.options import put_options
from docsync.render.response_format import OPTION, SCHEMA, ResponseFormat
from docsync.render.schema import close_schema
from docsync.render.tool_call import check_extra, read_call_id, read_tool_calls
from docsync.render.tools import FunctionTool

API = "OpenAI's chat API"

_SAME = (
    "temperature", "top_p", "frequency_penalty", "presence_penalty", "seed", "stop", "n", "logprobs",
    "top_logprobs", "logit_bias", "parallel_tool_calls", "tool_choice", "reasoning_effort", "verbosity",
    "stream", "stream_options", "user", "metadata", "store", "service_tier", "safety_identifier",
    "prompt_cache_key", "modalities", "audio", "prediction", "web_search_options", "functions",
    "function_call",
)  # fmt: skip
OPTIONS = {name: name for name in _SAME} | {LIMIT: "max_completion_tokens", OPTION: ""}

# The roles of a message, and what each may carry.
_ROLES: dict[str, set[str]] = {
    "system": set(),
    "developer": set(),
    "user": set(),
    "assistant": {"tool_calls", "refusal"},
    "tool": {"tool_call_id"},
    "function": set(),
}
_AUDIO = {"audio/wav": "wav", "audio/wave": "wav", "audio/mpeg": "mp3"}


def build_chat(request: ModelRequest, mistakes: MistakeList) -> dict[str, Any]:
    """The keywords of `client.chat.completions.create`."""
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [
            _message(message, f"message {number}", mistakes)
            for number, message in enumerate(request.messages, 1)
        ],
    }
    beyond = put_options(body, request.options, OPTIONS | {LIMIT: request.options.limit_name}, API, mistakes)
    if request.functions:
        body["tools"] = [{"type": "function", "function": _function(tool)} for tool in request.functions]
    if request.response_format:
        body["response_format"] = _format(request.response_format)
    if beyond:
        body["extra_body"] = beyond
    return body


def enforceable_schema(tool: FunctionTool) -> dict[str, Any]:
    """The parameters of *tool* as OpenAI takes them: with `strict`, all are there and nothing else is."""
    schema = dict(tool.parameters)
    return close_schema(schema, all_required=True) if tool.strict else schema


def answer_schema(form: ResponseFormat) -> dict[str, Any]:
    """The schema of an answer as OpenAI takes it: name, schema, strict, description."""
    schema = form.schema or {}
    if form.strict and not form.is_written:
        schema = close_schema(schema, all_required=True)
    return {
        "name": form.name,
        "schema": schema,
        **({} if form.strict is None else {"strict": form.strict}),
        **({"description": form.description} if form.description else {}),
    }


def audio_format(part: MediaPart, where: str, mistakes: MistakeList) -> str:
    """The word that OpenAI has for the kind of a sound."""
    media_type = media_type_of(part, where, mistakes)
    if media_type and media_type not in _AUDIO:
        mistakes.add(f"{where}: {API} takes sounds as wav or mp3, not {media_type}")
    return _AUDIO.get(media_type, "")


def _function(tool: FunctionTool) -> dict[str, Any]:
    return {
        "name": tool.name,
        **({"description": tool.description} if tool.description else {}),
        "parameters": enforceable_schema(tool),
        **({"strict": True} if tool.strict else {}),
    }


def _format(form: ResponseFormat) -> dict[str, Any]:
    return {"type": form.kind, **({SCHEMA: answer_schema(form)} if form.kind == SCHEMA else {})}


def _message(message: Message, where: str, mistakes: MistakeList) -> dict[str, Any]:
    role = message.role
    if role not in _ROLES:
        mistakes.add(f"{where}: {API} has no role {role!r}; there are {', '.join(_ROLES)}")
        return {}
    check_extra(message, _ROLES[role], where, API, mistakes)
    body: dict[str, Any] = {"role": role, "content": _content(message, where, mistakes)}
    if role == "assistant":
        body |= _assistant(message, where, mistakes)
    if role == "tool":
        # The call has the name already.
        return body | {"tool_call_id": read_call_id(message, where, mistakes)}
    if role == "function" and not message.name:
        mistakes.add(f"{where}: a message of a function needs its name")
    return body | ({"name": message.name} if message.name else {})


def _assistant(message: Message, where: str, mistakes: MistakeList) -> dict[str, Any]:
    body: dict[str, Any] = {}
    calls = read_tool_calls(message, where, mistakes)
    if calls:
        body["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in calls
        ]
    refusal = message.extra.get("refusal")
    if refusal is not None:
        body["refusal"] = refusal
        if not isinstance(refusal, str):
            mistakes.add(f"{where}: refusal must be a text")
    # Who only calls or refuses says nothing: an empty text would be something said.
    return body | ({"content": None} if body and message.content == "" else {})


def _content(message: Message, where: str, mistakes: MistakeList) -> str | list[dict[str, Any]]:
    if isinstance(message.content, str):
        return message.content
    return [_part(part, message.role, where, mistakes) for part in message.content]


def _part(part: Part, role: str, where: str, mistakes: MistakeList) -> dict[str, Any]:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    if role != "user":
        mistakes.add(f"{where}: {API} takes no {part.kind} from the role {role}, only from user")
        return {}
    match part.kind:
        case MediaKind.IMAGE:
            url = part.url or data_url(part, where, mistakes)
            return {"type": "image_url", "image_url": {"url": url}}
        case MediaKind.AUDIO:
            return _audio(part, where, mistakes)
        case MediaKind.FILE:
            return _file(part, where, mistakes)


def _audio(part: MediaPart, where: str, mistakes: MistakeList) -> dict[str, Any]:
    if part.data is None:
        mistakes.add(f"{where}: {API} fetches no sound from an address; give its bytes")
        return {}
    sound = {"data": encode_media(part.data), "format": audio_format(part, where, mistakes)}
    return {"type": "input_audio", "input_audio": sound}


def _file(part: MediaPart, where: str, mistakes: MistakeList) -> dict[str, Any]:
    if part.data is None:
        mistakes.add(
            f"{where}: {API} fetches no file from an address; give its bytes, or ask openai_responses()"
        )
        return {}
    name = file_name(part, where, mistakes)
    return {"type": "file", "file": {"file_data": data_url(part, where, mistakes), "filename": name}}
