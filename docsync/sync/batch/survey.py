"""One look in three steps: observe tree and database, compare them, suspect what is bad. Reads no file.

Observing and comparing change nothing and remember nothing: both may be done on another connection. Only
suspecting tells grace period, guard and links what was seen.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import chain

from docsync.clock import Clock
from docsync.diff import Difference, diff
from docsync.model import Entry, Root, Scan, Sign, Stamp, Timing
from docsync.names import drop_covered, is_within, widen_escaped
from docsync.policy.batch import Batch
from docsync.policy.grace_period import GracePeriod
from docsync.policy.guard import Guard
from docsync.sync.batch.batch_context import BatchContext
from docsync.sync.batch.deletions import Deletions
from docsync.sync.batch.links import LinkTracker
from docsync.sync.batch.look import LastHint, LookContext
from docsync.sync.batch.reload import Reload
from docsync.sync.batch.renames import pair_renames
from docsync.sync.batch.root_states import RootTracker, Visibility, split_visible
from docsync.sync.ports import Store, Tree

# What is told of the very file. That its folder moved, or that somebody asks for it, says nothing of it.
_OF_FILES = frozenset({Sign.RENAMED, Sign.CLOSED, Sign.OPEN, Sign.WRITTEN, Sign.GONE})


@dataclass(frozen=True, slots=True)
class SurveyParts:
    """The collaborators of a Surveyor."""

    tree: Tree
    store: Store
    grace: GracePeriod
    guard: Guard
    clock: Clock
    timing: Timing


@dataclass(frozen=True, slots=True)
class Observation:
    """What lies in some scopes, what is known of them, and when that was looked at (monotonic nanoseconds)."""

    scan: Scan
    known: Mapping[str, Entry]
    seen_ns: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Where tree and database differ, as far as the tree can be seen."""

    visibility: Visibility
    difference: Difference


def observe(parts: SurveyParts, scopes: Sequence[str]) -> Observation:
    """Look at *scopes*, first in the tree and then in the database."""
    scan = parts.tree.scan(scopes)
    seen_ns = parts.clock.monotonic_ns()
    return Observation(scan, parts.store.index(scopes), seen_ns)


def compare(
    observation: Observation,
    roots: Mapping[str, Root],
    resting: Set[str] = frozenset(),
    must_read: Set[str] = frozenset(),
) -> Comparison:
    """Compare what was observed below *roots*: without *resting* paths, *must_read* ones as always stale."""
    scan = observation.scan
    visibility = split_visible(roots, scan, observation.known)
    found = {path: stamp for path, stamp in scan.found.items() if path not in resting}
    visible = {path: entry for path, entry in visibility.visible.items() if path not in resting}
    return Comparison(visibility, diff(found, visible, scan.types, must_read))


@dataclass(frozen=True, slots=True)
class _Extent:
    """What one survey looks at: `scopes`, among them other names of dirty files, and roots that changed."""

    scopes: Sequence[str]
    linked: Sequence[str]
    changed_roots: list[str]


