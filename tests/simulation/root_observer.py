"""Knows which folder of a collection was replaced, and what the one before had: rule 5, apart from the guard's own code."""

from collections.abc import Callable, Collection, Mapping

from tests.simulation.snapshot import Snapshot


class RootObserver:
    """The inode of each collection's folder, by type, as the daemon knows it: when a batch is over that looked at it."""

    def __init__(self, exists: Callable[[str], bool]) -> None:
        self._exists = exists
        self._known: dict[str, int] = {}
        self._looked: dict[str, int] = {}
        self._old: dict[str, dict[str, str]] = {}
        self._ever: dict[str, set[str]] = {}

    def follow(self, earlier: "RootObserver") -> None:
        """Take over what an *earlier* life wrote down."""
        self._known, self._old, self._ever = earlier._known, earlier._old, earlier._ever

    def looked(self, inodes: Mapping[str, int]) -> None:
        """The daemon looked at the folders of these types."""
        self._looked = dict(inodes)

    def committed(self, seen: Snapshot) -> None:
        """A batch is over; before it, or after it, the database held *seen*."""
        for type_, inode in self._looked.items():
            mine = _rows_of(type_, seen)
            if self._known.setdefault(type_, inode) == inode:
                self._old.pop(type_, None)
                continue
            old = self._old.setdefault(type_, {path: seen.rows[path].content_hash for path in mine})
            self._ever[type_] = set(old)
            undecided = [path for path in mine if seen.files[path].state != "held"]
            # Then it is the collection's folder from now on.
            if all(map(self._exists, undecided)) or _lives_on(old, seen):
                self._known[type_] = inode
                del self._old[type_]

    def must_keep(self, type_: str, before: Snapshot, gone: Collection[str]) -> bool:
        """True when *gone* are all that the folder before this one had, of what *before* still holds."""
        old = self._old.get(type_, {}).keys() & _rows_of(type_, before)
        return bool(old) and old.issubset(gone)

    def may_keep(self, type_: str, after: Snapshot) -> bool:
        """True when all that a folder before this one had, of what *after* still holds, is held."""
        old = self._ever.get(type_, set()) & _rows_of(type_, after)
        return bool(old) and all(after.files[path].state == "held" for path in old)


def _lives_on(old: Mapping[str, str], seen: Snapshot) -> bool:
    """True when something that was in the *old* folder is there under another name, and no more under that."""
    moved = {hash_ for path, hash_ in old.items() if path not in seen.rows}
    return any(row.content_hash in moved for path, row in seen.rows.items() if path not in old)


def _rows_of(type_: str, seen: Snapshot) -> set[str]:
    return {path for path in seen.rows if seen.files[path].type == type_}
