"""Filters on any field: the same as Python would say of the parsed document, for random documents and filters."""

import json
import random
import re
from typing import Any

import pytest

from docsync.errors import UsageError
from docsync.reader import Reader, open_reader
from docsync.reader.query.where_syntax import parse_where
from tests.helpers.project import Project

SEED = random.SystemRandom().randrange(10**9)
FILTERS = 1_500
VALUES: list[Any] = [
    1, 1.0, 0, 0.0, -3, 2.5, 2**60, True, False, None, "", "1", "true", "null", "calm", "ß", "日本", "a'b", '"', "[1]",
    [], [1], [True], ["calm", 1], [None], {"a": 1}, {},
]  # fmt: skip
PATHS: dict[str, list[Any]] = {
    "a": ["a"],
    "a.b": ["a", "b"],
    "a.b-c": ["a", "b-c"],
    "list[1]": ["list", 1],
    '"x y"."."': ["x y", "."],
    "ä": ["ä"],
}
OPERATORS = ["=", "!=", "in", "not in", "<", "<=", ">", ">=", "contains", "contains any", "exists"]
NOTHING = object()


def at(document: Any, keys: list[Any]) -> Any:
    for key in keys:
        try:
            if isinstance(key, int) != isinstance(document, list):
                return NOTHING
            document = document[key]
        except (KeyError, IndexError, TypeError):
            return NOTHING
    return document


def same(left: Any, right: Any) -> bool:
    """Equal as JSON: true is not 1, but 1.0 is."""
    if isinstance(left, bool) != isinstance(right, bool) or left is NOTHING:
        return False
    if isinstance(left, list | dict):
        return json.dumps(left) == json.dumps(right)
    return bool(left == right)


def compared(operator: str, found: Any, value: Any) -> bool:
    kinds = [str if isinstance(one, str) else float for one in (found, value)]
    if isinstance(found, bool) or not isinstance(found, str | int | float) or kinds[0] != kinds[1]:
        return False
    if isinstance(found, str):
        found, value = found.encode(), value.encode()
    return bool(
        {"<": found < value, "<=": found <= value, ">": found > value, ">=": found >= value}[operator]
    )


def contains(found: Any, value: Any) -> bool:
    if isinstance(found, list):
        return any(same(element, value) for element in found)
    return isinstance(found, str) and isinstance(value, str) and value in found


def holds(document: Any, path: str, operator: str, value: Any) -> bool:
    found = at(document, PATHS[path])
    match operator:
        case "=":
            return same(found, value)
        case "!=":
            return not same(found, value)
        case "in":
            return any(same(found, one) for one in value)
        case "not in":
            return not any(same(found, one) for one in value)
        case "contains":
            return contains(found, value)
        case "contains any":
            return any(contains(found, one) for one in value)
        case "exists":
            return (found is not NOTHING) is value
        case _:
            return compared(operator, found, value)


def a_value(rand: random.Random, operator: str) -> Any:
    scalars = [value for value in VALUES if not isinstance(value, list | dict)]
    match operator:
        case "exists":
            return rand.random() < 0.5
        case "in" | "not in":
            return rand.choices(VALUES, k=rand.randint(0, 4))
        case "contains any":
            return [value for value in rand.choices(scalars, k=rand.randint(0, 3)) if value is not None]
        case "contains":
            return rand.choice([value for value in scalars if value is not None])
        case "<" | "<=" | ">" | ">=":
            return rand.choice([value for value in scalars if isinstance(value, str | float)] + [1, 0])
        case _:
            return rand.choice(VALUES)


def test_a_filter_finds_what_python_would(project: Project) -> None:
    print(f"seed {SEED}")
    rand = random.Random(SEED)
    for number in range(40):

        def value() -> Any:
            return rand.choice(VALUES)

        inner = {key: value() for key in ("b", "b-c") if rand.random() < 0.7}
        document = {
            "a": inner if rand.random() < 0.7 else value(),
            "list": rand.choices(VALUES, k=rand.randint(0, 3)),
        }
        document |= {"x y": {".": value()}, "ä": value()}
        project.write(f"personas/p{number:02}.json", json.dumps(document))
    project.settle()
    found_some = 0
    with open_reader(database=project.database) as reader:
        documents = {row.id: row.document for row in reader.find()}
        for _ in range(FILTERS):
            asked = [
                (rand.choice(list(PATHS)), rand.choice(OPERATORS)) for _ in range(rand.choice([1, 1, 2]))
            ]
            where = [{path: {operator: a_value(rand, operator)}} for path, operator in asked]
            expected = {
                id_
                for id_, document in documents.items()
                if all(
                    holds(document, p, o, v)
                    for one in where
                    for p, asked_of in one.items()
                    for o, v in asked_of.items()
                )
            }
            assert {row.id for row in reader.find(where=where)} == expected, f"seed {SEED}: {where}"
            found_some += 0 < len(expected) < len(documents)
    assert found_some > FILTERS / 3, "most filters divide the documents"


