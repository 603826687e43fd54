"""What JSON values have in common: a union in one normal form. Merging is the same in any order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from types import MappingProxyType

MAX_FIELDS = 200
"""An object of more keys is a dictionary: its keys are data."""
MAX_DEPTH = 16
"""What lies deeper may be anything."""


class Scalar(StrEnum):
    """The kinds of JSON values that hold no other."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Members:
    """The members of objects: `required` are the keys that all have, `rest` what others hold, if any may."""

    fields: Mapping[str, "Shape"] = field(default_factory=lambda: MappingProxyType({}))
    required: frozenset[str] = frozenset()
    rest: "Shape | None" = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A union: some scalars, arrays of `item`, objects of `members`; without any of them nothing is known."""

    scalars: frozenset[Scalar] = frozenset()
    item: "Shape | None" = None
    members: Members | None = None
    is_any: bool = False

    @property
    def is_unknown(self) -> bool:
        """True when a value may be anything, as far as it is known."""
        return self.is_any or (not self.scalars and self.item is None and self.members is None)


NOTHING = Shape()
ANYTHING = Shape(is_any=True)

_SCALARS = {
    str: Scalar.STRING,
    bool: Scalar.BOOLEAN,
    int: Scalar.INTEGER,
    float: Scalar.NUMBER,
    type(None): Scalar.NULL,
}


def shape_of(value: object, depth: int = 0) -> Shape:
    """The shape of one JSON value."""
    if depth > MAX_DEPTH:
        return ANYTHING
    if isinstance(value, list):
        return Shape(item=merge_all(shape_of(item, depth + 1) for item in value))
    if isinstance(value, dict):
        fields = {key: shape_of(item, depth + 1) for key, item in value.items()}
        return Shape(members=_limit_fields(Members(fields, frozenset(fields))))
    return Shape(frozenset({_SCALARS[type(value)]}))


def merge_all(shapes: Iterable[Shape]) -> Shape:
    """What holds for values of any of *shapes*."""
    return reduce(merge, shapes, NOTHING)


def merge(one: Shape, other: Shape) -> Shape:
    """What holds for values of either."""
    if one.is_any or other.is_any:
        return ANYTHING
    if one is NOTHING or other is NOTHING:
        return other if one is NOTHING else one
    scalars = one.scalars | other.scalars
    if Scalar.NUMBER in scalars:
        scalars -= {Scalar.INTEGER}
    return Shape(scalars, _merge_items(one.item, other.item), _merge_members(one.members, other.members))


def _merge_items(one: Shape | None, other: Shape | None) -> Shape | None:
    return one if other is None else other if one is None else merge(one, other)


def _merge_members(one: Members | None, other: Members | None) -> Members | None:
    if one is None or other is None:
        return other if one is None else one
    fields = dict(one.fields)
    for key, shape in other.fields.items():
        fields[key] = merge(fields.get(key, NOTHING), shape)
    return _limit_fields(Members(fields, one.required & other.required, _merge_items(one.rest, other.rest)))


def _limit_fields(members: Members) -> Members:
    """*members* as a dictionary where they are too many, or where they are merged with one."""
    if members.rest is None and len(members.fields) <= MAX_FIELDS:
        return members
    rest = merge_all([members.rest or NOTHING, *members.fields.values()])
    return Members(rest=rest)
