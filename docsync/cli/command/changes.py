"""`docsync changes`: what was written and removed, the newest last, and what comes. Never writes."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.one_state import print_one_state
from docsync.cli.read_options import open_database, with_limit
from docsync.cli.session import Session
from docsync.cli.view.output import json_list
from docsync.cli.view.table import table

if TYPE_CHECKING:
    from docsync.reader import Change, Changes, Reader

_HEADING = ("SEQ", "REVISION", "CHANGED", "OP", "ID")
_START, _NOW = "start", "now"
_LATEST = 20
_PAGE_SIZE = 1_000


@command
@click.option(
    "--since",
    metavar="CURSOR",
    help="What came after this cursor, as the last call gave it; or: start, now. Without: the latest.",
)
@click.option("--follow", is_flag=True, help="Print changes as they come, until Ctrl-C.")
@with_limit(f"Print N at most ({_LATEST} of the latest); with --follow, end then.")
@pass_session
def changes_command(session: Session, since: str | None, limit: int | None, *, follow: bool) -> int:
    """Print the changes of documents, the newest last.

    Without --since the latest ones. Whoever keeps something equal to the documents begins with --since start
    and goes on with the cursor of each answer. At a start, or when changes since a cursor are not kept any
    more, it starts over: forget what you have, every document is told as an upsert, and the changes follow.
    The columns are number (of a document that is told at a start: -), revision, time, upsert or delete, and
    id. With --follow --json each line is an object: a change, or {"start_over": true, …}.
    """
    with open_database(session) as reader:
        if follow:
            _follow(session, reader, _find_begin(reader, since, limit), limit)
        else:
            _print_all(session, reader, since, limit)
    return 0


def _find_begin(reader: "Reader", since: str | None, limit: int | None) -> str | None:
    """The cursor that *since* stands for, None for the start."""
    if since in (_START, _NOW):
        return None if since == _START else reader.cursor()
    return reader.cursor(before=limit or _LATEST) if since is None else since


class _ChangePages:
    """Iterates over the changes since a cursor, *limit* at most: a page of them is in memory.

    Made and used within one state, in which only the first page can start over. `page` is the last one.
    """

    def __init__(self, reader: "Reader", since: str | None, limit: int | None) -> None:
        self._reader = reader
        self._limit = limit
        self.page = self.first = self._read(since, limit)

    def __iter__(self) -> "Iterator[Change]":
        yield from self.page
        left = None if self._limit is None else self._limit - len(self.page)
        while self.page.more and left != 0:
            self.page = self._read(self.page.cursor, left)
            yield from self.page
            left = None if left is None else left - len(self.page)

    def _read(self, since: str | None, left: int | None) -> "Changes":
        return self._reader.changes(since, limit=_PAGE_SIZE if left is None else min(_PAGE_SIZE, left))


def _print_all(session: Session, reader: "Reader", since: str | None, limit: int | None) -> None:
    told: list[_ChangePages] = []

    def render() -> Iterable[str]:
        told[:] = [_ChangePages(reader, _find_begin(reader, since, limit), limit)]
        return _json(told[0]) if session.json else _lines(session, told[0])

    print_one_state(session, reader, render)
    start_over, page = told[0].first.start_over, told[0].page
    if start_over:
        which = "the first of all the documents" if page.more else "all the documents"
        session.out.remark(f"started over: these are {which} that there are")
    session.out.remark(f"{'there are more' if page.more else 'what comes next'}: --since {page.cursor}")


def _json(changes: _ChangePages) -> Iterator[str]:
    first = changes.first
    head = {"source": first.source, "epoch": first.epoch, "revision": first.revision}
    head |= {"start_over": first.start_over}
    return json_list(
        head, "changes", changes, lambda: {"cursor": changes.page.cursor, "more": changes.page.more}
    )


def _follow(session: Session, reader: "Reader", cursor: str | None, limit: int | None) -> None:
    left = limit
    for page in reader.watch(cursor):
        if page.start_over:
            session.out.remark("starting over: all the documents that there are follow")
            _announce(session, page)
        some = page if left is None else page[:left]
        for change in some:
            session.out.event(change, *table([_cells(session, change)], _HEADING, to_terminal=False))
        if left is not None and (left := left - len(some)) == 0:
            return


def _announce(session: Session, page: "Changes") -> None:
    if session.json:
        session.out.event({"start_over": True, "epoch": page.epoch, "revision": page.revision}, "")


def _lines(session: Session, changes: "Iterable[Change]") -> Iterator[str]:
    rows = (_cells(session, change) for change in changes)
    return table(rows, _HEADING, to_terminal=session.out.to_terminal, if_room=["SEQ", "REVISION"])


def _cells(session: Session, change: "Change") -> tuple[str, ...]:
    return (*_number(change), session.out.time(change.changed_at), change.op, change.id)


def _number(change: "Change") -> tuple[str, str]:
    """The change's number and revision.

    A document that is listed is no change: it has the number of the list's state.
    """
    is_listed = change.cursor.partition(":")[2] != str(change.seq)
    return ("-" if is_listed else str(change.seq), str(change.revision))
