"""References by a name of which no hint tells: whoever waits must look at them. Opens nothing."""

from collections.abc import Iterable, Mapping, Set

from docsync.model import Reference, ReferenceStatus, ResolvedReference
from docsync.names import is_unwatched
from docsync.sync.ports import Tree

_LOOKED_FOR = frozenset((ReferenceStatus.OK, ReferenceStatus.MISSING))


class ReferenceTargets:
    """Resolves references, and remembers whose way has a hidden name or a symbolic link."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._unhinted: dict[str, set[str]] = {}

    def resolve_all(self, path: str, references: Iterable[Reference]) -> tuple[ResolvedReference, ...]:
        """All references that the document *path* has."""
        self._unhinted.pop(path, None)
        return tuple(self.resolve(path, reference) for reference in references)

    def resolve(self, path: str, reference: Reference) -> ResolvedReference:
        """One of the references that the document *path* has."""
        resolved = self._tree.resolve(path, reference)
        target = resolved.path if resolved.status in _LOOKED_FOR else None
        if target is not None:
            self.note(path, target)
        return resolved

    def note(self, path: str, target: str) -> None:
        """Remember that the document *path* depends on *target*, if no hint tells of that."""
        if any(map(is_unwatched, target.split("/"))) or self._tree.is_linked(target, path):
            self._unhinted.setdefault(path, set()).add(target)

    def take_over(self, others: Mapping[str, Set[str]]) -> None:
        """Note what was found beside this thread, as far as it is still so."""
        for path, targets in others.items():
            for target in targets - self._unhinted.get(path, set()):
                self.note(path, target)

    @property
    def unhinted(self) -> Mapping[str, Set[str]]:
        """The documents that depend on files of which no hint tells, and these files."""
        return self._unhinted

    def keep(self, paths: Set[str]) -> None:
        """Forget what documents other than *paths* refer to."""
        for path in self._unhinted.keys() - paths:
            del self._unhinted[path]

    def list_unhinted(self) -> set[str]:
        """The targets of which no hint tells."""
        return set().union(*self._unhinted.values())
