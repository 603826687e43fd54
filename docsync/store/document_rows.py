"""Writes one document with everything that hangs on it: row, tags, references, search. Never begins a transaction."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import apsw

from docsync.model import Content, Document
from docsync.store.asset_rows import AssetRows, encode_assets
from docsync.store.columns import BARE_COLUMNS, COLUMNS, Use, columns_for, qualify

_INSERT = f"INSERT INTO documents ({BARE_COLUMNS}, row_hash) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"
_COMPARED = columns_for(Use.COMPARED)
_CONTENT = columns_for(Use.CONTENT)
_LISTS = columns_for(Use.LIST)

RowValues = tuple[str | int | None, ...]


def row_hash(row: tuple[object, ...]) -> str:
    """SHA-256 of a documents row without row_hash, in the order of its columns: what tells damage from change.

    Of any row: a text that damage made a BLOB, which SQLite hands out as bytes, has a hash too.
    """
    text = json.dumps(row, ensure_ascii=False, default=repr)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


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
        **{name: json.dumps(getattr(content, name), ensure_ascii=False) for name in _LISTS},
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

    def read_stored(self, path: str) -> tuple[tuple[object, ...], str, int] | None:
        """What readers see of the document of *path*, when it was first seen, and its rowid in the search
        table.

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
        return compared, str(values["created_at"]), rowid

    def prove(self, path: str) -> None:
        """Raises apsw.CorruptError where the document of *path*, which stays, is not what was written."""
        rows = self._connection.execute(
            f"SELECT {BARE_COLUMNS}, row_hash FROM documents WHERE file_path = ?", (path,)
        )
        for *columns, stored_hash in rows.fetchall():
            _demand_whole(path, tuple(columns), stored_hash)

    def delete(self, document_id: str, search_rowid: int) -> None:
        """Remove a document; its tags and references go with it."""
        self._connection.execute("DELETE FROM documents_fts WHERE rowid = ?", (search_rowid,))
        self._connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))

    def insert(self, document: Document, revision: int, created_at: str, now: str) -> int:
        """Write a document that is not there and return its rowid in the search table."""
        content = document.content
        values = {**_values(document), "created_at": created_at, "updated_at": now, "revision": revision}
        row: RowValues = tuple(values[name] for name in COLUMNS)
        self._connection.execute(_INSERT, (*row, row_hash(row)))
        self._attach(document)
        self._assets.write(document)
        found_by = (document.id, content.name, content.description, content.text)
        self._connection.execute(
            "INSERT INTO documents_fts (id, name, description, text, row_hash) VALUES (?,?,?,?,?)",
            (*found_by, search_hash(*found_by)),
        )
        return self._connection.last_insert_rowid()

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

    def _attach(self, document: Document) -> None:
        tags = dict.fromkeys(document.content.tags)
        self._many("INSERT INTO document_tags VALUES (?,?)", ((document.id, tag) for tag in tags))
        self._many(
            "INSERT INTO document_references VALUES (?,?,?,?,?,?,?)",
            (
                (document.id, ordinal, r.reference.kind, r.reference.target, r.reference.at, r.path, r.status)
                for ordinal, r in enumerate(document.references)
            ),
        )

    def _many(self, statement: str, rows: Iterable[tuple[str | int | None, ...]]) -> None:
        self._connection.executemany(statement, rows)
