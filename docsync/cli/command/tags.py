"""`docsync tags`: the tags that documents have. Never writes."""

from docsync.cli.flags import command, pass_session
from docsync.cli.read_options import exit_code, of_type, open_documents, strict_source
from docsync.cli.session import Session
from docsync.cli.view.table import table


@command
@of_type
@strict_source
@pass_session
def tags_command(session: Session, type_: str | None, *, strict_source: bool) -> int:
    """List the tags that documents have, most used first."""
    with open_documents(session) as reader:
        tags = reader.tags(type_)
    value = {"source": tags.source, "epoch": tags.epoch, "revision": tags.revision, "tags": tags}
    cells = ((one.tag, str(one.documents)) for one in tags)
    session.out.answer(value, table(cells, ("TAG", "DOCUMENTS"), to_terminal=session.out.to_terminal))
    if not tags:
        session.out.remark("0 tags")
    return exit_code(reader, strict=strict_source)
