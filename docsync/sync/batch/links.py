"""Follows files with more than one name: a hint names the one that was written, not the others.

Symbolic links among the documents, also those that lead nowhere yet, and hard links. Never looks at the tree.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Set
from itertools import chain
from posixpath import basename, dirname

from docsync.model import FollowedFile, Scan
from docsync.names import EVERYTHING, VOLUME_LINK, ancestors, covers, is_unwatched, is_within


class LinkTracker:
    """The links of all collections, as of the last look at each."""

    def __init__(self, folders: Iterable[str] = (EVERYTHING,)) -> None:
        """*folders* are those of the collections: what happens elsewhere is not hinted."""
        self._folders = tuple(folders)
        self._steps: dict[str, tuple[str, ...]] = {}
        self._targets: dict[str, str] = {}
        self._inodes: dict[str, tuple[int, int]] = {}
        self._names: dict[tuple[int, int], set[str]] = {}
        self._is_news = False
        self.keys: Set[str] = frozenset()
        """The links in the scopes of this batch that are keys of a mounted volume, or were until it looked."""
        self._new_inodes: set[tuple[int, int]] = set()
        self._looked: Set[str] = frozenset()

    def mark_scanned(self, scopes: Iterable[str], scan: Scan) -> None:
        """Replace the known links within *scopes* by those that *scan* found."""
        self._looked = set(scopes)
        keys = {path for path, names in self._steps.items() if _is_key(path, names)}
        self.keys |= keys.union(path for path, names in scan.steps.items() if _is_key(path, names))
        before = self._forget(self._looked) if self._steps or self._inodes else {}
        steps = {path: (target,) for path, target in scan.links.items()} | dict(scan.steps)
        self._steps |= steps
        self._targets |= scan.links
        for path in scan.shared | {path for path in scan.links if not self._is_hinted(self._steps[path])}:
            if stamp := scan.found.get(path):
                inode = self._inodes[path] = (stamp.device, stamp.inode)
                self._names.setdefault(inode, set()).add(path)
                if before.get(path) != self._describe(path):
                    self._new_inodes.add(inode)
        self._new_inodes |= scan.aliases - self._names.keys()
        after = {path: self._describe(path) for path in steps.keys() | scan.shared}
        self._is_news = self._is_news or before != after

    def take_over(self, seen: Scan) -> None:
        """Know what *seen*, a look at everything, tells of links, where nothing is known yet."""
        self.mark_scanned([EVERYTHING], seen)
        self.mark_applied()

    def find_news(self, seen: Scan) -> set[str]:
        """The paths of which *seen*, a look at everything, tells something else than what is known here."""
        steps = {path: (target,) for path, target in seen.links.items()} | dict(seen.steps)
        several = seen.shared | {path for path in seen.links if not self._is_hinted(steps[path])}
        stamps = {path: seen.found[path] for path in several if path in seen.found}
        inodes = {path: (stamp.device, stamp.inode) for path, stamp in stamps.items()}
        if (steps, inodes) == (self._steps, self._inodes):
            return set()  # nearly always
        paths = steps.keys() | inodes.keys() | self._steps.keys() | self._inodes.keys()
        return {p for p in paths if (steps.get(p), inodes.get(p)) != self._describe(p)}

    def _describe(self, path: str) -> object:
        return self._steps.get(path), self._inodes.get(path)

    def _forget(self, looked: Set[str]) -> dict[str, object]:
        """Forget the links within *looked*; returns what was known of each."""
        paths = [path for path in self._steps.keys() | self._inodes.keys() if is_within(looked, path)]
        known = {path: self._describe(path) for path in paths}
        for path in paths:
            self._steps.pop(path, None)
            self._targets.pop(path, None)
            if path in self._inodes:
                self._forget_inode(path)
        return known

    def _forget_inode(self, path: str) -> None:
        inode = self._inodes.pop(path)
        self._names[inode].remove(path)
        if not self._names[inode]:
            del self._names[inode]

    def find_other_names(self, names_of: Callable[[Collection[tuple[int, int]]], list[str]]) -> list[str]:
        """The paths whose files had one name when they were looked at last, and have two by now.

        Nothing is hinted of a name when its file gets another one. *names_of* gives the known paths of files.
        """
        if not self._new_inodes:
            return []
        known = names_of(self._new_inodes)
        return [path for path in known if path not in self._inodes and not is_within(self._looked, path)]

    def mark_applied(self) -> None:
        """After the commit of a batch: what was new to it is new no more."""
        self.keys = frozenset()
        self._new_inodes.clear()

    def find_links_to(self, dirty: Set[str]) -> list[str]:
        """The links by way of any of *dirty*, or of what is beneath or above; other names of its files.

        Also the documents that those in *dirty* lead to: what is heard under one name is looked at under all.
        """
        if not self._steps and not self._inodes:
            return []
        looked = dirty | self._find_targets(dirty)
        # A folder on the way that was missing is told of by what is put into it.
        above = frozenset(chain.from_iterable(map(ancestors, looked)))
        linked = {
            path
            for path, steps in self._steps.items()
            if any(name in above or is_within(looked, name) for name in steps)
        }
        return sorted((linked | looked | self._find_names(looked)) - dirty)

    def _find_targets(self, dirty: Set[str]) -> set[str]:
        """The documents that links within *dirty* lead to, as far as they lie elsewhere."""
        return {
            target
            for path, target in self._targets.items()
            if is_within(dirty, path) and not is_within(dirty, target)
        }

    def _find_names(self, paths: Set[str]) -> set[str]:
        """All names of the files *paths*."""
        return {name for path in paths & self._inodes.keys() for name in self._names[self._inodes[path]]}

    def find_idle_links(self, resting: Set[str], dirty: Set[str] = frozenset()) -> set[str]:
        """The links to *resting* files, without those that are *dirty* themselves.

        A file that must not be looked at under one name must not be under another. A folder that is to be looked
        at again, as after lost hints, keeps no file back.
        """
        if not self._steps and not self._inodes:
            return set()  # every save comes here
        linked = {path for path, steps in self._steps.items() if not resting.isdisjoint(steps)}
        return (linked | self._find_names(resting)) - dirty

    def list_unhinted(self) -> set[str]:
        """The links by way of names that no source watches by itself: whoever waits must look at them."""
        return {path for path, steps in self._steps.items() if not self._is_hinted(steps)}

    def _is_hinted(self, steps: Iterable[str]) -> bool:
        return all(map(self._is_watched, steps))

    def _is_watched(self, name: str) -> bool:
        """True when a source hints of *name* by itself."""
        return any(covers(folder, name) for folder in self._folders) and not any(
            map(is_unwatched, name.split("/"))
        )

    def take_followed(self) -> Mapping[str, FollowedFile] | None:
        """What a source is to watch beside the folders; None when that is as it was at the last call."""
        if not self._is_news:
            return None
        self._is_news = False
        followed = {path: FollowedFile(inode=inode) for path, inode in self._inodes.items()}
        for path in self.list_unhinted():
            names = (name for name in self._steps[path] if not self._is_watched(name))
            # The swap of a volume is hinted, and the system's own folders are too lively to be watched.
            here = frozenset(name for name in names if name[0] != "/" and not name.endswith(VOLUME_LINK))
            followed[path] = FollowedFile(here, self._inodes.get(path))
        return followed


def _is_key(path: str, steps: Iterable[str]) -> bool:
    """True when the link *path* leads by way of a `..data` beside it or above it."""
    return any(basename(name) == VOLUME_LINK and covers(dirname(name), path) for name in steps)
