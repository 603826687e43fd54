"""Documents by any combination of filters, in any order, in pages. Never knows where the snapshot is from."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import TypedDict

from docsync.reader.answer import Page
from docsync.reader.documents import read_documents
from docsync.reader.query.limit import extend_limit
from docsync.reader.query.paging import decode_cursor, encode_cursor, order_of
from docsync.reader.query.where_sql import Condition, Where, conditions
from docsync.reader.snapshot import Snapshot
from docsync.reader.summary import prove_type


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
    order = order_of(query.order)
    parts = list(query.conditions(snapshot.source))
    limit, unpaged = query.limit, asdict(replace(query, limit=None, cursor=None))
    if query.cursor is not None:
        value, id_ = decode_cursor(unpaged, query.cursor)
        parts.append(Condition(order.after, tuple(order.place(value, id_))))
    clause = f"WHERE {' AND '.join(part.sql for part in parts)} " if parts else ""
    places = snapshot.ask(
        f"SELECT d.{order.column}, d.id FROM documents AS d {clause}{order.sql} LIMIT ?",
        [*(value for part in parts for value in part.values), extend_limit(limit)],
    )
    following = None
    if limit is not None and len(places) > limit:
        del places[limit:]
        following = encode_cursor(unpaged, places[-1])
    if not places:
        prove_type(snapshot, query.type)
    items = tuple(read_documents(snapshot, (id_ for _, id_ in places)))
    return Page(items, following, snapshot.source, snapshot.epoch, snapshot.revision)
