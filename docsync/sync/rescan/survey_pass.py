"""One pass: walks the tree, compares it with the database, returns what differs. Never marks anything.

It is a generator that yields after each small piece, so that a thread may rest between two of them, and a
test may let the tree change.
"""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Set
from posixpath import dirname

from docsync.model import Root, Scan
from docsync.names import EVERYTHING, ancestors, covers
from docsync.sync.batch.reference_targets import ReferenceTargets
from docsync.sync.delivery import Delivery, WalkOrder
from docsync.sync.rescan.aside import Aside, find_changed_warnings, look_aside
from docsync.sync.rescan.byte_comparison import ByteComparison
from docsync.sync.rescan.differences import Differences
from docsync.sync.rescan.ports import Sources, WalkPort

MAX_AGAIN = 3
"""So often folders that move while they are walked are walked again."""
MAX_SCOPES = 200
"""So many names in one folder are looked at by themselves."""


def survey_beside(sources: Sources, order: WalkOrder) -> Generator[None, None, Delivery]:
    """Look at everything as *order* wants it, and return what differs.

    Before that every folder is looked at again. What moves all the time is not waited for: then nothing that
    is gone is delivered, since its other half may be where nobody looked, and no new name that it may have.
    """
    left = MAX_AGAIN
    while True:
        survey = _Survey(sources, order)
        yield from survey.look()
        while not (yield from survey.is_still()):
            if not left:
                yield from survey.look_again()
                return survey.deliver(is_still=False)
            left -= 1
            if survey.have_roots_moved():
                break
            yield from survey.look_again()
        else:
            return survey.deliver(is_still=True)


class _Survey:
    """A pass under way, on one set of roots."""

    def __init__(self, sources: Sources, order: WalkOrder) -> None:
        self._sources = sources
        self._order = order
        self._roots: Mapping[str, Root] = sources.tree.roots()
        self._walk: WalkPort = sources.tree.begin_walk()
        self._bytes = ByteComparison(sources, order)
        self._differences = Differences(sources.rows, self._roots, self._bytes, order)
        self._aside = Aside(ReferenceTargets(sources.tree))
        self._refused: Set[str] = frozenset()

    def look(self) -> Iterator[None]:
        """Walk and compare everything."""
        yield from self._walk.visit()
        scan = self._walk.scan()
        yield from self._differences.compare_all(scan)
        self._refused = yield from self._differences.find_refused(scan)
        yield from look_aside(self._sources, self._order, self._differences.found, self._aside)

    def is_still(self) -> Generator[None, None, bool]:
        """Look at all folders once more: are they what they were?"""
        yield from self._walk.recheck()
        return self._walk.is_still and not self.have_roots_moved()

    def have_roots_moved(self) -> bool:
        """True when a collection's folder is another one than at the begin."""
        return self._sources.tree.roots() != self._roots

    def look_again(self) -> Iterator[None]:
        """Walk and compare the folders that moved."""
        yield from self._walk.visit()
        yield from self._differences.compare_again(self._walk)
        self._refused = yield from self._differences.find_refused(self._walk.scan())

    def deliver(self, *, is_still: bool) -> Delivery:
        """What differs."""
        differences, order, scan = self._differences, self._order, self._walk.scan()
        found = differences.found
        withheld = set() if is_still else found.withhold_halves()
        known = differences.known | withheld if withheld else differences.known
        files = _Files(scan, found.stale.keys() - found.entries.keys(), known, self._roots)
        # What changed before the start is decided together, as a checkout is: nothing is saved meanwhile.
        changed = () if order.is_first else _find_apart(differences, scan)
        scopes = found.scopes | self._aside.scopes | self._refused
        scopes |= files.join_new() | (found.entries.keys() - set(changed))
        scopes |= find_changed_warnings(self._sources, order, found, scan)
        if is_still:
            scopes |= files.join_gone([*found.gone, *found.forgotten])
        several = scan.shared | scan.links.keys()
        stamps = {path: scan.found[path] for path in several if path in scan.found}
        return Delivery(
            order.number,
            frozenset(_join_crowds(scopes - {EVERYTHING}, withheld)),
            changed,
            frozenset(self._bytes.asked | self._aside.asked),
            tuple(self._bytes.rereads.values()),
            Scan(stamps, {}, links=dict(scan.links), steps=dict(scan.steps), shared=frozenset(scan.shared)),
            self._aside.targets.unhinted,
            differences.have_roots_changed(),
            is_still,
        )


def _find_apart(differences: Differences, scan: Scan) -> tuple[str, ...]:
    """The files that were written in place: none of them is a name that moved, or one of several."""
    found = differences.found
    entries = [*found.entries.values(), *found.gone.values()]
    before = {entry.stamp[-2:] for entry in entries if entry.stamp is not None}
    now = {stamp[-2:] for stamp in found.stale.values()}
    several = scan.shared | scan.links.keys()
    return tuple(
        path
        for path, entry in found.entries.items()
        if entry.stamp is not None
        and path not in several
        and (
            entry.is_of(found.stale[path])
            or (found.stale[path][-2:] not in before and entry.stamp[-2:] not in now)
        )
    )


def _join_crowds(scopes: set[str], withheld: Iterable[str]) -> set[str]:
    """*scopes*, but the folder for many in one: each scope costs a look of its own.

    Not so a folder in which one of the names *withheld* lies.
    """
    crowds = {folder for folder, count in Counter(map(dirname, scopes)).items() if count > MAX_SCOPES}
    crowds -= {EVERYTHING}.union(*map(ancestors, withheld))
    return crowds | {scope for scope in scopes if dirname(scope) not in crowds}


class _Files:
    """New and gone files: a folder that is new, or gone, with all that is known of it is one scope."""

    def __init__(
        self, scan: Scan, new: Iterable[str], known: Iterable[str], roots: Mapping[str, Root]
    ) -> None:
        self._scan = scan
        self._new = list(new)
        self._known = known
        self._roots = [root.scope for root in roots.values()]

    def join_new(self) -> set[str]:
        """The new files, by the highest folders in which nothing was known."""
        return self._join(self._new, self._known) if self._new else set()

    def join_gone(self, gone: Iterable[str]) -> set[str]:
        """The files *gone*, by the highest folders in which nothing is left."""
        paths = list(gone)
        return self._join(paths, self._scan.found) if paths else set()

    def _join(self, paths: Iterable[str], others: Iterable[str]) -> set[str]:
        """*paths*, by the highest folder within a collection's in which none of *others* lies."""
        lively: set[str] = set()
        for folder in set(map(dirname, others)):
            if folder not in lively:
                lively.update((folder, *ancestors(folder)))
        joined = set()
        for path in paths:
            free = [folder for folder in ancestors(path) if folder not in lively and self._is_inside(folder)]
            joined.add(free[-1] if free else path)
        return joined

    def _is_inside(self, folder: str) -> bool:
        return folder != EVERYTHING and any(folder != root and covers(root, folder) for root in self._roots)
