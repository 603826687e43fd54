"""`docsync list`: the documents for which some conditions hold, in an order, in pages. Never writes."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.read_options import (
    DocumentPages,
    exit_code,
    of_type,
    open_documents,
    remark_next_page,
    strict_source,
    where_option,
    with_cursor,
    with_limit,
    with_tag,
)
from docsync.cli.session import Session
from docsync.cli.unknown_field import find_unknown_fields
from docsync.cli.view.table import table
from docsync.cli.view.text import format_short_time
from docsync.reader.query.where_syntax import parse_all

if TYPE_CHECKING:
    from docsync.reader import Row
    from docsync.reader.query.find import FindArguments

_HEADING = ("ID", "NAME", "CHANGED", "STATE", "FILE")


@command
@of_type
@with_tag
@where_option
@click.option("--sort", default="id", metavar="COLUMN", help="Sort by this column; -COLUMN for descending.")
@with_limit("Print N at most.")
@with_cursor
@strict_source
@pass_session
def list_command(
    session: Session,
    type_: str | None,
    tag: str | None,
    where: tuple[str, ...],
    sort: str,
    limit: int | None,
    cursor: str | None,
    *,
    strict_source: bool,
) -> int:
    """List documents.

    Prints tab-separated lines: id, name, file, time of the last change, and state (ok, stale or held). On a
    terminal it is a table with local times, the states if one of them is not ok, and the files if there is
    room.
    """
    wanted = parse_all(where)
    asked: FindArguments = {"type": type_, "tag": tag, "where": wanted, "order": sort, "cursor": cursor}
    with open_documents(session) as reader:
        if session.json:
            session.out.answer(reader.in_one_state(lambda: _value(DocumentPages(reader, asked, limit))), [])
            return exit_code(reader, strict=strict_source)
        documents = DocumentPages(reader, asked, limit)
        # No snapshot over all pages: a reader in a pager would keep the write-ahead log growing.
        session.out.answer(None, _lines(documents, to_terminal=session.out.to_terminal))
        remaining = _count_remaining(documents) if documents.cursor else None
        remark_next_page(session, cursor, documents.cursor, remaining)
        if not documents.done and documents.cursor is None:
            session.out.remark("0 documents")
            for line in find_unknown_fields(reader, type_, wanted):
                session.out.remark(line)
    return exit_code(reader, strict=strict_source)


def _value(documents: DocumentPages) -> dict[str, object]:
    rows = list(documents)
    return {**asdict(documents.reader.version()), "documents": rows, "cursor": documents.cursor}


def _count_remaining(documents: DocumentPages) -> int | None:
    """How many documents the next pages have; None where only a look at all of them would tell."""
    asked = documents.asked
    if asked["tag"] or asked["where"] or asked["cursor"]:
        return None
    counts = documents.reader.count()
    return sum(counts[of] for of in counts if asked["type"] in (None, of)) - documents.done


def _lines(rows: "Iterable[Row]", *, to_terminal: bool) -> Iterator[str]:
    if not to_terminal:
        cells = ((row.id, row.name, row.file_path, row.updated_at, row.state) for row in rows)
        return table(cells, (), to_terminal=False)
    now = datetime.now().astimezone()
    short = (
        (
            row.id,
            row.name,
            format_short_time(row.updated_at, now),
            "" if row.state == "ok" else row.state,
            row.file_path,
        )
        for row in rows
    )
    return table(short, _HEADING, to_terminal=True, if_any="STATE", if_room="FILE")
