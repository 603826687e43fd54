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
from docsync.store.columns import Use, columns_for

_COLUMNS = columns_for(Use.ORDERED)
_DIGEST_BYTES = 6


class Order(NamedTuple):
    """A column of documents, ascending or descending.

    Ties are in the order of ids, so that there is only one order.
    """

    column: str
    descending: bool

    @property
    def sql(self) -> str:
        """The ORDER BY clause, for documents AS d."""
        direction = "DESC" if self.descending else "ASC"
        if self.column == "id":
            return f"ORDER BY d.id {direction}"
        return f"ORDER BY d.{self.column} {direction}, d.id"

    @property
    def after(self) -> str:
        """The SQL condition for the rows after a place; it takes the values of `place`."""
        less = "<" if self.descending else ">"
        if self.column == "id":
            return f"d.id {less} ?"
        # The first term lets SQLite begin in an index; the second one decides.
        return f"d.{self.column} {less}= ? AND (d.{self.column} {less} ? OR d.id > ?)"

    def place(self, value: str | int, id_: str) -> list[str | int]:
        """The values that `after` takes, for the document *id_* with *value* in the column of this order."""
        return [id_] if self.column == "id" else [value, value, id_]


def order_of(text: str) -> Order:
    """The order that *text* names: a column, with "-" in front for descending. Raises UsageError."""
    column = text.removeprefix("-")
    if column not in _COLUMNS:
        raise UsageError(f"cannot order by {column!r}; there are {', '.join(_COLUMNS)}")
    return Order(column, text.startswith("-"))


def encode_cursor(query: object, place: Sequence[str | int | float]) -> str:
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
