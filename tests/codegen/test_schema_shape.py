"""The shape that a JSON Schema describes."""

import pytest

from docsync.codegen.schema_shape import shape_of_schema
from docsync.codegen.shape import ANYTHING, NOTHING, Members, Scalar, Shape

TEXT, INTEGER = Shape(frozenset({Scalar.STRING})), Shape(frozenset({Scalar.INTEGER}))
EITHER = Shape(TEXT.scalars | INTEGER.scalars)


def members(required: set[str] | None = None, **fields: Shape) -> Shape:
    return Shape(members=Members(fields, frozenset(required or ())))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, TEXT),
        ({"type": ["string", "integer"]}, EITHER),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, EITHER),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, EITHER),
        ({"enum": ["a", 1]}, EITHER),
        ({"const": "a"}, TEXT),
        ({"type": "array", "items": {"type": "string"}}, Shape(item=TEXT)),
        ({"items": {"type": "string"}}, Shape(item=TEXT)),
        ({"type": "array"}, Shape(item=ANYTHING)),
        ({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}}, Shape(item=EITHER)),
        ({"prefixItems": [{"type": "string"}], "items": False}, Shape(item=TEXT)),
        ({"items": [{"type": "string"}, {"type": "integer"}]}, Shape(item=EITHER)),
        ({"properties": {"a": {"type": "string"}}, "required": ["a", "b"]}, members({"a"}, a=TEXT)),
        ({"properties": {"a": {"type": "string"}, "b": False}}, members(a=TEXT)),
        ({"type": "object"}, Shape(members=Members(rest=ANYTHING))),
        ({"type": "object", "additionalProperties": {"type": "string"}}, Shape(members=Members(rest=TEXT))),
        ({"type": "object", "additionalProperties": False}, Shape(members=Members(rest=NOTHING))),
        (
            {"allOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}], "properties": {"b": {"type": "integer"}}},
            members({"a"}, a=TEXT, b=INTEGER),
        ),
        ({"allOf": [{"minLength": 1}, {"type": "string"}]}, TEXT),
        ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "string"}}}, TEXT),
        ({"$ref": "#/$defs/a%20b", "$defs": {"a b": {"type": "string"}}}, TEXT),
        ({"$ref": "https://example.com/schema"}, ANYTHING),
        ({"$ref": "#/nowhere"}, ANYTHING),
        ({"type": "spoon"}, ANYTHING),
        ({"minimum": 1}, ANYTHING),
        (True, ANYTHING),
    ],
)  # fmt: skip
def test_a_schema_has_a_shape(schema: object, expected: Shape) -> None:
    assert shape_of_schema(schema) == expected


def test_a_schema_that_holds_itself_ends() -> None:
    found = shape_of_schema({"properties": {"child": {"$ref": "#"}, "name": {"type": "string"}}})

    assert found == members(child=members(child=ANYTHING, name=TEXT), name=TEXT)


def test_a_schema_that_holds_itself_twice_ends_soon() -> None:
    names = {f"n{n}": {"$ref": f"#/$defs/d{n}"} for n in range(12)}
    defs = {f"d{n}": {"properties": names} for n in range(12)}

    assert shape_of_schema({"$defs": defs, "properties": names}).members
