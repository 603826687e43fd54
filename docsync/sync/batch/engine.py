"""One batch: scan, diff, load, apply. First scan, rescan, reload and one save differ only in their scope.

Decides nothing by itself (diff, the grace period and the guard do) and keeps no list of work: what is not
applied is found again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from docsync.change import ApplyResult, DatabaseState, Delete, Hold, Refuse, RowChange, Touch, Upsert
from docsync.clock import Clock
from docsync.errors import StoreUnavailable
from docsync.model import Entry, RootState, Sign, Timing
from docsync.names import EVERYTHING, is_within
from docsync.permission import PRIVATE, Audience
from docsync.policy.batch import Batch, DirtyPath
from docsync.policy.grace_period import GracePeriod
from docsync.policy.guard import Guard
from docsync.sync.batch.batch_context import (
    DEFAULT_OPTIONS,
    BatchContext,
    BatchOptions,
    BatchReport,
    Progress,
)
from docsync.sync.batch.deletions import Deletions
from docsync.sync.batch.dependents import Dependents
from docsync.sync.batch.links import LinkTracker
from docsync.sync.batch.load import Loader
from docsync.sync.batch.look import LastHint
from docsync.sync.batch.more_private import MorePrivate
from docsync.sync.batch.name_twins import NameTwins
from docsync.sync.batch.reload import Reload
from docsync.sync.batch.root_states import RootMoved, RootTracker
from docsync.sync.batch.survey import Surveyor, SurveyParts
from docsync.sync.delivery import Delivery, WalkOrder
from docsync.sync.ports import Store, Tree

_MAX_TRIES = 3


@dataclass(frozen=True, slots=True)
class EngineParts:
    """The collaborators of an Engine."""

    tree: Tree
    store: Store
    loader: Loader
    grace: GracePeriod
    guard: Guard
    clock: Clock
    audience: Callable[[], Audience] = lambda: PRIVATE


class Engine:
    """Makes the rows in any scope equal to the files in it. Belongs to the writer's thread."""

    def __init__(self, parts: EngineParts, timing: Timing, reload: Mapping[str, str]) -> None:
        """*reload* maps types to be read again, whatever their stamps, to their new fingerprints."""
        self._tree = parts.tree
        self._store = parts.store
        self._loader = parts.loader
        self.dependents = Dependents(parts.tree, parts.store, parts.loader, parts.grace)
        self._twins = NameTwins(parts.tree, parts.store, parts.loader.ignore)
        self._audience = parts.audience
        self._private = MorePrivate(parts.store, parts.audience, parts.loader.ignore)
        self._grace = parts.grace
        self._guard = parts.guard
        self._clock = parts.clock
        self._timing = timing
        self._reload = Reload(reload)
        self._roots = RootTracker(parts.tree, parts.store.roots(), parts.grace)
        self.links = LinkTracker(root.scope for root in parts.tree.roots().values())
        survey = SurveyParts(parts.tree, parts.store, parts.grace, parts.guard, parts.clock, timing)
        self._surveyor = Surveyor(survey, self._roots, self.links, self._reload)

    def sync(
        self,
        batch: Batch,
        now_ns: int,
        last_hint_ns: LastHint,
        progress: Progress | None = None,
        options: BatchOptions = DEFAULT_OPTIONS,
    ) -> BatchReport:
        """Make the rows in the scope of *batch* equal to the files.

        *now_ns* is when the batch began, *last_hint_ns* gives the time of a path's last hint. A grace period
        starts after the look that first finds a file missing or broken, and is measured to *now_ns* of the
        look that still finds it, so that a slow look ends none early. Raises StoreUnavailable; then nothing
        was changed.
        """
        for left in reversed(range(_MAX_TRIES)):  # pragma: no branch - the last try ends it
            work = self._surveyor.survey(batch, now_ns, last_hint_ns, whole=options.whole)
            confirm = partial(self._confirm, options.confirm, is_last=not left)
            try:
                applied = self._store.apply(self._changes(work, progress, confirm))
            except BaseException as error:
                self._undo(work)
                if not isinstance(error, RootMoved):
                    raise
            else:
                break
        work.deletions.commit(self._clock.monotonic_ns())
        self._settle(work, applied)
        return BatchReport(applied, len(work.stale), work.again, work.deferred)

    def _confirm(self, confirm: Callable[[], None] | None, *, is_last: bool) -> None:
        """Before the commit: what was found while a folder was swapped for another is of neither of them."""
        if not is_last and self._roots.have_moved():
            raise RootMoved
        if confirm is not None:
            confirm()

    def order_survey(self, number: int, *, reads_all: bool) -> WalkOrder:
        """What a walk beside this thread must know to find what a look at everything would find."""
        loader = self._loader
        return WalkOrder(
            number,
            self._reload.unread,
            reads_all,
            loader.redacts,
            loader.ignore,
            self._audience(),
            is_first=not self.scanned,
        )

    def open_delivery(self, delivery: Delivery) -> frozenset[str]:
        """Note what *delivery* saw of files that no hint tells of; returns what is to be proved together."""
        self._loader.targets.take_over(delivery.unhinted)
        self.dependents.forget_unhinted(delivery.unhinted.keys())
        if self.scanned:
            return delivery.scopes | self.links.find_news(delivery.links)
        self.links.take_over(delivery.links)
        return delivery.scopes.union(self._roots.look())  # those that came or went since it was made

    def mark_walked(self) -> None:
        """All that a walk of everything has delivered is decided."""
        self._reload.scanned = True

    @property
    def needs_whole(self) -> bool:
        """True while everything must be looked at by this thread."""
        return self._reload.needs_whole

    def preview(self, now_ns: int) -> ApplyResult:
        """What a sync of everything would do, without doing it."""
        everything = Batch(
            {EVERYTHING: DirtyPath(now_ns, now_ns, Sign.FOLDER)}, asked=frozenset({EVERYTHING})
        )
        work = self._surveyor.survey(everything, now_ns, lambda _: None, whole=False)
        return self._store.apply(self._changes(work, None, None), keep=False)

    def release(self, type_: str | None) -> ApplyResult:
        """Delete what is held, of one collection or of all, and start the guard's count afresh."""
        deletions = Deletions(self._tree, self._store, self._grace, self._guard)
        applied = self._store.apply(deletions.release(type_))
        self._guard.release(type_)
        return applied

    def list_due(self, now_ns: int, resting: Set[str] = frozenset()) -> list[str]:
        """The paths whose grace period ends by *now_ns*, except those that are *resting* under any name."""
        return self._surveyor.list_due(now_ns, resting)

    def next_due_ns(self, resting: Set[str] = frozenset()) -> int | None:
        """When the next grace period ends, None if there is none but of *resting* paths."""
        return self._grace.next_due_ns(resting | self.links.find_idle_links(resting))

    def list_undecided(self) -> set[str]:
        """The paths whose grace period has not ended."""
        return self._grace.list_undecided()

    def list_held(self, type_: str | None = None) -> list[Entry]:
        """The entries whose deletions are held."""
        return self._guard.list_held(type_)

    def read_state(self, scopes: Iterable[str]) -> DatabaseState:
        """The database's version, and what is broken, held and lost in *scopes*."""
        wanted = list(scopes)
        return replace(self._store.read_state(wanted), lost=tuple(self._roots.list_lost(wanted)))

    def type_of(self, path: str) -> str | None:
        """The type of the document that *path* is or would be, None for a path of no collection."""
        return next((collection.type for collection in self._tree.collections_of(path)), None)

    def root_states(self) -> dict[str, RootState]:
        """The state of each collection's folder, as of the last look."""
        return self._roots.states()

    def _changes(
        self, work: BatchContext, progress: Progress | None, confirm: Callable[[], None] | None
    ) -> Iterator[RowChange]:
        """Yields the changes, a file at a time, inside the open transaction: consume it once, in order."""
        yield from self._roots.doubt(work.iter_unseen())
        yield from tuple(work.refused)
        yield from map(Delete, work.difference.forgotten)
        for touch in work.touches:
            yield touch
            if progress is not None:
                progress(0, len(work.stale))
        for count, path in enumerate(work.stale, 1):
            change = self._loader.load(path, work.look)
            if change is not None:
                self._note(path, change, work)
                yield change
            if progress is not None:
                progress(count, len(work.stale))
        yield from self.dependents.update_references(work)
        there = work.upserted.keys() | work.equal
        renamed = [entry for path, entry in work.renames.items() if path in there]
        yield from self._deletions(work, renamed)
        yield from self._roots.adopt(work.iter_unseen(), frozenset(work.left), work.deletions.list_proved())
        yield from chain(self._twins.update(work), self._private.update(work))
        if confirm is not None:
            confirm()

    def _deletions(self, work: BatchContext, renamed: Iterable[Entry]) -> Iterator[RowChange]:
        kept = [change.path for change in work.refused]
        for change in work.deletions.decide(renamed, work.look.now_ns, work.look.heard_ns):
            if isinstance(change, Delete):
                work.left.append(change.path)
            elif isinstance(change, Hold):
                work.left.append(change.entry.path)
                kept.append(change.entry.path)
            yield change
        yield from self.dependents.update_kept(kept)

    def _note(self, path: str, change: RowChange, work: BatchContext) -> None:
        if isinstance(change, Upsert):
            entry = work.look.known.get(path)
            if entry is None or entry.content_hash != change.document.content_hash or not entry.has_document:
                self._guard.mark_appeared(path, change.document.content_hash, work.look.now_ns)
                work.appeared.append(path)
            work.upserted[path] = change.document.type
        elif isinstance(change, Touch):
            work.equal.add(path)
        elif isinstance(change, Refuse):
            work.refused.append(change)

    def _settle(self, work: BatchContext, applied: ApplyResult) -> None:
        """After the commit: clear the grace periods and holds that this batch decided."""
        self.links.mark_applied()
        for entry in work.difference.present:
            self._grace.settle(entry.path, entry.type)
            self._guard.mark_present(entry.path)
        for path, type_ in work.upserted.items():
            self._grace.settle(path, type_)
            self._guard.mark_present(path)
        for path in applied.displaced:
            self._guard.mark_present(path)  # its document has another file now
            work.again[path] = work.look.now_ns  # and perhaps it belongs to another collection
        for touch in work.touches:
            self._grace.settle(touch.path, work.look.known[touch.path].type)
            self._guard.mark_present(touch.path)
        for change in work.refused:
            self._grace.settle(change.path, change.type)
            if change.path in work.stale:
                self._guard.mark_present(change.path)  # broken, but back
        # A skipped name whose row was deleted just now can be listed as skipped only in the next batch.
        for path in work.look.again.union(work.skipped & set(applied.deleted)):
            work.again[path] = work.look.now_ns + self._timing.settle_ns
        unsure = self._grace.suspects() - work.resting - work.again.keys() - work.look.suspects
        unsure = unsure - work.deferred.keys()
        scopes = frozenset(work.look.scopes)
        self._grace.clear(path for path in unsure if is_within(scopes, path))
        self._roots.commit()
        self._mark_reloaded(work, applied)

    def _undo(self, work: BatchContext) -> None:
        """After a rollback: forget first sightings of missing files and new content, but not of returns."""
        for entry in work.gone:
            self._grace.mark_returned(entry.path, entry.type)
        for path in work.appeared:
            self._guard.mark_vanished(path)

    def _mark_reloaded(self, work: BatchContext, applied: ApplyResult) -> None:
        """Record the collections that were read by today's rules, once every readable file was."""
        present = (RootState.OK, RootState.ABSENT)
        lost = {type_ for type_, state in self.root_states().items() if state not in present}
        loaded = self._reload.mark_applied(work, applied, self._grace.list_undecided(), lost)
        if loaded:
            with suppress(StoreUnavailable):  # the batch itself is committed; the next one records it
                self._store.mark_loaded(loaded)
                self._reload.mark_recorded(lost)

    @property
    def scanned(self) -> bool:
        """True once everything was looked at."""
        return self._reload.scanned
