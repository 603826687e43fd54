"""Schemas: what a violation says and does not say, and what is no schema."""

import json

import pytest

from docsync.errors import ConfigError
from docsync.lint.finding import Finding
from docsync.lint.schema import Schema, compile_schema


def schema(value: object) -> Schema:
    return compile_schema("s.json", json.dumps(value).encode())


def violations(rules: object, value: dict[str, object]) -> list[Finding]:
    return schema(rules).violations(value, 20)


@pytest.mark.parametrize(
    ("rules", "value", "at", "message"),
    [
        ({"required": ["name"]}, {}, "", '"name" is a required property'),
        (
            {"properties": {"a": {"items": {"type": "string"}}}},
            {"a": ["x", 1]},
            "a[1]",
            'a[1]: the value is not of type "string", got 1',
        ),
        (
            {"properties": {"a": {"enum": ["x", "y"]}}},
            {"a": "z"},
            "a",
            'a: the value is not one of "x" or "y", got "z"',
        ),
        (
            {"properties": {"name": True}, "additionalProperties": False},
            {"extra": 1},
            "extra",
            "Additional properties are not allowed ('extra' was unexpected)",
        ),
    ],
)
def test_a_violation_says_where_and_what(
    rules: object, value: dict[str, object], at: str, message: str
) -> None:
    (finding,) = violations(rules, value)

    assert (finding.code, finding.severity.value, finding.at, finding.message) == (
        "schema",
        "error",
        at,
        message,
    )
    assert finding.on_key is (at == "extra")


def test_a_long_value_is_never_printed_whole() -> None:
    (finding,) = violations({"properties": {"a": {"maxLength": 3}}}, {"a": "x" * 500})

    assert finding.message.endswith('got "' + "x" * 59 + "…")


def test_many_keys_are_never_printed_whole() -> None:
    (finding,) = violations(
        {"properties": {"name": True}, "additionalProperties": False},
        {f"key{number}": 1 for number in range(500)},
    )

    assert len(finding.message) <= 210


@pytest.mark.parametrize("rules", [{"properties": {"m": {"type": "array"}}}, {"maxProperties": 0}])
def test_a_secret_is_not_printed_be_it_alone_or_inside_a_value(rules: object) -> None:
    (finding,) = violations(rules, {"m": {"apiKey": "sk-1"}})

    assert "sk-1" not in finding.message


def test_a_secret_of_the_wrong_kind_is_not_printed() -> None:
    (finding,) = violations({"properties": {"token": {"type": "number"}}}, {"token": "sk-1"})

    assert finding.message == 'token: the value is not of type "number"'


def test_only_so_many_violations_are_told() -> None:
    assert (
        len(schema({"additionalProperties": {"type": "string"}}).violations({str(n): n for n in range(9)}, 4))
        == 4
    )


def test_of_one_violation_no_other_is_looked_for() -> None:
    (finding,) = schema({"additionalProperties": {"type": "string"}}).violations({"a": 1, "b": 2}, 1)

    assert finding.at == "a"


def test_what_keeps_the_schema_has_no_violation() -> None:
    assert violations({"required": ["name"]}, {"name": "Ada"}) == []
    assert schema({"required": ["name"]}).violations({"name": "Ada"}, 1) == []


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b'{"type": }', "s.json:1:10: no JSON Schema: Expecting value"),
        (
            b'{\n "properties": {\n  "a": {"type": "objekt"}}}',
            "s.json:3:17: no valid JSON Schema: properties.a.type: ",
        ),
        (b'{"pattern": "("}', "s.json:1:13: no valid JSON Schema: pattern: "),
        (b"[]", "s.json:1:1: no valid JSON Schema: "),
        (b'{"$ref": "http://127.0.0.1:1/x.json"}', "s.json:1:1: no valid JSON Schema: "),
        (b'{"$ref": "#/$defs/none"}', "s.json:1:1: no valid JSON Schema: "),
        (b'{"title": "\xff"}', "s.json: no JSON Schema: not UTF-8"),
        (b"[" * 100_000, "s.json: no JSON Schema: nested too deeply"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_schema_is_told_with_its_place(octets: bytes, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        compile_schema("s.json", octets)

    assert str(raised.value).startswith(message)


def test_two_schemas_are_told_apart_by_their_digest() -> None:
    assert schema({"type": "object"}).digest == schema({"type": "object"}).digest != schema(True).digest


def test_of_a_value_too_large_for_details_only_the_violation_is_told() -> None:
    rules = schema({"additionalProperties": {"type": "string"}})
    (finding,) = rules.violations({"a": 1, "b": 2}, 0)

    assert (finding.at, finding.severity.value) == ("", "error")
    assert rules.violations({"a": "x"}, 0) == []


def test_a_value_under_a_key_of_digits_is_shown_like_any_other() -> None:
    (finding,) = violations({"additionalProperties": {"type": "string"}}, {"7": 1})

    assert finding.message.endswith(", got 1")
