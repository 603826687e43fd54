"""The database of dictionaries as a walker reads it. Keeps the contract of store.SurveyRows."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from docsync.change import FileReference
from docsync.model import AssetUse, Entry, FileState, Problem, Scan, Severity
from docsync.store.survey_rows import START, Key, KnownPage
from tests.simulation.memory import Memory, MemoryStore

_Row = TypeVar("_Row")


class MemoryRows:
    """What is known in a Memory."""

    def __init__(self, memory: Memory) -> None:
        store = MemoryStore(memory, str)
        self._memory = memory
        self._store = store
        self.roots = store.roots
        self.warnings = store.warnings
        self.twin_groups = store.twin_groups
        self.read_assets = store.read_assets

    def find_entries(self, paths: Iterable[str]) -> dict[str, Entry]:
        """What is known of *paths* themselves."""
        entries = self._memory.tables.entries
        return {path: entries[path] for path in paths if path in entries}

    def page_paths(self, after: str, count: int) -> list[str]:
        """The paths that follow *after*."""
        return [path for path in sorted(self._memory.tables.entries) if path > after][:count]

    def page_entries(self, after: str, count: int, scan: Scan) -> KnownPage | None:
        """The entries whose paths follow *after*."""
        entries = self._memory.tables.entries
        page = [entries[path] for path in sorted(entries) if path > after][:count]
        alike = [entry.path for entry in page if _is_alike(entry, scan)]
        others = [entry for entry in page if not _is_alike(entry, scan)]
        return KnownPage(page[-1].path, alike, others) if page else None

    def page_links(self, after: Key, count: int) -> Sequence[tuple[Key, FileReference]]:
        """The references to files behind *after*."""
        links = self._store.links([""])
        return _page([((link.document_id, link.ordinal), link) for link in links], after, count)

    def page_uses(self, after: Key, count: int) -> Sequence[tuple[Key, AssetUse]]:
        """The assets behind *after* that documents take in."""
        ids = {path: id_ for id_, path in self._memory.tables.paths.items()}
        uses = self._store.asset_uses([""])
        return _page([((ids[use.path], use.asset), use) for use in uses], after, count)

    def list_problems(self, paths: Iterable[str]) -> list[Problem]:
        """What is recorded of *paths*."""
        problems = self._memory.tables.problems
        return [
            Problem(path, t.code, t.message, Severity(t.severity), t.line, t.column, t.hint)
            for path in paths
            for t in problems.get(path, ())
        ]


def _is_alike(entry: Entry, scan: Scan) -> bool:
    is_plain = entry.state is FileState.OK and not entry.racy and entry.stamp is not None
    return is_plain and (scan.found.get(entry.path), scan.types.get(entry.path)) == (entry.stamp, entry.type)


def _page(rows: Sequence[tuple[Key, _Row]], after: Key, count: int) -> list[tuple[Key, _Row]]:
    """The first of *rows* behind the key *after*."""
    behind = [row for row in rows if after == START or row[0] > after]
    return sorted(behind, key=lambda row: row[0])[:count]
