"""Follows the collections' folders: missing, replaced or unreadable. Nothing beneath these is deleted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from docsync.change import AdoptRoot, DoubtRoot, Refuse
from docsync.model import Entry, FileState, LostFolder, Problem, RefusedPath, Root, RootState, Scan
from docsync.names import ancestors, covers
from docsync.policy.grace_period import GracePeriod
from docsync.sync.batch.look import LookContext
from docsync.sync.ports import Tree

Identity = tuple[int, int]

_WHAT = {
    RootState.MISSING: "is missing",
    RootState.UNREADABLE: "cannot be read",
    RootState.OUTSIDE: "leads out of the project",
}


@dataclass(frozen=True, slots=True)
class Visibility:
    """The known entries of a scope: `visible` ones, and `unreadable` ones with the problem of each.

    The latter lie beneath an unreadable folder. Entries whose own collection's folder is missing are in
    neither. `lost` are the missing folders beneath which there are any.
    """

    visible: Mapping[str, Entry]
    unreadable: tuple[tuple[Entry, Problem], ...]
    lost: Set[str] = frozenset()


def split_visible(roots: Mapping[str, Root], scan: Scan, known: Mapping[str, Entry]) -> Visibility:
    """Tell apart what *scan* could see below *roots* and what was unreadable to it."""
    lost = {type_: root for type_, root in roots.items() if root.state is not RootState.OK}
    if not lost and not scan.unreadable and not scan.skipped:
        return Visibility(known, ())
    visible: dict[str, Entry] = {}
    unreadable: list[tuple[Entry, Problem]] = []
    known_lost: set[str] = set()
    for path, entry in known.items():
        above = next((folder for folder in (path, *ancestors(path)) if folder in scan.unreadable), None)
        root = next((root for root in lost.values() if covers(root.scope, path)), None)
        if above is not None:
            unreadable.append((entry, _describe_unreadable(entry, scan.unreadable[above].problem)))
        elif root is not None:
            known_lost.add(root.scope)
            unreadable += [] if entry.type in lost else [(entry, _describe_beneath(entry, root))]
        elif entry.has_document or path not in scan.skipped:
            visible[path] = entry
    return Visibility(visible, tuple(unreadable), known_lost)


class RootMoved(Exception):
    """A collection's folder was swapped for another one while a batch was under way."""


