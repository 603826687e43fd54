"""`docsync tags`: the tags that documents have. Never writes."""

from collections.abc import Iterable
from dataclasses import asdict
from functools import partial

from docsync.cli.flags import command, pass_session
from docsync.cli.one_state import print_one_state
from docsync.cli.pages import Pages
from docsync.cli.read_options import exit_code, of_type, open_documents, strict_source
from docsync.cli.session import Session
from docsync.cli.view.output import json_list
from docsync.cli.view.table import table

# To count for a page takes as long as for all of them.
_PAGE_SIZE = 10_000


@command
@of_type
@strict_source
@pass_session
def tags_command(session: Session, type_: str | None, *, strict_source: bool) -> int:
    """List the tags that documents have, most used first."""
    with open_documents(session) as reader:
        tags = Pages(partial(reader.tags, type_), page_size=_PAGE_SIZE)

        def render() -> Iterable[str]:
            if session.json:
                return json_list(asdict(reader.version()), "tags", tags)
            cells = ((one.tag, str(one.documents)) for one in tags)
            return table(cells, ("TAG", "DOCUMENTS"), to_terminal=session.out.to_terminal)

        print_one_state(session, reader, render)
    if not tags.done:
        session.out.remark("0 tags")
    return exit_code(reader, strict=strict_source)
