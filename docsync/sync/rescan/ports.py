"""The protocols that a pass needs: scan.FileTree and store.SurveyRows implement them; tests pass others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from docsync.change import FileReference
from docsync.model import AssetUse, Entry, Problem, Scan, Stamp
from docsync.store.survey_rows import Key
from docsync.sync.ports import Tree


class WalkPort(Protocol):
    """A walk of everything in pieces, see docsync.scan.tree_walk."""

    @property
    def is_still(self) -> bool: ...
    @property
    def changed(self) -> set[str]: ...
    def visit(self) -> Iterator[None]: ...
    def recheck(self) -> Iterator[None]: ...
    def has_moved(self, folder: str) -> bool: ...
    def scan(self) -> Scan: ...


class WalkedTree(Tree, Protocol):
    """A tree that can be walked in pieces."""

    def begin_walk(self) -> WalkPort: ...


class KnownRows(Protocol):
    """The database, as a walker reads it."""

    def find_entries(self, paths: Iterable[str]) -> Mapping[str, Entry]: ...
    def roots(self) -> Mapping[str, tuple[int, int] | None]: ...
    def warnings(self, code: str, scopes: Iterable[str]) -> Mapping[str, Problem]: ...
    def twin_groups(self, scopes: Iterable[str], paths: Iterable[str]) -> list[list[str]]: ...
    def page_paths(self, after: str, count: int) -> Sequence[str]: ...
    def page_entries(self, after: str, count: int) -> Sequence[Entry]: ...
    def page_links(self, after: Key, count: int) -> Sequence[tuple[Key, FileReference]]: ...
    def page_uses(self, after: Key, count: int) -> Sequence[tuple[Key, AssetUse]]: ...
    def list_problems(self, paths: Iterable[str]) -> Sequence[Problem]: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """What a pass reads: the tree and the database, both with eyes of its own."""

    tree: WalkedTree
    rows: KnownRows


Stamps = Mapping[str, Stamp]
