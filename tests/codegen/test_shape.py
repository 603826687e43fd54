"""What JSON values have in common, in whatever order they come."""

import random

import pytest

from docsync.codegen.shape import (
    ANYTHING,
    MAX_DEPTH,
    MAX_FIELDS,
    NOTHING,
    Members,
    Scalar,
    Shape,
    merge,
    merge_all,
    shape_of,
)
from tests.helpers.project import Tell

TEXT, INTEGER, NUMBER = (Shape(frozenset({one})) for one in (Scalar.STRING, Scalar.INTEGER, Scalar.NUMBER))


def test_a_key_that_all_objects_have_is_required_and_another_is_not() -> None:
    found = merge_all([shape_of({"a": "x", "b": 1}), shape_of({"a": "y"})])

    assert found == Shape(members=Members({"a": TEXT, "b": INTEGER}, frozenset({"a"})))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], INTEGER),
        ([1, 1.5], NUMBER),
        ([True, 1], Shape(frozenset({Scalar.BOOLEAN, Scalar.INTEGER}))),
        (["a", None], Shape(frozenset({Scalar.STRING, Scalar.NULL}))),
        (["a", ["b"]], Shape(TEXT.scalars, item=TEXT)),
        ([[], [1]], Shape(item=INTEGER)),
        ([[], []], Shape(item=NOTHING)),
        ([{"a": 1}, [1]], Shape(item=INTEGER, members=Members({"a": INTEGER}, frozenset({"a"})))),
    ],
)
def test_values_of_several_kinds_are_a_union(values: list[object], expected: Shape) -> None:
    assert merge_all(map(shape_of, values)) == expected


def test_an_object_of_very_many_keys_is_a_dictionary_of_what_they_hold() -> None:
    few = {f"k{n}": n for n in range(MAX_FIELDS)}

    assert len((shape_of(few).members or Members()).fields) == MAX_FIELDS
    assert shape_of({**few, "one more": "x"}) == Shape(
        members=Members(rest=Shape(TEXT.scalars | INTEGER.scalars))
    )


def test_what_lies_very_deep_may_be_anything() -> None:
    value: object = 1
    for _ in range(MAX_DEPTH + 1):
        value = [value]
    found = shape_of(value)
    for _ in range(MAX_DEPTH + 1):
        assert found.item
        found = found.item

    assert found == ANYTHING
    assert merge(found, TEXT) == ANYTHING


def test_the_order_of_values_and_how_they_are_grouped_changes_nothing(tell: Tell) -> None:
    seed = random.randrange(10**9)
    tell(f"shapes: seed {seed}")
    dice = random.Random(seed)
    for _ in range(150):
        values = [any_value(dice, 3) for _ in range(dice.randint(2, 8))]
        whole = merge_all(map(shape_of, values))
        dice.shuffle(values)
        cut = dice.randrange(len(values))

        assert merge(merge_all(map(shape_of, values[:cut])), merge_all(map(shape_of, values[cut:]))) == whole


def any_value(dice: random.Random, levels: int) -> object:
    kind = dice.randrange(7 if levels else 5)
    if kind == 5:
        return [any_value(dice, levels - 1) for _ in range(dice.randint(0, 3))]
    if kind == 6:
        # Now and then more keys than a class may have.
        count = dice.choice((1, 2, 3, MAX_FIELDS - 20))
        return {
            f"k{dice.randrange(MAX_FIELDS * 2)}": any_value(
                dice, levels - 2 if count > 3 and levels > 1 else levels - 1
            )
            for _ in range(count)
        }
    return [None, True, 1, 1.5, "x"][kind]
