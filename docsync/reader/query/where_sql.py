"""Filters on any field, as SQL.

Every value is bound; only paths are written out, once they are proved to be paths. {"demographics.ageGroup":
"60+", "age": {">=": 30, "<": 40}, "@tags": {"contains": "calm"}}
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

from docsync.errors import UsageError
from docsync.reader.query.field import Field, field_of
from docsync.reader.row import DATABASE

Where: TypeAlias = Mapping[str, object] | Sequence[Mapping[str, object]]
"""Filters that must all hold; a list of them can ask the same of one field more than once."""

OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "in", "not in", "contains", "contains any", "exists")
"""What a field can be asked. Equal means equal as JSON: 1 is neither true nor "1".

Also a field that is not there is "!=" and "not in".
"""

_LIST_OPERATORS = ("contains", "contains any", "exists")
_MAX_CONDITIONS = 200
_MAX_VALUES = 30_000
_MAX_INTEGER = 2**63 - 1
_NUMBER_KINDS = "'integer', 'real'"


class WrittenNumber(NamedTuple):
    """A number that was written without quotation marks, where something is to be less or more than it.

    Numbers, and texts that are numbers, are compared with it as numbers; other texts that begin with a digit,
    such as dates and "60+", as text. Texts that begin otherwise are neither less nor more.
    """

    number: float
    text: str


class Condition(NamedTuple):
    """A part of a WHERE clause for documents AS d, and the values that are bound to it."""

    sql: str
    values: tuple[object, ...] = ()

    @staticmethod
    def any_of(parts: "list[Condition]") -> "Condition":
        """The condition that holds when one of *parts* does; without parts it never does."""
        values = tuple(value for part in parts for value in part.values)
        return Condition("(" + " OR ".join(part.sql for part in parts) + ")" if parts else "0", values)


def conditions(where: Where, source: str = DATABASE) -> list[Condition]:
    """What must hold.

    Raises UsageError for a path, an operator or a value that cannot be taken, and NoDatabase for a column
    that *source* does not know.
    """
    parts = list(_parts(where, source))
    # SQLite takes an expression apart to a limited depth, and binds a limited number of values.
    if len(parts) > _MAX_CONDITIONS:
        raise UsageError(f"there may be {_MAX_CONDITIONS} conditions at once, these are {len(parts)}")
    if (values := sum(len(part.values) for part in parts)) > _MAX_VALUES:
        raise UsageError(
            f"these conditions bind {values} values, {_MAX_VALUES} are possible; ask in several steps"
        )
    return parts


def _parts(where: Where, source: str) -> Iterator[Condition]:
    several = [where] if isinstance(where, Mapping) else where
    for path, wanted in chain.from_iterable(one.items() for one in several):
        asked = wanted if isinstance(wanted, Mapping) else {"=": wanted}
        if not asked:
            raise UsageError(f"{path}: say what it should be, such as {{'=': 'calm'}}")
        of_field = _FieldFilter(field_of(path, source))
        yield from (of_field.build(str(operator), value) for operator, value in asked.items())


class _FieldFilter(NamedTuple):
    """A field, and the SQL for each operator that it can be asked with."""

    field: Field

    @property
    def name(self) -> str:
        return self.field.name

    def build(self, operator: str, value: object) -> Condition:
        if self.field.is_list and operator not in _LIST_OPERATORS:
            raise UsageError(
                f"{self.name}: is a list; ask what it contains, or whether it exists, not {operator!r}"
            )
        match operator:
            case "=":
                return self.build_equal([value])
            case "!=" | "not in":
                equal = self.build_equal(self.list_values(operator, value))
                return Condition(f"NOT ifnull({equal.sql}, 0)", equal.values)
            case "in":
                return self.build_equal(self.list_values(operator, value))
            case "<" | "<=" | ">" | ">=":
                return self.build_comparison(operator, value)
            case "contains" | "contains any":
                return Condition.any_of(
                    [self.build_contains(part) for part in self.list_values(operator, value)]
                )
            case "exists":
                return Condition(f"{'' if _flag(self.name, value) else 'NOT '}({self.field.present})")
            case _:
                raise UsageError(
                    f"{self.name}: there is no operator {operator!r}; there are {', '.join(OPERATORS)}"
                )

    def list_values(self, operator: str, value: object) -> list[object]:
        """The values that an operator takes, which for some is a list of them."""
        if operator in ("!=", "contains"):
            return [value]
        if not isinstance(value, list | tuple | set | frozenset):
            raise UsageError(f"{self.name}: {operator!r} takes a list of values, got {value!r}")
        if operator == "contains any" and len(value) > _MAX_CONDITIONS:
            raise UsageError(f"{self.name}: {operator!r} takes {_MAX_CONDITIONS} values, got {len(value)}")
        return list(value)

    def build_equal(self, wanted: list[object]) -> Condition:
        """Equality with any of *wanted*.

        The JSON type is compared too: SQLite has none for true, null and arrays.
        """
        groups: dict[str, list[object]] = {}
        for value in wanted:
            kinds, bound = self.bind(value)
            groups.setdefault(kinds, []).append(bound)
        parts = [self._build_one_kind(kinds, values) for kinds, values in groups.items()]
        if len(parts) < 2 or "'null'" in groups:
            return Condition.any_of(parts)
        every = tuple(value for values in groups.values() for value in values)
        either = Condition.any_of(parts)
        # Says nothing new, but an index can answer it.
        return Condition(
            f"({self.field.value} IN ({_marks(every)}) AND {either.sql})", (*every, *either.values)
        )

    def _build_one_kind(self, kinds: str, values: list[object]) -> Condition:
        if kinds == "'null'":
            return Condition(f"{self.field.kind} = 'null'")
        return Condition(
            f"({self.field.value} IN ({_marks(values)}) AND {self.field.kind} IN ({kinds}))", tuple(values)
        )

    def build_comparison(self, operator: str, value: object) -> Condition:
        """Numbers with numbers, texts with texts, a number without quotation marks with both."""
        if isinstance(value, WrittenNumber):
            return self._build_written_comparison(operator, value)
        kinds, bound = self.bind(value)
        if kinds not in (_NUMBER_KINDS, "'text'"):
            raise UsageError(f"{self.name}: {operator!r} compares with a number or a text, got {value!r}")
        return Condition(f"({self.field.value} {operator} ? AND {self.field.kind} IN ({kinds}))", (bound,))

    def _build_written_comparison(self, operator: str, wanted: WrittenNumber) -> Condition:
        value, number = self.field.value, self.bind(wanted.number)[1]
        cases = (
            f"WHEN {self.field.kind} IN ({_NUMBER_KINDS}) THEN {value} {operator} ? "
            f"WHEN {self.field.kind} <> 'text' THEN 0 "
            f"WHEN {value} NOT GLOB '[0-9]*' AND {value} NOT GLOB '-[0-9]*' THEN 0 "
            f"WHEN substr({value}, 2) NOT GLOB '*[^0-9.]*' AND {value} NOT GLOB '*.*.*' "
            f"THEN CAST({value} AS NUMERIC) {operator} ? "
            f"ELSE {value} {operator} ? END"
        )
        # Says nothing new, but an index can answer it: SQLite has every text behind every number, and texts
        # that begin with a digit or "-" lie between "-" and ":".
        possible = f"({value} {operator} ? OR {value} BETWEEN '-' AND ':')"
        return Condition(f"({possible} AND CASE {cases})", (number, number, number, wanted.text))

    def build_contains(self, value: object) -> Condition:
        """An element of an array, or a part of a text."""
        kinds, bound = self.bind(value)
        if kinds == "'null'":
            raise UsageError(
                f"{self.name}: 'contains' takes a value that an array or a text can hold, got None"
            )
        cases = []
        if self.field.elements is not None:
            has = f"SELECT 1 FROM {self.field.elements} AS e WHERE e.value = ? AND e.type IN ({kinds})"
            cases.append(f"WHEN 'array' THEN EXISTS ({has})")
        if isinstance(value, str):
            cases.append(f"WHEN 'text' THEN instr({self.field.value}, ?) > 0")
        return Condition(f"(CASE {self.field.kind} {' '.join(cases)} ELSE 0 END)", (bound,) * len(cases))

    def bind(self, value: object) -> tuple[str, object]:
        """The kinds of JSON that *value* can be equal to, and the value as it is bound."""
        if self.field.is_column and not isinstance(value, str):
            raise UsageError(f"{self.name}: a column holds text, got {value!r}")
        return _bind(self.name, value)


def _marks(values: "list[object] | tuple[object, ...]") -> str:
    return ",".join("?" * len(values))


def _flag(path: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"{path}: 'exists' takes True or False, got {value!r}")
    return value


def _bind(path: str, value: object) -> tuple[str, object]:
    match value:
        case None:
            return "'null'", None
        case bool():
            return ("'true'" if value else "'false'"), int(value)
        case int():
            # What does not fit is a real in SQLite's JSON too.
            return _NUMBER_KINDS, value if -_MAX_INTEGER <= value <= _MAX_INTEGER else _to_real(path, value)
        case float():
            return _NUMBER_KINDS, value
        case str():
            return "'text'", value
        case list() | tuple() | Mapping():
            return _bind_nested(path, value)
        case _:
            raise UsageError(f"{path}: {value!r} is no JSON value")


def _to_real(path: str, value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        raise UsageError(f"{path}: the number is too large for any document") from None


def _bind_nested(path: str, value: object) -> tuple[str, object]:
    kind = "'object'" if isinstance(value, Mapping) else "'array'"
    try:
        return kind, json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError):
        raise UsageError(f"{path}: {value!r} is no JSON value") from None
