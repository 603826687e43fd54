"""`docsync verify`: proves the database equal to the files. Changes nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from docsync.cli.flags import command, pass_session
from docsync.cli.session import Session
from docsync.cli.view.text import count_noun
from docsync.names import to_printable

if TYPE_CHECKING:
    from docsync.verify import Verification


@command
@pass_session
def verify_command(session: Session) -> int:
    """Prove the database equal to the files.

    Every file is read afresh and compared, column by column. Exits with 1 if there is a difference. Documents
    that keep their last good version are listed and are none.
    """
    from docsync.cli.database_advice import advising
    from docsync.verify import verify

    project = session.project()
    with advising(project.database):
        found = verify(project.settings(), project.database)
    value = {
        "equal": found.equal,
        "documents": found.documents,
        "differences": found.differences,
        "stale": found.stale,
        "held": found.held,
        "command": found.command,
    }
    session.out.answer(value, _lines(found))
    if not found.equal:
        session.out.remark(f"mend it with: {found.command}")
    return 0 if found.equal else 1


def _lines(found: "Verification") -> Iterator[str]:
    yield from (f"{to_printable(one.key)}: {to_printable(one.what)}" for one in found.differences)
    yield from (f"{to_printable(id_)}: stale, keeps its last good version" for id_ in found.stale)
    yield from (f"{to_printable(id_)}: held, keeps its last version" for id_ in found.held)
    kept = len(found.stale) + len(found.held)
    aside = f"; {kept} more keep an earlier version, as listed" if kept else ""
    verdict = (
        "equal to the files"
        if found.equal
        else f"{count_noun(len(found.differences), 'difference')} from the files"
    )
    yield f"{count_noun(found.documents - kept, 'document')}, {verdict}{aside}"
