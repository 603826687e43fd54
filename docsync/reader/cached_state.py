"""One state of the documents of a type, and how it is made of the one before.

Keeps nothing, waits for nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from docsync.errors import UsageError
from docsync.reader import feed
from docsync.reader.answer import Version
from docsync.reader.documents import read_documents
from docsync.reader.query.find import FindQuery, find_stored
from docsync.reader.row import DATABASE, Row, StoredRow
from docsync.reader.snapshot import Snapshot

_CHANGES = 1_000

# The change feed tells what was written and what went. It does not tell of a document that has another state,
# as its file broke, is held or lies under a folder that cannot be read.
_TROUBLED = (
    "SELECT d.id FROM files AS f CROSS JOIN documents AS d ON d.file_path = f.file_path "
    "WHERE f.state <> 'ok' AND d.type = ?1 "
    "UNION ALL SELECT d.id FROM collections AS c CROSS JOIN files AS f ON f.file_path = c.path "
    "CROSS JOIN documents AS d ON d.type = c.type WHERE f.state <> 'ok' AND c.type = ?1"
)


@dataclass(frozen=True, slots=True)
class CachedState:
    """The rows by their ids, in order, and what they were made of. Nothing in it is ever changed.

    `cursor` is that of the feed, None from files.
    """

    rows: dict[str, Row]
    stored: dict[str, StoredRow]
    version: Version
    cursor: str | None

    def list_troubled(self) -> list[str]:
        """The ids of those that are not ok."""
        return [id_ for id_, row in self.rows.items() if row.state != "ok"]


def read_state(snapshot: Snapshot, type_: str, before: CachedState | None) -> CachedState:
    """The state that *snapshot* is of: *before* itself if that is the same one.

    Raises NoDatabase, UsageError for a type that no collection has, unless there was one before.
    """
    version = Version(snapshot.source, snapshot.epoch, snapshot.revision)
    if before is None or snapshot.source != DATABASE or version.epoch != before.version.epoch:
        return _read_all(snapshot, type_, before)
    if version == before.version:
        return before
    assert before.cursor is not None  # it was of this epoch
    changed: set[str] = set()
    cursor, more = before.cursor, True
    while more:
        news = feed.changes(snapshot, cursor, _CHANGES)
        if news.start_over:
            return _read_all(snapshot, type_, before)
        changed.update(change.id for change in news if change.type == type_)
        cursor, more = news.cursor, news.more
    changed.update(before.list_troubled(), (str(id_) for (id_,) in snapshot.ask(_TROUBLED, (type_,))))
    found = read_documents(snapshot, sorted(changed))
    return CachedState(*_replace(before, changed, found), version, cursor)


def _read_all(snapshot: Snapshot, type_: str, before: CachedState | None) -> CachedState:
    version = Version(snapshot.source, snapshot.epoch, snapshot.revision)
    try:
        found = find_stored(snapshot, FindQuery(type=type_), whole=True).items
    except UsageError:
        if before is None:
            raise
        found = ()  # the collection was taken out of the configuration
    if before is None:
        before = CachedState({}, {}, version, None)
    cursor = feed.cursor_of(snapshot) if snapshot.source == DATABASE else None
    rows, stored = _replace(before, before.rows.keys() | {_id_of(row) for row in found}, found)
    if stored == before.stored and (version, cursor) == (before.version, before.cursor):
        return before  # it was looked at again: nobody needs to be told
    return CachedState(rows, stored, version, cursor)


def _replace(
    before: CachedState, changed: Iterable[str], found: Iterable[StoredRow]
) -> tuple[dict[str, Row], dict[str, StoredRow]]:
    """The rows of *before* with those that are *changed*: *found*, or gone.

    A row that is as it was stays the one that it was, with all that is parsed of it.
    """
    rows, stored = before.rows.copy(), before.stored.copy()
    there: Mapping[str, StoredRow] = {_id_of(row): row for row in found}
    for id_ in changed:
        row = there.get(id_)
        if row is None:
            rows.pop(id_, None)
            stored.pop(id_, None)
        elif id_ not in stored or not _is_same(stored[id_], row):
            rows[id_], stored[id_] = row.make_row(), row
    if rows.keys() - before.rows.keys():
        rows = dict(sorted(rows.items()))
    return rows, stored


def _is_same(one: StoredRow, other: StoredRow) -> bool:
    """True where they differ in nothing but in when they were read."""
    return one._replace(as_of=other.as_of) == other


def _id_of(row: StoredRow) -> str:
    return str(row.convert("id"))
