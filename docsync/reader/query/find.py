"""Documents by any combination of filters, in any order, in pages. Never knows where the snapshot is from."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import TypedDict

from docsync.errors import UsageError
from docsync.names.tag import name_tag
from docsync.reader.answer import Answer, Page
from docsync.reader.documents import measure_row, read_documents
from docsync.reader.query.known_field import describe_unknown, has_field
from docsync.reader.query.limit import extend_limit, take_page
from docsync.reader.query.paging import Order, OrderedPlace, decode_cursor, encode_cursor, order_of
from docsync.reader.query.where_sql import Condition, Where, conditions
from docsync.reader.row import StoredRow
from docsync.reader.snapshot import Snapshot
from docsync.reader.summary import prove_type
from docsync.store.columns import COLUMNS


class FindArguments(TypedDict, total=False):
    """What can be asked of `Reader.find`; see there."""

    type: str | None
    tag: str | None
    name: str | None
    env: str | None
    where: Where | None
    order: str
    limit: int | None
    cursor: str | None


@dataclass(frozen=True, slots=True)
class FindQuery:
    """The filters that must all hold, the order of what is found, and which part of it is asked for."""

    type: str | None = None
    tag: str | None = None
    name: str | None = None
    env: str | None = None
    where: Where | None = None
    order: str = "id"
    limit: int | None = None
    cursor: str | None = None

    def conditions(self, source: str) -> Iterator[Condition]:
        """The parts of the WHERE clause. Raises UsageError, NoDatabase for what *source* does not know."""
        if self.type is not None:
            yield from self._filter_type(self.type)
        if self.name is not None:
            yield Condition("d.name = ?", (self.name,))
        if self.tag is not None:
            yield Condition(
                "d.id IN (SELECT document_id FROM document_tags WHERE tag = ?)", (name_tag(self.tag),)
            )
        if self.env is not None:
            references = "SELECT document_id FROM document_references WHERE kind = 'env' AND target = ?"
            yield Condition(f"d.id IN ({references})", (self.env,))
        yield from conditions(self.where or {}, source)

    def _filter_type(self, type_: str) -> Iterator[Condition]:
        if not order_of(self.order).is_by_id:
            yield Condition("d.type = ?", (type_,))
            return
        # An id begins with its type, so that a range of ids is already in order; "0" is what follows "/".
        yield Condition("d.id > ? AND d.id < ? AND +d.type = ?", (f"{type_}/", f"{type_}0", type_))


def find_page(snapshot: Snapshot, query: FindQuery) -> Page:
    """A page of what *query* asks for. Raises UsageError, NoDatabase for what only a database knows."""
    found = find_stored(snapshot, query, whole=True)
    rows = tuple(row.make_row() for row in found.items)
    return Page(rows, found.cursor, found.source, found.epoch, found.revision)


def find_stored(snapshot: Snapshot, query: FindQuery, *, whole: bool) -> Answer[StoredRow]:
    """A page of documents as they are stored, see `find_page`; not *whole* without what they hold."""
    order = order_of(query.order)
    parts = list(query.conditions(snapshot.source))
    limit, unpaged = query.limit, asdict(replace(query, limit=None, cursor=None))
    if query.cursor is not None:
        place = OrderedPlace(*decode_cursor(unpaged, query.cursor))
        if place.is_shortened:
            place = _find_place(snapshot, order, place.id)
        parts.append(Condition(*order.after(place)))
    clause = f"WHERE {' AND '.join(part.sql for part in parts)} " if parts else ""
    ids = snapshot.ask_each(
        f"SELECT d.id FROM documents AS d {clause}{order.sql} LIMIT ?",
        [[*(value for part in parts for value in part.values), extend_limit(limit)]],
    )
    rows, more = take_page(read_documents(snapshot, (id_ for (id_,) in ids), whole=whole), limit, measure_row)
    if not rows:
        prove_type(snapshot, query.type)
    elif query.cursor is None:
        _prove_order(snapshot, query, order, rows[0])
    following = encode_cursor(unpaged, _place_of(snapshot, order, rows[-1]).shorten()) if more else None
    return Answer(tuple(rows), following, snapshot.source, snapshot.epoch, snapshot.revision)


def _prove_order(snapshot: Snapshot, query: FindQuery, order: Order, first: StoredRow) -> None:
    """Raise UsageError if the documents that begin with *first* are in the order of a field that none has."""
    if order.field is None or _place_of(snapshot, order, first).has_value:
        return
    if not has_field(snapshot, order.field, None):
        raise UsageError(
            f"cannot order by {order.field!r}: {describe_unknown(snapshot, order.field, query.type)}"
        )


def _place_of(snapshot: Snapshot, order: Order, row: StoredRow) -> OrderedPlace:
    return _find_place(snapshot, order, row.values[COLUMNS.index("id")])


def _find_place(snapshot: Snapshot, order: Order, id_: str) -> OrderedPlace:
    """The place of the document *id_* in an order. Raises UsageError if it has gone."""
    found = snapshot.ask(f"SELECT {order.place} FROM documents AS d WHERE d.id = ?", (id_,))
    if not found:
        raise UsageError("the document at which the page before ended has gone; begin without a cursor")
    return OrderedPlace(*found[0])
