"""Follows symbolic links among the documents: a hint names the file that was written, not the links to it.

Never looks at the tree.
"""

from collections.abc import Iterable, Set

from docsync.model import Scan
from docsync.names import is_hidden, is_within


class SymlinkTracker:
    """The links of all collections, as of the last look at each."""

    def __init__(self) -> None:
        self._targets: dict[str, str] = {}

    def mark_scanned(self, scopes: Iterable[str], scan: Scan) -> None:
        """Replace the known links within *scopes* by those that *scan* found."""
        if self._targets:
            looked = set(scopes)
            known = self._targets.items()
            self._targets = {path: target for path, target in known if not is_within(looked, path)}
        self._targets |= scan.links

    def find_links_to(self, dirty: Set[str]) -> list[str]:
        """The links that lead to any of *dirty*, or to something beneath."""
        return [path for path, target in self._targets.items() if is_within(dirty, target)]

    def list_unhinted(self) -> set[str]:
        """The links that lead to hidden names: these are not watched, and no hint tells of a change."""
        return {path for path, target in self._targets.items() if any(map(is_hidden, target.split("/")))}
