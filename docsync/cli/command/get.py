"""`docsync get`: one document. Never writes."""

from typing import TYPE_CHECKING

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.read_options import exit_code, find_document, open_documents, strict_source
from docsync.cli.session import Session
from docsync.cli.view.output import as_text
from docsync.errors import NoSuchDocument

if TYPE_CHECKING:
    from docsync.admin.http.json_body import Json
    from docsync.reader import Reader


@command
@click.argument("document_id", metavar="ID")
@click.option(
    "--field", "path", metavar="PATH", help="Print this field only, a text as it is: --field model.id"
)
@strict_source
@pass_session
def get_command(session: Session, document_id: str, path: str | None, *, strict_source: bool) -> int:
    """Print one document as JSON, such as persona/team/ana.

    The path of its file will do, too: personas/team/ana.json. With --json the whole row is printed: the
    document with its file, times, hash, revision and state.
    """
    with open_documents(session) as reader:
        row = find_document(session, reader, document_id)
        if row is None:
            raise NoSuchDocument(_unknown(document_id, reader))
    if path is not None:
        from docsync.cli.field import field

        _print_field(session, field(row.document, path, row.id))
    else:
        session.out.answer(row, [] if session.json else [as_text(row.document)])
    if row.state != "ok":
        session.out.remark(
            f"{row.id} is {row.state} since {session.out.time(row.since or '')}: "
            "see 'docsync problems' and 'docsync held'"
        )
    return exit_code(reader, strict=strict_source)


def _print_field(session: Session, value: "Json") -> None:
    if isinstance(value, str) and not session.json:
        session.out.file([value, "\n"])
    else:
        session.out.answer(value, [as_text(value)])


def _unknown(document_id: str, reader: "Reader") -> str:
    close = reader.similar_ids(document_id)
    guess = f"did you mean {', '.join(close)}?" if close else "see: docsync list"
    return f"{document_id}: no such document; {guess}"
