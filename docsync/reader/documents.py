"""Documents by their ids. Never knows where the snapshot is from."""

from collections.abc import Iterable, Iterator

from docsync.names import find_closest
from docsync.reader.query.limit import measure_text
from docsync.reader.row import FILES, Row, StoredRow
from docsync.reader.snapshot import Snapshot, Tuple
from docsync.store.columns import COLUMNS
from docsync.store.state import EPOCH, REVISION

# Nobody waits for the perfect guess at what was meant: to compare with so many takes 50 ms.
_MAX_GUESSES = 1_000

# "+?" and not "?": SQLite would plan the statement anew for each id, as an index for some values only might
# serve it.
_ROW = (
    f"SELECT {', '.join(f'd.{name}' for name in COLUMNS)}, s.state, s.since, "
    f"{EPOCH}, {REVISION} "
    "FROM documents AS d CROSS JOIN document_status AS s ON s.id = d.id WHERE d.id = +?"
)
_SUMMARY = _ROW.replace("d.document", "NULL")


def read_document(snapshot: Snapshot, id_: str) -> Row | None:
    """The document with this id, None if there is none."""
    found = read_stored(snapshot, id_)
    return found.parse() if found else None


def read_stored(snapshot: Snapshot, id_: str) -> StoredRow | None:
    """The document with this id as it is stored, None if there is none."""
    found = snapshot.ask(_ROW, (id_,))
    return _row(snapshot, found[0]) if found else None


def read_documents(snapshot: Snapshot, ids: Iterable[str], *, whole: bool = True) -> Iterator[StoredRow]:
    """The documents with these ids, in their order, as they are stored; not *whole* only their columns."""
    # One by one: SQLite then neither sorts nor keeps whole documents, whatever they were chosen by.
    for found in snapshot.ask_each(_ROW if whole else _SUMMARY, ((id_,) for id_ in ids)):
        yield _row(snapshot, found)


def measure_row(row: StoredRow) -> int:
    """How many bytes *row* takes in an answer."""
    return sum(measure_text(value) for value in row.values if isinstance(value, str))


def find_similar_ids(snapshot: Snapshot, id_: str) -> list[str]:
    """The ids, three at most, that end like *id_*, or else are spelled like it: what may have been meant."""
    rows = snapshot.ask("SELECT id FROM documents ORDER BY id LIMIT ?", (_MAX_GUESSES,))
    ids = [str(one) for (one,) in rows]
    ends = [one for one in ids if one.endswith(f"/{id_}")]
    ends = ends or [one for one in ids if one.endswith(f"/{id_.rpartition('/')[2]}")]
    return ends[:3] or find_closest(id_, ids)


def _row(snapshot: Snapshot, columns: Tuple) -> StoredRow:
    *values, epoch, as_of = columns
    version = (None, None) if snapshot.source == FILES else (epoch, None if as_of is None else int(as_of))
    return StoredRow(tuple(values), snapshot.source, *version)
