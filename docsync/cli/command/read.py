"""`docsync get` and `problems`: one document, and what is wrong with files. Never writes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.one_state import print_one_state
from docsync.cli.read_options import Pages, exit_code, open_database, open_documents, strict_source
from docsync.cli.session import Session
from docsync.cli.view.output import as_text, json_list
from docsync.errors import NoSuchDocument
from docsync.names import from_visible

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

    With --json the whole row is printed: the document with its file, times, hash, revision and state.
    """
    with open_documents(session) as reader:
        row = reader.get(document_id) or reader.get(from_visible(document_id))
        if row is None:
            raise NoSuchDocument(_unknown(document_id, reader))
    if path is not None:
        from docsync.cli.field import field

        _print_field(session, field(row.document, path, row.id))
    else:
        session.out.answer(row, [] if session.json else [as_text(row.document)])
    if row.state != "ok":
        session.out.remark(
            f"{row.id} is {row.state} since {row.since}: see 'docsync problems' and 'docsync held'"
        )
    return exit_code(reader, strict=strict_source)


@command
@pass_session
def problems_command(session: Session) -> int:
    """List what is wrong with files, errors first, and since when."""
    from docsync.cli.view.text import count_noun, problem_lines

    with open_database(session) as reader:
        listed = Pages(reader.problems)

        def render() -> Iterable[str]:
            if session.json:
                version = {"epoch": reader.epoch(), "revision": reader.revision()}
                return json_list(version, "problems", listed)
            return (line for one in listed for line in problem_lines(one.problem, one.since))

        print_one_state(session, reader, render)
    session.out.remark(count_noun(listed.done, "problem"))
    return 0


def _print_field(session: Session, value: "Json") -> None:
    if isinstance(value, str) and not session.json:
        session.out.file([value, "\n"])
    else:
        session.out.answer(value, [as_text(value)])


def _unknown(document_id: str, reader: "Reader") -> str:
    close = reader.similar_ids(document_id)
    guess = f"did you mean {', '.join(close)}?" if close else "see: docsync list"
    return f"{document_id}: no such document; {guess}"
