"""Writes one document with everything that hangs on it: row, tags, references, search. Never begins a transaction."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import apsw
import orjson

from docsync.model import Content, Document
from docsync.store.asset_rows import AssetRows, encode_assets
from docsync.store.columns import BARE_COLUMNS, COLUMNS, Use, columns_for, qualify

_INSERT = f"INSERT INTO documents ({BARE_COLUMNS}, row_hash) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"
_INSERT_TAG = "INSERT INTO document_tags VALUES (?,?)"
_INSERT_REFERENCE = "INSERT INTO document_references VALUES (?,?,?,?,?,?,?)"
_INSERT_SEARCH = (
    "INSERT INTO documents_fts (rowid, id, name, description, text, row_hash) VALUES (?,?,?,?,?,?)"
)
# As FTS5 itself counts. The table itself would be gone through for its greatest rowid.
_NEXT_SEARCH_ROWID = "SELECT coalesce(max(id), 0) + 1 FROM documents_fts_content"
_COMPARED = columns_for(Use.COMPARED)
_CONTENT = columns_for(Use.CONTENT)
_LISTS = columns_for(Use.LIST)
# Made once: json.dumps makes one for each call with options.
_encode_list = json.JSONEncoder(ensure_ascii=False).encode

RowValues = tuple[str | int | None, ...]


class NewDocument(NamedTuple):
    """A document that is to be written, first seen at `created_at` and changed at `updated_at` (ISO 8601)."""

    document: Document
    created_at: str
    updated_at: str


class StoredDocument(NamedTuple):
    """A stored document: what `extract_visible` gives, when it was first seen, its rowid in the search table."""

    visible: tuple[object, ...]
    created_at: str
    search_rowid: int

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.visible[0])

    @property
    def type(self) -> str:
        """Its type."""
        return str(self.visible[1])


def row_hash(row: tuple[object, ...]) -> str:
    """SHA-256 of a documents row without row_hash, in the order of its columns: what tells damage from change.

    Of any row: a text that damage made a BLOB, which SQLite hands out as bytes, has a hash too.
    """
    return hashlib.sha256(_encode_row(row)).hexdigest()


def _encode_row(row: tuple[object, ...]) -> bytes:
    """The JSON of *row* as the module json writes it, which orjson does much sooner where it can."""
    try:
        return b"[" + b", ".join(map(orjson.dumps, row)) + b"]"
    except TypeError:  # a BLOB, or half of a surrogate pair
        return json.dumps(row, ensure_ascii=False, default=repr).encode("utf-8", "surrogatepass")


def search_hash(id_: str, name: str, description: str | None, text: str) -> str:
    """The row_hash of a row of documents_fts: SHA-256 of its columns as SQLite stores them, each after its length."""
    return search_hash_of(
        None if value is None else value.encode() for value in (id_, name, description, text)
    )


def search_hash_of(octets: Iterable[bytes | None]) -> str:
    """The search_hash of columns that were read as BLOBs, which no damage can keep from being read."""
    seen = hashlib.sha256()
    for value in octets:
        seen.update(b"-" if value is None else b"%d:%b" % (len(value), value))
    return seen.hexdigest()


def extract_visible(document: Document) -> tuple[object, ...]:
    """What a reader can see of *document*, apart from times and revision: equal means that nothing is to be written.

    The compared columns in their order, the text for search, and the references.
    """
    values = _values(document)
    return (
        *(values[name] for name in _COMPARED),
        document.content.text,
        tuple(
            (r.reference.kind, r.reference.target, r.reference.at, r.path, r.status)
            for r in document.references
        ),
    )


def _values(document: Document) -> dict[str, str | None]:
    """The columns of *document*, by name, but for those that depend on when it is written."""
    content = document.content
    return {
        "id": document.id,
        "type": document.type,
        "file_path": document.path,
        "file_modified": document.file_modified,
        "content_hash": document.content_hash,
        **{name: getattr(content, name) for name in _CONTENT},
        **{name: _encode_list(getattr(content, name)) for name in _LISTS},
        "assets": encode_assets(document.assets),
    }


def content_of(values: Mapping[str, Any], text: str) -> Content:
    """The content that the columns in *values* hold, with its *text* for search. Raises ValueError."""
    known = {name: values[name] for name in _CONTENT} | {
        name: tuple(json.loads(values[name])) for name in _LISTS
    }
    return Content(**known, name_from="", text=text)


def _demand_whole(path: str, row: tuple[object, ...], stored_hash: object) -> None:
    if row_hash(row) != stored_hash:
        raise apsw.CorruptError(f"the document of {path} is not what was written")


class DocumentRows:
    """The documents table and what belongs to it, on one connection."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._assets = AssetRows(connection)

    def read_stored(self, path: str) -> StoredDocument | None:
        """What is stored of the document of *path*.

        Raises apsw.CorruptError where the row is not what was written: nothing of it may be carried over.
        """
        known = self._connection.execute(
            "SELECT search_rowid FROM files WHERE file_path = ?", (path,)
        ).fetchone()
        row = (
            known
            and self._connection.execute(
                f"SELECT {qualify(BARE_COLUMNS)}, d.row_hash, s.text, s.rowid "
                "FROM documents d JOIN documents_fts s ON s.rowid = ? WHERE d.file_path = ?",
                (known[0], path),
            ).fetchone()
        )
        if row is None:
            return None
        *columns, stored_hash, text, rowid = row
        _demand_whole(path, tuple(columns), stored_hash)
        values = dict(zip(COLUMNS, columns, strict=False))  # a later release may have one more
        references = self._connection.execute(
            "SELECT kind, target, at, resolved, status FROM document_references WHERE document_id = ? ORDER BY ordinal",
            (values["id"],),
        ).fetchall()
        compared = (*(values[name] for name in _COMPARED), text, tuple(references))
        return StoredDocument(compared, str(values["created_at"]), rowid)

    def prove(self, path: str) -> None:
        """Raises apsw.CorruptError where the document of *path*, which stays, is not what was written."""
        rows = self._connection.execute(
            f"SELECT {BARE_COLUMNS}, row_hash FROM documents WHERE file_path = ?", (path,)
        )
        for *columns, stored_hash in rows.fetchall():
            _demand_whole(path, tuple(columns), stored_hash)

    def delete(self, stored: StoredDocument) -> None:
        """Remove a document; its tags and references go with it."""
        self._connection.execute("DELETE FROM documents_fts WHERE rowid = ?", (stored.search_rowid,))
        self._connection.execute("DELETE FROM documents WHERE id = ?", (stored.id,))

    def insert(self, new: Sequence[NewDocument], revision: int) -> range:
        """Write documents that are not there, a table at a time; returns their rowids in the search table."""
        documents = [one.document for one in new]
        self._connection.executemany(_INSERT, (_row(one, revision) for one in new))
        self._connection.executemany(_INSERT_TAG, chain.from_iterable(map(_tag_rows, documents)))
        self._connection.executemany(_INSERT_REFERENCE, chain.from_iterable(map(_reference_rows, documents)))
        self._assets.write(documents)
        first = int(self._connection.execute(_NEXT_SEARCH_ROWID).get)
        rowids = range(first, first + len(documents))
        self._connection.executemany(_INSERT_SEARCH, map(_search_row, rowids, documents))
        return rowids

    def renew(self, document: Document) -> None:
        """Record what no reader sees of a *document* that is there already: the stamps of its assets."""
        self._assets.renew(document)

    def read_content_hash(self, document_id: str) -> str | None:
        """The hash of the file that a document is made of, None where it is not there."""
        found = self._connection.execute("SELECT content_hash FROM documents WHERE id = ?", (document_id,))
        return None if (row := found.fetchone()) is None else str(row[0])

    def set_created_at(self, document_id: str, created_at: str) -> None:
        """Say that a document was first seen at *created_at*. Nothing happens where it is not there."""
        statement = f"UPDATE documents SET created_at = ? WHERE id = ? RETURNING {BARE_COLUMNS}"
        for row in self._connection.execute(statement, (created_at, document_id)).fetchall():
            self._connection.execute(
                "UPDATE documents SET row_hash = ? WHERE id = ?", (row_hash(row), document_id)
            )


def _row(new: NewDocument, revision: int) -> RowValues:
    values = {
        **_values(new.document),
        "created_at": new.created_at,
        "updated_at": new.updated_at,
        "revision": revision,
    }
    row: RowValues = tuple(values[name] for name in COLUMNS)
    return (*row, row_hash(row))


def _tag_rows(document: Document) -> Iterator[RowValues]:
    return ((document.id, tag) for tag in dict.fromkeys(document.content.tags))


def _reference_rows(document: Document) -> Iterator[RowValues]:
    return (
        (document.id, ordinal, r.reference.kind, r.reference.target, r.reference.at, r.path, r.status)
        for ordinal, r in enumerate(document.references)
    )


def _search_row(rowid: int, document: Document) -> RowValues:
    content = document.content
    found_by = (document.id, content.name, content.description, content.text)
    return (rowid, *found_by, search_hash(*found_by))
