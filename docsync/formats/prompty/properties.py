"""Inputs, outputs and tools of a prompt as v2 lists. Never invents a default, not from an example either."""

from docsync.formats.prompty.shape import JsonObject, mapping, rename_keys, text

Properties = list[JsonObject]

_PROPERTY = {"type": "kind", "sample": "example"}
_KINDS = {bool: "boolean", int: "integer", float: "float", str: "string", list: "array", dict: "object"}
_OLD_NAMES = {"inputs": "inputSchema", "outputs": "outputSchema"}


def normalize_properties(front_matter: JsonObject, place: str) -> Properties:
    """`inputs` or `outputs` as a list of properties, in the order as written."""
    written = front_matter.get(place)
    if written is None:
        schema = mapping(front_matter.get(_OLD_NAMES[place]))
        written = schema.get("properties", schema)
    return _list_properties(written)


def normalize_inputs(front_matter: JsonObject) -> Properties:
    """The inputs; a sample at the top (v1) gives each its example, and declares those that only it names."""
    inputs = normalize_properties(front_matter, "inputs")
    examples = mapping(front_matter.get("sample"))
    for item in inputs:
        name = item.get("name")
        if isinstance(name, str) and name in examples:
            item.setdefault("example", examples[name])
    declared = {name for item in inputs if isinstance(name := item.get("name"), str)}
    inputs += [
        _make_property(name, "example", value) for name, value in examples.items() if name not in declared
    ]
    return inputs


def normalize_tools(front_matter: JsonObject) -> Properties:
    """The tools, from the top and from inside the model where older dialects keep them."""
    model = mapping(front_matter.get("model"))
    inside = [mapping(model.get(key)).get("tools") for key in ("parameters", "options")]
    places = [front_matter.get("tools"), model.get("tools"), *inside]
    return [
        _flatten_tool(mapping(item))
        for place in places
        for item in _list_properties(place, names=("id", "name"))
    ]


def _list_properties(written: object, names: tuple[str, ...] = ("name",)) -> Properties:
    if isinstance(written, list):
        return [_name_property(item, names) for item in written if isinstance(item, dict)]
    return [
        _complete_property({"name": name, **value} if "name" not in value else value)
        if isinstance(value, dict)
        else _make_property(name, "default", value)
        for name, value in mapping(written).items()
    ]


def _name_property(item: JsonObject, names: tuple[str, ...]) -> JsonObject:
    key = next((name for name in names if name in item and "name" not in item), "name")
    return _complete_property(rename_keys(item, {key: "name"}))


def _complete_property(item: JsonObject) -> JsonObject:
    renamed_item = rename_keys(item, _PROPERTY)
    if "kind" not in renamed_item:
        value = renamed_item.get("default", renamed_item.get("example"))
        kind = _KINDS.get(type(value))
        if kind:
            renamed_item["kind"] = kind
    return renamed_item


def _make_property(name: str, role: str, value: object) -> JsonObject:
    kind = _KINDS.get(type(value))
    return {"name": name, "kind": kind, role: value} if kind else {"name": name, role: value}


def _flatten_tool(item: JsonObject) -> JsonObject:
    # The shape of OpenAI's API puts everything under `function`; v2 puts it beside the kind.
    function = item.get("function")
    if item.get("kind") != "function" or not isinstance(function, dict):
        return item
    rest = {key: value for key, value in item.items() if key not in ("kind", "function")}
    return {"name": text(function.get("name")), "kind": "function", **function, **rest}
