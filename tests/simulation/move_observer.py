"""Judges moves: what becomes of the rows of both names of a file. Never changes anything."""

from collections.abc import Iterator

from docsync.names import ancestors
from tests.simulation.oracle import Sort
from tests.simulation.snapshot import Snapshot
from tests.simulation.tree_observer import TreeObserver

_CALM_NS, _MOMENT_NS = 600_000_000, 100_000
_REST_NS, _QUIET_NS = 600_000_000, 20_000_000
_NEVER = 10**15


class MoveObserver(TreeObserver):
    """What is wrong with a commit, as far as files that moved are concerned."""

    def move_complaints(self, before: Snapshot, after: Snapshot) -> Iterator[str]:
        """What is wrong with moves that are half in the database."""
        yield from self._halves_of_moves(before, after)
        yield from self._shown_twice(before, after)
        yield from self._shown_never(before, after)

    def lost_heir(self, path: str, before: Snapshot, after: Snapshot) -> Iterator[str]:
        """Both halves of a rename filesystem together: the name that the file has now, if the daemon was told of it."""
        _, inode, size, mtime_ns = before.files[path].identity
        filesystem = self._oracle.filesystem
        for heir, file in filesystem.files.items():
            stamp = file.stamp
            if heir == path or (stamp.inode, stamp.size, stamp.mtime_ns) != (inode, size, mtime_ns):
                continue
            # A second name that was made before the first one went is looked at before that is believed.
            is_told = self._signs.get(heir) in ("renamed", "folder") or self._was_heard_before(heir, path)
            is_told = is_told and heir not in self._unsure_ns
            is_there = self._oracle.at(heir).sort is Sort.GOOD and None not in self._moments_of(heir)
            names = {heir, *filesystem.names_of(heir)}
            names |= {link for link in filesystem.links if filesystem.real(link) in names}
            if is_told and is_there and names.isdisjoint(after.rows):
                yield f"{path}: deleted, but {heir}, which it is now, is not there yet"

    def _was_heard_before(self, heir: str, path: str) -> bool:
        return self._hints_ns.get(heir, [10**30])[-1] < self._absent_ns.get(path, 0)

    def _halves_of_moves(self, before: Snapshot, after: Snapshot) -> Iterator[str]:
        """A file that moved while nobody was told of anything is found by a walk, under both names at once."""
        for path in before.rows:
            for heir in self._find_unheard_heirs(path, before):
                if path not in after.rows and heir not in after.rows:
                    yield f"{path}: deleted, but {heir}, which it is by now, was not found with it"
                if path in after.rows and heir in after.rows and after.files[path].state == "ok":
                    yield f"{path}: is shown beside {heir}, which it is by now"

    def _shown_twice(self, before: Snapshot, after: Snapshot) -> Iterator[str]:
        """Both halves of a move of which the daemon was told before it took this batch."""
        for heir, file in after.files.items():
            known = file.identity
            is_new = heir not in before.files or before.files[heir].identity != known
            if not is_new or file.state != "ok":  # a broken file leaves the rows of both names for a while
                continue
            names = [path for path, one in before.files.items() if one.identity == known]
            for path in names if len(names) == 1 and heir in after.rows else ():
                row = after.files.get(path)  # held: the guard keeps the old name, and says so
                is_old = path in after.rows and row is not None and (row.identity, row.state) == (known, "ok")
                if is_old and self._knew_of_move(path, heir):
                    yield f"{path}: is shown beside {heir}, which it is by now, as was told"

    def _shown_never(self, before: Snapshot, after: Snapshot) -> Iterator[str]:
        """A file whose name was given to another one, and whose own new name was told of with that."""
        now = {file.identity for file in after.files.values()}
        for path in before.rows.keys() & before.files.keys() & after.files.keys():
            known = before.files[path].identity
            if known in now or after.files[path].state != "ok" or path not in after.rows:
                continue
            for heir, file in self._oracle.filesystem.files.items():
                stamp = file.stamp
                is_same = (stamp.inode, stamp.size, stamp.mtime_ns) == known[1:]
                is_good = is_same and self._oracle.at(heir).sort is Sort.GOOD
                if is_good and not self._may_rest(heir) and self._knew_of_move(path, heir):
                    yield f"{path}: has another file, but {heir}, which it was, is not there yet"

    def _find_unheard_heirs(self, path: str, before: Snapshot) -> Iterator[str]:
        """The new names of the file *path*, if it moved unheard of, and nothing was told for a while before."""
        absent_ns, filesystem = self._absent_ns.get(path), self._oracle.filesystem
        known = before.files[path].identity
        had_names = [one for one, row in before.files.items() if row.identity == known]
        is_unseen = self._oracle.shut_by(path) is not None or self._oracle.is_lost(path)
        # One of several names is no half of a move.
        if absent_ns is None or self._told_ns > absent_ns - _CALM_NS or is_unseen or len(had_names) > 1:
            return
        _, inode, size, mtime_ns = known
        for heir, file in filesystem.files.items():
            stamp, (entered, entered_ns) = file.stamp, self._entered_ns.get(heir, (0, 0))
            is_same = (stamp.inode, stamp.size, stamp.mtime_ns) == (inode, size, mtime_ns)
            moved_then = entered == inode and abs(entered_ns - absent_ns) < _MOMENT_NS
            is_new = heir not in before.rows and self._oracle.at(heir).sort is Sort.GOOD
            if is_same and moved_then and is_new and len(filesystem.names_of(heir)) == 1:
                yield heir

    def _knew_of_move(self, path: str, heir: str) -> bool:
        """True when the daemon was told that *path* has become *heir* before it took this batch, and can tell so."""
        files, oracle = self._oracle.filesystem, self._oracle
        if path in files.links or heir not in files.files:
            return False
        is_seen = oracle.shut_by(path) is None and not oracle.is_lost(path) and not self._may_rest(path)
        is_alone = len(files.names_of(heir)) == 1 and not self._siblings.get(path, ())[1:]
        # Another good file may lie there by now; a broken one leaves the row as it was.
        is_gone = path in self._absent_ns or oracle.at(path).sort is Sort.GOOD
        moved_ns = self._entered_ns.get(heir, (0, 0))[1]
        is_told = self._was_told(path, moved_ns) and self._was_told(heir, moved_ns)
        return is_seen and is_alone and is_gone and is_told and path != heir

    def _may_rest(self, path: str) -> bool:
        """True when *path* was written or moved lately: it may have to be quiet before it is looked at."""
        sign, quiet_ns = self._signs.get(path), self._clock.now_ns - self._hints_ns.get(path, [0])[-1]
        if path in self._absent_ns and sign == "gone":
            return False
        if sign in ("renamed", "gone"):
            return quiet_ns < _QUIET_NS or self._clock.now_ns - self._applied_ns.get(path, -_NEVER) < _REST_NS
        return quiet_ns < _REST_NS

    def _was_told(self, path: str, since_ns: int) -> bool:
        """True when a hint that came in its time says that *path*, or a folder above it, has moved since then."""
        signs = {path: ("gone", "renamed")} | dict.fromkeys(ancestors(path), ("folder",))
        told = [one for one, wanted in signs.items() if self._signs.get(one) in wanted]
        is_sure = self._unsure_ns.keys().isdisjoint(signs)
        return is_sure and any(since_ns <= self._hints_ns[one][-1] < self._taken_ns for one in told)
