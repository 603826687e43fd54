"""Filters on any field, as SQL. Every value is bound; only paths are written out, once they are proved to be paths.

{"demographics.ageGroup": "60+", "age": {">=": 30, "<": 40}, "tags": {"contains": "calm"}}
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from docsync.errors import UsageError

Where: TypeAlias = Mapping[str, object] | Sequence[Mapping[str, object]]
"""Filters that must all hold; a list of them can ask the same of one field more than once."""

OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "in", "not in", "contains", "contains any", "exists")
"""What a field can be asked. Equal means equal as JSON: 1 is neither true nor "1". Also a field that is not there is
"!=" and "not in"."""

_WORD = r'(?:[^\W\d][\w-]*|"[^"\\\x00-\x1f]+")'
PATH = rf"{_WORD}(?:\.{_WORD}|\[[0-9]{{1,9}}\])*"
"""The regular expression of a path: words with dots, quoted where they are no words, and places in arrays."""
_LARGEST = 2**63 - 1
_NUMBER = "'integer', 'real'"


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of a WHERE clause for documents AS d, and the values that are bound to it."""

    sql: str
    values: tuple[object, ...] = ()

    @staticmethod
    def any_of(parts: "list[Condition]") -> "Condition":
        """True when one of *parts* is."""
        values = tuple(value for part in parts for value in part.values)
        return Condition("(" + " OR ".join(part.sql for part in parts) + ")" if parts else "0", values)


def conditions(where: Where) -> Iterator[Condition]:
    """What must hold. Raises UsageError for a path, an operator or a value that cannot be taken."""
    several = [where] if isinstance(where, Mapping) else where
    for path, wanted in chain.from_iterable(one.items() for one in several):
        field = _Field(_literal(path), path)
        asked = wanted if isinstance(wanted, Mapping) else {"=": wanted}
        if not asked:
            raise UsageError(f"{path}: say what it should be, such as {{'=': 'calm'}}")
        yield from (field.condition(str(operator), value) for operator, value in asked.items())


def _literal(path: str) -> str:
    """The path as SQLite takes it. It is written out and not bound: only then is the index for it used."""
    if not re.fullmatch(PATH, path):
        raise UsageError(f"{path!r} is not a path into a document; write words with dots, like demographics.ageGroup")
    return "'$." + path.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class _Field:
    literal: str
    path: str

    @property
    def value(self) -> str:
        return f"json_extract(d.document, {self.literal})"

    @property
    def kind(self) -> str:
        return f"json_type(d.document, {self.literal})"

    def condition(self, operator: str, value: object) -> Condition:
        match operator:
            case "=":
                return self.equal([value])
            case "!=" | "not in":
                equal = self.equal(self.several(operator, value))
                return Condition(f"NOT ifnull({equal.sql}, 0)", equal.values)
            case "in":
                return self.equal(self.several(operator, value))
            case "<" | "<=" | ">" | ">=":
                return self.compared(operator, value)
            case "contains" | "contains any":
                return Condition.any_of([self.contains(part) for part in self.several(operator, value)])
            case "exists":
                return Condition(f"{self.kind} IS {'NOT ' if _flag(self.path, value) else ''}NULL")
            case _:
                raise UsageError(f"{self.path}: there is no operator {operator!r}; there are {', '.join(OPERATORS)}")

    def several(self, operator: str, value: object) -> list[object]:
        """The values that an operator takes, which for some is a list of them."""
        if operator in ("!=", "contains"):
            return [value]
        if not isinstance(value, list | tuple | set | frozenset):
            raise UsageError(f"{self.path}: {operator!r} takes a list of values, got {value!r}")
        return list(value)

    def equal(self, wanted: list[object]) -> Condition:
        """One of the values. SQLite has no kind for true, null and arrays: the kind of JSON is asked for as well."""
        groups: dict[str, list[object]] = {}
        for value in wanted:
            kinds, bound = _bound(self.path, value)
            groups.setdefault(kinds, []).append(bound)
        parts = [self._one_kind(kinds, values) for kinds, values in groups.items()]
        if len(parts) < 2 or "'null'" in groups:
            return Condition.any_of(parts)
        every = tuple(value for values in groups.values() for value in values)
        either = Condition.any_of(parts)
        # Says nothing new, but an index can answer it.
        return Condition(f"({self.value} IN ({_marks(every)}) AND {either.sql})", (*every, *either.values))

    def _one_kind(self, kinds: str, values: list[object]) -> Condition:
        if kinds == "'null'":
            return Condition(f"{self.kind} = 'null'")
        return Condition(f"({self.value} IN ({_marks(values)}) AND {self.kind} IN ({kinds}))", tuple(values))

    def compared(self, operator: str, value: object) -> Condition:
        """Numbers with numbers, texts with texts."""
        kinds, bound = _bound(self.path, value)
        if kinds not in (_NUMBER, "'text'"):
            raise UsageError(f"{self.path}: {operator!r} compares with a number or a text, got {value!r}")
        return Condition(f"({self.value} {operator} ? AND {self.kind} IN ({kinds}))", (bound,))

    def contains(self, value: object) -> Condition:
        """An element of an array, or a part of a text."""
        kinds, bound = _bound(self.path, value)
        if kinds == "'null'":
            raise UsageError(f"{self.path}: 'contains' takes a value that an array or a text can hold, got None")
        has = (
            f"(CASE {self.kind} WHEN 'array' THEN EXISTS (SELECT 1 FROM json_each(d.document, {self.literal}) AS e "
            f"WHERE e.value = ? AND e.type IN ({kinds})) "
        )
        if isinstance(value, str):
            return Condition(f"{has}WHEN 'text' THEN instr({self.value}, ?) > 0 ELSE 0 END)", (bound, bound))
        return Condition(f"{has}ELSE 0 END)", (bound,))


def _marks(values: "list[object] | tuple[object, ...]") -> str:
    return ",".join("?" * len(values))


def _flag(path: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"{path}: 'exists' takes True or False, got {value!r}")
    return value


def _bound(path: str, value: object) -> tuple[str, object]:
    """The kinds of JSON that *value* can be equal to, and the value as it is bound."""
    match value:
        case None:
            return "'null'", None
        case bool():
            return ("'true'" if value else "'false'"), int(value)
        case int():
            # What does not fit is a real in SQLite's JSON too.
            return _NUMBER, value if -_LARGEST <= value <= _LARGEST else _real(path, value)
        case float():
            return _NUMBER, value
        case str():
            return "'text'", value
        case list() | tuple() | Mapping():
            return _nested(path, value)
        case _:
            raise UsageError(f"{path}: {value!r} is no JSON value")


def _real(path: str, value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        raise UsageError(f"{path}: the number is too large for any document") from None


def _nested(path: str, value: object) -> tuple[str, object]:
    kind = "'object'" if isinstance(value, Mapping) else "'array'"
    try:
        return kind, json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError):
        raise UsageError(f"{path}: {value!r} is no JSON value") from None
