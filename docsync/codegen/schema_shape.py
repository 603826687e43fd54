"""The shape that a JSON Schema describes. Asks for nothing outside of the schema, and never refuses one."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from docsync.codegen.shape import ANYTHING, MAX_DEPTH, NOTHING, Members, Scalar, Shape, merge_all, shape_of

MAX_PARTS = 5000
"""So many parts of a schema are read: one that leads to itself in many ways has more than can be counted."""

_UNIONS = ("anyOf", "oneOf")
_SCALARS = {one.value: Shape(frozenset({one})) for one in Scalar}
_OBJECT_WORDS = ("properties", "required", "additionalProperties")
_ITEM_WORDS = ("items", "prefixItems")


def shape_of_schema(schema: object) -> Shape:
    """The shape of the values that *schema* takes; anything where it does not say."""
    return _Reader(schema).read(schema, frozenset(), 0)


class _Reader:
    def __init__(self, root: object) -> None:
        self._root = root
        self._parts = 0

    def read(self, schema: object, open_: frozenset[str], depth: int) -> Shape:
        """The shape of *schema*, where the references *open_* are being followed."""
        self._parts += 1
        if not isinstance(schema, Mapping) or depth > MAX_DEPTH or self._parts > MAX_PARTS:
            return ANYTHING
        target = schema.get("$ref")
        if isinstance(target, str):
            # A schema that holds itself has no end.
            return ANYTHING if target in open_ else self.read(self._find(target), open_ | {target}, depth)
        for word in _UNIONS:
            if isinstance(schema.get(word), list):
                return merge_all(self.read(one, open_, depth) for one in schema[word])
        if isinstance(schema.get("allOf"), list):
            return self._intersect(schema, open_, depth)
        if "const" in schema:
            return shape_of(schema["const"])
        if isinstance(schema.get("enum"), list):
            return merge_all(map(shape_of, schema["enum"]))
        return merge_all(self._read_kind(kind, schema, open_, depth) for kind in _kinds(schema))

    def _read_kind(self, kind: str, schema: Mapping[str, object], open_: frozenset[str], depth: int) -> Shape:
        if kind == "array":
            return Shape(item=self._read_items(schema, open_, depth))
        if kind == "object":
            return Shape(members=self._read_members(schema, open_, depth))
        return _SCALARS.get(kind, ANYTHING)

    def _read_items(self, schema: Mapping[str, object], open_: frozenset[str], depth: int) -> Shape:
        places = schema.get("prefixItems")
        first = [*places] if isinstance(places, list) else []
        rest = schema.get("items", True)
        every = [*first, *(rest if isinstance(rest, list) else [rest] if rest is not False else [])]
        return merge_all(self.read(one, open_, depth + 1) for one in every)

    def _read_members(self, schema: Mapping[str, object], open_: frozenset[str], depth: int) -> Members:
        properties = schema.get("properties")
        fields = {
            key: self.read(one, open_, depth + 1)
            for key, one in (properties.items() if isinstance(properties, Mapping) else ())
            if one is not False
        }
        if fields:
            asked = schema.get("required")
            required = {one for one in asked if isinstance(one, str)} if isinstance(asked, list) else set()
            return Members(fields, frozenset(required & fields.keys()))
        rest = schema.get("additionalProperties", True)
        return Members(rest=NOTHING if rest is False else self.read(rest, open_, depth + 1))

    def _intersect(self, schema: Mapping[str, object], open_: frozenset[str], depth: int) -> Shape:
        """What all parts say of an object's members; of other values the first part that says something."""
        own = {key: value for key, value in schema.items() if key != "allOf"}
        parts = [self.read(one, open_, depth) for one in (own, *_list(schema["allOf"])) if one]
        objects = [one.members for one in parts if one.members is not None and one.members.fields]
        if not objects:
            return next((one for one in parts if not one.is_unknown), ANYTHING)
        fields: dict[str, Shape] = {}
        for members in objects:
            fields |= members.fields
        return Shape(members=Members(fields, frozenset().union(*(one.required for one in objects))))

    def _find(self, target: str) -> object:
        """What `#/…` in this schema leads to; None for anything else."""
        if not target.startswith("#"):
            return None
        found: object = self._root
        for step in filter(None, unquote(target[1:]).split("/")):
            key = step.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, Mapping) else None
        return found


def _kinds(schema: Mapping[str, object]) -> Iterator[str]:
    """The types that *schema* names, else those that its words are about."""
    named = schema.get("type")
    if named is not None:
        yield from (one for one in (named if isinstance(named, list) else [named]) if isinstance(one, str))
    elif any(word in schema for word in _OBJECT_WORDS):
        yield "object"
    elif any(word in schema for word in _ITEM_WORDS):
        yield "array"
    else:
        yield "anything"


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
