"""Warns of files that fewer users may read than the database that holds their text. Never writes.

What is warned is a function of the tree and the database's mode: the file's own mode bits count, neither its folders
nor access lists.
"""

from collections.abc import Callable, Iterator, Set

from docsync.change import Warn
from docsync.model import FileState, Problem, Severity
from docsync.permission import Audience
from docsync.sync.batch.batch_context import BatchContext
from docsync.sync.ports import Store

CODE = "more-private"


class MorePrivate:
    """Compares the warnings that are recorded with those that the tree asks for."""

    def __init__(self, store: Store, audience: Callable[[], Audience], ignore: Set[str]) -> None:
        """*audience* tells who may read the database now; *ignore* are the codes that are not recorded."""
        self._store = store
        self._audience = audience
        self._is_ignored = CODE in ignore

    def update(self, work: BatchContext) -> Iterator[Warn]:
        """What is to be said anew of the files in the scope of *work*."""
        recorded = self._store.warnings(CODE, work.look.scopes)
        wanted = set() if self._is_ignored or not work.closed else self._find(work)
        for path in sorted(wanted ^ recorded.keys()):
            if path not in work.kept:
                yield Warn(path, CODE, _describe(path) if path in wanted else None)

    def _find(self, work: BatchContext) -> set[str]:
        """The files whose text the database may hold, and that not all of its readers may read."""
        audience, states = self._audience(), work.list_states()
        return {
            path
            for path, group in work.closed.items()
            if audience.exceeds(group) and states.get(path, FileState.UNREADABLE) is not FileState.UNREADABLE
        }


def _describe(path: str) -> Problem:
    message = "fewer users may read this file than the database that holds its text"
    hint = 'let them read the file, or set database.mode = "private"'
    return Problem(path, "more-private", message, Severity.WARNING, hint=hint)
