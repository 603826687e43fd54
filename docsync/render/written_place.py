"""Where a prompt's author wrote what stands at a place in v2's names. Never judges what is there."""

import re
from collections.abc import Iterator

from docsync.formats.prompty.shape import JsonObject, mapping
from docsync.names import truncate_place
from docsync.render.option_name import option_name

_INDEX = re.compile(r"\[(\d{1,9})\]")
_ALIASES = {
    "connection": "configuration",
    "options": "parameters",
    "apiType": "api",
    "kind": "type",
    "endpoint": "azure_endpoint",
}
# What older generations put around the members of a tool or a list of properties.
_WRAPPERS = ("function", "options", "properties")
_HAS_WRAPPERS = re.compile(r"\.(model\.)?(parameters\.|options\.)?(tools|outputs|outputSchema)\b")
_TOOL_NAMES = ("id", "name")
_TOOLS, _OUTPUTS, _OLD_OUTPUTS = "tools", "outputs", "outputSchema"


def find_written(front_matter: JsonObject, at: str) -> str | None:
    """The place in *front_matter* of what is called *at* (`tools.weather.strict`, `model.options.topK`).

    It is spelt as written, up to the length of a place. What is not there itself, because it is missing or
    of another file, has the nearest place around it; None if nothing of it is there.
    """
    place, _ = min(_ways(front_matter, at), key=lambda way: len(way[1]), default=("", at))
    return truncate_place(place.removeprefix(".")) or None


def _ways(front_matter: JsonObject, at: str) -> Iterator[tuple[str, str]]:
    """The places around *at* that there are, with what is left of it."""
    if _begins(at, _TOOLS):
        yield from _find_tool(front_matter, at[len(_TOOLS) :])
    elif _begins(at, _OUTPUTS) and front_matter.get(_OUTPUTS) is None and _OLD_OUTPUTS in front_matter:
        yield _descend(front_matter[_OLD_OUTPUTS], at[len(_OUTPUTS) :], f".{_OLD_OUTPUTS}")
    else:
        yield _descend(front_matter, at, "")


def _find_tool(front_matter: JsonObject, rest: str) -> Iterator[tuple[str, str]]:
    """Where a tool is: at the top, or inside the model where older generations keep them."""
    found = _INDEX.match(rest)
    number = int(found[1]) if found else None
    for place, tools in _list_tools(front_matter):
        if number is None or found is None:
            yield _descend(tools, rest, place)
            continue
        count = len(mapping(tools)) or len(_list_mappings(tools))
        if number < count:
            yield _descend(tools, f"[{number}]{rest[found.end() :]}", place)
            return
        number -= count


def _list_tools(front_matter: JsonObject) -> Iterator[tuple[str, object]]:
    model = mapping(front_matter.get("model"))
    inside = [(f".model.{key}", mapping(model.get(key))) for key in ("parameters", "options")]
    for place, holder in (("", front_matter), (".model", model), *inside):
        if holder.get(_TOOLS) is not None:
            yield f"{place}.{_TOOLS}", holder[_TOOLS]


def _descend(value: object, rest: str, place: str) -> tuple[str, str]:
    """How far *rest* leads into *value*, which stands at *place*."""
    rest = rest.removeprefix(".")
    steps = _list_steps(value, rest, place) if rest else ()
    for step, inner, left in steps:
        return _descend(inner, left, step)
    for wrapper in _WRAPPERS if rest and _HAS_WRAPPERS.match(place) else ():
        wrapped = mapping(value).get(wrapper)
        if isinstance(wrapped, dict | list):
            found, left = _descend(wrapped, rest, f"{place}.{wrapper}")
            if left != rest:
                return found, left
    return place, rest


def _list_steps(value: object, rest: str, place: str) -> Iterator[tuple[str, object, str]]:
    """The first steps of *rest* that *value* has, what is there, and what is left; the best comes first."""
    if isinstance(value, list):
        yield from _list_items(value, rest, place)
        return
    members = mapping(value)
    index = _INDEX.match(rest)
    if index and int(index[1]) < len(members):
        key = [*members][int(index[1])]
        yield f"{place}.{key}", members[key], rest[index.end() :]
    for key in sorted((key for key in members if _begins(rest, key)), key=len, reverse=True):
        yield f"{place}.{key}", members[key], rest[len(key) :]
    word = re.split(r"[.\[]", rest, maxsplit=1)[0]
    for key in members:
        if key == _ALIASES.get(word) or option_name(key) == option_name(word):
            yield f"{place}.{key}", members[key], rest[len(word) :]


def _list_items(items: list[object], rest: str, place: str) -> Iterator[tuple[str, object, str]]:
    found = _INDEX.match(rest)
    if found:
        numbers = _list_mappings(items) or range(len(items))
        if int(found[1]) < len(numbers):
            number = numbers[int(found[1])]
            yield f"{place}[{number}]", items[number], rest[found.end() :]
        return
    for number, item in enumerate(items):
        for name in _names(mapping(item)):
            if _begins(rest, name):
                yield f"{place}[{number}]", item, rest[len(name) :]


def _names(item: JsonObject) -> Iterator[str]:
    for holder in (item, mapping(item.get("function"))):
        yield from (name for key in _TOOL_NAMES if isinstance(name := holder.get(key), str))


def _list_mappings(value: object) -> list[int]:
    """The numbers of the items that are mappings: only those are tools and properties."""
    items = value if isinstance(value, list) else []
    return [number for number, item in enumerate(items) if isinstance(item, dict)]


def _begins(rest: str, word: str) -> bool:
    return bool(word) and rest.startswith(word) and rest[len(word) : len(word) + 1] in ("", ".", "[")
