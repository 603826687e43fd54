"""Properties of every generation of Prompty as JSON Schema. What is one already stays as it is."""

from collections.abc import Mapping
from typing import cast

from docsync.formats.prompty.properties import normalize_properties
from docsync.formats.prompty.shape import JsonObject, mapping
from docsync.render.file_reference import file_path
from docsync.render.mistake_list import MistakeList

_TYPES = {
    "string": "string", "str": "string", "text": "string",
    "integer": "integer", "int": "integer",
    "number": "number", "float": "number", "double": "number",
    "boolean": "boolean", "bool": "boolean",
    "array": "array", "list": "array",
    "object": "object", "dict": "object",
    "null": "null",
}  # fmt: skip
"""The words for a kind, of Prompty in each generation and of promptflow, as types of JSON Schema."""

# Said elsewhere in a schema, or only meant for people and other programs.
_NOT_IN_A_SCHEMA = frozenset(
    {"name", "kind", "type", "required", "nullable", "enumValues", "example", "sample", "json_schema",
     "items", "properties", "anyOf", "oneOf", "strict"}
)  # fmt: skip
_COMPOSITIONS = ("anyOf", "oneOf", "allOf")
# Keys under which a schema has others by name.
_NAMED = ("properties", "$defs", "definitions")
# What a provider refuses in a schema that it enforces.
_NOT_ENFORCED = frozenset({"default", "examples"})


def to_schema(written: object, at: str, mistakes: MistakeList) -> JsonObject:
    """The JSON Schema of an object with these properties; one that is a JSON Schema stays as it is.

    *written* is a list of properties (v2), a mapping of names to properties (beta), or a schema (v1). `at`
    is the place that a mistake names.
    """
    if written is None:
        return {"type": "object", "properties": {}}
    if isinstance(written, dict) and _is_schema(written):
        return {"type": "object", **written}
    if not isinstance(written, list | dict):
        mistakes.add(f"must be a list of properties or a JSON Schema, got {written!r:.80}", at)
        return {"type": "object", "properties": {}}
    properties = normalize_properties({"outputs": written}, "outputs")
    for number, item in enumerate(properties):
        if not isinstance(item.get("name"), str):
            mistakes.add("a property needs a name", f"{at}[{number}]")
    named = [item for item in properties if isinstance(item.get("name"), str)]
    schema: JsonObject = {
        "type": "object",
        "properties": {
            item["name"]: _make_property(item, f"{at}.{item['name']}", mistakes) for item in named
        },
    }
    required = [item["name"] for item in named if item.get("required") is True]
    return {**schema, "required": required} if required else schema


def is_open(schema: object) -> bool:
    """True if something in *schema* may be of any shape: a provider cannot enforce such a schema."""
    if not isinstance(schema, dict):
        return False
    types = _types(schema)
    if not types and not schema.keys() & {"$ref", "enum", "const", *_COMPOSITIONS}:
        return True
    if "object" in types and not schema.get("properties"):
        return True
    if schema.get("additionalProperties", False) is not False or (
        "array" in types and not schema.get("items")
    ):
        return True
    inner = [schema.get("items"), *(one for key in _COMPOSITIONS for one in _list(schema.get(key)))]
    named = [item for key in _NAMED for item in mapping(schema.get(key)).values()]
    return any(map(is_open, [*inner, *named]))


def close_schema(schema: JsonObject, *, all_required: bool) -> JsonObject:
    """*schema* as a provider enforces one: objects have no further keys.

    With *all_required*, every property must be there, and one that need not be may be null instead
    (OpenAI's strict mode).
    """
    closed = {
        key: _close_inner(key, item, all_required=all_required)
        for key, item in schema.items()
        if key not in _NOT_ENFORCED
    }
    if "properties" not in closed:
        return closed
    closed["additionalProperties"] = False
    if all_required:
        properties = mapping(closed["properties"])
        needed = _texts(closed.get("required"))
        closed["properties"] = {
            name: item if name in needed else _make_nullable(mapping(item))
            for name, item in properties.items()
        }
        closed["required"] = [*properties]
    return closed


def remove_properties(schema: JsonObject, names: set[str]) -> JsonObject:
    """*schema* without the properties of these *names*."""
    if not names or "properties" not in schema:
        return schema
    kept = {name: item for name, item in mapping(schema["properties"]).items() if name not in names}
    required = [name for name in _texts(schema.get("required")) if name not in names]
    rest = {key: item for key, item in schema.items() if key != "required"}
    return {**rest, "properties": kept, **({"required": required} if required else {})}


