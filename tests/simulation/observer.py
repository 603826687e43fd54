"""Looks over the daemon's shoulder: checks what a reader sees after every commit. Never changes anything."""

from collections.abc import Callable, Iterator

from docsync.formats import get_format
from docsync.model import Scan, Sign
from docsync.names import covers
from docsync.sync.thread.request import RequestKind
from tests.simulation.clock import SimulatedClock
from tests.simulation.expectation import content_complaints
from tests.simulation.fake_git import FakeGit
from tests.simulation.guard_observer import GuardObserver
from tests.simulation.oracle import BAD, Oracle, Sort, hash_of
from tests.simulation.replay import Replay
from tests.simulation.snapshot import FileRow, Reader, Row, Snapshot

_SLACK_NS = 4_000_000
_GIT_NS = 22_000_000_000
_SWAP_NS = 3_000_000_000
_RELEASED_NS = 90_000_000_000


class Violation(AssertionError):
    """A promise was broken."""


class Observer:
    """Everything that is remembered of the tree and the database to judge the next commit."""

    def __init__(self, clock: SimulatedClock, reader: Reader) -> None:
        self.reader = reader
        self.asks: Callable[[], set[RequestKind]] = set
        self.git = FakeGit(clock)
        self.stopping: Callable[[], bool] = bool
        self.last = reader.take()
        self.commits = 0
        self._clock = clock
        self._replay = Replay()
        self._visible: dict[int, object] = {}
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
        self._scopes: list[str] | None = None
        self._signs: dict[str, str] = {}
        self._signs_then: dict[str, str] = {}
        self._taken_ns = 0
        self._found_bad_ns: dict[str, int] = {}
        self._hints_ns: dict[str, list[int]] = {}
        self._written_ns: dict[str, int] = {}
        self._siblings: dict[str, list[str]] = {}

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
        ):
            memory.clear()
        self.step()
        for path in {*oracle.filesystem.files, *oracle.filesystem.links, *self.last.rows}:
            self.changed(path)

    # What happens to the tree

    def changing(self, path: str) -> None:
        """Something is about to become of *path*."""
        if path in self._oracle.filesystem.files:
            self._siblings[path] = self._oracle.filesystem.names_of(path)
        self._moments.setdefault(path, set()).add(self._hash_at(path))

    def changed(self, path: str) -> None:
        """Something became of *path*."""
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

    def _is_hurried(self) -> bool:
        """True when somebody waits, or the daemon ends, or Git has worked: then nothing waits for its time."""
        return RequestKind.LOOK in self.asks() or self.stopping() or self.git.worked_lately(_GIT_NS)

    def _find_closed(self) -> None:
        """Then the system is asked whether a file is still open of which no close was told (rule 7)."""
        for path, sign in self._signs.items():
            if sign == Sign.OPEN.value and not self._oracle.filesystem.is_open(path):
                self._signs[path] = Sign.CLOSED.value

    def read(self, path: str) -> None:
        """The daemon has read *path*: it knows that it is there."""
        self._missed_ns.pop(path, None)
        if self._is_doubtful(path):
            self._found_bad_ns.setdefault(path, self._clock.now_ns)
        else:
            self._found_bad_ns.pop(path, None)

    def step(self) -> None:
        """The daemon wakes up: what it may find is what is there from now on."""
        self._moments.clear()
        self._roots_moved = False

    def taking(self) -> None:
        """The daemon takes a batch: what is hinted from now on is not of this one."""
        self._scopes = None
        self._signs_then = dict(self._signs)
        self._taken_ns = self._clock.now_ns

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

    # What happens to the database

    def committed(self) -> None:
        """A transaction is over: look at the database as a reader does."""
        self.commits += 1
        before, after = self.last, self.reader.take()
        self._guard.homes.committed(before)
        if after.equals(before):
            return  # nothing but stamps
        found = [
            *self._versions(before, after),
            *self._rows(before, after),
            *self._replay_complaints(before, after),
        ]
        found += self._deletions(before, after)
        found += self._bad_news(before, after)
        found += self._guard.complaints(
            before,
            after,
            self._clock.now_ns,
            released=RequestKind.RELEASE in self.asks(),
            meant=self.git.worked_lately(_GIT_NS) or "swapped" in self._signs.values(),
        )
        self.last = after
        if found:
            raise Violation("; ".join(found))

    def _versions(self, before: Snapshot, after: Snapshot) -> Iterator[str]:
        if after.revision < before.revision:
            yield f"revision {before.revision} became {after.revision}"
        seen = after.visible()
        if self._visible.setdefault(after.revision, seen) != seen:
            yield f"revision {after.revision} has two contents"
        is_same = before.visible() == seen
        if after.revision != before.revision and is_same and self.commits > 1:
            yield f"revision {after.revision} was spent on nothing"
        if not is_same and self.git.holds() and RequestKind.RELEASE not in self.asks():
            yield f"revision {after.revision} was committed while Git works"

    def _replay_complaints(self, before: Snapshot, after: Snapshot) -> Iterator[str]:
        for _, revision, id_, op, _ in self._replay.follow(self.reader):
            if not before.revision < revision <= after.revision:
                yield f"changes has {op} of {id_} under revision {revision} of {after.revision}"
        yield from self._replay.complaints(after)

    def _rows(self, before: Snapshot, after: Snapshot) -> Iterator[str]:
        for path, row in after.rows.items():
            if row == before.rows.get(path):
                continue
            if row.revision != after.revision:
                yield f"{path}: changed under revision {row.revision}, which is not {after.revision}"
            yield from self._row(path, row, before)

    def _row(self, path: str, row: Row, before: Snapshot) -> Iterator[str]:
        held = self._moments_of(path)
        if row.content_hash not in held:
            yield f"{path}: got {row.content_hash}, but held only {held} then"
            return
        finding = self._oracle.at(path)
        if finding.content_hash == row.content_hash:
            yield from content_complaints(row, finding)
        yield from self._manners(path, row, before.rows.get(path))
        size, known = finding.size, before.files.get(path)
        if finding.content_hash == row.content_hash and self._is_shrunk(path, size, known):
            yield from self._lasting(path, "shrunk")
        self._applied_ns[path] = self._clock.now_ns

    def _moments_of(self, path: str) -> set[str | None]:
        return self._moments.get(path, set()) | {self._hash_at(path)}

    def _hash_at(self, path: str) -> str | None:
        file = self._oracle.tree.content_of(path)
        return hash_of(file.octets) if file and file.octets is not None else None

    def _manners(self, path: str, row: Row, old: Row | None) -> Iterator[str]:
        """Rule 3: at most one change a debounce time, of a path that was looked at for its own sake."""
        applied_ns = self._applied_ns.get(path)
        own = path in (self._scopes or ()) and not self._is_hurried() and self._signs.get(path) != "gone"
        own = own and not self._has_other_names(path)
        if own and self._is_unfinished(path):
            yield f"{path}: taken although it was still being written"
        if old is None or applied_ns is None or not own or old.content_hash == row.content_hash:
            return
        if self._clock.now_ns - applied_ns < self._oracle.settings.timing.debounce_ns - _SLACK_NS:
            yield f"{path}: changed twice in {(self._clock.now_ns - applied_ns) / 1e6} ms"

    def _has_other_names(self, path: str) -> bool:
        """True for a link and for a file of several names: it may be looked at for the sake of another path."""
        filesystem = self._oracle.filesystem
        return path in filesystem.links or (path in filesystem.files and len(filesystem.names_of(path)) > 1)

    def _is_unfinished(self, path: str) -> bool:
        """Rule 2: not closed, and last heard of less than a debounce time ago (unless it has been going on for long)."""
        ages = [self._clock.now_ns - at for at in self._hints_ns.get(path, ()) if at <= self._taken_ns]
        timing = self._oracle.settings.timing
        is_long = any(
            timing.max_delay_ns - timing.debounce_ns < age < 2 * timing.max_delay_ns for age in ages
        )
        return (
            self._signs_then.get(path) == "open" and ages[-1] < timing.debounce_ns - _SLACK_NS and not is_long
        )

    def _bad_news(self, before: Snapshot, after: Snapshot) -> Iterator[str]:
        for path, file in after.files.items():
            known = before.files.get(path)
            if file.state in ("broken", "unreadable") and (known is None or known.state != file.state):
                yield from self._lasting(path, file.state)

    def _lasting(self, path: str, what: str) -> Iterator[str]:
        """Bad news must last: a debounce time (if no hint went astray), or max_delay from when it was first found so."""
        now_ns = self._clock.now_ns
        if now_ns - self._found_bad_ns.get(path, now_ns) >= self._oracle.settings.timing.max_delay_ns:
            return
        unsure = [at for scope, at in self._unsure_ns.items() if covers(scope, path) and now_ns - at < 10**10]
        if path not in self._bad_ns or unsure or self._signs.get(path) == "renamed":
            return
        # What was never found good in between counts from the last hint; one of attributes does not delay it.
        since = min(self._bad_ns[path], self._written_ns.get(path, now_ns))
        if now_ns - since < self._oracle.settings.timing.debounce_ns - _SLACK_NS:
            yield f"{path}: believed {what} after {(now_ns - since) / 1e6} ms"

    def _deletions(self, before: Snapshot, after: Snapshot) -> Iterator[str]:
        for path in before.rows:
            if path not in after.rows:
                yield from self._deletion(path, before, after)

    def _is_swapped(self, path: str) -> bool:
        """True when a mounted volume around *path* was swapped just now: a key that is not in it went for good."""
        hints = [
            self._hints_ns[scope]
            for scope, sign in self._signs.items()
            if sign == "swapped" and covers(scope, path)
        ]
        return any(self._clock.now_ns - times[-1] < _SWAP_NS for times in hints)

    def _lost_heir(self, path: str, before: Snapshot, after: Snapshot) -> Iterator[str]:
        """Both halves of a rename filesystem together: the name that the file has now, if the daemon was told of it."""
        _, inode, size, mtime_ns = before.files[path].identity
        filesystem = self._oracle.filesystem
        for heir, file in filesystem.files.items():
            stamp = file.stamp
            if heir == path or (stamp.inode, stamp.size, stamp.mtime_ns) != (inode, size, mtime_ns):
                continue
            is_told = heir not in self._unsure_ns and self._signs.get(heir) in ("renamed", "folder")
            is_there = self._oracle.at(heir).sort is Sort.GOOD and None not in self._moments_of(heir)
            names = {heir, *(link for link in filesystem.links if filesystem.real(link) == heir)}
            if is_told and is_there and names.isdisjoint(after.rows):
                yield f"{path}: deleted, but {heir}, which it is now, is not there yet"

    def _deletion(self, path: str, before: Snapshot, after: Snapshot) -> Iterator[str]:
        oracle, held = self._oracle, before.files[path].state == "held"
        foreign = oracle.collection(path) is None
        if not foreign and None not in self._moments_of(path):
            yield f"{path}: deleted, but it is there"
        if not self._roots_moved and (oracle.is_lost(path) or oracle.shut_by(path) is not None):
            yield f"{path}: deleted, but its folder cannot be seen"
        if held and RequestKind.RELEASE in self.asks():
            return
        # What had just come back when a person released the rest was held no more, whatever became of it.
        is_kept = held and not foreign and self._clock.now_ns - self._released_ns > _RELEASED_NS
        if is_kept and before.rows[path].id not in {row.id for row in after.rows.values()}:
            yield f"{path}: was held and is deleted, although nobody released it"
        yield from self._lost_heir(path, before, after)
        # What was last seen as *path* has another name, whenever that was read; but one it always had is no new one.
        known, names = before.files[path].identity, self._siblings.get(path, ())
        renamed = any(
            file.identity == known and other != path
            for other, file in after.files.items()
            if other not in names or (before.files.get(other) or file._replace(identity=())).identity != known
        )
        since = min(self._absent_ns.get(path, 10**30), self._missed_ns.get(path, 10**30))
        if (
            not renamed
            and not self._is_swapped(path)
            and not self.git.worked_lately(_GIT_NS)
            and self._clock.now_ns - since < oracle.settings.timing.debounce_ns - _SLACK_NS
        ):
            yield f"{path}: deleted after {(self._clock.now_ns - since) / 1e6} ms"
