"""`docsync backup` and `docsync restore`: a copy of the database that stands alone, and back from one."""

from functools import partial
from pathlib import Path

import click

from docsync.cli.atomic_write import output_access, resolve_output
from docsync.cli.flags import command, pass_session
from docsync.cli.session import Session
from docsync.cli.sync_report import remark_repair, report
from docsync.cli.view.progress import progress_bar
from docsync.cli.view.text import count_noun
from docsync.errors import UsageError
from docsync.names import to_printable

_FILE = click.Path(dir_okay=False, path_type=Path)


@command
@click.argument("file", type=_FILE)
@pass_session
def backup_command(session: Session, file: Path) -> int:
    """Copy the database to FILE, also while a daemon runs.

    A backup keeps what the files cannot give back: last good versions of broken files, held documents, when
    each document was first seen, and the changes. It is checked before it takes its place. Any SQLite opens
    it.
    """
    from docsync.cli.database_advice import advising
    from docsync.upkeep.backup import back_up, may_be_replaced

    project = session.project()
    place = resolve_output(session.here / file, project)
    if not may_be_replaced(place):
        raise UsageError(
            f"{to_printable(str(file))}: is there, or in use, and no backup; choose another place"
        )
    with advising(project.demand().database):
        made = back_up(project.database, place, output_access(place, project))
    value = {
        "file": str(place),
        "epoch": made.epoch,
        "revision": made.revision,
        "documents": made.documents,
        "bytes": made.bytes,
    }
    size = f"{made.bytes / 1e6:.1f} MB"
    held = f"{count_noun(made.documents, 'document')}, revision {made.revision}, epoch {made.epoch}, {size}"
    session.out.answer(value, [f"{to_printable(str(file))}: {held}"])
    return 0


@command
@click.argument("file", type=_FILE)
@pass_session
def restore_command(session: Session, file: Path) -> int:
    """Put the backup FILE in the place of the database.

    It is brought up to date with the files first; then readers see all of it at once, under a new epoch. What
    was there is kept beside the database, to be restored in turn. Refused while a daemon runs; a damaged
    backup changes nothing. Exits with 1 if a deletion is held.
    """
    from docsync.lock import holding
    from docsync.upkeep.backup import restore_once

    project = session.project()
    backup, settings, database = session.here / file, project.settings(), project.database
    if not backup.is_file():
        raise UsageError(f"{to_printable(str(file))}: no such file; name one that 'docsync backup' made")
    if database.exists() and backup.samefile(database):
        raise UsageError(
            f"{to_printable(str(file))}: is the database itself; name one that 'docsync backup' made"
        )
    with holding(database.parent), progress_bar(session.out, "Reading files") as progress:
        restored = restore_once(settings, database, backup, progress, partial(remark_repair, session))
    if restored.is_foreign:
        session.out.remark(
            f"{to_printable(str(file))}: none of its files is here; was it made for another project?"
        )
    if restored.kept:
        session.out.remark(f"what was there is kept in {to_printable(str(restored.kept))}")
    more = {"kept": restored.kept and str(restored.kept), "is_foreign": restored.is_foreign}
    return report(session, project, restored.documents, restored.done, more)
