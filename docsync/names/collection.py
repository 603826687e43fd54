"""A collection: which names are its documents, and their ids. Never looks at the disk."""

from dataclasses import dataclass
from functools import lru_cache

from docsync.names.foreign import list_foreign
from docsync.names.glob import compile_any, list_fixed_names, suffix_of
from docsync.names.hidden import is_hidden
from docsync.names.path import strip_folder


@lru_cache(maxsize=4096)
def _is_hidden_folder(path: str) -> bool:
    """True when any component of the folder *path* is hidden. Cached: a scan asks this for every file."""
    return any(map(is_hidden, path.split("/")))


@dataclass(frozen=True, slots=True)
class Collection:
    """One type of document: a folder, patterns and a format. `path` is POSIX, relative to the project root.

    All of `include` end in one suffix, so that two files never share an id. Where `ignore` is "git", what Git
    ignores is no document: that no name tells, see docsync.scan.
    """

    type: str
    path: str
    include: tuple[str, ...]
    format: str
    exclude: tuple[str, ...] = ()
    index: tuple[str, ...] = ()
    schema: str | None = None
    ignore: str = "none"

    def matches(self, path: str) -> bool:
        """True when *path* (relative to the project root) is a document of this collection by its name."""
        inner = strip_folder(self.path, path)
        if inner is None or not compile_any(self.include).match(inner):
            return False
        folder, _, name = inner.rpartition("/")
        if is_hidden(name) or _is_hidden_folder(folder):
            return False
        if (foreign := list_foreign(folder)) and not self._asks_for(foreign, inner):
            return False
        return not (self.exclude and compile_any(self.exclude).match(inner))

    def _asks_for(self, foreign: frozenset[str], inner: str) -> bool:
        """True when a pattern that *inner* matches spells out all the *foreign* names on its way."""
        return any(
            foreign <= list_fixed_names(glob) and compile_any((glob,)).match(inner) for glob in self.include
        )

    def document_id(self, path: str) -> str:
        """`<type>/<path below the collection, without the final suffix>`: persona/team/ana."""
        inner = strip_folder(self.path, path) or path
        return f"{self.type}/{inner.removesuffix(suffix_of(self.include[0]) or '')}"
