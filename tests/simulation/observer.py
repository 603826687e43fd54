"""Looks over the daemon's shoulder: checks what a reader sees after every commit. Never changes anything."""

from collections.abc import Iterator

from docsync.names import covers
from docsync.sync.thread.request import RequestKind
from tests.simulation.clock import SimulatedClock
from tests.simulation.content import is_half
from tests.simulation.expectation import content_complaints
from tests.simulation.move_observer import MoveObserver
from tests.simulation.replay import Replay
from tests.simulation.snapshot import FileRow, Reader, Row, Snapshot, served_assets
from tests.simulation.tree_observer import GIT_NS

_SLACK_NS = 4_000_000
_SWAP_NS = 3_000_000_000
_RELEASED_NS = 90_000_000_000


class Violation(AssertionError):
    """A promise was broken."""


class Observer(MoveObserver):
    """Judges every commit by what is remembered of the tree and of the database before it."""

    def __init__(self, clock: SimulatedClock, reader: Reader) -> None:
        super().__init__(clock, reader.take())
        self.reader = reader
        self.commits = 0
        self._replay = Replay()
        self._visible: dict[int, object] = {}

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
        found += self.move_complaints(before, after)
        found += self._guard.complaints(
            before,
            after,
            self._clock.now_ns,
            released=RequestKind.RELEASE in self.asks(),
            meant=self.git.worked_lately(GIT_NS) or "swapped" in self._signs.values(),
        )
        # What is decided now is: the daemon records it with its next batch, and need not look again for that.
        self._guard.homes.committed(after)
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
        yield from self._halves(row, before.rows.get(path))
        yield from self._unheard(path, finding.size, before.files.get(path))
        size, known = finding.size, before.files.get(path)
        if finding.content_hash == row.content_hash and self._is_shrunk(path, size, known):
            yield from self._lasting(path, "shrunk")
        self._applied_ns[path] = self._clock.now_ns

    def _unheard(self, path: str, size: int, known: FileRow | None) -> Iterator[str]:
        """Rule 4 for what a walk, or a folder, told of: what is open, or has shrunk, lasts a debounce time after a look."""
        timing, now_ns = self._oracle.settings.timing, self._clock.now_ns
        told_ns, file = self._hints_ns.get(path, [0])[-1], self._oracle.filesystem.file_at(path)
        changed_ns = file.stamp.ctime_ns - self._clock.time_ns() + now_ns if file is not None else 0
        # News that was not looked at yet is judged by rules 2 and 4, whatever a walk found at the same time.
        is_told = told_ns >= changed_ns or told_ns > self._applied_ns.get(path, 0)
        is_told = told_ns > 0 and (is_told or path in self._was_dirty)  # a hint may wait for its turn
        is_judged = path in self._delivered or (told_ns == 0 and not self._has_other_names(path))
        if not is_judged or is_told or path.endswith(".json") or self._is_hurried():
            return
        times = {"open": self._found_open_ns.get(path)}
        if self._is_shrunk(path, size, known):
            times["shrunk"] = self._found_bad_ns.get(path)
        for what, since_ns in times.items():
            if since_ns is not None and now_ns - since_ns < timing.debounce_ns - _SLACK_NS:
                yield f"{path}: found {what} by a walk, and believed {(now_ns - since_ns) / 1e6} ms later"

    def _halves(self, row: Row, old: Row | None) -> Iterator[str]:
        """Rule 2 for what a document takes in: no half of a text while it may still be written.

        One that nobody told of, and that follows another change, may be taken for what was in doubt before.
        """
        known, now_ns = served_assets(old) if old else {}, self._clock.now_ns
        timing = self._oracle.settings.timing
        halves = {
            path: self._half_ns.get(path, 0)
            for path, text in served_assets(row).items()
            if known.get(path) != text and is_half(text.encode())
        }
        for path, since_ns in halves.items():
            is_told = self._hints_ns.get(path, [0])[-1] >= since_ns
            is_new = self._rest_before_ns.get(path, 0) > 2 * timing.max_delay_ns
            is_fresh = now_ns - since_ns < timing.debounce_ns - _SLACK_NS
            if (is_told or is_new) and is_fresh and not self._is_hurried():
                yield f"{row.path}: takes in a half of {path}, {(now_ns - since_ns) / 1e6} ms old"

    def _manners(self, path: str, row: Row, old: Row | None) -> Iterator[str]:
        """Rule 3: at most one change a debounce time, of a path that was looked at for its own sake."""
        applied_ns = self._applied_ns.get(path)
        own = path in (self._scopes or ()) and not self._is_hurried() and self._signs.get(path) != "gone"
        own = own and path not in self._delivered
        own = own and not self._has_other_names(path)
        if own and self._is_unfinished(path):
            yield f"{path}: taken although it was still being written"
        own = own and not self._is_led_to(path)
        if old is None or applied_ns is None or not own or old.content_hash == row.content_hash:
            return
        if self._clock.now_ns - applied_ns < self._oracle.settings.timing.debounce_ns - _SLACK_NS:
            yield f"{path}: changed twice in {(self._clock.now_ns - applied_ns) / 1e6} ms"

    def _has_other_names(self, path: str) -> bool:
        """True for a link and for a file of several names: it may be looked at for the sake of another path.

        Also of several names before its last change: the daemon may not have heard that it has one of its own.
        """
        filesystem = self._oracle.filesystem
        if path in filesystem.links or len(self._siblings.get(path, ())) > 1:
            return True
        return path in filesystem.files and len(filesystem.names_of(path)) > 1

    def _is_led_to(self, path: str) -> bool:
        """True when a symbolic link leads to *path*, or has led there: both are looked at together."""
        filesystem = self._oracle.filesystem
        return path in self._led_to or any(filesystem.real(link) == path for link in filesystem.links)

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
        yield from self.lost_heir(path, before, after)
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
            and not self.git.worked_lately(GIT_NS)
            and self._clock.now_ns - since < oracle.settings.timing.debounce_ns - _SLACK_NS
        ):
            yield f"{path}: deleted after {(self._clock.now_ns - since) / 1e6} ms"
