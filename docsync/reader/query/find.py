"""Documents by any combination of filters, in any order, in pages. Never knows where the snapshot is from."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import TypedDict

from docsync.errors import UsageError
from docsync.names import name_tag
from docsync.reader.answer import Answer, Page
from docsync.reader.documents import measure_row, read_documents
from docsync.reader.query.limit import extend_limit, take_page
from docsync.reader.query.paging import Order, decode_cursor, encode_cursor, order_of
from docsync.reader.query.where_sql import Condition, Where, conditions
from docsync.reader.row import StoredRow
from docsync.reader.snapshot import Snapshot, Tuple
from docsync.reader.summary import prove_type
from docsync.store.columns import COLUMNS

_MAX_VALUE_CHARACTERS = 500


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
        if self.order not in ("id", "-id"):
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
        place = _read_place(snapshot, order, *decode_cursor(unpaged, query.cursor))
        parts.append(Condition(order.after, tuple(order.place(*place))))
    clause = f"WHERE {' AND '.join(part.sql for part in parts)} " if parts else ""
    ids = snapshot.ask_each(
        f"SELECT d.id FROM documents AS d {clause}{order.sql} LIMIT ?",
        [[*(value for part in parts for value in part.values), extend_limit(limit)]],
    )
    rows, more = take_page(read_documents(snapshot, (id_ for (id_,) in ids), whole=whole), limit, measure_row)
    if not rows:
        prove_type(snapshot, query.type)
    following = encode_cursor(unpaged, _shorten_place(rows[-1], order)) if more else None
    return Answer(tuple(rows), following, snapshot.source, snapshot.epoch, snapshot.revision)


def _shorten_place(row: StoredRow, order: Order) -> Tuple:
    """The place of *row* for a cursor, which must fit into a URL: a long value is looked up by the id."""
    value, id_ = (row.values[COLUMNS.index(name)] for name in (order.column, "id"))
    return (None, id_) if isinstance(value, str) and len(value) > _MAX_VALUE_CHARACTERS else (value, id_)


def _read_place(snapshot: Snapshot, order: Order, value: str | int | None, id_: str) -> tuple[str | int, str]:
    if value is not None:
        return value, id_
    found = snapshot.ask(f"SELECT {order.column} FROM documents WHERE id = ?", (id_,))
    if not found:
        raise UsageError("the document at which the page before ended has gone; begin without a cursor")
    return found[0][0], id_
