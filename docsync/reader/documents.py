"""Documents by their ids. Never knows where the snapshot is from."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from docsync.names import find_closest
from docsync.reader.query.limit import measure_text
from docsync.reader.row import FILES, Row, StoredRow
from docsync.reader.snapshot import Snapshot
from docsync.store.columns import COLUMNS
from docsync.store.state import EPOCH, REVISION

# Nobody waits for the perfect guess at what was meant: to compare with so many takes 50 ms.
_MAX_GUESSES = 1_000

_STORED = f"SELECT {', '.join(f'd.{name}' for name in COLUMNS)}"
_COLUMNS = f"{_STORED}, s.state, s.since"
_STATUS = "CROSS JOIN document_status AS s ON s.id = d.id"
# "+?" and not "?": SQLite would plan the statement anew for each id, as an index for some values only might
# serve it.
_ROW = f"{_COLUMNS}, {EPOCH}, {REVISION} FROM documents AS d {_STATUS} WHERE d.id = +?"
_CHOSEN = "FROM json_each(?) AS j CROSS JOIN documents AS d ON d.id = j.value"
_ROWS = f"{_COLUMNS} {_CHOSEN} {_STATUS}"
# Where no file is troubled no document is: to look up the status of each takes half as long as to read it.
_IS_TROUBLED = "SELECT EXISTS (SELECT 1 FROM files WHERE state <> 'ok')"
_SOUND_ROWS = f"{_STORED}, 'ok', NULL {_CHOSEN}"
# To begin a statement costs as much as to read a row.
_IDS_AT_ONCE = 200


def read_document(snapshot: Snapshot, id_: str) -> Row | None:
    """The document with this id, None if there is none."""
    found = read_stored(snapshot, id_)
    return found.make_row() if found else None


def read_stored(snapshot: Snapshot, id_: str) -> StoredRow | None:
    """The document with this id as it is stored, None if there is none."""
    found = snapshot.ask(_ROW, (id_,))
    if not found:
        return None
    *values, epoch, as_of = found[0]
    version = (None, None) if snapshot.source == FILES else (epoch, None if as_of is None else int(as_of))
    return StoredRow(tuple(values), snapshot.source, *version)


def read_documents(snapshot: Snapshot, ids: Iterable[str], *, whole: bool = True) -> Iterator[StoredRow]:
    """The documents with these ids, in their order, as they are stored; not *whole* only their columns.

    Who stops reading has read no further document.
    """
    source, epoch, revision = snapshot.source, snapshot.epoch, snapshot.revision
    ((is_troubled,),) = snapshot.ask(_IS_TROUBLED)
    statement = _ROWS if is_troubled else _SOUND_ROWS
    if not whole:
        statement = statement.replace("d.document", "NULL").replace("d.assets", "NULL")
    left = iter(ids)
    lists = iter(lambda: list(islice(left, _IDS_AT_ONCE)), [])
    # By their ids: SQLite then neither sorts nor keeps whole documents, whatever they were chosen by.
    for values in snapshot.ask_each(statement, ((json.dumps(some),) for some in lists)):
        yield StoredRow(values, source, epoch, revision)


def measure_row(row: StoredRow) -> int:
    """How many bytes *row* takes in an answer."""
    size = 0
    for value in row.values:  # no comprehension: it is asked of every row, and this takes half the time
        if isinstance(value, str):
            size += len(value) if value.isascii() else measure_text(value)
    return size


def find_similar_ids(snapshot: Snapshot, id_: str) -> list[str]:
    """The ids, three at most, that end like *id_*, or else are spelled like it: what may have been meant."""
    rows = snapshot.ask("SELECT id FROM documents ORDER BY id LIMIT ?", (_MAX_GUESSES,))
    ids = [str(one) for (one,) in rows]
    ends = [one for one in ids if one.endswith(f"/{id_}")]
    ends = ends or [one for one in ids if one.endswith(f"/{id_.rpartition('/')[2]}")]
    return ends[:3] or find_closest(id_, ids)