def _is_schema(written: Mapping[str, object]) -> bool:
    if written.get("type") == "object" or written.keys() & {"$ref", *_COMPOSITIONS}:
        return True
    # A mapping of names to properties may have one that is called properties: it says its kind.
    properties = mapping(written.get("properties"))
    return bool(properties) and not any(isinstance(properties.get(key), str) for key in ("kind", "type"))


def _make_property(item: JsonObject, at: str, mistakes: MistakeList) -> JsonObject:
    schema: JsonObject = {}
    whole = item.get("json_schema")
    if isinstance(whole, dict):
        schema |= whole
    elif whole is not None and file_path(whole) is None:  # that it is not there was told already
        mistakes.add(f"must be a JSON Schema, got {whole!r:.80}", f"{at}.json_schema")
    schema |= _kind(item, at, mistakes)
    schema |= {key: value for key, value in item.items() if key not in _NOT_IN_A_SCHEMA and value is not None}
    if isinstance(item.get("enumValues"), list):
        schema["enum"] = item["enumValues"]
    if item.get("example") is not None:
        schema["examples"] = [item["example"]]
    schema |= _inner(item, schema, at, mistakes)
    return _make_nullable(schema) if item.get("nullable") is True else schema


def _kind(item: JsonObject, at: str, mistakes: MistakeList) -> JsonObject:
    kind = item.get("kind")
    if kind is None or kind == "union":
        return {}
    if isinstance(kind, list):
        types = [_TYPES.get(one) if isinstance(one, str) else None for one in kind]
        if all(types):
            return {"type": types}
    elif isinstance(kind, str) and kind.lower() in _TYPES:
        return {"type": _TYPES[kind.lower()]}
    there = f"there are {', '.join(_TYPES)}"
    mistakes.add(f"{kind!r} is no kind that JSON Schema has a type for; {there}", f"{at}.kind")
    return {}


def _inner(item: JsonObject, schema: JsonObject, at: str, mistakes: MistakeList) -> JsonObject:
    inner: JsonObject = {}
    if isinstance(item.get("items"), dict):
        inner["items"] = _make_inner(cast(JsonObject, item["items"]), f"{at}.items", mistakes)
    elif "array" in _types(schema) and "items" not in schema:
        inner["items"] = {}
    if item.get("properties") is not None:
        object_schema = to_schema(item["properties"], f"{at}.properties", mistakes)
        inner["properties"] = object_schema["properties"]
        required = item.get("required")
        inner |= {"required": required} if isinstance(required, list) else _take(object_schema, "required")
    for key in ("anyOf", "oneOf"):
        if isinstance(item.get(key), list):
            branches = cast("list[object]", item[key])
            inner[key] = [
                _make_inner(mapping(one), f"{at}.{key}[{number}]", mistakes)
                for number, one in enumerate(branches)
            ]
    return inner


def _make_inner(item: JsonObject, at: str, mistakes: MistakeList) -> JsonObject:
    """An element of a list or a branch of a union: a property without a name."""
    (named,) = normalize_properties({"outputs": [item]}, "outputs")
    return _make_property(named, at, mistakes)


def _take(schema: JsonObject, key: str) -> JsonObject:
    return {key: schema[key]} if key in schema else {}


def _close_inner(key: str, item: object, *, all_required: bool) -> object:
    if key in _NAMED:
        return {
            name: close_schema(one, all_required=all_required) if isinstance(one, dict) else one
            for name, one in mapping(item).items()
        }
    if key == "items" and isinstance(item, dict):
        return close_schema(item, all_required=all_required)
    if key in _COMPOSITIONS and isinstance(item, list):
        return [close_schema(mapping(one), all_required=all_required) for one in item]
    return item


def _make_nullable(schema: JsonObject) -> JsonObject:
    types = schema.get("type")
    if "null" in _types(schema):
        return schema
    if isinstance(types, str | list):
        nullable = {**schema, "type": [*([types] if isinstance(types, str) else types), "null"]}
        choices = schema.get("enum")
        is_to_add = isinstance(choices, list) and None not in choices
        return {**nullable, "enum": [*_list(choices), None]} if is_to_add else nullable
    return {"anyOf": [schema, {"type": "null"}]} if schema else schema


def _types(schema: Mapping[str, object]) -> set[str]:
    return set(_texts(schema.get("type")))


def _texts(value: object) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
