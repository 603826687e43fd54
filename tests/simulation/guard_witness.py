"""Counts deletions by the words of rule 5, apart from the guard's own code. Lenient where the rule leaves a choice."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from tests.simulation.snapshot import Snapshot

_WINDOW_NS = 60_000_000_000


class GuardWitness:
    """What one daemon life deleted, saw appear and excused in the last minute."""

    def __init__(self, min_deletes: int, max_ratio: float, exists: Callable[[str], bool]) -> None:
        """*exists* tells whether a file was there at any time while the daemon looked."""
        self._exists = exists
        self._min_deletes = min_deletes
        self._max_ratio = max_ratio
        self._deleted: dict[str, dict[str, int]] = defaultdict(dict)
        self._ever: dict[str, list[int]] = defaultdict(list)
        self._appeared: dict[tuple[str, str], int] = {}
        self._events: list[tuple[str, int]] = []
        self._excused: list[tuple[str, int]] = []
        self._holding: set[str] = set()

    def release(self) -> None:
        """A person released what was held."""
        self._deleted.clear()
        self._holding.clear()

    def complaints(self, before: Snapshot, after: Snapshot, now_ns: int, *, released: bool) -> Iterator[str]:
        """What is wrong with the deletions and holds that one commit made."""
        self._notice(before, after, now_ns)
        gone = [path for path in before.rows if path not in after.rows]
        fresh = [path for path in _held(after) if path not in _held(before)]
        types = {before.files[path].type for path in gone} | {after.files[path].type for path in fresh}
        excused: list[str] = []
        for type_ in sorted(types):
            mine = [path for path in gone if before.files[path].type == type_]
            if released and all(path in _held(before) for path in mine):
                continue
            rows = sum(row.type == type_ for row in after.rows.values())
            unexcused = self._unexcused(before, mine, now_ns)
            # Which collection gets an appearance that could excuse several is the guard's choice: all may count on it.
            excused += [before.files[path].content_hash or "" for path in mine if path not in unexcused]
            # A broken file may belong to another collection than its last good row: rows count where they are.
            base = rows + sum(before.rows[path].type == type_ for path in mine)
            yield from self._deletions(type_, unexcused, base - (len(mine) - len(unexcused)), now_ns)
            if any(after.files[path].type == type_ for path in fresh):
                yield from self._holds(after, type_, rows, now_ns)
            self._deleted[type_] |= dict.fromkeys(unexcused, now_ns)
            self._ever[type_] += [now_ns] * len(mine)
        self._excused += [(hash_, now_ns) for hash_ in excused]
        self._still_holding(after)

    def _still_holding(self, after: Snapshot) -> None:
        self._holding = {path for path in self._holding | _held(after) if path in after.rows} - {
            path for path, file in after.files.items() if file.state in ("ok", "broken")
        }

    def _notice(self, before: Snapshot, after: Snapshot, now_ns: int) -> None:
        for group in self._deleted.values():
            for path in group.keys() & after.files.keys():
                del group[path]  # the file is back, be it broken
        for path, row in after.rows.items():
            old = before.files.get(path)  # what the file held last, good or not
            if old is None or path not in before.rows or old.content_hash != row.content_hash:
                self._appeared[row.content_hash, path] = now_ns
                self._events.append((row.content_hash, now_ns))

    def _unexcused(self, before: Snapshot, mine: list[str], now_ns: int) -> list[str]:
        """Those of *mine* that have no appearance left to excuse them; which of equal ones they are does not matter."""
        left = _recent(self._events, now_ns) - _recent(self._excused, now_ns)
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
        most = sum(now_ns - at <= _WINDOW_NS for at in self._ever[type_])
        if count and not known and not self._is_too_many(count, most, rows):
            yield f"{count} deletions of {type_} besides at most {most} before, {rows} rows: held for nothing"

    def _is_too_many(self, count: int, recent: int, rows: int) -> bool:
        base = rows + recent
        empties = base > 1 and rows == count
        return empties or (count + recent > self._min_deletes and count + recent > self._max_ratio * base)


def _recent(events: list[tuple[str, int]], now_ns: int) -> Counter[str]:
    """How often each hash occurs in the last minute of *events*."""
    return Counter(hash_ for hash_, at in events if now_ns - at <= _WINDOW_NS)


def _held(seen: Snapshot) -> set[str]:
    return {path for path, file in seen.files.items() if file.state == "held" and path in seen.rows}
