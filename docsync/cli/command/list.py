"""`docsync list`: the documents for which some conditions hold, in an order, in pages. Never writes."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from docsync.cli.flags import command, pass_session
from docsync.cli.one_state import print_one_state
from docsync.cli.pages import Pages, page_documents
from docsync.cli.read_options import (
    exit_code,
    of_type,
    open_documents,
    remark_next_page,
    sort_option,
    strict_source,
    where_option,
    with_cursor,
    with_limit,
    with_tag,
)
from docsync.cli.session import Session
from docsync.cli.view.output import escape_text, json_list, json_text
from docsync.cli.view.table import table
from docsync.reader.query.where_syntax import parse_all

if TYPE_CHECKING:
    from docsync.reader import Reader
    from docsync.reader.query.find import FindArguments
    from docsync.reader.row import StoredRow

_COLUMNS = ("id", "name", "file_path", "updated_at", "state")
_HEADING = ("ID", "NAME", "CHANGED", "STATE", "FILE")


@command
@of_type
@with_tag
@where_option
@sort_option
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
    terminal it is a table with local times, the states if one of them is not ok, and files and times if there
    is room.
    """
    wanted = parse_all(where)
    asked: FindArguments = {"type": type_, "tag": tag, "where": wanted, "order": sort}
    with open_documents(session) as reader:
        documents = page_documents(reader, asked, whole=session.json, limit=limit, begin=cursor)
        if session.json:
            print_one_state(session, reader, lambda: _json(reader, documents))
            return exit_code(reader, strict=strict_source)
        # No snapshot over all pages: a reader in a pager would keep the write-ahead log growing.
        session.out.answer(None, _lines(session, documents))
        if documents.cursor:
            remark_next_page(session, cursor, documents.cursor, _count_remaining(reader, asked, documents))
        elif not documents.done:
            session.out.remark("0 documents")
            for line in reader.remarks(**asked):
                session.out.remark(line)
    return exit_code(reader, strict=strict_source)


def _json(reader: "Reader", documents: "Pages[StoredRow]") -> Iterator[str]:
    version = asdict(reader.version())
    return json_list(version, "documents", documents, lambda: {"cursor": documents.cursor}, _dump_row)


def _dump_row(row: "StoredRow") -> str:
    """The row as JSON. What the document holds stays on one line: to lay it out takes a hundred times as long."""
    columns = {**row.columns(), "source": row.source, "epoch": row.epoch, "as_of": row.as_of}
    assert row.document is not None  # it was read whole
    return f'{json_text(columns)[:-2]},\n  "document": {escape_text(row.document)}\n}}'


def _count_remaining(reader: "Reader", asked: "FindArguments", documents: "Pages[StoredRow]") -> int | None:
    """How many documents the next pages have; None where only a look at all of them would tell."""
    if asked["tag"] or asked["where"] or documents.begin:
        return None
    counts = reader.count()
    return sum(counts[of] for of in counts if asked["type"] in (None, of)) - documents.done


def _lines(session: Session, rows: "Iterable[StoredRow]") -> Iterator[str]:
    cells = (tuple(map(row.columns().__getitem__, _COLUMNS)) for row in rows)
    if not session.out.to_terminal:
        return table(cells, (), to_terminal=False)
    short = (
        (id_, name, session.out.time(at), "" if state == "ok" else state, path)
        for id_, name, path, at, state in cells
    )
    return table(short, _HEADING, to_terminal=True, if_any="STATE", if_room=["FILE", "CHANGED"])
