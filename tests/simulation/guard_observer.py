"""Counts deletions by the words of rule 5, apart from the guard's own code. Lenient where the rule leaves a choice."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator

from tests.simulation.root_observer import RootObserver
from tests.simulation.snapshot import Snapshot

_WINDOW_NS = 60_000_000_000


class GuardObserver:
    """What was deleted, appeared and was excused in the last minute, by one daemon life and those before it."""

    def __init__(
        self, min_deletes: int, max_ratio: float, exists: Callable[[str], bool], last: Snapshot
    ) -> None:
        """*exists* tells whether a file was there at any time while the daemon looked; *last* is what was left to it."""
        self._exists = exists
        self._min_deletes = min_deletes
        self._max_ratio = max_ratio
        self._deleted: dict[str, dict[str, int]] = defaultdict(dict)
        self._ever: dict[str, dict[str, int]] = defaultdict(dict)
        self._appeared: dict[tuple[str, str], int] = {}
        self._events: dict[str, list[int]] = defaultdict(list)
        self._holding = _held(last)
        self._instead: dict[str, list[str]] = {}
        """For a deletion that was excused, those of equal content that count: it might be the other way around."""
        self.homes = RootObserver(exists)

    def follow(self, earlier: "GuardObserver") -> None:
        """Take over the minute of an *earlier* life. Whether its appearances still excuse is left to the guard."""
        self._deleted, self._ever = earlier._deleted, earlier._ever
        self._appeared, self._events = earlier._appeared, earlier._events
        self._instead = earlier._instead
        self.homes.follow(earlier.homes)

    def release(self) -> None:
        """A person released what was held."""
        self._deleted.clear()
        self._holding.clear()

    def returned(self, paths: Collection[str]) -> None:
        """The daemon saw files at *paths*, good or not: they do not count as deleted any more."""
        for group in (*self._deleted.values(), *self._ever.values()):
            for path in group.keys() & paths:
                del group[path]
        for path in self._instead.keys() & paths:
            counted = self._instead.pop(path)
            for group in self._deleted.values():
                if (one := next((other for other in counted if other in group), None)) is not None:
                    del group[one]

    def complaints(
        self, before: Snapshot, after: Snapshot, now_ns: int, *, released: bool, meant: bool
    ) -> Iterator[str]:
        """What is wrong with the deletions and holds that one commit made.

        They may be those that a person *released*, or *meant* by Git and by the swap of a volume.
        """
        self._notice(before, after, now_ns)
        gone = [path for path in before.rows if path not in after.rows]
        held = _held(before)
        fresh = _held(after) - held
        types = {before.files[path].type for path in gone} | {after.files[path].type for path in fresh}
        excused: list[str] = []
        for type_ in sorted(types):
            mine = [path for path in gone if before.files[path].type == type_]
            if released and held.issuperset(mine):
                continue
            # A broken file may belong to another collection than its last good row: it counts where the file is.
            rows = sum(after.files[path].type == type_ for path in after.rows)
            unexcused = self._unexcused(before, mine, now_ns)
            # Which collection gets an appearance that could excuse several is the guard's choice: all may count on it.
            excused += [before.files[path].content_hash or "" for path in mine if path not in unexcused]
            yield from self._deletions(type_, unexcused, rows + len(unexcused), now_ns)
            if not meant and unexcused == mine and self.homes.must_keep(type_, before, mine):
                yield f"{len(mine)} deletions of {type_}: all that the folder before had, not held"
            if any(after.files[path].type == type_ for path in fresh) and not self.homes.may_keep(
                type_, after
            ):
                yield from self._holds(after, type_, rows, now_ns)
            self._deleted[type_] |= dict.fromkeys(unexcused, now_ns)
            self._instead |= _twins(before, set(mine), set(unexcused))
            self._ever[type_] |= dict.fromkeys(mine, now_ns)
        self._use_up(excused)
        self._still_holding(after)

    def _use_up(self, excused: list[str]) -> None:
        """Each of *excused* hashes used up one appearance: which one is the guard's choice, the oldest is the mildest."""
        for hash_ in excused:
            if self._events[hash_]:  # several collections may have counted on the same one
                self._events[hash_].pop(0)

    def _still_holding(self, after: Snapshot) -> None:
        self._holding = {path for path in self._holding | _held(after) if path in after.rows} - {
            path for path, file in after.files.items() if file.state in ("ok", "broken")
        }

    def _notice(self, before: Snapshot, after: Snapshot, now_ns: int) -> None:
        for path, row in after.rows.items():
            old = before.files.get(path)  # what the file held last, good or not
            if old is None or path not in before.rows or old.content_hash != row.content_hash:
                self._appeared[row.content_hash, path] = now_ns
                self._events[row.content_hash].append(now_ns)

    def _unexcused(self, before: Snapshot, mine: list[str], now_ns: int) -> list[str]:
        """Those of *mine* that have no appearance left to excuse them; which of equal ones they are does not matter."""
        for hash_, times in self._events.items():
            self._events[hash_] = [at for at in times if now_ns - at <= _WINDOW_NS]
        left = Counter({hash_: len(times) for hash_, times in self._events.items()})
        there = Counter(
            hash_
            for (hash_, path), at in self._appeared.items()
            if now_ns - at <= _WINDOW_NS and path not in mine and self._exists(path)
        )
        unexcused: list[str] = []
        for path in mine:
            hash_ = before.files[path].content_hash or ""
            if left[hash_] > 0 and there[hash_] > 0:
                left[hash_] -= 1
                there[hash_] -= 1
            else:
                unexcused.append(path)
        return unexcused

    def _deletions(self, type_: str, unexcused: list[str], rows: int, now_ns: int) -> Iterator[str]:
        recent = sum(now_ns - at <= _WINDOW_NS for at in self._deleted[type_].values())
        if unexcused and self._is_too_many(len(unexcused), recent, rows):
            yield f"{len(unexcused)} deletions of {type_} besides {recent} before, {rows} rows: not held"

    def _holds(self, after: Snapshot, type_: str, rows: int, now_ns: int) -> Iterator[str]:
        known = [path for path in self._holding & after.rows.keys() if after.files[path].type == type_]
        count = sum(after.files[path].type == type_ and path not in known for path in _held(after))
        most = sum(now_ns - at <= _WINDOW_NS for at in self._ever[type_].values())
        empties = (
            count == rows
        )  # held, also for one row, where the folder itself was replaced by an empty one
        if count and not known and not empties and not self._is_too_many(count, most, rows):
            yield f"{count} deletions of {type_} besides at most {most} before, {rows} rows: held for nothing"

    def _is_too_many(self, count: int, recent: int, rows: int) -> bool:
        base = rows + recent
        empties = base > 1 and rows == count
        return empties or (count + recent > self._min_deletes and count + recent > self._max_ratio * base)


def _twins(before: Snapshot, gone: set[str], counted: set[str]) -> dict[str, list[str]]:
    """For each of *gone* that does not count, those of equal content that do."""
    hashes = {path: before.files[path].content_hash for path in gone}
    return {
        path: [other for other in sorted(counted) if hashes[other] == hashes[path]] for path in gone - counted
    }


def _held(seen: Snapshot) -> set[str]:
    return {path for path, file in seen.files.items() if file.state == "held" and path in seen.rows}
