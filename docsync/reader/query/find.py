"""Documents by any combination of filters, in any order, in pages. Never knows where the snapshot is from."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import TypedDict

from docsync.errors import UsageError
from docsync.reader.answer import Answer, Page
from docsync.reader.documents import measure_row, read_documents
from docsync.reader.query.limit import extend_limit, take_page
from docsync.reader.query.paging import Order, decode_cursor, encode_cursor, order_of
from docsync.reader.query.where_sql import Condition, Where, conditions
from docsync.reader.row import StoredRow
from docsync.reader.snapshot import Snapshot, Tuple
from docsync.reader.summary import prove_type

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
            yield Condition("d.id IN (SELECT document_id FROM document_tags WHERE tag = ?)", (self.tag,))
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
    rows = tuple(row.parse() for row in found)
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
    places = snapshot.ask_each(
        f"SELECT d.{order.column}, d.id FROM documents AS d {clause}{order.sql} LIMIT ?",
        [[*(value for part in parts for value in part.values), extend_limit(limit)]],
    )
    taken, more = take_page(
        _read_rows(snapshot, places, whole=whole), limit, lambda found: measure_row(found[1])
    )
    if not taken:
        prove_type(snapshot, query.type)
    following = encode_cursor(unpaged, _shorten_place(taken[-1][0])) if more else None
    rows = tuple(row for _, row in taken)
    return Answer(rows, following, snapshot.source, snapshot.epoch, snapshot.revision)


def _read_rows(
    snapshot: Snapshot, places: Iterator[Tuple], *, whole: bool
) -> Iterator[tuple[Tuple, StoredRow]]:
    """The document at each place, read when it is its turn: a page that has ended reads no more."""
    for place in places:
        for row in read_documents(snapshot, (place[1],), whole=whole):
            yield place, row


def _shorten_place(place: Tuple) -> Tuple:
    """*place* for a cursor, which must fit into a URL: a long value is looked up again by the id."""
    value, id_ = place
    return (None, id_) if isinstance(value, str) and len(value) > _MAX_VALUE_CHARACTERS else (value, id_)


def _read_place(snapshot: Snapshot, order: Order, value: str | int | None, id_: str) -> tuple[str | int, str]:
    if value is not None:
        return value, id_
    found = snapshot.ask(f"SELECT {order.column} FROM documents WHERE id = ?", (id_,))
    if not found:
        raise UsageError("the document at which the page before ended has gone; begin without a cursor")
    return found[0][0], id_
