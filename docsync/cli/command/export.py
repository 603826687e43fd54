"""`docsync export`: documents as one file for people and other programs. Writes nothing but that file."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docsync.cli.atomic_write import output_access, resolve_output, write_whole
from docsync.cli.flags import command, pass_session
from docsync.cli.pages import Pages, page_documents
from docsync.cli.read_options import (
    bom_option,
    exit_code,
    of_type,
    open_documents,
    sort_option,
    strict_source,
    where_option,
    with_tag,
)
from docsync.cli.session import Session
from docsync.cli.view.progress import Advance, progress_bar
from docsync.cli.view.text import count_noun
from docsync.errors import NoDatabase, UsageError
from docsync.export import FORMATS, Origin, Writer, write_marked, writer
from docsync.names import to_printable
from docsync.reader.query.where_syntax import parse_all

if TYPE_CHECKING:
    from docsync.reader import Reader
    from docsync.reader.query.find import FindArguments
    from docsync.reader.row import StoredRow

Take = Callable[[Iterator[str]], None]
"""Takes the text of a file, piece by piece."""


@command
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), help="What to write: as FILE ends, or else json."
)
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write to FILE.")
@of_type
@with_tag
@where_option
@sort_option
@bom_option
@strict_source
@pass_session
def export_command(
    session: Session,
    format_: str | None,
    out: Path | None,
    type_: str | None,
    tag: str | None,
    where: tuple[str, ...],
    sort: str,
    *,
    bom: bool,
    strict_source: bool,
) -> int:
    """Write documents to a file, as they are in one moment.

    json and jsonl hold every column. csv holds id, type, name, description, tags, file_path, updated_at and
    document; a cell is written as it is: a spreadsheet may take one that begins with = + - or @ for a
    formula, and Excel reads UTF-8 only with --bom. md is a page for each document, to be read.
    """
    take = _make_writer(session, out) if out else _make_printer(session)
    format_ = _format(format_, out, session)
    if bom and format_ != "csv":
        raise UsageError(f"--bom is for a CSV, and {format_} is written")
    write = write_marked(writer(format_)) if bom else writer(format_)
    wanted = parse_all(where)
    with open_documents(session) as reader:
        with progress_bar(session.out, "Exporting") as advance:
            asked: FindArguments = {"type": type_, "tag": tag, "where": wanted, "order": sort}
            origin, done = reader.in_one_state(lambda: _export(reader, asked, write, advance, take))
        _print_outcome(session, origin, done, out)
        for line in () if done else reader.remarks(**asked):
            session.out.remark(line)
    return exit_code(reader, strict=strict_source)


def _make_writer(session: Session, out: Path) -> Take:
    project = session.project()
    place = resolve_output(session.here / out, project)
    return partial(write_whole, place, output_access(place, project))


def _make_printer(session: Session) -> Take:
    begun = False

    def take(text: Iterator[str]) -> None:
        nonlocal begun
        if begun:
            raise NoDatabase(
                "the database failed in the middle of what is printed, which is not whole; try again"
            )
        begun = True
        session.out.file(text)

    return take


def _export(
    reader: "Reader", asked: "FindArguments", write: Writer, advance: Advance | None, take: Take
) -> tuple[Origin, int]:
    """Give the text of all that is asked for to *take*; says what it is of, and how many documents it has."""
    documents = page_documents(reader, asked, whole=True)
    version = reader.version()
    origin = Origin(version.source, version.epoch, version.revision)
    total = None if advance is None else _count(reader, asked)
    rows = (row.make_row() for row in _report_progress(documents, total, advance))
    # An impossible query fails before anything is printed.
    first = list(islice(rows, 1))
    take(write(origin, chain(first, rows)))
    return origin, documents.done


def _report_progress(
    documents: "Pages[StoredRow]", total: int | None, advance: Advance | None
) -> "Iterator[StoredRow]":
    for row in documents:
        yield row
        if advance is not None:
            advance(documents.done, total)


def _count(reader: "Reader", asked: "FindArguments") -> int | None:
    """How many documents are asked for; None where only a look at all of them would tell."""
    counts, filtered = reader.count(), asked["tag"] or asked["where"]
    return None if filtered else sum(n for one, n in counts.items() if asked["type"] in (None, one))


def _format(chosen: str | None, out: Path | None, session: Session) -> str:
    """What to write. With --json stdout takes nothing but JSON: the documents, or where they were written."""
    suffix = out.suffix.removeprefix(".") if out else ""
    if chosen is None and suffix not in ("", *FORMATS):
        *others, last = (f".{one}" for one in FORMATS)
        raise UsageError(
            f"{to_printable(str(out))}: nothing is written as .{to_printable(suffix)}; "
            f"end it with {', '.join(others)} or {last}, or choose a --format"
        )
    format_ = chosen or suffix or "json"
    if session.json and out is None and format_ != "json":
        raise UsageError(
            f"--json and --format {format_} exclude each other; write to a file with --out, or leave one away"
        )
    return format_


def _print_outcome(session: Session, origin: Origin, done: int, out: Path | None) -> None:
    if out:
        version = {"source": origin.source, "epoch": origin.epoch, "revision": origin.revision}
        session.out.answer({**version, "documents": done, "out": str(out)}, [])
    session.out.remark(f"{count_noun(done, 'document')}{f' to {to_printable(str(out))}' if out else ''}")
