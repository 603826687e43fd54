"""May bad news be applied yet? Good news never comes here. Pure: time comes in, the tree is never looked at.

Rule 4 of the timing contract: a missing, broken, unreadable or suspicious file is believed only after it has been so for
a while, and many deletions of one collection are believed together.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from docsync.model import Entry, Stamp, Timing

_GROUP_LIMIT_NS = 10_000_000_000


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that went: what was known of it, and when it was first seen missing (monotonic nanoseconds).

    `at_once`: seen so because of Git, whose deletions are meant; it does not wait.
    """

    entry: Entry
    since_ns: int
    at_once: bool = False


@dataclass(slots=True)
class _Suspect:
    """A path that is bad news: found so first, and heard of last."""

    since_ns: int
    last_ns: int


class Belief:
    """What was found bad and is not believed yet. Lost at a crash, and found again by the first scan."""

    def __init__(self, timing: Timing, min_deletes: int) -> None:
        self._timing = timing
        self._min_deletes = min_deletes
        self._missing: dict[str, dict[str, Missing]] = {}
        self._suspects: dict[str, _Suspect] = {}

    # Content: broken, unreadable, suspicious

    def suspect(self, path: str, now_ns: int, heard_ns: int | None) -> bool:
        """The content of *path* is bad news, last hinted at *heard_ns*. True once it may be believed."""
        for group in self._missing.values():
            group.pop(path, None)
        suspect = self._suspects.setdefault(path, _Suspect(now_ns, now_ns))
        # A hint from before the first find may be of an older change: what is bad now counts from now.
        suspect.last_ns = max(suspect.last_ns, heard_ns or 0)
        return now_ns >= self._believed_ns(suspect)

    def _believed_ns(self, suspect: _Suspect) -> int:
        quiet_ns = suspect.last_ns + self._timing.debounce_ns
        return min(quiet_ns, suspect.since_ns + self._timing.max_delay_ns)

    def is_suspect(self, path: str) -> bool:
        """True when the content of *path* was found bad before, and that is not decided yet."""
        return path in self._suspects

    def suspects(self) -> set[str]:
        """The paths whose content is in doubt: they are read again whatever their stamps say."""
        return set(self._suspects)

    def clear(self, paths: Iterable[str]) -> None:
        """*paths* were looked at and not found bad again."""
        for path in paths:
            self._suspects.pop(path, None)

    # Missing files

    def missing(self, entry: Entry, seen_ns: int, *, at_once: bool = False) -> None:
        """*entry*'s file is not there, as seen at *seen_ns*. A path that is missing already keeps its time."""
        self._suspects.pop(entry.path, None)
        self._missing.setdefault(entry.type, {}).setdefault(entry.path, Missing(entry, seen_ns, at_once))

    def is_missing(self, entry: Entry) -> bool:
        """True when *entry*'s file was found missing before, and that is not decided yet."""
        return entry.path in self._missing.get(entry.type, {})

    def believed_missing(self, now_ns: int) -> list[Entry]:
        """The entries that have been missing long enough to be deleted, as far as time is concerned."""
        return [gone.entry for group in self._missing.values() for gone in self._ripe(group, now_ns)]

    def _ripe(self, group: Mapping[str, Missing], now_ns: int) -> list[Missing]:
        waiting = {path: gone for path, gone in group.items() if not gone.at_once}
        ripe = [gone for gone in group.values() if gone.at_once]
        if len(waiting) <= self._min_deletes:
            return ripe + [gone for gone in waiting.values() if now_ns >= gone.since_ns + self._timing.debounce_ns]
        return ripe + (list(waiting.values()) if now_ns >= self._group_ns(waiting) else [])

    def _group_ns(self, group: Mapping[str, Missing]) -> int:
        """When a large group is believed: nothing more went for the debounce time, or it has been going on too long."""
        times = [gone.since_ns for gone in group.values()]
        return min(max(times) + self._timing.debounce_ns, min(times) + _GROUP_LIMIT_NS)

    def renamed(self, stamps: Mapping[str, Stamp]) -> dict[str, Missing]:
        """Which of *stamps* are missing files under another name: new path to what is known of the old one."""
        if not any(self._missing.values()):
            return {}
        known = {_identity(gone.entry.stamp): gone for group in self._missing.values() for gone in group.values()}
        pairs = {path: known[key] for path, stamp in stamps.items() if (key := _identity(stamp)) in known}
        return {path: gone for path, gone in pairs.items() if gone.entry.path != path}  # not back under its own name

    # Both

    def settle(self, path: str, type_: str) -> None:
        """*path* is no longer in doubt: it is good, or its bad news was applied or held."""
        self._suspects.pop(path, None)
        group = self._missing.get(type_)
        if group:
            group.pop(path, None)

    def returned(self, path: str, type_: str) -> None:
        """*path* is not missing any more; whether its content is good is another question."""
        self._missing.get(type_, {}).pop(path, None)

    def due(self, now_ns: int, resting: Set[str] = frozenset()) -> list[str]:
        """The paths whose bad news may be believed by now, to be looked at once more; not those that are *resting*."""
        suspects = [path for path, suspect in self._suspects.items() if now_ns >= self._believed_ns(suspect)]
        return [path for path in suspects if path not in resting] + [e.path for e in self.believed_missing(now_ns)]

    def next_due_ns(self, resting: Set[str] = frozenset()) -> int | None:
        """The earliest time at which `due` gives something, None when nothing is in doubt."""
        times = [self._believed_ns(suspect) for path, suspect in self._suspects.items() if path not in resting]
        times += [self._ripe_ns(group) for group in self._missing.values() if group]
        return min(times, default=None)

    def _ripe_ns(self, group: Mapping[str, Missing]) -> int:
        """When `_ripe` first gives something of *group*, which is not empty."""
        first_ns = min(gone.since_ns for gone in group.values())
        if any(gone.at_once for gone in group.values()):
            return first_ns
        return first_ns + self._timing.debounce_ns if len(group) <= self._min_deletes else self._group_ns(group)

    def undecided(self) -> set[str]:
        """Every path whose bad news still waits."""
        return set(self._suspects).union(*self._missing.values())


def _identity(stamp: Stamp | None) -> tuple[int, int, int, int] | None:
    """What a rename leaves as it was; None (which no file has) for an entry that was never stamped."""
    return (stamp.device, stamp.inode, stamp.size, stamp.mtime_ns) if stamp else None
