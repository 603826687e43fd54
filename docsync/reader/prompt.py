"""Prompts for rendering: the row, and the texts of what it takes in, of one state. Never renders."""

import json

from docsync.errors import NoSuchDocument
from docsync.names import to_printable
from docsync.reader.documents import find_similar_ids, read_document
from docsync.reader.row import Row
from docsync.reader.snapshot import Snapshot
from docsync.render.render import find_texts
from docsync.render.text import Text


def read_prompt(snapshot: Snapshot, id_: str) -> Row:
    """The document with this id. Raises NoSuchDocument, which names those that may be meant."""
    row = read_document(snapshot, id_)
    if row is None:
        near = find_similar_ids(snapshot, id_)
        advice = f"; did you mean {' or '.join(map(to_printable, near))}?" if near else ""
        raise NoSuchDocument(f"no document has the id {to_printable(id_)}{advice}")
    return row


def read_prompt_with_texts(snapshot: Snapshot, id_: str) -> tuple[Row, dict[str, Text]]:
    """The document with this id, and by their paths the texts of the documents that it takes in.

    Raises NoSuchDocument, and RenderError where one of them is no template or not there.
    """
    row = read_prompt(snapshot, id_)
    return row, find_texts(row.document, row.file_path, lambda path: read_text(snapshot, path))


def read_text(snapshot: Snapshot, path: str) -> Text | None:
    """The text of the document whose file is at *path*, None if there is none, or one without a body."""
    for (document,) in snapshot.ask("SELECT document FROM documents WHERE file_path = ?", (path,)):
        value = json.loads(document)
        body, line = value.get("body"), value.get("body_line")
        if isinstance(body, str):
            return Text(path, body, line if isinstance(line, int) else 1)
    return None
