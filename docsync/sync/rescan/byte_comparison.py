"""Reads files whose stamps prove nothing, to see whether they hold what is known. Never writes."""

import hashlib

from docsync.model import Entry, FileBytes, FileState, RefusedPath, Reread, Stamp
from docsync.sync.delivery import WalkOrder
from docsync.sync.rescan.ports import Sources

_LOOKED_INTO = (FileState.OK, FileState.BROKEN)


class ByteComparison:
    """Tells equal files from those that differ. `rereads` are equal under new stamps.

    `asked` are files that differ although their stamps are as they were.
    """

    def __init__(self, sources: Sources, order: WalkOrder) -> None:
        self.rereads: dict[str, Reread] = {}
        self.asked: set[str] = set()
        self._sources = sources
        self._order = order

    def forget(self, path: str) -> None:
        """*path* is to be looked at once more."""
        self.rereads.pop(path, None)
        self.asked.discard(path)

    def is_equal(self, entry: Entry, stamp: Stamp, type_: str) -> bool:
        """True where the file of *entry* holds what is known of it, by *stamp* or by its bytes."""
        if entry.type != type_ or entry.path in self._order.must_read:
            return False
        if entry.state is FileState.UNREADABLE:
            return self._is_still_refused(entry)
        if entry.state not in _LOOKED_INTO or (entry.stamp is not None and entry.stamp.size != stamp.size):
            return False
        is_equal = self._holds_same(entry)
        if not is_equal and entry.stamp == stamp and not entry.racy:
            self.asked.add(entry.path)
        return is_equal

    def _is_still_refused(self, entry: Entry) -> bool:
        read = self._sources.tree.read(entry.path)
        if not isinstance(read, RefusedPath) or read.stamp is not None:
            return False
        return read.problem in self._sources.rows.list_problems([entry.path])

    def _holds_same(self, entry: Entry) -> bool:
        match self._sources.tree.read(entry.path):
            case FileBytes() as read if hashlib.sha256(read.octets).hexdigest() == entry.content_hash:
                if (read.stamp, read.racy) != (entry.stamp, entry.racy):
                    self.rereads[entry.path] = Reread(entry, read.stamp, read.racy)
                return True
            case RefusedPath(_, stamp):  # too large to be read
                return entry.content_hash is None and stamp is not None and stamp == entry.stamp
            case _:
                return False
