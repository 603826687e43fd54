"""Documents by their ids. Never knows where the snapshot is from."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from docsync.names import find_closest
from docsync.reader.row import FILES, Row
from docsync.reader.snapshot import Snapshot
from docsync.store.columns import COLUMNS, Use, columns_for
from docsync.store.state import EPOCH, REVISION

# Nobody waits for the perfect guess at what was meant: to compare with so many takes 50 ms.
_MAX_GUESSES = 1_000

# What docsync has written has no space around it, for which json.loads looks twice: a tenth of the time of a
# hit.
_parsed = json.JSONDecoder().raw_decode

_DOCUMENT, _REVISION = COLUMNS.index("document"), COLUMNS.index("revision")
_LISTS = tuple(map(COLUMNS.index, columns_for(Use.LIST)))

# "+?" and not "?": SQLite would plan the statement anew for each id, as an index for some values only might
# serve it.
_ROW = (
    f"SELECT {', '.join(f'd.{name}' for name in COLUMNS)}, s.state, s.since, "
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
    rows = snapshot.ask("SELECT id FROM documents ORDER BY id LIMIT ?", (_MAX_GUESSES,))
    ids = [str(one) for (one,) in rows]
    ends = [one for one in ids if one.endswith(f"/{id_}")]
    ends = ends or [one for one in ids if one.endswith(f"/{id_.rpartition('/')[2]}")]
    return ends[:3] or find_closest(id_, ids)


def _row(snapshot: Snapshot, columns: tuple[Any, ...]) -> Row:
    *values, state, since, epoch, as_of = columns
    values[_DOCUMENT] = _parsed(values[_DOCUMENT])[0]
    for at in _LISTS:
        values[at] = () if values[at] == "[]" else tuple(_parsed(values[at])[0])
    if snapshot.source == FILES:
        values[_REVISION] = epoch = as_of = None
    values += (state, since, snapshot.source, epoch, None if as_of is None else int(as_of))
    return Row(*values)
