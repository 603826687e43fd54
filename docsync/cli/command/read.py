"""`docsync list`, `get` and `problems`: straight from the database, with or without a daemon. Never writes."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from docsync.cli.flag import Session, command, pass_session
from docsync.cli.output import as_text
from docsync.errors import NoSuchDocument, UsageError

if TYPE_CHECKING:
    from docsync.reader import Reader, Row


@command
@click.option("--type", "type_", metavar="TYPE", help="Only documents of this type, such as persona.")
@click.option("--tag", help="Only documents with this tag.", metavar="TAG")
@click.option(
    "--where",
    multiple=True,
    metavar="KEY=VALUE",
    help="Only documents with this value, such as demographics.ageGroup=45-59. May be repeated.",
)
@click.option("--sort", default="id", metavar="COLUMN", help="Sort by this column; -COLUMN for descending.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Print N at most.")
@pass_session
def list_command(
    session: Session, type_: str | None, tag: str | None, where: tuple[str, ...], sort: str, limit: int | None
) -> int:
    """List documents.

    Prints a table on a terminal and tab-separated lines otherwise. The columns are id, name, file, time of the last
    change, and state (ok, stale or held).
    """
    wanted = dict(_condition(text) for text in where)
    with open_project_reader(session) as reader:
        if type_ is not None and type_ not in (types := list(reader.count())):
            raise UsageError(f"{type_}: no collection has this type; there are {', '.join(types)}")
        rows = reader.find(type=type_, tag=tag, where=wanted, order=sort, limit=limit)
        value = {"epoch": reader.epoch, "revision": reader.revision, "documents": rows}
    session.out.answer(value, _table(rows, to_terminal=session.out.to_terminal))
    if not rows:
        session.out.remark("0 documents")
    return 0


@command
@click.argument("document_id", metavar="ID")
@pass_session
def get_command(session: Session, document_id: str) -> int:
    """Print one document as JSON, such as persona/team/ana.

    With --json the whole row is printed: the document with its file, times, hash, revision and state.
    """
    with open_project_reader(session) as reader:
        row = reader.get(document_id)
        if row is None:
            raise NoSuchDocument(_unknown(document_id, reader))
    session.out.answer(row, [as_text(row.document)])
    if row.state != "ok":
        session.out.remark(f"{row.id} is {row.state} since {row.since}: see 'docsync problems' and 'docsync held'")
    return 0


@command
@pass_session
def problems_command(session: Session) -> int:
    """List what is wrong with files, errors first, and since when."""
    from docsync.cli.text import counted, problem_lines

    with open_project_reader(session) as reader:
        listed = reader.problems()
        value = {"epoch": reader.epoch, "revision": reader.revision, "problems": listed}
    session.out.answer(value, (line for one in listed for line in problem_lines(one.problem, one.since)))
    session.out.remark(counted(len(listed), "problem"))
    return 0


def open_project_reader(session: Session) -> "Reader":
    """A reader of the project's database. Raises NoDatabase."""
    from docsync.reader import open_reader

    return open_reader(database=session.project().database)


def _condition(text: str) -> tuple[str, object]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise click.BadParameter(f"{text!r} is not KEY=VALUE", param_hint="--where")
    try:
        found: object = json.loads(value)
    except ValueError:
        return key, value
    # A number or a quoted text is what JSON makes of it; what cannot be compared is taken as it is written.
    return key, found if isinstance(found, bool | int | float | str) else value


def _table(rows: "Sequence[Row]", *, to_terminal: bool) -> Iterator[str]:
    from docsync.cli.text import aligned
    from docsync.names import shown

    cells = [(row.id, row.name, row.file_path, row.updated_at, row.state) for row in rows]
    if not to_terminal:
        yield from ("\t".join(map(shown, line)) for line in cells)
    elif cells:
        yield from aligned(cells, heading=("ID", "NAME", "FILE", "CHANGED", "STATE"))


def _unknown(document_id: str, reader: "Reader") -> str:
    from difflib import get_close_matches

    ids = [row.id for row in reader.find()]
    ends = [id_ for id_ in ids if id_.endswith(f"/{document_id}")]
    close = ends or get_close_matches(document_id, ids)
    guess = f"did you mean {', '.join(close[:3])}?" if close else "see: docsync list"
    return f"{document_id}: no such document; {guess}"
