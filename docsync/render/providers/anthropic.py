"""The request of Anthropic's messages. Pure: nothing is sent."""

from typing import Any

from docsync.render.message import Message, Part, TextPart
from docsync.render.mistake_list import MistakeList
from docsync.render.model_request import ModelRequest
from docsync.render.option_name import LIMIT
from docsync.render.options import Options, put_options
from docsync.render.providers.anthropic_content import blocks_of, put_calls, tool_result
from docsync.render.providers.anthropic_tool_choice import tool_choice_of
from docsync.render.response_format import JSON, OPTION, SCHEMA, ResponseFormat
from docsync.render.schema import close_schema, is_open
from docsync.render.tool_call import check_extra
from docsync.render.tools import FunctionTool

API = "Anthropic's API"

_SAME = ("stream", "service_tier", "thinking", "container", "inference_geo", "cache_control", "speed")
_SAMPLING = ("temperature", "top_p", "top_k")
OPTIONS = {name: name for name in _SAME} | dict.fromkeys(_SAMPLING, "") | {
    LIMIT: "max_tokens", "stop": "stop_sequences", OPTION: "", "tool_choice": "", "parallel_tool_calls": "",
    "reasoning_effort": "", "user": "", "metadata": "metadata",
}  # fmt: skip
# The last version of the API that has the options of sampling; later ones answer 400.
SAMPLING_VERSION = {"anthropic-version": "2023-06-01"}

_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_SYSTEM = ("system", "developer")
_ROLES: dict[str, set[str]] = {
    "system": set(),
    "developer": set(),
    "user": set(),
    "assistant": {"tool_calls"},
    "tool": {"tool_call_id"},
}
_Blocks = list[dict[str, Any]]


def build_messages(request: ModelRequest, max_tokens: int, mistakes: MistakeList) -> dict[str, Any]:
    """The keywords of `client.messages.create`. *max_tokens* is for a prompt that says none."""
    turns = _merge(_turns(request.messages, mistakes))
    body: dict[str, Any] = {"model": request.model, "max_tokens": max_tokens}
    if turns and turns[0][0] == "system":
        body["system"] = _plain(turns.pop(0)[1])
    body["messages"] = [{"role": role, "content": _plain(blocks)} for role, blocks in turns]
    if not turns:
        mistakes.add(f"{API} needs a message that is not the system's")
    beyond = put_options(body, request.options, OPTIONS, API, mistakes)
    if request.functions:
        body["tools"] = [_function(tool) for tool in request.functions]
    choice = tool_choice_of(request.options, mistakes)
    return (
        body
        | ({"tool_choice": choice} if choice else {})
        | _stop(body, request.options, mistakes)
        | _metadata(request.options, mistakes)
        | _output_config(request, mistakes)
        | _sampling(request.options, beyond)
    )


def _turns(messages: tuple[Message, ...], mistakes: MistakeList) -> list[tuple[str, _Blocks]]:
    found = [_turn(message, f"message {number}", mistakes) for number, message in enumerate(messages, 1)]
    return [turn for turn in found if turn]


def _turn(message: Message, where: str, mistakes: MistakeList) -> tuple[str, _Blocks] | None:
    role = message.role
    if role not in _ROLES:
        mistakes.add(f"{where}: {API} has no role {role!r}; there are {', '.join(_ROLES)}")
        return None
    check_extra(message, _ROLES[role], where, API, mistakes)
    if role == "tool":
        return "user", [tool_result(message, where, mistakes)]
    if message.name:
        mistakes.add(f"{where}: {API} has no names of speakers, and {message.name!r} would be lost")
    if role != "user":
        _refuse_media(message.content, role, where, mistakes)
    blocks = blocks_of(message.content, where, mistakes)
    if role == "assistant":
        blocks = put_calls(blocks, message, where, mistakes)
    if not blocks:
        mistakes.add(f"{where}: the message of the {role} is blank, which {API} refuses")
    return ("system" if role in _SYSTEM else role), blocks


def _refuse_media(content: str | tuple[Part, ...], role: str, where: str, mistakes: MistakeList) -> None:
    for part in content if isinstance(content, tuple) else ():
        if not isinstance(part, TextPart):
            mistakes.add(f"{where}: {API} takes no {part.kind} from the role {role}, only from user and tool")


def _merge(turns: list[tuple[str, _Blocks]]) -> list[tuple[str, _Blocks]]:
    """Turns of one role that follow each other are one: the API has user and assistant by turns."""
    merged: list[tuple[str, _Blocks]] = []
    for role, blocks in turns:
        if merged and merged[-1][0] == role:
            merged[-1][1].extend(blocks)
        else:
            merged.append((role, [*blocks]))
    return merged


def _plain(blocks: _Blocks) -> str | _Blocks:
    """A single text as it is: the API's own shorthand."""
    if len(blocks) == 1 and blocks[0].get("type") == "text":
        return str(blocks[0]["text"])
    return blocks


def _function(tool: FunctionTool) -> dict[str, Any]:
    schema = dict(tool.parameters)
    return {
        "name": tool.name,
        **({"description": tool.description} if tool.description else {}),
        "input_schema": close_schema(schema, all_required=False) if tool.strict else schema,
        **({"strict": True} if tool.strict else {}),
    }


def _stop(body: dict[str, Any], options: Options, mistakes: MistakeList) -> dict[str, Any]:
    stop = body.get("stop_sequences")
    if isinstance(stop, str):
        return {"stop_sequences": [stop]}
    if stop is not None and not isinstance(stop, list):
        mistakes.add("must be a text or a list of texts", options.place("stop"))
    return {}


def _metadata(options: Options, mistakes: MistakeList) -> dict[str, Any]:
    user, metadata = options.find("user"), options.find("metadata")
    known = isinstance(metadata, dict) and metadata.keys() <= {"user_id"}
    if metadata is not None and not (known and user is None):
        message = f"{API} takes user_id here and nothing else, and that once"
        mistakes.add(message, options.place("metadata"))
    return {} if user is None else {"metadata": {"user_id": user}}


def _output_config(request: ModelRequest, mistakes: MistakeList) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if request.response_format:
        config |= _format(request.response_format, request.options.place(OPTION), mistakes)
    effort = request.options.find("reasoning_effort")
    if effort in _EFFORTS:
        config["effort"] = effort
    elif effort is not None:
        message = f"{API} has {', '.join(_EFFORTS)}, not what it says"
        mistakes.add(message, request.options.place("reasoning_effort"))
    return {"output_config": config} if config else {}


def _format(form: ResponseFormat, at: str, mistakes: MistakeList) -> dict[str, Any]:
    if form.kind == JSON:
        advice = f"say a schema, as outputs or as {OPTION} of the type {SCHEMA}"
        mistakes.add(f"{API} has no {JSON}: {advice}", at)
    if form.kind != SCHEMA:
        return {}  # text is what it answers anyway
    schema = form.schema or {}
    if not form.is_written:
        if is_open(schema):
            mistakes.add(f"{API} needs the properties of each object and the items of each list", "outputs")
        schema = close_schema(schema, all_required=False)
    # Its name and description have no place here; they name the form and are no part of it.
    return {"format": {"type": SCHEMA, "schema": schema}}


def _sampling(options: Options, beyond: dict[str, Any]) -> dict[str, Any]:
    """What the SDK has no keyword for: extras, and sampling, with the version that has it."""
    sampling = {name: value for name in _SAMPLING if (value := options.find(name)) is not None}
    return {
        **({"extra_body": {**sampling, **beyond}} if sampling or beyond else {}),
        **({"extra_headers": dict(SAMPLING_VERSION)} if sampling else {}),
    }
