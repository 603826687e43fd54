"""Properties of every generation become JSON Schema, and schemas are closed as providers enforce them."""

from typing import Any

import pytest

from docsync.render.error import RenderError
from docsync.render.mistake_list import MistakeList
from docsync.render.schema import close_schema, is_open, remove_properties, to_schema


def schema(written: Any) -> dict[str, Any]:
    mistakes = MistakeList()
    made = to_schema(written, "outputs", mistakes)
    mistakes.raise_all()
    return made


CITY: dict[str, Any] = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


@pytest.mark.parametrize(
    "written",
    [
        [{"name": "city", "kind": "string", "required": True}],
        [{"name": "city", "type": "str", "required": True}],
        {"city": {"type": "string", "required": True}},
        CITY,
        {"properties": {"city": {"type": "string"}}, "required": ["city"]},
    ],
    ids=["v2", "promptflow", "beta", "JSON Schema", "JSON Schema without a type"],
)
def test_a_property_is_the_same_schema_however_it_is_written(written: Any) -> None:
    assert schema(written) == CITY


def test_no_properties_are_an_empty_object() -> None:
    assert schema(None) == {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    ("kind", "type_"),
    [("float", "number"), ("int", "integer"), ("bool", "boolean"), ("dict", "object"), ("List", "array")],
)
def test_each_generations_word_for_a_kind_is_a_type(kind: str, type_: str) -> None:
    assert schema([{"name": "x", "kind": kind}])["properties"]["x"]["type"] == type_


def test_a_property_may_have_more_than_one_kind() -> None:
    assert schema([{"name": "x", "kind": ["str", "null"]}])["properties"]["x"] == {"type": ["string", "null"]}
    with pytest.raises(RenderError, match="no kind that JSON Schema has a type for"):
        schema([{"name": "x", "kind": ["str", "pear"]}])


def test_what_may_be_null_already_is_not_made_so_twice() -> None:
    given = schema(
        [{"name": "x", "kind": "string", "nullable": True}, {"name": "y", "json_schema": {"enum": [1]}}]
    )

    assert close_schema(given, all_required=True)["properties"] == {
        "x": {"type": ["string", "null"]},
        "y": {"anyOf": [{"enum": [1]}, {"type": "null"}]},
    }
    chosen = schema([{"name": "x", "kind": "string", "enumValues": ["a", None]}])
    assert close_schema(chosen, all_required=True)["properties"] == {
        "x": {"type": ["string", "null"], "enum": ["a", None]}
    }


def test_what_a_property_says_beside_its_kind_is_kept() -> None:
    written = {
        "name": "x",
        "kind": "integer",
        "description": "d",
        "enumValues": [1, 2],
        "default": 1,
        "minimum": 0,
    }
    assert schema([{**written, "example": 2}])["properties"]["x"] == {
        "type": "integer", "description": "d", "enum": [1, 2], "default": 1, "minimum": 0, "examples": [2],
    }  # fmt: skip


def test_objects_lists_and_unions_are_followed_to_their_end() -> None:
    written = [
        {"name": "place", "kind": "object", "properties": {"city": {"type": "string", "required": True}}},
        {
            "name": "days",
            "kind": "array",
            "items": {"kind": "object", "properties": [{"name": "n", "kind": "int"}]},
        },
        {
            "name": "any",
            "kind": "union",
            "anyOf": [{"kind": "string"}, {"kind": "array", "items": {"kind": "float"}}],
        },
        {"name": "raw", "json_schema": {"type": "string", "format": "date"}, "description": "a day"},
        {"name": "none", "kind": "string", "nullable": True},
        {"name": "free", "kind": "array"},
    ]
    assert schema(written)["properties"] == {
        "place": CITY,
        "days": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}},
        "any": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "number"}}]},
        "raw": {"type": "string", "format": "date", "description": "a day"},
        "none": {"type": ["string", "null"]},
        "free": {"type": "array", "items": {}},
    }


def test_a_property_that_is_called_like_a_word_of_json_schema_is_still_one() -> None:
    made = schema({"properties": {"type": "string"}, "type": {"type": "int"}})

    assert made["properties"] == {"properties": {"type": "string"}, "type": {"type": "integer"}}


@pytest.mark.parametrize(
    "written",
    ["${file:x.json}", 3, [{"kind": "string"}], [{"name": "x", "kind": "thread"}], [{"name": "x", "json_schema": "y"}],
     [{"name": "x", "kind": "array", "items": {"kind": "pear"}}]],
)  # fmt: skip
def test_what_has_no_schema_is_a_mistake(written: Any) -> None:
    with pytest.raises(RenderError, match="outputs"):
        schema(written)


OPEN: list[dict[str, Any]] = [
    {},
    {"type": "object"},
    {"type": "array"},
    {"type": "array", "items": {"type": "object", "properties": {}}},
    {"type": "object", "properties": {"a": {}}},
    {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": True},
    {"anyOf": [{"type": "string"}, {"type": "object"}]},
    {"$ref": "#/$defs/a", "$defs": {"a": {"type": "object"}}},
]


@pytest.mark.parametrize("given", OPEN)
def test_a_schema_that_leaves_something_open_is_told(given: dict[str, Any]) -> None:
    assert is_open(given)


@pytest.mark.parametrize("given", [CITY, {"enum": [1]}, {"$ref": "#/x"}, {"type": "array", "items": CITY}])
def test_a_schema_that_says_everything_is_not_open(given: dict[str, Any]) -> None:
    assert not is_open(given)


def test_a_strict_schema_has_all_its_properties_and_no_others_also_within() -> None:
    optional = {"type": "string", "enum": ["a"], "default": "a", "examples": ["a"]}
    inner = {"type": "object", "properties": {"x": optional, "y": {"$ref": "#/$defs/z"}}, "required": []}
    given: dict[str, Any] = {
        "type": "object",
        "properties": {"list": {"type": "array", "items": inner}},
        "$defs": {"z": CITY},
    }

    closed = close_schema(given, all_required=True)

    assert closed["required"] == ["list"]
    assert closed["additionalProperties"] is False
    assert closed["$defs"] == {"z": {**CITY, "additionalProperties": False}}
    (listed,) = closed["properties"].values()  # type: ignore[attr-defined]  # a schema, as the line above shows
    assert listed["type"] == ["array", "null"]
    assert listed["items"] == {
        "type": "object",
        "properties": {
            "x": {"type": ["string", "null"], "enum": ["a", None]},
            "y": {"anyOf": [{"$ref": "#/$defs/z"}, {"type": "null"}]},
        },
        "required": ["x", "y"],
        "additionalProperties": False,
    }


def test_closing_a_schema_leaves_the_given_one_as_it_was() -> None:
    given: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string", "default": "b"}}}

    close_schema(given, all_required=True)

    assert given == {"type": "object", "properties": {"a": {"type": "string", "default": "b"}}}


def test_a_schema_may_be_closed_and_leave_properties_out() -> None:
    given: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert close_schema(given, all_required=False) == {**given, "additionalProperties": False}


def test_properties_are_removed_with_their_need() -> None:
    given: dict[str, Any] = {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a", "b"]}
    assert remove_properties(given, {"a"}) == {"type": "object", "properties": {"b": {}}, "required": ["b"]}
    assert remove_properties(CITY, {"city"}) == {"type": "object", "properties": {}}
