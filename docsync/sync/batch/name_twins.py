"""Warns of files whose names differ in case or Unicode form only. Never writes.

What is warned is a function of the tree: a name counts while a file of it is there, whatever that holds, and
rows only say which names to look for.
"""

from collections.abc import Iterable, Iterator, Set

from docsync.change import Warn
from docsync.model import Problem, Severity
from docsync.names import is_within
from docsync.sync.batch.batch_context import BatchContext
from docsync.sync.ports import Store, Tree

CODE = "name-twin"


class NameTwins:
    """Compares the warnings that are recorded with those that the tree asks for."""

    def __init__(self, tree: Tree, store: Store, ignore: Set[str]) -> None:
        """*ignore* are the codes of warnings that are not recorded."""
        self._tree = tree
        self._store = store
        self._is_ignored = CODE in ignore

    def update(self, work: BatchContext) -> Iterator[Warn]:
        """What is to be said anew: of the names in the scope of *work*, and of those like one that left."""
        scopes = work.look.scopes
        groups = self._store.twin_groups(scopes, work.left)
        within = frozenset(scopes)
        members = [path for group in groups for path in group]
        outside = [path for path in members if not is_within(within, path)]
        found = work.found | self._tree.scan(outside).found.keys() if outside else work.found
        wanted = {} if self._is_ignored else find_name_twins(groups, found)
        recorded = self._store.warnings(CODE, [*scopes, *outside])
        for path in sorted(wanted.keys() | recorded.keys()):
            if path not in work.kept and wanted.get(path) != recorded.get(path):
                yield Warn(path, CODE, wanted.get(path))


def find_name_twins(groups: Iterable[Iterable[str]], found: Set[str]) -> dict[str, Problem]:
    """The warning of each path in *groups* that is *found* beside another one of its group."""
    twins = (sorted(path for path in group if path in found) for group in groups)
    return {
        path: _describe(path, there[0] if path != there[0] else there[1])
        for there in twins
        if len(there) > 1
        for path in there
    }


def _describe(path: str, twin: str) -> Problem:
    message = f"differs from {twin} in case or Unicode form only: some file systems hold them for one file"
    return Problem(path, "name-twin", message, Severity.WARNING, hint="rename one of them")
