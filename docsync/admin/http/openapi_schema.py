"""How a route group says what it answers to, in the words of OpenAPI 3.1. Never looks at a route."""

from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from docsync.admin.http.json_body import Json
from docsync.reader.query.limit import MAX_PAGE, MIN_LIMIT

OpenApiObject = dict[str, Json]

_PLAIN: dict[object, OpenApiObject] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    Any: {},
}


def schema_of(kind: object) -> OpenApiObject:
    """The JSON schema of what `wire.to_json` makes of a value of this type."""
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    parts = get_args(kind)
    if get_origin(kind) in (Union, UnionType):
        return {"anyOf": [schema_of(part) for part in parts]}
    if get_origin(kind) is Literal:
        return {"enum": list(parts)}
    if get_origin(kind) is dict:
        return {"type": "object"}
    if get_origin(kind) is tuple:
        return _make_tuple(parts)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    assert isinstance(kind, type)
    assert is_dataclass(kind), kind
    hints = get_type_hints(kind)
    return make_object({field.name: schema_of(hints[field.name]) for field in fields(kind)})


def _make_tuple(parts: tuple[object, ...]) -> OpenApiObject:
    if len(parts) == 2 and parts[1] is Ellipsis:
        return make_array(schema_of(parts[0]))
    kinds = [schema_of(part) for part in dict.fromkeys(parts)]
    # By position (prefixItems) would say more, and tools still trip over it.
    return {
        **make_array(kinds[0] if len(kinds) == 1 else {"anyOf": kinds}),
        "minItems": len(parts),
        "maxItems": len(parts),
    }


def make_object(members: OpenApiObject, optional: OpenApiObject | None = None) -> OpenApiObject:
    """An object that has all of *members* and may have the *optional* ones. It may get more in time."""
    return {"type": "object", "properties": {**members, **(optional or {})}, "required": list(members)}


def make_array(items: OpenApiObject) -> OpenApiObject:
    """A list."""
    return {"type": "array", "items": items}


def make_ref(name: str) -> OpenApiObject:
    """A schema that `openapi` defines once."""
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(
    name: str, meaning: str, schema: OpenApiObject | None = None, place: str = "query"
) -> OpenApiObject:
    """A parameter, a text if no *schema* is given."""
    found: OpenApiObject = {
        "name": name,
        "in": place,
        "description": meaning,
        "schema": schema or {"type": "string"},
    }
    return {**found, "required": True} if place == "path" else found


def answer(meaning: str, schema: OpenApiObject, media_type: str = "application/json") -> OpenApiObject:
    """What an answer holds."""
    return {"description": meaning, "content": {media_type: {"schema": schema}}}


def operation(
    summary: str, answers: OpenApiObject, *parameters: OpenApiObject, body: OpenApiObject | None = None
) -> OpenApiObject:
    """One method of one path. Whatever is not among *answers* is a problem of RFC 9457."""
    problem = answer("Why not, and what to do.", make_ref("Problem"), "application/problem+json")
    found: OpenApiObject = {"summary": summary, "responses": {**answers, "default": problem}}
    if parameters:
        found["parameters"] = list(parameters)
    if body is not None:
        found["requestBody"] = {"required": False, "content": {"application/json": {"schema": body}}}
    return found


LIMIT = parameter(
    "limit", "How many at most.", {"type": "integer", "minimum": MIN_LIMIT, "maximum": MAX_PAGE}
)
CURSOR = parameter("cursor", "The cursor of the page before.")
POST = {
    **parameter("Docsync-Request", "Any value: no HTML form can send it.", place="header"),
    "required": True,
}
VERSION_MEMBERS: OpenApiObject = {
    "source": {"enum": ["database"]},
    "epoch": {"type": "string"},
    "revision": {"type": "integer"},
}
"""The state that an answer tells of."""
