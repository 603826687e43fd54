"""`docsync list`: the documents for which some conditions hold, in an order, in pages. Never writes."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from docsync.cli.flag import Session, command, pass_session
from docsync.cli.reading import (
    Documents,
    conditions,
    exit_code,
    of_type,
    open_documents,
    strict_source,
    where_option,
    with_tag,
)
from docsync.cli.table import table
from docsync.cli.unknown_field import unknown_fields

if TYPE_CHECKING:
    from docsync.reader import Row
    from docsync.reader.find import Asked

_HEADING = ("ID", "NAME", "FILE", "CHANGED", "STATE")


@command
@of_type
@with_tag
@where_option
@click.option("--sort", default="id", metavar="COLUMN", help="Sort by this column; -COLUMN for descending.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Print N at most.")
@click.option("--cursor", metavar="CURSOR", help="Go on where the page before ended.")
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

    Prints a table on a terminal and tab-separated lines otherwise. The columns are id, name, file, time of the last
    change, and state (ok, stale or held).
    """
    wanted = conditions(where)
    asked: Asked = {"type": type_, "tag": tag, "where": wanted, "order": sort, "cursor": cursor}
    with open_documents(session) as reader:
        if session.json:
            session.out.answer(reader.in_one_state(lambda: _value(Documents(reader, asked, limit))), [])
            return exit_code(reader, strict=strict_source)
        documents = Documents(reader, asked, limit)
        # Each page is of its own moment: whoever reads this in a pager must not keep the database's log growing.
        session.out.answer(None, table(_cells(documents), _HEADING, to_terminal=session.out.to_terminal))
        if documents.cursor:
            session.out.remark(f"there are more; the next page: --cursor {documents.cursor}")
        elif not documents.done:
            session.out.remark("0 documents")
            for line in unknown_fields(reader, type_, wanted):
                session.out.remark(line)
    return exit_code(reader, strict=strict_source)


def _value(documents: Documents) -> dict[str, object]:
    rows = list(documents)
    return {**asdict(documents.reader.version()), "documents": rows, "cursor": documents.cursor}


def _cells(rows: "Iterable[Row]") -> Iterator[tuple[str, ...]]:
    yield from ((row.id, row.name, row.file_path, row.updated_at, row.state) for row in rows)
