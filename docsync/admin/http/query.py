"""Reads the query of a request: known parameters, each as what it must be. Never guesses what was meant."""

from collections.abc import Collection, Mapping, Sequence

from starlette.requests import Request

from docsync.errors import UsageError
from docsync.reader.query.limit import MAX_PAGE, MIN_LIMIT

Query = Mapping[str, Sequence[str]]


def read_query(request: Request, *known: str, repeated: Collection[str] = ()) -> Query:
    """The parameters by name; only those in *repeated* may come twice. Raises UsageError."""
    found: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        if name not in known and name not in repeated:
            raise UsageError(
                f"unknown parameter {name!a}; known are {', '.join((*known, *repeated)) or 'none'}"
            )
        found.setdefault(name, []).append(value)
    for name, values in found.items():
        if len(values) > 1 and name not in repeated:
            raise UsageError(f"the parameter {name} was sent more than once")
    return found


def read_text(query: Query, name: str) -> str | None:
    """The parameter as it is; None where it is missing or empty."""
    return query.get(name, [""])[0] or None


def read_limit(query: Query, default: int) -> int:
    """The parameter `limit`: a whole number from MIN_LIMIT to MAX_PAGE. Raises UsageError."""
    value = read_text(query, "limit")
    if value is None:
        return default
    is_short_number = value.isascii() and value.isdecimal() and len(value) <= len(str(MAX_PAGE))
    if not (is_short_number and MIN_LIMIT <= int(value) <= MAX_PAGE):
        raise UsageError(f"limit must be a number from {MIN_LIMIT} to {MAX_PAGE}, got {value!a}")
    return int(value)


def read_seconds(query: Query, name: str, maximum: float) -> float:
    """The parameter *name*: seconds from 0 to *maximum*; 0 where it is missing. Raises UsageError."""
    value = read_text(query, name) or "0"
    whole, _, part = value.partition(".")
    if not value.isascii() or not (whole + part).isdecimal() or not 0 <= float(value) <= maximum:
        raise UsageError(f"{name} must be a number of seconds from 0 to {maximum:g}, got {value!a}")
    return float(value)


def read_choice(query: Query, name: str, *options: str) -> str:
    """The parameter *name*: one of *options*, the first one where it is missing. Raises UsageError."""
    value = read_text(query, name) or options[0]
    if value not in options:
        raise UsageError(f"{name} must be one of {', '.join(options)}, got {value!a}")
    return value
