"""Grace periods: when may a missing, broken or unreadable file be applied? No I/O: time is a parameter.

Rule 4 of docs/design.md: a missing, broken, unreadable or suspicious file is applied only after it has been
so for a while, and many deletions of one collection are applied together. Valid files never come here.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from docsync.model import Entry, Identity, Stamp, Timing

_GROUP_LIMIT_NS = 10_000_000_000


@dataclass(frozen=True, slots=True)
class MissingFile:
    """A missing file: its last entry, and when it was first seen missing (monotonic nanoseconds).

    `immediate`: removed by Git, which needs no grace period.
    """

    entry: Entry
    since_ns: int
    immediate: bool = False


@dataclass(slots=True)
class _Suspect:
    """A broken path: when it was first found broken, and when last hinted at (monotonic nanoseconds).

    `identity` is that of the file that was found broken last, None if that is not known.
    """

    since_ns: int
    last_hint_ns: int
    identity: Identity | None = None


@dataclass(slots=True)
class MissingGroup:
    """The missing files of one collection by path, in the order of `since_ns`."""

    delayed: dict[str, MissingFile] = field(default_factory=dict)
    immediate: dict[str, MissingFile] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.delayed) + len(self.immediate)

    def __contains__(self, path: str) -> bool:
        return path in self.delayed or path in self.immediate

    def get(self, path: str) -> MissingFile | None:
        return self.delayed.get(path) or self.immediate.get(path)

    def add(self, gone: MissingFile) -> None:
        (self.immediate if gone.immediate else self.delayed)[gone.entry.path] = gone

    def pop(self, path: str) -> MissingFile | None:
        return self.delayed.pop(path, None) or self.immediate.pop(path, None)

    def group_due_ns(self, quiet_ns: int) -> int:
        """When all delayed files of the group are due (monotonic nanoseconds).

        That is *quiet_ns* after the last one went, at the latest 10 s after the first.
        """
        first, last = next(iter(self.delayed.values())), next(reversed(self.delayed.values()))
        return min(last.since_ns + quiet_ns, first.since_ns + _GROUP_LIMIT_NS)


class GracePeriod:
    """The missing and broken files whose grace period has not ended.

    They are lost in a crash; the first scan finds them again.
    """

    def __init__(self, timing: Timing, min_deletes: int) -> None:
        self._timing = timing
        self._min_deletes = min_deletes
        self._missing: dict[str, MissingGroup] = {}
        self._names: dict[Identity, dict[str, MissingFile]] = {}  # by what a rename keeps
        self._suspects: dict[str, _Suspect] = {}

    # Content: broken, unreadable, suspicious

    def suspect(
        self, path: str, now_ns: int, last_hint_ns: int | None, identity: Identity | None = None
    ) -> bool:
        """Record that the content of *path* is bad, last hinted at *last_hint_ns*; True once it is believed.

        *identity* is that of the file: another one than before is a change that nobody told of.
        """
        for type_ in self._missing:
            self._forget(path, type_)
        suspect = self._suspects.setdefault(path, _Suspect(now_ns, now_ns, identity))
        if identity is not None and suspect.identity != identity:
            if suspect.identity is not None:
                suspect.last_hint_ns = max(suspect.last_hint_ns, now_ns)
            suspect.identity = identity
        # A hint from before the first find may be of an older change: what is bad now counts from now.
        suspect.last_hint_ns = max(suspect.last_hint_ns, last_hint_ns or 0)
        return now_ns >= self._suspect_due_ns(suspect)

    def _suspect_due_ns(self, suspect: _Suspect) -> int:
        quiet_ns = suspect.last_hint_ns + self._timing.debounce_ns
        return min(quiet_ns, suspect.since_ns + self._timing.max_delay_ns)

    def is_suspect(self, path: str) -> bool:
        """True when the content of *path* was found bad before, and that is not decided yet."""
        return path in self._suspects

    def suspects(self) -> set[str]:
        """The paths whose content is in doubt: they are read again whatever their stamps say."""
        return set(self._suspects)

    def clear(self, paths: Iterable[str]) -> None:
        """Record that *paths* were read and are not broken any more."""
        for path in paths:
            self._suspects.pop(path, None)

    # Missing files

    def mark_missing(self, entry: Entry, seen_ns: int, *, immediate: bool = False) -> None:
        """Record that the file of *entry* was missing at *seen_ns*; a path missing before keeps its time."""
        self._suspects.pop(entry.path, None)
        group = self._missing.setdefault(entry.type, MissingGroup())
        if entry.path not in group:
            gone = MissingFile(entry, seen_ns, immediate)
            group.add(gone)
            if entry.stamp:
                self._names.setdefault(entry.stamp.identity, {})[entry.path] = gone

    def is_missing(self, entry: Entry) -> bool:
        """True when *entry*'s file was found missing before, and that is not decided yet."""
        group = self._missing.get(entry.type)
        return group is not None and entry.path in group

    def was_missed_before(self, entry: Entry, at_ns: int) -> bool:
        """True when *entry*'s file was found missing before *at_ns*, and that is not decided yet."""
        group = self._missing.get(entry.type)
        gone = group.get(entry.path) if group else None
        return gone is not None and gone.since_ns < at_ns

    def has_missing(self, type_: str, decided: Set[str] = frozenset()) -> bool:
        """True while a file of the collection *type_* is missing that is none of those being *decided*."""
        group = self._missing.get(type_)
        return group is not None and any(path not in decided for path in (*group.delayed, *group.immediate))

    def list_immediate(self, type_: str) -> Set[str]:
        """The missing files of the collection *type_* that Git removed, or the swap of a mounted volume."""
        group = self._missing.get(type_)
        return group.immediate.keys() if group else frozenset()

    def list_overdue(self, now_ns: int, heard_ns: int | None = None) -> list[Entry]:
        """The entries that have been missing long enough to be deleted, as far as time is concerned.

        With *heard_ns*, hints from then on were not looked at yet: a new name may be among them.
        """
        until_ns = now_ns if heard_ns is None else min(now_ns, heard_ns)
        return [gone.entry for group in self._missing.values() for gone in self._select_due(group, until_ns)]

    def _select_due(self, group: MissingGroup, now_ns: int) -> list[MissingFile]:
        ripe = list(group.immediate.values())
        if len(group.delayed) > self._min_deletes:
            return ripe + (
                list(group.delayed.values()) if now_ns >= group.group_due_ns(self._timing.debounce_ns) else []
            )
        return ripe + [
            gone for gone in group.delayed.values() if now_ns >= gone.since_ns + self._timing.debounce_ns
        ]

    def match_renames(self, stamps: Mapping[str, Stamp]) -> dict[str, MissingFile]:
        """Renames: new path -> the missing file with equal device, inode, size and mtime."""
        if not self._names:
            return {}
        names = {path: self._names.get(stamp.identity) for path, stamp in stamps.items()}
        pairs = {path: next(reversed(old.values())) for path, old in names.items() if old}
        return {path: gone for path, gone in pairs.items() if gone.entry.path != path}  # else it is back

    # Both

    def settle(self, path: str, type_: str) -> None:
        """End the grace period of *path*: it is good, or it was applied or held."""
        self._suspects.pop(path, None)
        self._forget(path, type_)

    def mark_returned(self, path: str, type_: str) -> None:
        """Record that the file of *path* exists again; its content may still be broken."""
        self._forget(path, type_)

    def _forget(self, path: str, type_: str) -> None:
        group = self._missing.get(type_)
        gone = group.pop(path) if group else None
        if gone and gone.entry.stamp:
            identity = gone.entry.stamp.identity
            del self._names[identity][path]
            if not self._names[identity]:
                del self._names[identity]

    def list_due(
        self, now_ns: int, resting: Set[str] = frozenset(), heard_ns: int | None = None
    ) -> list[str]:
        """The paths whose grace period ends by *now_ns*, to be looked at again; no *resting* ones.

        *heard_ns* is as in `list_overdue`.
        """
        suspects = [
            path for path, suspect in self._suspects.items() if now_ns >= self._suspect_due_ns(suspect)
        ]
        return [path for path in suspects if path not in resting] + [
            entry.path for entry in self.list_overdue(now_ns, heard_ns)
        ]

    def next_due_ns(self, resting: Set[str] = frozenset()) -> int | None:
        """The earliest time at which `due` gives something, None when nothing is in doubt."""
        times = [
            self._suspect_due_ns(suspect) for path, suspect in self._suspects.items() if path not in resting
        ]
        times += [self._next_group_due_ns(group) for group in self._missing.values() if group]
        return min(times, default=None)

    def _next_group_due_ns(self, group: MissingGroup) -> int:
        """When `_ripe` first gives something of *group*, which is not empty."""
        if group.immediate:
            return next(iter(group.immediate.values())).since_ns
        if len(group.delayed) > self._min_deletes:
            return group.group_due_ns(self._timing.debounce_ns)
        return next(iter(group.delayed.values())).since_ns + self._timing.debounce_ns

    def list_undecided(self) -> set[str]:
        """Every path whose grace period has not ended."""
        groups = self._missing.values()
        return set(self._suspects).union(
            *(group.delayed for group in groups), *(group.immediate for group in groups)
        )
