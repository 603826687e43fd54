"""The tables of a database as dictionaries. Never writes to them."""

from dataclasses import dataclass, field

from docsync.model import Asset, Entry
from docsync.store.guard_memory import CountedDeletion
from tests.simulation.snapshot import FileRow, Found, Pointer, Recorded, Row, Told


@dataclass(frozen=True, slots=True)
class Declared:
    """A row of `collections`."""

    path: str
    fingerprint: str = ""
    identity: tuple[int, int] | None = None


@dataclass(slots=True)
class Tables:
    """Every table as a dictionary, by the path or the id that it is looked up with. What is in them is never changed."""

    revision: int = 0
    rows: dict[str, Row] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    files: dict[str, FileRow] = field(default_factory=dict)
    problems: dict[str, tuple[Told, ...]] = field(default_factory=dict)
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    references: dict[str, tuple[Pointer, ...]] = field(default_factory=dict)
    assets: dict[str, tuple[Asset, ...]] = field(default_factory=dict)
    search: dict[int, Found] = field(default_factory=dict)
    changes: list[Recorded] = field(default_factory=list)
    collections: dict[str, Declared] = field(default_factory=dict)
    deletions: dict[str, CountedDeletion] = field(default_factory=dict)
    replaced: dict[str, frozenset[str]] = field(default_factory=dict)
    ids_before: frozenset[str] = frozenset()  # those of the documents before the transaction that runs

    def copy(self) -> "Tables":
        """The same once more, to be changed."""
        return Tables(
            self.revision,
            self.rows.copy(),
            self.paths.copy(),
            self.entries.copy(),
            self.files.copy(),
            self.problems.copy(),
            self.tags.copy(),
            self.references.copy(),
            self.assets.copy(),
            self.search.copy(),
            self.changes.copy(),
            self.collections.copy(),
            self.deletions.copy(),
            self.replaced.copy(),
            frozenset(self.paths),
        )
