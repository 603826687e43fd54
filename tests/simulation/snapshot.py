"""What a reader sees of the database at one moment. Never judges it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

import apsw

from docsync.model import Asset, Document
from docsync.store.asset_rows import decode_assets
from docsync.store.columns import Use, columns_for
from docsync.store.document_rows import extract_visible

_Value = TypeVar("_Value")


class Row(NamedTuple):
    """A document as readers see it; `more` are the compared columns that are not named here."""

    id: str
    type: str
    path: str
    name: str
    document: str
    description: str | None
    tags: str
    content_hash: str
    revision: int
    more: tuple[object, ...] = ()


def served_assets(row: Row) -> dict[str, str]:
    """The texts that *row* holds, by the paths of their files: of a document its body."""
    return {asset.path: asset.text or "" for asset in stored_assets(row)}


def stored_assets(row: Row) -> tuple[Asset, ...]:
    """The assets as *row* holds them."""
    (text,) = row.more
    return decode_assets(str(text))


class FileRow(NamedTuple):
    """A row of `files`; `rowid` is that of its search row, `identity` is device, inode, size and mtime."""

    path: str
    type: str
    id: str | None
    state: str
    content_hash: str | None
    good_size: int | None
    rowid: int | None
    identity: tuple[int | None, ...]


class Told(NamedTuple):
    """A row of `problems`."""

    severity: str
    code: str
    line: int | None
    column: int | None
    message: str
    hint: str | None
    since: str


class Pointer(NamedTuple):
    """A row of `document_references`."""

    kind: str
    target: str
    at: str
    resolved: str | None
    status: str


class Recorded(NamedTuple):
    """A row of `changes`."""

    seq: int
    revision: int
    id: str
    op: str
    content_hash: str | None


_COMPARED = columns_for(Use.COMPARED)
_NAMED = ("id", "type", "file_path", "name", "document", "description", "tags", "content_hash", "revision")
_MORE = tuple(name for name in _COMPARED if name not in _NAMED)


def row_of(document: Document, revision: int) -> Row:
    """The row that *document* is written as."""
    values = dict(zip(_COMPARED, extract_visible(document), strict=False)) | {"revision": revision}
    return Row._make((*(values[name] for name in _NAMED), tuple(values[name] for name in _MORE)))


Found = tuple[str, str, str | None, str]
"""What a search row holds: id, name, description, text."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that counts: rows, files and problems by path, tags and references by id, search rows by rowid.

    `status` are the documents that are not as their files say: id, state, code.
    """

    revision: int
    rows: Mapping[str, Row]
    files: Mapping[str, FileRow]
    problems: Mapping[str, Sequence[Told]]
    tags: Mapping[str, Sequence[str]]
    references: Mapping[str, Sequence[Pointer]]
    search: Mapping[int, Found]
    status: frozenset[tuple[str, str, str | None]]

    def visible(self) -> tuple[object, ...]:
        """Equal for two snapshots that no reader can tell apart by anything but the revision."""
        found = frozenset(self.search.values())
        return (self.rows, self.problems, self.tags, self.references, found, self.status)

    def equals(self, other: "Snapshot") -> bool:
        """True when nothing at all differs from *other*, also of what only the writer reads."""
        mine = (self.revision, self.files, self.search, self.visible())
        return mine == (other.revision, other.files, other.search, other.visible())

    def said(self, path: str) -> list[tuple[str, str]]:
        """Severity and code of the problems of *path*."""
        return [(told.severity, told.code) for told in self.problems.get(path, ())]

    def digest(self) -> str:
        """A hash of all that is visible: the same for the same history, in every program."""
        tables = [sorted(self.rows.items()), sorted(self.problems.items()), sorted(self.tags.items())]
        seen = (
            *tables,
            sorted(self.references.items()),
            sorted(map(repr, self.search.values())),
            sorted(self.status),
        )
        return hashlib.blake2b(repr((self.revision, seen)).encode(), digest_size=16).hexdigest()


class Reader(Protocol):
    """Somebody who only reads."""

    def take(self) -> Snapshot: ...
    def changes(self, after: int) -> Sequence[Recorded]: ...
    def ids_with(self, word: str) -> list[str]: ...


_DOCUMENTS = f"SELECT {', '.join((*_NAMED, *_MORE))} FROM documents"
_FILES = "SELECT file_path, type, id, state, content_hash, good_size, search_rowid, device, inode, size, mtime_ns FROM files"
_PROBLEMS = (
    "SELECT file_path, severity, code, line, column, message, hint, since FROM problems ORDER BY 1, ordinal"
)
_TAGS = "SELECT document_id, tag FROM document_tags ORDER BY 1, 2"
_REFERENCES = (
    "SELECT document_id, kind, target, at, resolved, status FROM document_references ORDER BY 1, ordinal"
)
_SEARCH = "SELECT rowid, id, name, description, text FROM documents_fts"
_STATUS = "SELECT id, state, code FROM document_status WHERE state <> 'ok'"
_CHANGES = "SELECT seq, revision, id, op, content_hash FROM changes WHERE seq > ? ORDER BY seq"
_WITH = "SELECT id FROM documents_fts WHERE documents_fts MATCH ?"


class SqlReader:
    """Reads a real database."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def take(self) -> Snapshot:
        """Look at everything."""
        run = self._connection.execute
        rows = [Row._make((*row[: len(_NAMED)], row[len(_NAMED) :])) for row in run(_DOCUMENTS)]
        files = [FileRow._make((*row[:7], row[7:])) for row in run(_FILES)]
        problems = _grouped((path, Told(*told)) for path, *told in run(_PROBLEMS))
        references = _grouped((id_, Pointer(*pointer)) for id_, *pointer in run(_REFERENCES))
        return Snapshot(
            int(run("SELECT value FROM sync_state WHERE key = 'revision'").get),
            {row.path: row for row in rows},
            {row.path: row for row in files},
            problems,
            _grouped((id_, str(tag)) for id_, tag in run(_TAGS)),
            references,
            {row[0]: row[1:] for row in run(_SEARCH)},
            frozenset(run(_STATUS)),
        )

    def changes(self, after: int) -> list[Recorded]:
        """What was recorded after the change number *after*."""
        return [Recorded(*row) for row in self._connection.execute(_CHANGES, (after,))]

    def ids_with(self, word: str) -> list[str]:
        """The documents that a search for *word* finds."""
        return [str(id_) for (id_,) in self._connection.execute(_WITH, (word,))]


def _grouped(pairs: Iterable[tuple[object, _Value]]) -> dict[str, tuple[_Value, ...]]:
    groups: dict[str, list[_Value]] = defaultdict(list)
    for key, value in pairs:
        groups[str(key)].append(value)
    return {key: tuple(group) for key, group in groups.items()}
