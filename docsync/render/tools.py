"""Tools in one shape, that of JSON Schema functions. What is no function is named, never guessed at."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from docsync.formats.prompty.shape import JsonObject, mapping, text
from docsync.names import find_closest
from docsync.render.mistake_list import MistakeList
from docsync.render.schema import remove_properties, to_schema

FUNCTION = "function"


@dataclass(frozen=True, slots=True)
class FunctionTool:
    """A function that a model may call. `parameters` is the JSON Schema of its arguments.

    `strict` asks the provider to enforce the schema. Parameters that the prompt binds to inputs are not in
    it: they are none of the model's business, and the service fills them in.
    """

    name: str
    description: str | None
    parameters: Mapping[str, Any]
    strict: bool = False


@dataclass(frozen=True, slots=True)
class OtherTool:
    """A tool that is no function: an MCP server, an API, a prompt … `written` is all that is said of it."""

    name: str
    kind: str
    written: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of a prompt: functions, and what is none."""

    functions: tuple[FunctionTool, ...] = ()
    others: tuple[OtherTool, ...] = ()


def read_tools(written: list[JsonObject], mistakes: MistakeList) -> Tools:
    """The tools in a stored prompt, in order."""
    functions: list[FunctionTool] = []
    others: list[OtherTool] = []
    for number, item in enumerate(written):
        name, kind = text(item.get("name")), text(item.get("kind")) or FUNCTION
        if name is None:
            mistakes.add("a tool needs a name", f"tools[{number}]")
        elif kind == FUNCTION:
            functions.append(_read_function(name, item, mistakes))
        else:
            others.append(OtherTool(name, kind, item))
    return Tools(tuple(functions), tuple(others))


def list_tools(written: list[JsonObject]) -> list[dict[str, str]]:
    """Name and kind of each tool in a stored prompt that has a name, in order, sound or not."""
    named = ((text(item.get("name")), text(item.get("kind"))) for item in written)
    return [{"name": name, "kind": kind or FUNCTION} for name, kind in named if name]


def select_tools(tools: Tools, without: Collection[str], mistakes: MistakeList) -> tuple[FunctionTool, ...]:
    """The functions without those of *without*. What is none must be named there: it cannot be sent."""
    without = {without} if isinstance(without, str) else set(without)
    known = {tool.name for tool in tools.functions} | {tool.name for tool in tools.others}
    for name in sorted(without):
        if name not in known:
            mistakes.add(f"the prompt has no tool {name!r} to leave out", hint=_guess(name, known))
    for other in tools.others:
        if other.name not in without:
            mistakes.add(
                f"the tool {other.name!r} is of the kind {other.kind!r}, which no provider takes as it is "
                f"written: leave it out with without={{{other.name!r}}}, and offer what it does as functions",
                f"tools.{other.name}.kind",
            )
    return tuple(tool for tool in tools.functions if tool.name not in without)


def _guess(name: str, known: set[str]) -> str:
    near = find_closest(name, sorted(known), 1)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"there are {', '.join(sorted(known))}" if known else "it has none"


def _read_function(name: str, item: JsonObject, mistakes: MistakeList) -> FunctionTool:
    item = _flatten_options(item)
    parameters = item.get("parameters")
    schema = to_schema(parameters, f"tools.{name}.parameters", mistakes)
    strict = item.get("strict")
    if strict is not None and not isinstance(strict, bool):
        mistakes.add(f"must be true or false, got {strict!r:.80}", f"tools.{name}.strict")
    return FunctionTool(
        name,
        text(item.get("description")),
        remove_properties(schema, _list_bound(item.get("bindings"))),
        strict is True,
    )


def _flatten_options(item: JsonObject) -> JsonObject:
    """The first beta files have description and parameters below `options`, once or twice."""
    options = mapping(item.get("options"))
    if "parameters" in item or not options:
        return item
    return _flatten_options({**options, **{key: value for key, value in item.items() if key != "options"}})


def _list_bound(bindings: object) -> set[str]:
    if isinstance(bindings, dict):
        return set(bindings)
    items = bindings if isinstance(bindings, list) else ()
    return {name for item in items if isinstance(name := mapping(item).get("name"), str)}
