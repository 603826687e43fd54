"""Documents by their ids. Never knows where the snapshot is from."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from docsync.names import find_closest
from docsync.reader.row import FILES, Row
from docsync.reader.snapshot import Snapshot
from docsync.store.state import EPOCH, REVISION

# Nobody waits for the perfect guess at what was meant: to compare with so many takes 50 ms.
_MAX_GUESSES = 1_000

# What docsync has written has no space around it, for which json.loads looks twice: a tenth of the time of a hit.
_parsed = json.JSONDecoder().raw_decode

# "+?" and not "?": SQLite would plan the statement anew for each id, as an index for some values only might serve it.
_ROW = (
    "SELECT d.id, d.type, d.name, d.document, d.file_path, d.file_modified, d.created_at, d.updated_at, "
    "d.description, d.tags, d.content_hash, d.revision, s.state, s.since, "
    f"{EPOCH}, {REVISION} "
    "FROM documents AS d CROSS JOIN document_status AS s ON s.id = d.id WHERE d.id = +?"
)


def read_document(snapshot: Snapshot, id_: str) -> Row | None:
    """The document with this id, None if there is none."""
    found = snapshot.ask(_ROW, (id_,))
    return _row(snapshot, found[0]) if found else None


def read_documents(snapshot: Snapshot, ids: Iterable[str]) -> Iterator[Row]:
    """The documents with these ids, in their order."""
    # One by one: SQLite then neither sorts nor keeps whole documents, whatever they were chosen by.
    for found in snapshot.ask_each(_ROW, ((id_,) for id_ in ids)):
        yield _row(snapshot, found)


def find_similar_ids(snapshot: Snapshot, id_: str) -> list[str]:
    """The ids, three at most, that end like *id_*, or else are spelled like it: what may have been meant."""
    ids = [str(one) for (one,) in snapshot.ask("SELECT id FROM documents ORDER BY id LIMIT ?", (_MAX_GUESSES,))]
    ends = [one for one in ids if one.endswith(f"/{id_}")]
    ends = ends or [one for one in ids if one.endswith(f"/{id_.rpartition('/')[2]}")]
    return ends[:3] or find_closest(id_, ids)


def _row(snapshot: Snapshot, columns: tuple[Any, ...]) -> Row:
    *values, state, since, epoch, as_of = columns
    id_, type_, name, document, path, modified, created, updated, description, tags, content_hash, revision = values
    of_files = snapshot.source == FILES
    return Row(
        id_,
        type_,
        name,
        _parsed(document)[0],
        path,
        modified,
        created,
        updated,
        description,
        () if tags == "[]" else tuple(_parsed(tags)[0]),
        content_hash,
        None if of_files else revision,
        state,
        since,
        snapshot.source,
        None if of_files else epoch,
        None if of_files else int(as_of),
    )
