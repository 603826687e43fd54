"""Holds back mass deletions until they are released. No I/O: time and counts are parameters.

Rule 5 of docs/design.md, counted per collection: deletions about to be applied and those of the last minute
whose file has not come back, against the rows now plus those.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from types import MappingProxyType

from docsync.model import Entry

WINDOW_NS = 60_000_000_000
"""How long a deletion counts, and how long an appearance excuses one."""

Deletion = tuple[str, int]
"""The type of a deleted document, and when that was (monotonic nanoseconds)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The allowed and the held deletions; `excused` maps a deleted path to the one that excuses it."""

    allowed: tuple[Entry, ...]
    held: tuple[Entry, ...] = ()
    excused: Mapping[str, str] = field(default_factory=dict)


class Guard:
    """Knows a minute of deletions and appearances, and what is held. Appearances end with the process."""

    def __init__(self, min_deletes: int, max_delete_ratio: float) -> None:
        self._min_deletes = min_deletes
        self._max_ratio = max_delete_ratio
        self._deleted: dict[str, Deletion] = {}
        self._appeared: dict[str, tuple[str, int]] = {}
        self._held: dict[str, Entry] = {}
        self._old_paths: Mapping[str, Set[str]] = {}

    def remember(self, held: Iterable[Entry], deleted: Mapping[str, Deletion] = MappingProxyType({})) -> None:
        """Restore the holds and the deletions, by path, after a restart."""
        self._held |= {entry.path: entry for entry in held}
        self._deleted |= deleted

    def mark_replaced(self, old_paths: Mapping[str, Set[str]]) -> None:
        """Record whose folders are others than before, and the documents' files that each type had then."""
        self._old_paths = old_paths

    def trust(self, type_: str) -> None:
        """Record that what went from the folder of *type_* was meant to, also if it is another one now."""
        self._old_paths = {other: paths for other, paths in self._old_paths.items() if other != type_}

    def mark_appeared(self, path: str, content_hash: str, now_ns: int) -> None:
        """Record new content of *path*: it may excuse one deletion of equal content, a rename."""
        self._appeared[path] = (content_hash, now_ns)

    def mark_present(self, path: str) -> None:
        """Record that the file of *path* is in the database: its deletion is not held any more."""
        self._held.pop(path, None)

    def mark_returned(self, paths: Set[str]) -> None:
        """Record that *paths* exist: they no longer count as deleted within the last minute."""
        for path in self._deleted.keys() & paths:
            del self._deleted[path]

    def holds(self, entry: Entry) -> bool:
        """True when the deletion of *entry* is kept back."""
        return entry.path in self._held

    def list_held(self, type_: str | None = None) -> list[Entry]:
        """The deletions that are kept back, of one collection or of all."""
        return [entry for entry in self._held.values() if type_ in (None, entry.type)]

    def witnesses(self, deletions: Sequence[Entry]) -> list[str]:
        """The paths with new content equal to that of one of *deletions*.

        An appearance counts only while its file exists.
        """
        hashes = {entry.content_hash for entry in deletions}
        if not hashes:
            return []  # every save comes here, and much may have appeared since the last deletion
        return [path for path, (content_hash, _) in self._appeared.items() if content_hash in hashes]

    def mark_vanished(self, path: str) -> None:
        """The file of *path* does not exist: it excuses nothing."""
        self._appeared.pop(path, None)

    def judge(
        self,
        type_: str,
        deletions: Sequence[Entry],
        rows: int,
        now_ns: int,
        used_witnesses: Set[str] = frozenset(),
    ) -> Verdict:
        """Decide about *deletions* of one collection that has *rows* rows now, with the upserts of this batch.

        The appearances in *used_witnesses* excuse deletions of another collection in the same batch.
        """
        self._forget(now_ns)
        excused = self._match_excuses(deletions, used_witnesses)
        suspected = [entry for entry in deletions if entry.path not in excused]
        loses_all = not excused and self._loses_old(type_, suspected)
        if suspected and (loses_all or self._is_too_many(type_, len(suspected), rows - len(excused))):
            allowed = tuple(entry for entry in deletions if entry.path in excused)
            return Verdict(allowed, tuple(suspected), excused)
        return Verdict(tuple(deletions), (), excused)

    def _is_too_many(self, type_: str, count: int, rows: int) -> bool:
        if self.list_held(type_):
            return True  # what is held stays held until released or returned, and what follows belongs to it
        recent = sum(deleted == type_ for deleted, _ in self._deleted.values())
        base = rows + recent
        empties = rows == count and base > 1
        return empties or (count + recent > self._min_deletes and count + recent > self._max_ratio * base)

    def _loses_old(self, type_: str, suspected: Sequence[Entry]) -> bool:
        """True when none of the documents would be left that the folder before this one had."""
        old = self._old_paths.get(type_, frozenset())
        return bool(old) and old <= {entry.path for entry in suspected}

    def proves_folder(self, type_: str, verdict: Verdict) -> bool:
        """True when the new folder of *type_* has documents of the one before it, under other names."""
        return not self._old_paths.get(type_, frozenset()).isdisjoint(verdict.excused)

    def _match_excuses(self, deletions: Sequence[Entry], used_witnesses: Set[str]) -> dict[str, str]:
        """Deleted path to the path that appeared with equal content; an appearance excuses one deletion."""
        gone = {entry.path for entry in deletions}
        spare: dict[str, list[str]] = defaultdict(list)
        for path, (content_hash, _) in self._appeared.items():
            if path not in gone and path not in used_witnesses:
                spare[content_hash].append(path)
        return {
            entry.path: spare[entry.content_hash].pop()
            for entry in deletions
            if entry.content_hash is not None and spare.get(entry.content_hash)
        }

    def mark_applied(self, type_: str, verdict: Verdict, now_ns: int) -> None:
        """*verdict* was committed: count what was deleted and remember what is held."""
        for path in verdict.excused.values():
            self._appeared.pop(path, None)
        for entry in verdict.allowed:
            self._appeared.pop(entry.path, None)
            if entry.path not in verdict.excused:
                self._deleted[entry.path] = (type_, now_ns)
        self._held |= {entry.path: entry for entry in verdict.held}

    def release(self, type_: str | None = None) -> list[Entry]:
        """A person says that the held deletions are meant: returns them and forgets the minute before."""
        released = self.list_held(type_)
        for entry in released:
            del self._held[entry.path]
        self._deleted = {path: item for path, item in self._deleted.items() if type_ not in (None, item[0])}
        return released

    def _forget(self, now_ns: int) -> None:
        for memory in (self._deleted, self._appeared):
            for path in [path for path, (_, at) in memory.items() if now_ns - at > WINDOW_NS]:
                del memory[path]
