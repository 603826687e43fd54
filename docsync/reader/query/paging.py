"""The orders of documents and how a page goes on from the one before it: ORDER BY clauses and cursors.

Asks nothing. A cursor is text that holds the place where a page ended, with a digest of the query that it was
made for.
"""

import json

# As in docsync/store/schema.py: hashlib loads OpenSSL for what it has beside it.
from _blake2 import blake2b
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any, NamedTuple

from docsync.errors import UsageError
from docsync.reader.query.field import field_of, is_path
from docsync.reader.row import DATABASE
from docsync.store.columns import Use, columns_for

_COLUMNS = columns_for(Use.ORDERED)
_DIGEST_BYTES = 6
_MAX_VALUE_CHARACTERS = 500
_KINDS = "WHEN 'integer' THEN 0 WHEN 'real' THEN 0 WHEN 'text' THEN 1 WHEN 'true' THEN 2 WHEN 'false' THEN 2"
_TEXT, _NO_VALUE = 1, 3


class OrderedPlace(NamedTuple):
    """Where a document stands in an order: the kind and the value that it is ordered by, and its id.

    A long text is not kept, since a cursor must fit into a URL: who `is_shortened` is looked up by the id.
    """

    kind: int
    value: str | int | float | None
    id: str

    @property
    def is_shortened(self) -> bool:
        return self.value is None and self.kind == _TEXT

    @property
    def has_value(self) -> bool:
        return self.kind != _NO_VALUE

    def shorten(self) -> "OrderedPlace":
        """This place as a cursor keeps it."""
        is_long = isinstance(self.value, str) and len(self.value) > _MAX_VALUE_CHARACTERS
        return OrderedPlace(_TEXT, None, self.id) if is_long else self


class Order(NamedTuple):
    """What documents are put in order by, ascending or descending, as SQL for documents AS d.

    `kind` is that of the value: numbers come before texts, then true and false, and last what has neither,
    also in an order that descends. A column has one kind, and is no `field`. Ties are in the order of ids,
    so that there is only one order.
    """

    value: str
    kind: str | None
    is_descending: bool
    field: str | None = None

    @property
    def is_by_id(self) -> bool:
        return self.value == "d.id"

    @property
    def sql(self) -> str:
        """The ORDER BY clause."""
        direction = "DESC" if self.is_descending else "ASC"
        if self.is_by_id:
            return f"ORDER BY d.id {direction}"
        kind = f"{self.kind}, " if self.kind else ""
        return f"ORDER BY {kind}{self.value} {direction}, d.id"

    @property
    def place(self) -> str:
        """The columns of a OrderedPlace."""
        return f"{self.kind or _TEXT}, {self.value}, d.id"

    def after(self, place: OrderedPlace) -> tuple[str, tuple[object, ...]]:
        """The SQL condition for the documents after *place*, and what is bound to it."""
        kind, value, id_ = place
        less = "<" if self.is_descending else ">"
        if self.is_by_id:
            return f"d.id {less} ?", (id_,)
        if self.kind is None:
            # The first term lets SQLite begin in an index; the second one decides.
            found = f"{self.value} {less}= ? AND ({self.value} {less} ? OR d.id > ?)"
            return found, (value, value, id_)
        if kind == _NO_VALUE:
            return f"{self.kind} = {_NO_VALUE} AND d.id > ?", (id_,)
        same = f"{self.value} {less} ? OR ({self.value} = ? AND d.id > ?)"
        return f"({self.kind} > ? OR ({self.kind} = ? AND ({same})))", (kind, kind, value, value, id_)


def order_of(text: str) -> Order:
    """The order that *text* names, with "-" in front for descending: @column, a column, or a path.

    A plain word that is a column is the column; in quotation marks it is the field. Raises UsageError.
    """
    name, is_descending = text.removeprefix("-"), text.startswith("-")
    column = name.removeprefix("@")
    if column in _COLUMNS:
        return Order(f"d.{column}", None, is_descending)
    if name.startswith("@") or not is_path(name):
        columns = ", ".join(f"@{one}" for one in _COLUMNS)
        raise UsageError(
            f"cannot order by {name!r}; there are {columns}, and fields, such as demographics.ageGroup"
        )
    field = field_of(name, DATABASE)
    kind = f"CASE {field.kind} {_KINDS} ELSE {_NO_VALUE} END"
    # What has no value is in the order of ids alone, whatever it holds.
    value = f"CASE WHEN {field.kind} IN ('integer', 'real', 'text', 'true', 'false') THEN {field.value} END"
    return Order(value, kind, is_descending, name)


def encode_cursor(query: object, place: Sequence[str | int | float | None]) -> str:
    """The cursor for the *place* (values of JSON) at which the answer to *query* is to go on."""
    text = json.dumps(place)
    return urlsafe_b64encode(_digest(query, text) + text.encode()).decode().rstrip("=")


def decode_cursor(query: object, cursor: str) -> list[Any]:  # what was encoded: its digest proves it
    """The place that *cursor* stands for. Raises UsageError when it was not made for *query*."""
    try:
        octets = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        text = octets[_DIGEST_BYTES:].decode()
    except ValueError:
        text, octets = "", b""
    if octets[:_DIGEST_BYTES] != _digest(query, text):
        raise UsageError(
            "this cursor belongs to another question; begin without one, and change nothing from page to page"
        )
    place: list[Any] = json.loads(text)
    return place


def _digest(query: object, text: str) -> bytes:
    canonical = json.dumps(query, sort_keys=True, default=_to_stable)
    return blake2b(f"{canonical}\n{text}".encode(), digest_size=_DIGEST_BYTES).digest()


def _to_stable(value: object) -> object:
    """*value* in a form that every process makes alike: the order of a set is not."""
    return sorted(map(repr, value)) if isinstance(value, set | frozenset) else repr(value)
