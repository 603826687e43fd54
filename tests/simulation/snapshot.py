"""What a reader sees of the database at one moment. Never judges it."""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

import apsw


class Row(NamedTuple):
    """A document as readers see it; `text` and `rowid` are of its search row."""

    id: str
    type: str
    path: str
    name: str
    document: str
    description: str | None
    tags: str
    content_hash: str
    revision: int


class FileRow(NamedTuple):
    """A row of `files`."""

    path: str
    type: str
    id: str | None
    state: str
    content_hash: str | None
    good_size: int | None
    rowid: int | None
    identity: tuple[int, int, int, int]


Said = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that counts: rows and files by path, problems as (severity, code) by path, search rows by rowid."""

    revision: int
    rows: dict[str, Row]
    files: dict[str, FileRow]
    problems: dict[str, list[Said]]
    tags: list[tuple[str, str]]
    references: list[tuple[str, str, str | None, str]]
    search: dict[int, tuple[str, str, str | None, str]]
    signature: str


_DOCUMENTS = "SELECT id, type, file_path, name, document, description, tags, content_hash, revision FROM documents"
_FILES = (
    "SELECT file_path, type, id, state, content_hash, good_size, search_rowid, device, inode, size, mtime_ns FROM files"
)
_PROBLEMS = "SELECT file_path, severity, code, line, column, message, hint, since FROM problems ORDER BY 1, ordinal"
_REFERENCES = "SELECT document_id, target, resolved, status FROM document_references ORDER BY document_id, ordinal"
_STATUS = "SELECT id, state, code FROM document_status WHERE state <> 'ok' ORDER BY id"


def take(connection: apsw.Connection) -> Snapshot:
    """Look at everything."""
    run = connection.execute
    revision = int(run("SELECT value FROM sync_state WHERE key = 'revision'").get)
    rows = [Row(*row) for row in run(_DOCUMENTS)]
    files = [FileRow._make((*row[:7], row[7:])) for row in run(_FILES)]
    said = run(_PROBLEMS).fetchall()
    tags = run("SELECT document_id, tag FROM document_tags ORDER BY 1, 2").fetchall()
    references = run(_REFERENCES).fetchall()
    search = run("SELECT rowid, id, name, description, text FROM documents_fts").fetchall()
    status = run(_STATUS).fetchall()
    seen = (sorted(rows), said, tags, references, sorted(row[1:] for row in search), status)
    problems: dict[str, list[Said]] = {}
    for path, severity, code, *_ in said:
        problems.setdefault(str(path), []).append((str(severity), str(code)))
    return Snapshot(
        revision,
        {row.path: row for row in rows},
        {row.path: row for row in files},
        problems,
        tags,  # type: ignore[arg-type]
        references,  # type: ignore[arg-type]
        {row[0]: row[1:] for row in search},  # type: ignore[misc]
        hashlib.blake2b(repr(seen).encode(), digest_size=16).hexdigest(),
    )
