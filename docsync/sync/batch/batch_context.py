"""The values of one batch: its options, what it has in hand until its commit, its report. Decides nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from itertools import chain

from docsync.change import ApplyResult, Refuse, Touch
from docsync.diff import Difference
from docsync.model import Entry, FileState, Reread, Scan, Stamp
from docsync.sync.batch.deletions import Deletions
from docsync.sync.batch.look import LookContext
from docsync.sync.batch.root_states import Visibility

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What one batch did. `again` are the paths to look at once more, and when (monotonic nanoseconds).

    `deferred` are files of folders that were made, for which there was no room, and since when each folder
    is known.
    """

    applied: ApplyResult
    looked: int = 0
    again: Mapping[str, int] = field(default_factory=dict)
    deferred: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """Options of a batch. `whole`: Git has just finished, deletions need no grace period.

    `confirm` is called before the commit; an exception of it rolls the batch back.
    """

    whole: bool = False
    confirm: Callable[[], None] | None = None


DEFAULT_OPTIONS = BatchOptions()


@dataclass(slots=True)
class BatchContext:
    """A batch under way.

    `roots` are the collections' folders that changed, and are therefore in the scope.
    """

    resting: Set[str]  # dirty, and not to be looked at yet
    difference: Difference
    look: LookContext
    deletions: Deletions
    refused: list[Refuse]  # of paths that cannot be taken
    stale: dict[str, Stamp] = field(default_factory=dict)  # the files to read
    touches: list[Touch] = field(default_factory=list)  # files that were read beside this thread
    skipped: Set[str] = frozenset()  # names that are no documents
    renames: dict[str, Entry] = field(default_factory=dict)  # new path to the entry of the old one
    upserted: dict[str, str] = field(default_factory=dict)  # path to type
    equal: set[str] = field(default_factory=set)  # files that were read and hold what their row says
    again: dict[str, int] = field(default_factory=dict)  # path to the time of its next look (monotonic ns)
    gone: list[Entry] = field(default_factory=list)  # first seen missing
    appeared: list[str] = field(default_factory=list)  # paths with content that is new to them
    unreadable: set[str] = field(default_factory=set)  # known paths beneath an unreadable folder
    # Paths of which nothing is known any more, or no file is there.
    left: list[str] = field(default_factory=list)
    later: Set[str] = frozenset()  # dirty, and part of later batches
    # Files of folders that were made which have no room in this batch, and since when each folder is known.
    deferred: Mapping[str, int] = field(default_factory=dict)
    roots: list[str] = field(default_factory=list)
    found: Set[str] = frozenset()  # the documents' files that the scan found, also those that rest
    # Known paths of which nothing can be said: beneath folders that cannot be seen.
    kept: Set[str] = frozenset()
    # The documents' files that not every user may read, with the group that may, or None.
    closed: Mapping[str, int | None] = field(default_factory=dict)

    def mark_seen(self, scan: Scan, visibility: Visibility) -> None:
        """Record what the scan found, and what it could not see. Must be called before anything is read."""
        self.stale, self.skipped = dict(self.difference.stale), scan.skipped.keys()
        self.found, self.closed = scan.found.keys(), scan.closed
        self.left += self.difference.forgotten
        self.kept = self.look.known.keys() - visibility.visible.keys() - scan.skipped.keys()
        self.unreadable = {entry.path for entry, _ in visibility.unreadable}

    def accept_rereads(self, rereads: Iterable[Reread], must_read: Set[str]) -> None:
        """Spare the reading of files whose row and stamp are still those of *rereads*."""
        for one in rereads:
            path = one.entry.path
            is_same = self.look.known.get(path) == one.entry and self.stale.get(path) == one.stamp
            if is_same and path not in must_read:
                del self.stale[path]
                self.touches.append(Touch(path, one.stamp, one.racy))

    def defer(self, paths: Mapping[str, int]) -> None:
        """Leave the new files *paths* to later batches; what is missing waits for them, too."""
        self.deferred = paths
        for path in paths:
            del self.stale[path]
        times = [*paths.values(), *([] if self.look.heard_ns is None else [self.look.heard_ns])]
        self.look = replace(self.look, heard_ns=min(times, default=None))

    def iter_unseen(self) -> Iterator[str]:
        """The dirty paths that this batch need not have looked at."""
        return chain(self.resting, self.later, self.deferred)

    def list_states(self) -> dict[str, FileState]:
        """What is known of each path once the changes so far are written."""
        states = {path: entry.state for path, entry in self.look.known.items()}
        states.update(dict.fromkeys(self.upserted, FileState.OK))
        states.update((change.path, change.state) for change in self.refused)
        return states