class Surveyor:
    """Finds out what is to be done in a batch. Belongs to the writer's thread."""

    def __init__(self, parts: SurveyParts, roots: RootTracker, links: LinkTracker, reload: Reload) -> None:
        self._parts = parts
        self._roots = roots
        self._links = links
        self._reload = reload

    def survey(self, batch: Batch, now_ns: int, last_hint_ns: LastHint, *, whole: bool) -> BatchContext:
        """Scan and diff: which files are to be read, and which are missing."""
        parts = self._parts
        extent = self._extend(batch, now_ns)
        observation = observe(parts, extent.scopes)
        resting, back = self._find_resting(batch, extent, observation)
        must_read = self._find_must_read(observation.known, batch, extent.linked)
        comparison = compare(observation, self._roots.seen, resting, must_read)
        self._roots.mark_lost(comparison.visibility)
        gone = self._suspect(batch, observation, comparison, whole=whole)
        look = LookContext(
            extent.scopes,
            now_ns,
            parts.clock,
            observation.known,
            last_hint_ns,
            batch.hints(),
            frozenset(self._reload.types),
        )
        look = replace(look, resting=resting, asked=batch.asked, heard_ns=batch.left_since_ns)
        refused = self._roots.refusals(observation.scan, look.known, comparison.visibility, look)
        deletions = Deletions(parts.tree, parts.store, parts.grace, parts.guard)
        work = BatchContext(
            resting, comparison.difference, look, deletions, refused, gone=gone, roots=extent.changed_roots
        )
        other_names = self._links.find_other_names(parts.store.names_of)
        work.again.update(dict.fromkeys(other_names, now_ns) | back)
        work.later = batch.left.keys()
        work.mark_seen(observation.scan, comparison.visibility)
        work.accept_rereads(batch.rereads, must_read)
        pair_renames(work, parts.grace, parts.timing)
        if not whole:
            work.defer(self._find_deferred(batch, work, observation.scan))
        return work

    def _find_deferred(self, batch: Batch, work: BatchContext, scan: Scan) -> dict[str, int]:
        """The files of folders that were made for which *batch* has no room, and since when that is known.

        They are new, and told of by no other. None where one was known under another name: it moved, and is
        decided with that.
        """
        made = frozenset(path for path, dirty in batch.dirty.items() if dirty.sign is Sign.CREATED)
        if batch.room is None or not made:
            return {}
        told = frozenset(chain(batch.dirty.keys() - made, batch.asked, batch.delivered))
        new = [path for path in work.stale if path not in work.look.known and is_within(made, path)]
        bound = {*scan.shared, *scan.links.keys(), *scan.links.values(), *work.renames}
        bound |= self._parts.grace.suspects()
        deferred = [path for path in new[batch.room :] if path not in bound and not is_within(told, path)]
        if self._have_moved(work.stale[path] for path in deferred):
            return {}
        since_ns = min(batch.dirty[path].first_hint_ns for path in made)
        return dict.fromkeys(deferred, since_ns)

    def _have_moved(self, stamps: Iterable[Stamp]) -> bool:
        """True when a file under one of *stamps* is known under any name."""
        identities = {stamp.identity for stamp in stamps}
        if not identities:
            return False
        names = self._parts.store.names_of((device, inode) for device, inode, _, _ in identities)
        known = self._parts.store.index(names).values() if names else ()
        return any(entry.stamp is not None and entry.stamp.identity in identities for entry in known)

    def list_due(self, now_ns: int, resting: Set[str], heard_ns: int | None = None) -> list[str]:
        """The paths whose grace period ends by *now_ns*, except those that are *resting* under any name.

        Hints from *heard_ns* on, if it is given, were not looked at yet.
        """
        return self._parts.grace.list_due(now_ns, resting | self._links.find_idle_links(resting), heard_ns)

    def _extend(self, batch: Batch, now_ns: int) -> _Extent:
        """All that is to be looked at with the dirty paths of *batch*."""
        changed_roots = self._roots.look()
        linked = self._links.find_links_to(batch.dirty.keys() | batch.delivered | set(changed_roots))
        overdue = self.list_due(now_ns, batch.resting, batch.left_since_ns)
        wanted = [*batch.dirty, *batch.delivered, *linked, *overdue, *changed_roots]
        wanted += [reread.entry.path for reread in batch.rereads]
        scopes = drop_covered(map(widen_escaped, wanted))
        return _Extent(scopes, linked, changed_roots)

    def _find_resting(
        self, batch: Batch, extent: _Extent, observation: Observation
    ) -> tuple[Set[str], dict[str, int]]:
        """The paths not to be looked at yet; those of them that are back have until when they rest."""
        found = observation.scan.found
        self._links.mark_scanned(extent.scopes, observation.scan)
        back = {path: until for path, until in batch.rest_until_ns.items() if path in found}
        idle = self._links.find_idle_links(batch.resting, batch.dirty.keys())
        for path in back:
            self._mark_returned(path, observation.known)
        resting = batch.resting.union(back, idle)
        # Where a folder went, what was in it went with it, and is decided with that: whatever was heard of it.
        known = observation.known.keys()
        went = {path for path in resting & known if path not in found and is_within(batch.dirty.keys(), path)}
        return resting - went, back

    def _find_must_read(self, known: Mapping[str, Entry], batch: Batch, linked: Iterable[str]) -> set[str]:
        """The paths to read whatever their stamps say: in doubt, hinted, asked for, of reloaded collections.

        A write may leave a stamp as it was: a mapping on tmpfs does, and a clock that was set back.
        """
        types = self._reload.types
        must_read = self._parts.grace.suspects().union(batch.dirty, linked, known.keys() & batch.left.keys())
        if types or batch.asked:  # else a rescan would go through all entries for nothing
            must_read.update(
                path for path, entry in known.items() if entry.type in types or is_within(batch.asked, path)
            )
        return must_read

    def _suspect(
        self, batch: Batch, observation: Observation, comparison: Comparison, *, whole: bool
    ) -> list[Entry]:
        """Tell guard and grace period what is there and what is not; returns what is newly missing."""
        grace, guard, store = self._parts.grace, self._parts.guard, self._parts.store
        found = observation.scan.found
        guard.mark_returned(found.keys())
        guard.mark_replaced({type_: store.old_paths(type_) for type_ in self._roots.find_replaced()})
        difference = comparison.difference
        for entry in difference.gone:
            hint = batch.dirty.get(entry.path)
            # Heard of since it was missed: it was there again meanwhile, and is missing anew.
            heard_ns = hint.first_hint_ns if hint is not None and hint.sign in _OF_FILES else 0
            if grace.was_missed_before(entry, heard_ns):
                grace.mark_returned(entry.path, entry.type)
        for path in (*difference.stale, *(entry.path for entry in difference.present)):
            self._mark_returned(path, observation.known)
        gone = [e for e in difference.gone if not guard.holds(e) and not grace.is_missing(e)]
        swapped = {path for path, dirty in batch.dirty.items() if dirty.sign is Sign.SWAPPED}
        for entry in gone:
            immediate = whole or (entry.path in self._links.keys and is_within(swapped, entry.path))
            grace.mark_missing(entry, observation.seen_ns, immediate=immediate)
        return gone

    def _mark_returned(self, path: str, known: Mapping[str, Entry]) -> None:
        """The file of *path* is there; also if this batch fails."""
        if path in known and self._parts.grace.is_missing(known[path]):
            self._parts.grace.mark_returned(path, known[path].type)
