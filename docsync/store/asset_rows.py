"""Which files each document takes in, under which stamps. Never begins a transaction or opens a file."""

import json
from collections.abc import Iterable, Iterator

import apsw

from docsync.model import Asset, AssetUse, Document, Stamp
from docsync.names import EVERYTHING

# "0" follows "/" in every collation of bytes: the range holds exactly what lies beneath a folder.
_BENEATH = "WHERE {0} = s.value OR ({0} > s.value || '/' AND {0} < s.value || '0')"
_COLUMNS = "SELECT d.file_path, u.path, u.racy, u.mtime_ns, u.ctime_ns, u.size, u.inode, u.device FROM "
_USES = f"{_COLUMNS} asset_uses AS u JOIN documents AS d ON d.id = u.document_id"
_USES_OF_FILES = (
    f"{_COLUMNS} json_each(?1) AS s CROSS JOIN asset_uses AS u JOIN documents AS d ON d.id = u.document_id "
    + _BENEATH.format("u.path")
)
_USES_OF_DOCUMENTS = (
    f"{_COLUMNS} json_each(?1) AS s CROSS JOIN documents AS d JOIN asset_uses AS u ON u.document_id = d.id "
    + _BENEATH.format("d.file_path")
)
_INSERT = "INSERT INTO asset_uses VALUES (?,?,?,?,?,?,?,?)"
_NO_STAMP = (None,) * len(Stamp._fields)


def encode_assets(assets: Iterable[Asset]) -> str:
    """The texts of *assets* by path, as documents.assets holds them: of a document, body and body_line."""
    texts: dict[str, str | dict[str, object]] = {
        one.path: one.text if one.body_line is None else {"body": one.text, "body_line": one.body_line}
        for one in assets
        if one.text is not None
    }
    return json.dumps(texts, ensure_ascii=False) if texts else "{}"


def decode_assets(text: str) -> tuple[Asset, ...]:
    """The assets in a value of documents.assets; nothing is known of their files. Raises ValueError."""
    return tuple(_decode(path, value) for path, value in json.loads(text).items())


def _decode(path: str, value: object) -> Asset:
    if isinstance(value, dict):
        return Asset(path, value["body"], body_line=value["body_line"])
    return Asset(path, str(value))


class AssetRows:
    """The table asset_uses, and documents.assets as the writer needs it, on one connection."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def write(self, documents: Iterable[Document]) -> None:
        """Record the assets of *documents*, of which none are recorded yet."""
        self._connection.executemany(
            _INSERT,
            (
                (document.id, one.path, *(one.stamp or _NO_STAMP), int(one.racy))
                for document in documents
                for one in document.assets
            ),
        )

    def renew(self, document: Document) -> None:
        """Record the assets of *document* in the place of those that are recorded."""
        self._connection.execute("DELETE FROM asset_uses WHERE document_id = ?", (document.id,))
        self.write((document,))

    def list_uses(self, scopes: Iterable[str], users: Iterable[str]) -> list[AssetUse]:
        """The assets that lie in *scopes*, and those of the documents in *users*; some twice."""
        return [*self._list(_USES_OF_FILES, list(scopes)), *self._list(_USES_OF_DOCUMENTS, list(users))]

    def _list(self, statement: str, scopes: list[str]) -> Iterator[AssetUse]:
        if not scopes:
            return
        is_whole = EVERYTHING in scopes
        rows = self._connection.execute(*((_USES,) if is_whole else (statement, (json.dumps(scopes),))))
        for path, asset, racy, *stamp in rows:
            yield AssetUse(path, asset, None if stamp[0] is None else Stamp(*stamp), bool(racy))

    def read_texts(self, path: str) -> dict[str, Asset]:
        """The assets, with their texts, that are stored of the document at *path*, by their own paths."""
        rows = self._connection.execute("SELECT assets FROM documents WHERE file_path = ?", (path,))
        row = rows.fetchone()
        return {} if row is None else {one.path: one for one in decode_assets(row[0])}
