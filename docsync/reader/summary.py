"""Types, counts, tags and references. Reads no documents."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from docsync.errors import UsageError
from docsync.reader.query.limit import extend_limit, measure_text, take_page
from docsync.reader.query.paging import decode_cursor, encode_cursor
from docsync.reader.snapshot import Snapshot

if TYPE_CHECKING:
    from docsync.reader.answer import Answer, Counts, ReferenceRow, TagCount

T = TypeVar("T")

_TAGS = "tags"


def prove_type(snapshot: Snapshot, type_: str | None) -> None:
    """Raise UsageError if no collection has the type *type_*. Call it after an empty result."""
    types = [str(known) for (known,) in snapshot.ask("SELECT type FROM collections ORDER BY type")]
    # Before the first scan the table of collections is empty: do not refuse.
    if type_ is not None and types and type_ not in types:
        raise UsageError(f"{type_!r}: no collection has this type; there are {', '.join(types)}")


def count(snapshot: Snapshot) -> "Counts":
    """How many documents each type has."""
    from docsync.reader.answer import Counts, Version

    rows = snapshot.ask(
        "SELECT c.type, (SELECT count(*) FROM documents AS d WHERE d.type = c.type) "
        "FROM collections AS c ORDER BY c.type"
    )
    types = {str(type_): int(number) for type_, number in rows}
    return Counts(types, Version(snapshot.source, snapshot.epoch, snapshot.revision))


def tags(snapshot: Snapshot, type_: str | None, limit: int | None, cursor: str | None) -> "Answer[TagCount]":
    """The tags, most used first. Raises UsageError."""
    from docsync.reader.answer import Answer, TagCount

    place = [] if cursor is None else decode_cursor([_TAGS, type_], cursor)
    only = "" if type_ is None else "WHERE document_id IN (SELECT id FROM documents WHERE type = ?) "
    after = "HAVING (-count(*), tag) > (?, ?) " if place else ""
    rows = snapshot.ask_each(
        f"SELECT tag, count(*) FROM document_tags {only}GROUP BY tag {after}"
        "ORDER BY count(*) DESC, tag LIMIT ?",
        [[*([] if type_ is None else [type_]), *place, extend_limit(limit)]],
    )
    taken, more = take_page(rows, limit, lambda row: measure_text(row[0]))
    if not taken:
        prove_type(snapshot, type_)
    following = encode_cursor([_TAGS, type_], (-taken[-1][1], taken[-1][0])) if more else None
    items = tuple(TagCount(*row) for row in taken)
    return Answer(items, following, snapshot.source, snapshot.epoch, snapshot.revision)


def references(snapshot: Snapshot, id_: str) -> "Answer[ReferenceRow]":
    """What a document points to, in the order in which it does."""
    from docsync.reader.answer import ReferenceRow

    rows = snapshot.ask(
        "SELECT kind, target, at, resolved, status FROM document_references WHERE document_id = ? ORDER BY ordinal",
        (id_,),
    )
    return _make_answer(snapshot, [ReferenceRow(*row) for row in rows])


def tallies(snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """Per type, how many errors, warnings and held deletions there are."""
    rows = snapshot.ask(
        "SELECT f.type, sum(p.severity = 'error'), "
        "sum(p.severity = 'warning' AND p.code <> 'held'), sum(p.code = 'held') "
        "FROM problems AS p JOIN files AS f ON f.file_path = p.file_path GROUP BY f.type"
    )
    names = ("errors", "warnings", "held")
    return {str(type_): dict(zip(names, map(int, numbers), strict=True)) for type_, *numbers in rows}


def _make_answer(snapshot: Snapshot, items: Sequence[T]) -> "Answer[T]":
    from docsync.reader.answer import Answer

    return Answer(tuple(items), None, snapshot.source, snapshot.epoch, snapshot.revision)
