"""`docsync export`: documents as one file for people and other programs. Writes nothing but that file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docsync.cli.flag import Session, command, pass_session
from docsync.cli.progress import progress_bar
from docsync.cli.reading import (
    Documents,
    conditions,
    exit_code,
    of_type,
    open_documents,
    prove_type,
    strict_source,
    where_option,
    with_tag,
)
from docsync.cli.text import counted
from docsync.cli.whole_file import place_for, write_whole
from docsync.errors import UsageError
from docsync.export import FORMATS, Origin, writer
from docsync.names import shown

if TYPE_CHECKING:
    from docsync.reader import Row


@command
@click.option("--format", "format_", type=click.Choice(FORMATS), help="What to write: as FILE ends, or else json.")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write to FILE.")
@of_type
@with_tag
@where_option
@strict_source
@pass_session
def export_command(
    session: Session,
    format_: str | None,
    out: Path | None,
    type_: str | None,
    tag: str | None,
    where: tuple[str, ...],
    *,
    strict_source: bool,
) -> int:
    """Write documents to a file, as they are in one moment.

    json and jsonl hold every column. csv holds id, type, name, description, tags, file_path, updated_at and document;
    a cell is written as it is: a spreadsheet may take one that begins with = + - or @ for a formula. md is a page for
    each document, to be read.
    """
    format_ = _format(format_, out, session)
    place = place_for(session.here / out, session.project()) if out else None
    with open_documents(session) as reader, reader.snapshot():
        # Before a file is replaced by an empty one.
        prove_type(type_, reader)
        documents = Documents(reader, {"type": type_, "tag": tag, "where": conditions(where)})
        total = None if tag or where else sum(n for one, n in reader.count().items() if type_ in (None, one))
        origin = Origin(reader.source, reader.epoch(), reader.revision())
        with progress_bar(session.out, "Exporting") as advance:
            text = writer(format_)(origin, _counted(documents, advance, total) if advance else documents)
            if place:
                write_whole(place, text)
            else:
                session.out.file(text)
    _tell(session, origin, documents.done, out)
    return exit_code(reader, strict=strict_source)


def _counted(documents: Documents, advance: Callable[[int, int | None], None], total: int | None) -> "Iterator[Row]":
    for row in documents:
        yield row
        advance(documents.done, total)


def _format(chosen: str | None, out: Path | None, session: Session) -> str:
    """What to write. With --json stdout takes nothing but JSON: the documents, or where they were written."""
    suffix = out.suffix.removeprefix(".") if out else ""
    format_ = chosen or (suffix if suffix in FORMATS else "json")
    if session.json and out is None and format_ != "json":
        raise UsageError(
            f"--json and --format {format_} exclude each other; write to a file with --out, or leave one away"
        )
    return format_


def _tell(session: Session, origin: Origin, done: int, out: Path | None) -> None:
    if out:
        version = {"source": origin.source, "epoch": origin.epoch, "revision": origin.revision}
        session.out.answer({**version, "documents": done, "out": str(out)}, [])
    session.out.remark(f"{counted(done, 'document')}{f' to {shown(str(out))}' if out else ''}")
