"""Looks at all that docsync needs, and says how it is and what to do.

Mends nothing and writes into no collection.
"""

from collections.abc import Callable, Iterator

from docsync.doctor.daemon import examine_daemon
from docsync.doctor.database import examine_database
from docsync.doctor.files import examine_folders, examine_watcher
from docsync.doctor.finding import Diagnosis, Level
from docsync.doctor.machine import examine_machine, examine_port
from docsync.doctor.repository import examine_repository
from docsync.doctor.target import Target

__all__ = ["Diagnosis", "Level", "Target", "examine"]


def examine(target: Target) -> Iterator[Diagnosis]:
    """Everything, in the order in which one thing needs the other.

    What may not be looked at is a finding, too.
    """
    yield from examine_machine()
    yield from _catch_denied(lambda: examine_folders(target))
    yield from examine_repository(target.sync.root, target.database)
    try:
        runs = target.runs()
    except OSError as error:
        yield _describe_denied(error)
        return
    if not runs:
        yield from _catch_denied(lambda: examine_watcher(target))
    yield from _catch_denied(lambda: examine_database(target, runs=runs))
    if not runs:
        yield from examine_port(target.http)
    yield from _catch_denied(lambda: examine_daemon(target, runs=runs))


def _catch_denied(look: Callable[[], Iterator[Diagnosis]]) -> Iterator[Diagnosis]:
    try:
        yield from look()
    except OSError as error:
        yield _describe_denied(error)


def _describe_denied(error: OSError) -> Diagnosis:
    message = f"{error.filename}: {(error.strerror or str(error)).lower()}"
    return Diagnosis("permission", Level.ERROR, message, "run docsync doctor as the user that runs docsync")
