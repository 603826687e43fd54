"""Updates what depends on the files that references name: status and warnings. Never writes."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from posixpath import dirname

from docsync.change import FileReference, Relink, RowChange, Upsert
from docsync.model import FileState, Stamp
from docsync.names import EVERYTHING, is_within
from docsync.policy.grace_period import GracePeriod
from docsync.sync.batch.batch_context import BatchContext
from docsync.sync.batch.load import Loader
from docsync.sync.batch.renames import was_known
from docsync.sync.ports import Store, Tree


class Dependents:
    """Says anew what depends on the files that one batch found, changed or lost."""

    def __init__(self, tree: Tree, store: Store, loader: Loader, grace: GracePeriod) -> None:
        self._tree = tree
        self._store = store
        self._loader = loader
        self._grace = grace

    def list_unhinted(self) -> set[str]:
        """The files of which no hint tells, and on which documents depend: whoever waits must look at them."""
        return self._loader.targets.list_unhinted()

    def forget_unhinted(self, but: Set[str]) -> None:
        """Forget such files of documents that refer to none any more; those of *but* do."""
        targets = self._loader.targets
        others = targets.unhinted.keys() - but
        targets.keep(targets.unhinted.keys() - {path for path in others if not self._store.links_of((path,))})

    def update_references(self, work: BatchContext) -> Iterator[RowChange]:
        """The references to what the batch looked at, and what is warned of them."""
        # A path that rests is not loaded in this batch, and later only if it has changed.
        ours = work.upserted.keys() | work.kept
        relinks: dict[str, list[RowChange]] = {}
        links = self._store.links(work.look.scopes)
        if EVERYTHING in work.look.scopes:
            self._loader.targets.keep({link.path for link in links})
        for path, change in self._relinks(link for link in links if link.path not in ours):
            relinks.setdefault(path, []).append(change)
        states = {path: entry.state for path, entry in self._store.index(relinks).items()}
        for path, reread in self._reread(relinks.keys() | (self._find_asset_users(work) - ours), work):
            yield from (*relinks.get(path, ()), reread)
        for path, changes in relinks.items():
            if states[path] is not FileState.OK or not self._tree.collections_of(path):
                yield from changes

    def _find_asset_users(self, work: BatchContext) -> set[str]:
        """The documents whose assets in the scope of *work* are, or may be, not what they were."""
        look = work.look
        stamps: dict[tuple[str, str], Stamp | None] = {}
        found = set()
        for use in self._store.asset_uses(look.scopes, look.asked):
            if use.path in found or use.asset in look.resting:
                continue
            is_asked = is_within(look.asked, use.asset) or is_within(look.asked, use.path)
            if use.racy or use.asset in look.hints or is_asked:
                found.add(use.path)
                continue
            place = (use.asset, dirname(use.path))
            if place not in stamps:
                stamps[place] = self._tree.stamp_asset(use.asset, use.path)
            if stamps[place] != use.stamp:
                found.add(use.path)
        return found

    def update_kept(self, paths: Iterable[str]) -> Iterator[RowChange]:
        """Updates the references of documents that are kept without a good file.

        While that was undecided they were left alone.
        """
        yield from (change for _, change in self._relinks(self._store.links_of(paths)))

    def _relinks(self, links: Iterable[FileReference]) -> Iterator[tuple[str, Relink]]:
        for link in links:
            status = self._loader.targets.resolve(link.path, link.reference).status
            if status is not link.status:
                yield link.path, Relink(link.document_id, link.ordinal, status)

    def _reread(self, paths: Iterable[str], work: BatchContext) -> Iterator[tuple[str, Upsert]]:
        """Load unchanged files again: their warnings depend on other files."""
        known = {path: e for path, e in self._store.index(paths).items() if e.state is FileState.OK}
        if not known:
            return
        types = frozenset(entry.type for entry in known.values())
        # One that is gone or being written is a matter of its own hints.
        look = replace(work.look, known=known, reload=types, again=set())
        for path, entry in known.items():
            # A file that is not as it was is for a later look.
            if self._tree.collections_of(path):
                change = self._loader.load(path, look)
                if isinstance(change, Upsert) and change.document.content_hash == entry.content_hash:
                    if not was_known(entry, change.stamp):
                        self._pair_rename(path, change.stamp, work)
                    yield path, change

    def _pair_rename(self, path: str, stamp: Stamp, work: BatchContext) -> None:
        """Another file with the same bytes may have taken the name *path*: both halves of that land together."""
        if (old := self._grace.match_renames({path: stamp}).get(path)) is not None:
            work.renames[path] = old.entry
            work.equal.add(path)
