"""Compares what a walk found with what is known, a page at a time. Marks nothing, and writes nothing."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from posixpath import dirname

from docsync.model import Entry, FileState, Identity, Problem, Root, RootState, Scan, Stamp
from docsync.names import ancestors, covers
from docsync.sync.batch.root_states import describe_root, is_listed
from docsync.sync.batch.survey import Observation, compare
from docsync.sync.delivery import NOTHING, WalkOrder
from docsync.sync.rescan.byte_comparison import ByteComparison
from docsync.sync.rescan.ports import KnownRows, WalkPort

_PAGE = 128
_PATHS = 512


@dataclass(slots=True)
class Divergence:
    """What differs: files to be read, documents without a file, and other scopes to be looked at.

    `kept` are known paths of which nothing can be said. `entries` are what is known of files that differ.
    """

    stale: dict[str, Stamp] = field(default_factory=dict)
    gone: dict[str, Entry] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    scopes: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    entries: dict[str, Entry] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    exposed: set[str] = field(default_factory=set)

    def forget(self, path: str) -> None:
        """Let nothing be found of *path*."""
        for table in (self.stale, self.gone, self.entries):
            table.pop(path, None)
        for paths in (self.forgotten, self.kept, self.exposed):
            paths.discard(path)

    def withhold_halves(self) -> set[str]:
        """Let nothing be found that may be what one of the documents without a file is by now.

        Nor what may be the new name of a file whose old one is withheld. Returns the names withheld.
        """
        withheld = set[str]()
        names: dict[Identity, list[str]] = {}
        for path, stamp in self.stale.items():
            names.setdefault(stamp.identity, []).append(path)
        left = list(self.gone.values())
        while left:
            entry = left.pop()
            for path in names.pop(entry.stamp.identity, ()) if entry.stamp is not None else ():
                del self.stale[path]
                withheld.add(path)
                if path in self.entries:
                    left.append(self.entries.pop(path))
        return withheld


class Differences:
    """Where one walk and the database differ, by the rules of `diff` and of what cannot be seen.

    Equal are, too: a held file that is still missing, and what is skipped or unreadable as it is recorded.
    """

    def __init__(
        self, rows: KnownRows, roots: Mapping[str, Root], octets: ByteComparison, order: WalkOrder
    ) -> None:
        self.found = Divergence()
        self.known: set[str] = set()
        self._rows = rows
        self._roots = roots
        self._bytes = octets
        self._order = order

    def compare_all(self, scan: Scan) -> Iterator[None]:
        """Compare all of *scan* with everything that is known."""
        after, plain = "", scan if self._is_plain(scan) else NOTHING
        while page := self._rows.page_entries(after, _PAGE, plain):
            after = page.last
            self.known.update(page.alike)
            if scan.closed:
                self.found.exposed.update(path for path in page.alike if path in scan.closed)
            yield from self._compare(scan, page.others)
            yield
        new = [path for path in scan.found if path not in self.known]
        self.found.stale.update((path, scan.found[path]) for path in new)

    def _is_plain(self, scan: Scan) -> bool:
        """True where a stamp is all that can be said of a file: everything can be seen, and stamps count."""
        order = self._order
        are_there = all(root.state is RootState.OK for root in self._roots.values())
        return are_there and not (order.reads_all or order.must_read or scan.unreadable)

    def compare_again(self, walk: WalkPort) -> Iterator[None]:
        """Compare once more what is, was or is known to be in the folders that moved during *walk*."""
        scan, moved = walk.scan(), set(walk.changed)
        yield from self._add_known(moved, walk)
        for part in _cut(sorted(moved), _PAGE):
            for path in part:
                self.found.forget(path)
                self._bytes.forget(path)
                self.known.discard(path)
            known = list(self._rows.find_entries(part).values())
            yield from self._compare(scan, known)
            new = (path for path in part if path not in self.known and path in scan.found)
            self.found.stale.update((path, scan.found[path]) for path in new)
            yield

    def _add_known(self, paths: set[str], walk: WalkPort) -> Iterator[None]:
        """Add to *paths* what is recorded by now in the folders that moved: it may be gone again."""
        after = ""
        while page := self._rows.page_paths(after, _PATHS):
            after = page[-1]
            paths.update(path for path in page if walk.has_moved(dirname(path)))
            yield

    def _compare(self, scan: Scan, page: Sequence[Entry]) -> Iterator[None]:
        known = {entry.path: entry for entry in page}
        self.known.update(known)  # |= with keys would copy all that is known so far
        there = {path: scan.found[path] for path in known if path in scan.found}
        result = compare(
            Observation(replace(scan, found=there), known, 0), self._roots, must_read=self._order.must_read
        )
        found, difference = self.found, result.difference
        found.lost |= result.visibility.lost
        found.kept |= known.keys() - result.visibility.visible.keys() - scan.skipped.keys()
        found.gone.update((e.path, e) for e in difference.gone if not _is_held(e))
        found.forgotten.update(difference.forgotten)
        found.exposed.update(
            path for path in there if path in scan.closed and known[path].state is not FileState.UNREADABLE
        )
        found.scopes.update(self._find_unseen(scan, result.visibility.unreadable))
        doubtful = there.keys() if self._order.reads_all else difference.stale.keys()
        for path in sorted(doubtful):
            if not self._bytes.is_equal(known[path], there[path], scan.types[path]):
                found.stale[path], found.entries[path] = there[path], known[path]
            yield

    def _find_unseen(self, scan: Scan, unreadable: Iterable[tuple[Entry, Problem]]) -> Iterator[str]:
        """The folders beneath which documents are not recorded as they cannot be read."""
        for entry, problem in unreadable:
            is_candidate = entry.has_document and not _is_held(entry)
            if is_candidate and entry.path not in scan.unreadable and not self._is_recorded(entry, problem):
                yield self._name_obstacle(scan, entry.path)

    def _name_obstacle(self, scan: Scan, path: str) -> str:
        above = next((folder for folder in ancestors(path) if folder in scan.unreadable), None)
        lost = (root.scope for root in self._roots.values() if root.state is not RootState.OK)
        return above or next((scope for scope in lost if covers(scope, path)), path)

    def _is_recorded(self, entry: Entry | None, problem: Problem) -> bool:
        is_unreadable = entry is not None and entry.state is FileState.UNREADABLE
        return is_unreadable and problem in self._rows.list_problems([problem.path])

    def find_refused(self, scan: Scan) -> Generator[None, None, set[str]]:
        """The paths that cannot be taken, and are not recorded so, without the collections' folders."""
        found = set[str]()
        for part in _cut(scan.skipped, _PAGE):
            known = self._rows.find_entries(part)
            found.update(path for path in part if not is_listed(known.get(path), scan.skipped[path]))
            yield
        lost = {root.path for root in self._roots.values() if root.state is not RootState.OK}
        for part in _cut(scan.unreadable.keys() - lost, _PAGE):  # for those see have_roots_changed
            known = self._rows.find_entries(part)
            found.update(path for path in part if not self._is_told(scan, known.get(path), path))
            yield
        return found

    def _is_told(self, scan: Scan, entry: Entry | None, path: str) -> bool:
        """True where what is known says that *path* cannot be read, or that its deletion is kept back."""
        if entry is None:
            return False
        is_same = entry.type == scan.types[path]
        return _is_held(entry) or (is_same and self._is_recorded(entry, scan.unreadable[path].problem))

    def have_roots_changed(self) -> bool:
        """True where a collection's folder is not as it is recorded."""
        identities = self._rows.roots()
        known = self._rows.find_entries(root.path for root in self._roots.values())
        for type_, root in self._roots.items():
            recorded = identities.get(type_)
            if root.state is RootState.OK:
                if recorded != (root.device, root.inode):
                    return True
            elif root.state is RootState.MISSING and recorded is None and root.scope not in self.found.lost:
                continue  # it never was
            elif not self._is_recorded(known.get(root.path), describe_root(root)):
                return True
        return False


def _cut(paths: Iterable[str], count: int) -> Iterator[list[str]]:
    """*paths*, so many at a time."""
    left = iter(paths)
    while part := list(islice(left, count)):
        yield part


def _is_held(entry: Entry) -> bool:
    """True of a document whose deletion is kept back, as it is recorded: that it is missing is no news."""
    return entry.state is FileState.HELD
