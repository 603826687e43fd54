"""`docsync search`: the documents that hold some words, best first, and where. Never writes."""

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.read_options import (
    exit_code,
    of_type,
    open_documents,
    remark_next_page,
    strict_source,
    with_cursor,
    with_limit,
)
from docsync.cli.session import Session
from docsync.cli.view.table import MarkedText, table


@command
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@of_type
@with_limit("Print N at most.", default=20)
@with_cursor
@strict_source
@pass_session
def search_command(
    session: Session,
    words: tuple[str, ...],
    type_: str | None,
    limit: int,
    cursor: str | None,
    *,
    strict_source: bool,
) -> int:
    """Find documents by their words, best first.

    All words must be there: invoice late, 'inv*' for a beginning, '"late invoice"' for a phrase, late OR wrong,
    -- invoice -late to leave out. The last column shows where, the words in brackets (on a terminal: in color).
    """
    with open_documents(session) as reader:
        text = " ".join(words)
        hits = reader.search(text, type=type_, limit=limit, cursor=cursor)
        remarks = () if hits or cursor else reader.search_remarks(text)
    value = {
        "source": hits.source,
        "epoch": hits.epoch,
        "revision": hits.revision,
        "hits": hits.items,
        "cursor": hits.cursor,
    }
    cells = (
        (hit.row.id, hit.row.name, MarkedText(hit.snippet.replace("\n", " "), hit.marks)) for hit in hits
    )
    to_terminal = session.out.to_terminal
    session.out.answer(
        value, table(cells, ("ID", "NAME", "MATCH"), to_terminal=to_terminal, if_room=["NAME"])
    )
    remark_next_page(session, cursor, hits.cursor)
    if not hits:
        session.out.remark("0 documents")
    for line in remarks:
        session.out.remark(line)
    return exit_code(reader, strict=strict_source)
