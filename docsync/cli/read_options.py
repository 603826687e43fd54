"""What the reading commands share: options, readers, and remarks when the files answer for the database."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from docsync.names import from_visible

if TYPE_CHECKING:
    from docsync.cli.session import Session
    from docsync.reader import Reader, Row

F = TypeVar("F", bound=Callable[..., object])

# Answered, but not by what should have answered.
_DEGRADED = 4

strict_source = click.option(
    "--strict-source", is_flag=True, help="Exit with 4 when the files have answered, and not the database."
)
of_type = click.option(
    "--type", "type_", metavar="TYPE", help="Only documents of this type, such as persona."
)
with_tag = click.option("--tag", metavar="TAG", help="Only documents with this tag.")
where_option = click.option(
    "--where",
    multiple=True,
    metavar="CONDITION",
    help="Only documents for which this holds: 'age<=30', demographics.ageGroup=60+, 'tags contains calm', "
    "'model.id in gpt-4o,gpt-4o-mini', 'age exists', @name=Ana (a column). May be repeated; all must hold.",
)

bom_option = click.option(
    "--bom", is_flag=True, help="Begin a CSV with a byte order mark, so that Excel reads it as UTF-8."
)
sort_option = click.option(
    "--sort",
    default="id",
    metavar="FIELD",
    help="Sort by this field, such as demographics.age, or column, such as updated_at; "
    "-FIELD for descending.",
)


def with_limit(meaning: str, default: int | None = None) -> Callable[[F], F]:
    """The option --limit, whose help is *meaning*."""
    from docsync.reader.query.limit import MIN_LIMIT  # the help of `docsync get` needs no reader

    at_least_one = click.IntRange(min=MIN_LIMIT)
    return click.option(
        "--limit", default=default, show_default=True, type=at_least_one, metavar="N", help=meaning
    )


with_cursor = click.option(
    "--cursor", metavar="CURSOR", help="Go on where the page before ended; -v and --json tell its cursor."
)


@contextmanager
def open_database(session: "Session") -> "Iterator[Reader]":
    """A reader of the project's database and nothing else. Raises NoDatabase."""
    from docsync.cli.database_advice import advising
    from docsync.reader import open_configured

    project = session.project().demand()
    with advising(project.database), open_configured(project.config, "database") as reader:
        yield reader


def open_documents(session: "Session") -> "Reader":
    """A reader of the project's database, or of its files while that does not answer. Raises NoDatabase."""
    from docsync.reader import open_configured

    return open_configured(
        session.project().demand().config,
        session.environ.get("DOCSYNC_SOURCE") or "auto",
        lambda reason: session.out.remark(f"answered from the files, not the database: {reason}"),
    )


def find_document(session: "Session", reader: "Reader", named: str) -> "Row | None":
    """The document with the id *named*, or from the file there; None if there is neither.

    A path may be relative to where the command is called, or to the project.
    """
    row = reader.get(named) or reader.get(from_visible(named))
    if row is not None:
        return row
    for path in (session.project().to_inner(Path(named)), os.path.normpath(named)):
        if path and (found := reader.find(where={"@file_path": path}, limit=1)):
            return found[0]
    return None


def remark_next_page(
    session: "Session", given: str | None, cursor: str | None, left: int | None = None
) -> None:
    """Says, where there is a next page, how to get what is *left* (None: not known).

    A cursor is long: it is shown only after a page that was asked for by a cursor, or with --verbose.
    """
    if cursor is None:
        return
    there_are = "there are more" if left is None else f"{left} more"
    if given or session.verbose:
        session.out.remark(f"{there_are}; the next page: --cursor {cursor}")
    else:
        session.out.remark(f"{there_are}; --limit allows more, -v tells how to get the next page")


def exit_code(reader: "Reader", *, strict: bool) -> int:
    """The exit code of an answer that *reader* gave."""
    return _DEGRADED if strict and reader.source != "database" else 0