class RootTracker:
    """Remembers each collection's folder, to notice that it went, came back or was replaced."""

    def __init__(self, tree: Tree, identities: Mapping[str, Identity | None], grace: GracePeriod) -> None:
        self._tree = tree
        self._grace = grace
        self._identities = dict(identities)
        self._roots = tree.roots()
        self._unscanned: set[str] = set()
        self._adopted: dict[str, Identity] = {}
        self._known_lost: set[str] = set()  # missing folders with documents beneath: these did exist

    @property
    def seen(self) -> Mapping[str, Root]:
        """Each collection's folder, as of the last look."""
        return self._roots

    def look(self) -> list[str]:
        """Look at every collection's folder; returns those that changed, to be scanned whole."""
        before, self._roots = self._roots, self._tree.roots()
        self._unscanned.update(root.scope for type_, root in self._roots.items() if root != before.get(type_))
        return list(self._unscanned)

    def have_moved(self) -> bool:
        """True when a collection's folder is another one by now than at the last look, or came or went."""
        now = self._tree.roots()
        return any(
            self._identity(now[type_]) != self._identity(root)
            for type_, root in self._roots.items()
            if type_ in now
        )

    def find_replaced(self) -> set[str]:
        """The collections whose folder is another one than that of the last batch, or of the last life."""
        known = self._identities
        return {
            type_
            for type_, root in self._roots.items()
            if root.state is RootState.OK and known.get(type_) not in (None, self._identity(root))
        }

    def states(self) -> dict[str, RootState]:
        """The state of each collection's folder at the last look.

        A folder that never existed is ABSENT, unless documents lie beneath.
        """
        return {type_: self._state(type_, root) for type_, root in self._roots.items()}

    def _state(self, type_: str, root: Root) -> RootState:
        if root.state is not RootState.MISSING or root.scope in self._known_lost:
            return root.state
        return RootState.ABSENT if self._identities.get(type_) is None else RootState.MISSING

    def doubt(self, unseen: Iterable[str]) -> Iterator[DoubtRoot]:
        """What is to be recorded, before anything else, of folders in the place of others.

        Until one is adopted, a kill is no way around what is undecided beneath it.
        """
        yield from map(DoubtRoot, self._find_undecided(unseen))

    def adopt(self, unseen: Iterable[str], decided: Set[str], proved: Set[str]) -> Iterator[AdoptRoot]:
        """What is to be recorded of folders that are new.

        One in the place of another is adopted with the last of what is *decided* about the documents beneath,
        so that a third one is compared with it; or once it is *proved* by what is there under another name.
        """
        undecided = self._find_undecided(unseen, decided) - proved
        self._adopted = {}
        for type_, root in self._roots.items():
            identity = self._identity(root)
            if identity not in (None, self._identities.get(type_)) and type_ not in undecided:
                self._adopted[type_] = identity
                yield AdoptRoot(type_, *identity)

    def _find_undecided(self, unseen: Iterable[str], decided: Set[str] = frozenset()) -> set[str]:
        """The replaced folders with anything missing beneath, lost, or *unseen*: not looked at yet."""
        replaced = self.find_replaced()
        if not replaced:
            return replaced  # every save comes here
        waiting = {path for path, _, _ in self._list_lost_roots()}.union(unseen)
        return {
            type_
            for type_ in replaced
            if self._grace.has_missing(type_, decided)
            or any(covers(self._roots[type_].scope, path) for path in waiting)
        }

    def commit(self) -> None:
        """After the commit: the folders given by `look` are scanned, the new identities are recorded."""
        self._unscanned.clear()
        self._identities |= self._adopted

    @staticmethod
    def _identity(root: Root) -> Identity | None:
        return None if root.device is None or root.inode is None else (root.device, root.inode)

    def mark_lost(self, visibility: Visibility) -> None:
        """Record the missing folders that documents are known beneath: these did exist."""
        self._known_lost |= visibility.lost

    def refusals(
        self, scan: Scan, known: Mapping[str, Entry], visibility: Visibility, look: LookContext
    ) -> list[Refuse]:
        """What is to be recorded about paths that cannot be taken, as far as it may be believed."""
        refused = [
            Refuse(path, scan.types[path], FileState.SKIPPED, (unread.problem,), unread.stamp)
            for path, unread in scan.skipped.items()
            if not is_listed(known.get(path), unread)
        ]
        bad = [(path, scan.types[path], unread.problem) for path, unread in scan.unreadable.items()]
        bad += [
            (entry.path, entry.type, problem)
            for entry, problem in visibility.unreadable
            if entry.has_document and entry.path not in scan.unreadable
        ]
        lost = {one[0]: one for one in self._list_lost_roots()}  # one folder may be that of two collections
        bad += [one for path, one in lost.items() if any(covers(scope, path) for scope in look.scopes)]
        for path, type_, problem in bad:
            entry = known.get(path)
            state = entry.state if entry is not None else None
            if state is FileState.HELD:
                continue  # a deletion that stays held whatever can be seen now
            # Believed before, perhaps for another reason: what is recorded is compared with it.
            if state is FileState.UNREADABLE or look.believes(self._grace, path):
                kept = (entry.stamp, entry.content_hash) if entry else (None, None)
                refused.append(Refuse(path, type_, FileState.UNREADABLE, (problem,), *kept))
        return refused

    def list_lost(self, scopes: Sequence[str]) -> list[LostFolder]:
        """The folders that are missing or unreadable, in *scopes* or above them, as of the last look."""
        lost = {path: self._roots[type_].state for path, type_, _ in self._list_lost_roots()}
        return [
            LostFolder(path, state)
            for path, state in lost.items()
            if any(covers(scope, path) or path == "." or covers(path, scope) for scope in scopes)
        ]

    def _list_lost_roots(self) -> Iterator[tuple[str, str, Problem]]:
        for type_, root in self._roots.items():
            if self._state(type_, root) not in (RootState.OK, RootState.ABSENT):
                yield root.path, type_, describe_root(root)


def is_listed(entry: Entry | None, unread: RefusedPath) -> bool:
    """True when a skipped path was listed before, or still has a document whose file is now missing."""
    if entry is None:
        return False
    return entry.has_document or (entry.state is FileState.SKIPPED and entry.stamp == unread.stamp)


def _describe_unreadable(entry: Entry, problem: Problem) -> Problem:
    return Problem(
        entry.path, problem.code, f"the folder {problem.path} {problem.message}", hint=problem.hint
    )


def _describe_beneath(entry: Entry, root: Root) -> Problem:
    """The problem of a document that lies beneath the missing folder of another collection."""
    lost = describe_root(root)
    what = _WHAT[root.state]
    return Problem(
        entry.path,
        lost.code,
        f"the folder {root.path} {what}; this document is kept as it was",
        hint=lost.hint,
    )


def describe_root(root: Root) -> Problem:
    """The problem of a collection's folder that cannot be looked into."""
    if root.state is RootState.OUTSIDE:
        return Problem(
            root.path,
            "root-outside",
            "the folder is a link that leads out of the project; its documents are kept as they were",
            hint="put the folder itself there, mount it, or keep docsync.toml in a folder above both",
        )
    if root.state is RootState.UNREADABLE:
        return Problem(
            root.path, "root-unreadable", "the folder cannot be read; its documents are kept as they were"
        )
    hint = "bring the folder back, or remove its collection from docsync.toml"
    return Problem(
        root.path, "root-missing", "the folder is missing; its documents are kept as they were", hint=hint
    )
