"""`docsync query`: one SELECT of one's own, on a read-only connection with limits. Changes nothing."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from docsync.cli.flags import Seconds, command, pass_session
from docsync.cli.read_options import bom_option, with_limit
from docsync.cli.session import Session
from docsync.cli.view.output import json_list
from docsync.cli.view.table import table
from docsync.errors import UsageError

if TYPE_CHECKING:
    from apsw import SQLiteValue, SQLiteValues

    from docsync.cli.sql import QueryResult


@command
@click.argument("statement", metavar='"SELECT …"')
@with_limit("Rows at most.", default=1000)
@click.option(
    "--timeout",
    default=5.0,
    show_default=True,
    type=Seconds(86_400),
    metavar="SECONDS",
    help="Stop after this time.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, the names of the columns first.")
@bom_option
@pass_session
def query_command(
    session: Session, statement: str, limit: int, timeout: float, *, as_csv: bool, bom: bool
) -> int:
    """Ask the database with SQL.

    The database cannot be changed by it, and no other file is opened. NULL is printed as nothing and a blob
    as X'…'. docs/reading.md describes the tables and shows useful queries.
    """
    from docsync.cli.sql import select

    if as_csv and session.json:
        raise UsageError("--csv and --json exclude each other")
    if bom and not as_csv:
        raise UsageError("--bom is for a CSV; write --csv --bom")
    database = session.project().demand().database
    with select(database, statement, limit=limit, seconds=timeout) as (selected, rows):
        if as_csv:
            session.out.file(_csv(selected, rows, bom=bom))
        else:
            _print(session, selected, rows)
    if selected.more:
        session.out.remark(f"cut off after {limit} rows; --limit allows more")
    elif not selected.count:
        session.out.remark("0 rows")
    return 0


def _print(session: Session, selected: "QueryResult", rows: "Iterator[SQLiteValues]") -> None:
    if session.json:
        session.out.file(_json(selected, rows))
    else:
        cells = (tuple(map(_text, row)) for row in rows)
        session.out.answer(None, table(cells, selected.columns, to_terminal=session.out.to_terminal))


def _json(selected: "QueryResult", rows: "Iterator[SQLiteValues]") -> Iterator[str]:
    doubled = [name for place, name in enumerate(selected.columns) if name in selected.columns[:place]]
    if doubled:
        raise UsageError(f"two columns are called {doubled[0]!r}; give one another name with AS")
    named = (dict(zip(selected.columns, map(_to_plain, row), strict=True)) for row in rows)
    head = {"epoch": selected.epoch, "revision": selected.revision, "columns": selected.columns}
    yield from json_list(head, "rows", named, lambda: {"more": selected.more})


def _csv(selected: "QueryResult", rows: "Iterator[SQLiteValues]", *, bom: bool) -> Iterator[str]:
    from docsync.export import BYTE_ORDER_MARK
    from docsync.export.spreadsheet import csv_line

    if bom:
        yield BYTE_ORDER_MARK
    yield csv_line(selected.columns)
    yield from (csv_line(map(_text, row)) for row in rows)


def _text(value: "SQLiteValue") -> str:
    plain = _to_plain(value)
    return "" if plain is None else str(plain)


def _to_plain(value: "SQLiteValue") -> "bool | int | float | str | None":
    """*value* as JSON can say it."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, int | float | str):
        return value
    return f"X'{bytes(value).hex()}'"
