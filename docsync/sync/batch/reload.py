"""Remembers which collections are to be read by new rules, and what of them is not read yet. No I/O."""

from collections.abc import Mapping, Set

from docsync.change import ApplyResult
from docsync.names import EVERYTHING
from docsync.sync.batch.batch_context import BatchContext


class Reload:
    """`types` are read whatever their stamps say, and have new fingerprints; `scanned`: all was seen once."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self.types = dict(types)
        self.scanned = False
        self._unread: set[str] = set()
        self._unreadable: set[str] = set()

    @property
    def unread(self) -> frozenset[str]:
        """The paths that are still to be read by new rules."""
        return frozenset(self._unread) if self.types else frozenset()

    @property
    def needs_whole(self) -> bool:
        """True while only a look at everything by this thread will do: where all is to be read by new rules.

        What cannot be read is not waited for: it is read once it can be.
        """
        return bool(self.types and not self.scanned) or not self.unread <= self._unreadable

    def mark_applied(
        self, work: BatchContext, applied: ApplyResult, undecided: Set[str], lost: Set[str]
    ) -> dict[str, str]:
        """Record what a committed batch has read; returns the fingerprints of what is read whole.

        *undecided* are paths in doubt, *lost* the collections without a folder that can be seen.
        """
        if EVERYTHING in work.look.scopes:
            self.scanned = True
            self._unread.clear()
        if EVERYTHING in work.look.scopes or work.roots:  # a folder that is back is read as a whole, too
            self._unread |= undecided | work.again.keys() | work.resting | work.unreadable
        self._unreadable = (self._unreadable & self._unread) | work.unreadable
        self._unread -= work.upserted.keys() | {change.path for change in work.refused} | set(applied.deleted)
        self._unread.difference_update(work.left)  # also what is held: there is no file to be read
        if not self.types or not self.scanned or self._unread:
            return {}
        return {type_: fingerprint for type_, fingerprint in self.types.items() if type_ not in lost}

    def mark_recorded(self, lost: Set[str]) -> None:
        """The fingerprints of all collections but those that are *lost* are in the database."""
        self.types = {type_: self.types[type_] for type_ in lost & self.types.keys()}
