"""How the answers of a daemon look as JSON. Sends nothing and knows no HTTP."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from docsync.status import ListedProblem, Reason

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


def to_json(value: object) -> Json:
    """*value* for JSON: a dataclass of `status`, a sequence or mapping of them, or a plain value."""
    match value:
        case Enum():
            return to_json(value.value)
        case None | bool() | int() | float() | str():
            return value
        case ListedProblem(problem, since):
            return _order_problem(_members(problem), since)
        case Reason():
            return {**_members(value), "ends_readiness": value.ends_readiness, "advice": value.advice}
        case Mapping():
            return {str(key): to_json(member) for key, member in value.items()}
        case Sequence():
            return [to_json(member) for member in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return _members(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def dump_json(value: Json) -> bytes:
    """*value* as JSON in ASCII: control, direction and surrogate characters are escaped, for terminals."""
    return json.dumps(value, allow_nan=False).encode("ascii")


def escape_json(text: str) -> bytes:
    """*text*, which is JSON, in ASCII: what is not can only stand inside of its strings."""
    escaped = _BEYOND_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)
    return escaped.encode("ascii")


def _members(value: "DataclassInstance") -> dict[str, Json]:
    return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}


def _order_problem(problem: dict[str, Json], since: str) -> dict[str, Json]:
    # What a person looks for comes first: where, which, how bad.
    first = {name: problem[name] for name in ("path", "code", "severity", "line", "column")}
    return {**first, **problem, "since": since}
