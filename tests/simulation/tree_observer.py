"""Remembers what became of every path, and what the daemon was told of it and has looked at. Judges nothing."""

from collections.abc import Callable, Set

from docsync.formats import get_format
from docsync.model import Scan, Sign
from docsync.names import covers
from docsync.sync.delivery import Delivery
from docsync.sync.thread.inbox import Inbox
from docsync.sync.thread.request import RequestKind
from tests.simulation.clock import SimulatedClock
from tests.simulation.content import is_half
from tests.simulation.fake_git import FakeGit
from tests.simulation.guard_observer import GuardObserver
from tests.simulation.oracle import BAD, Oracle, Sort, hash_of
from tests.simulation.snapshot import FileRow, Snapshot

GIT_NS = 22_000_000_000
"""So long after Git's work it still explains what a batch does."""
_RELEASED_NS = 90_000_000_000


class TreeObserver:
    """Everything that is remembered of the tree and of the daemon's looks at it; `last` is what the database holds."""

    def __init__(self, clock: SimulatedClock, last: Snapshot) -> None:
        self.asks: Callable[[], set[RequestKind]] = set
        self.git = FakeGit(clock)
        self.inbox: Callable[[], Inbox | None] = lambda: None
        self._was_dirty: Set[str] = frozenset()
        self.last = last
        self._clock = clock
        self._oracle: Oracle
        self._guard: GuardObserver
        self._earlier: GuardObserver | None = None
        self._moments: dict[str, set[str | None]] = {}
        self._roots_moved = False
        self._released_ns = -_RELEASED_NS
        self._absent_ns: dict[str, int] = {}
        self._missed_ns: dict[str, int] = {}
        self._bad_ns: dict[str, int] = {}
        self._unsure_ns: dict[str, int] = {}
        self._applied_ns: dict[str, int] = {}
        self._half_ns: dict[str, int] = {}
        self._changed_ns: dict[str, int] = {}
        self._rest_before_ns: dict[str, int] = {}
        self._halves_now: frozenset[str] = frozenset()
        self._scopes: list[str] | None = None
        self._signs: dict[str, str] = {}
        self._signs_then: dict[str, str] = {}
        self._taken_ns = 0
        self._found_bad_ns: dict[str, int] = {}
        self._hints_ns: dict[str, list[int]] = {}
        self._written_ns: dict[str, int] = {}
        self._siblings: dict[str, list[str]] = {}
        self._led_to: set[str] = set()
        self._delivered: set[str] = set()
        self._found_open_ns: dict[str, int] = {}
        self._entered_ns: dict[str, tuple[int, int]] = {}
        self._told_ns = clock.now_ns

    def born(self, oracle: Oracle) -> None:
        """A daemon starts and knows nothing but the database."""
        self._oracle = oracle
        settings = oracle.settings
        self._guard = GuardObserver(
            settings.min_deletes,
            settings.max_delete_ratio,
            lambda path: any(self._moments_of(path)),
            self.last,
        )
        if self._earlier is not None:
            self._guard.follow(self._earlier)
        self._earlier = self._guard
        for memory in (
            self._missed_ns,
            self._applied_ns,
            self._bad_ns,
            self._found_bad_ns,
            self._signs,
            self._hints_ns,
            self._led_to,
        ):
            memory.clear()
        self._told_ns = self._clock.now_ns
        self.step()
        for path in {*oracle.filesystem.files, *oracle.filesystem.links, *self.last.rows}:
            self.changed(path)

    # What happens to the tree

    def changing(self, path: str) -> None:
        """Something is about to become of *path*."""
        if path in self._oracle.filesystem.files:
            self._siblings[path] = self._oracle.filesystem.names_of(path)
        if path in self._oracle.filesystem.links:
            self._led_to.add(self._oracle.filesystem.real(path) or "")
        self._moments.setdefault(path, set()).add(self._hash_at(path))

    def changed(self, path: str) -> None:
        """Something became of *path*."""
        file = self._oracle.filesystem.file_at(path)
        inode = file.stamp.inode if file is not None else 0
        if self._entered_ns.get(path, (0, 0))[0] != inode:
            self._entered_ns[path] = (inode, self._clock.now_ns)
        was_half, self._halves_now = path in self._halves_now, self._halves_now - {path}
        if file is not None and file.octets is not None and is_half(file.octets):
            self._halves_now |= {path}
            if not was_half:
                self._half_ns[path] = self._clock.now_ns
                self._rest_before_ns[path] = self._clock.now_ns - self._changed_ns.get(path, -(10**15))
        self._changed_ns[path] = self._clock.now_ns
        held = self._hash_at(path)
        self._moments.setdefault(path, set()).add(held)
        if held is not None:
            self._absent_ns.pop(path, None)
        else:
            self._absent_ns.setdefault(path, self._clock.now_ns)
        if self._is_doubtful(path):
            self._bad_ns.setdefault(path, self._clock.now_ns)
        else:
            self._bad_ns.pop(path, None)

    def roots_moved(self) -> None:
        """A folder came, went, was shut or opened while a sync was under way."""
        self._roots_moved = True

    def unsure(self, path: str) -> None:
        """A hint of *path* was late or lost: nothing can be said about its times for a while."""
        self._unsure_ns[path] = self._clock.now_ns

    def hinted(self, path: str, sign: str) -> None:
        """The daemon was told of *path*."""
        if sign == Sign.ATTRIBUTES.value and path in self._signs:
            return  # it delays and finishes nothing of what is known
        self._told_ns = self._clock.now_ns
        self._signs[path] = sign
        self._hints_ns.setdefault(path, []).append(self._clock.now_ns)
        if sign != Sign.ATTRIBUTES.value:
            self._written_ns[path] = self._clock.now_ns

    def releasing(self) -> None:
        """A person releases what is held, and with that the guard's memory of the last minute."""
        self._guard.release()
        self._released_ns = self._clock.now_ns

    def sign_of(self, path: str) -> str | None:
        """What the last hint of *path* said."""
        return self._signs.get(path)

    def scanned(self, scopes: list[str], seen: Scan) -> None:
        """The daemon looked at *scopes*; what a batch looks at once more is no reason for it."""
        self._scopes = scopes if self._scopes is None else self._scopes
        if self._is_hurried():
            self._find_closed()
        self._guard.returned(seen.found)
        self._guard.homes.looked(self._oracle.tree.inodes())
        for path in self.last.rows.keys() - seen.found.keys() - self._missed_ns.keys():
            if any(covers(scope, path) for scope in scopes):
                self._missed_ns[path] = self._clock.now_ns

    def delivered(self, delivery: Delivery) -> None:
        """A walk found what differs: a batch looks at it as at what a rescan found, not for its own sake."""
        self._scopes = None  # of the batch before
        self._delivered |= {
            *delivery.scopes,
            *delivery.changed,
            *(one.entry.path for one in delivery.rereads),
        }

    def _is_stopping(self) -> bool:
        inbox = self.inbox()
        return inbox is not None and inbox.closed

    def _is_hurried(self) -> bool:
        """True when somebody waits, or the daemon ends, or Git has worked: then nothing waits for its time."""
        return RequestKind.LOOK in self.asks() or self._is_stopping() or self.git.worked_lately(GIT_NS)

    def _find_closed(self) -> None:
        """Then the system is asked whether a file is still open of which no close was told (rule 7)."""
        for path, sign in self._signs.items():
            if sign == Sign.OPEN.value and not self._oracle.filesystem.is_open(path):
                self._signs[path] = Sign.CLOSED.value

    def read(self, path: str) -> None:
        """The daemon has read *path*: it knows that it is there."""
        self._missed_ns.pop(path, None)
        if self._oracle.filesystem.is_open(path):
            self._found_open_ns.setdefault(path, self._clock.now_ns)
        else:
            self._found_open_ns.pop(path, None)
        if self._is_doubtful(path):
            self._found_bad_ns.setdefault(path, self._clock.now_ns)
        else:
            self._found_bad_ns.pop(path, None)

    def step(self) -> None:
        """The daemon wakes up: what it may find is what is there from now on."""
        self._moments.clear()
        self._roots_moved = False

    def taking(self, *, is_late: bool) -> None:
        """The daemon takes a batch: what is hinted from now on is not of this one.

        *is_late*: some of what it was told before is still to be looked at, so it is as if it was told now.
        """
        inbox = self.inbox()
        self._was_dirty = frozenset() if inbox is None else inbox.dirty()
        self._delivered.difference_update(self._scopes or ())
        self._scopes = None
        if self._is_hurried() or is_late:
            self._told_ns = self._clock.now_ns
        self._signs_then = dict(self._signs)
        self._taken_ns = self._clock.now_ns

    def refused(self) -> None:
        """The batch is undone: what it looked at is looked at again for the same reason."""
        self._scopes = None

    def _is_doubtful(self, path: str) -> bool:
        finding = self._oracle.at(path)
        if finding.sort is not Sort.GOOD:
            return finding.sort in BAD
        known = self.last.files.get(path)
        return self._is_shrunk(path, finding.size, known)

    def _is_shrunk(self, path: str, size: int, known: FileRow | None) -> bool:
        collection = self._oracle.collection(path)
        if collection is None or get_format(collection.format).proves_complete:
            return False
        return known is not None and known.good_size is not None and 2 * size < known.good_size

    def _moments_of(self, path: str) -> set[str | None]:
        return self._moments.get(path, set()) | {self._hash_at(path)}

    def _hash_at(self, path: str) -> str | None:
        file = self._oracle.tree.content_of(path)
        return hash_of(file.octets) if file and file.octets is not None else None