def of_written(operator: str, found: Any, number: float, text: str) -> bool:
    """What a number without quotation marks says of a value that was found."""
    if not isinstance(found, str):
        return compared(operator, found, number)
    if not re.match("-?[0-9]", found):
        return False
    if re.fullmatch(r"-?[0-9]+(\.[0-9]*)?", found):
        return compared(operator, float(found), number)
    return compared(operator, found, text)


def test_a_number_without_quotation_marks_is_compared_with_numbers_and_with_dates(project: Project) -> None:
    print(f"seed {SEED}")
    rand = random.Random(SEED)
    values: list[Any] = [
        2026, 30, 30.5, -3, 0, "2026-01-05", "2025", "2026", "60+", "7", "100", "-5", "1.10.2", "30.5", "unknown", "", "v2",
        "٣", "3 years", True, None, [30], {"a": 30}, "-", "--5", "30.",
    ]  # fmt: skip
    for number, value in enumerate(values):
        project.write(f"personas/p{number:02}.json", json.dumps({"x": value}))
    project.settle()
    with open_reader(database=project.database) as reader:
        for _ in range(300):
            operator = rand.choice(["<", "<=", ">", ">="])
            text = rand.choice(
                ["2026", "30", "30.50", "0", "-4", "-3", "7", "100", "1e2", str(rand.randrange(3000))]
            )
            found = {
                row.document["x"].__repr__() for row in reader.find(where=parse_where(f"x{operator}{text}"))
            }
            expected = {repr(value) for value in values if of_written(operator, value, float(text), text)}
            assert found == expected, f"seed {SEED}: x{operator}{text}"


def test_several_operators_of_a_field_must_all_hold(reader: Reader) -> None:
    assert [row.name for row in reader.find(where={"rank": {">=": 1, "<": 2}})] == ["Ana"]
    assert [row.name for row in reader.find(where=[{"rank": {">=": 1}}, {"rank": {"<": 2}}])] == ["Ana"]
    assert len(reader.find(where=[])) == 4


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({"a": {}}, "a: say what it should be"),
        ({"a": {"like": 1}}, "there is no operator 'like'; there are =, !="),
        ({"a": {"in": "abc"}}, "'in' takes a list of values, got 'abc'"),
        ({"a": {"not in": 1}}, "'not in' takes a list of values"),
        ({"a": {"contains any": {"x": 1}}}, "'contains any' takes a list of values"),
        ({"a": {"exists": 1}}, "'exists' takes True or False, got 1"),
        ({"a": {"<": None}}, "'<' compares with a number or a text, got None"),
        ({"a": {">": True}}, "'>' compares with a number or a text, got True"),
        ({"a": {"<=": [1]}}, "'<=' compares with a number or a text"),
        ({"a": {"contains": None}}, "'contains' takes a value that an array or a text can hold"),
        ({"a": object}, "is no JSON value"),
        ({"a": [object]}, "is no JSON value"),
        ({"a": 10**400}, "too large for any document"),
        ({"a": {"=": {1, 2}}}, "is no JSON value"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_field(
    reader: Reader, where: dict[str, Any], told: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        reader.find(where=where)
    assert told in str(refusal.value)
    assert str(refusal.value).startswith("a: ")


def test_a_number_beyond_the_integers_is_found_as_the_real_that_it_is(project: Project) -> None:
    project.persona("personas/big.json", n=2**70)
    project.settle()
    with open_reader(database=project.database) as reader:
        assert len(reader.find(where={"n": 2**70})) == 1
        assert len(reader.find(where={"n": {">": 2**69}})) == 1


def test_an_unknown_keyword_is_a_mistake_of_the_program(reader: Reader) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        reader.find(nmae="Ana")  # type: ignore[call-arg]  # what a caller without types does
