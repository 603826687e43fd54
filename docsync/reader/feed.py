"""The change feed: every change once and in order, from any cursor on.

Never waits, and forgets nothing silently. A cursor is `<epoch>:<seq>`. Within the listing that a start-over
begins with it is `<epoch>:<seq>:<revision>:<id>`: the state that is listed, and how far.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from docsync.errors import UsageError
from docsync.reader.answer import Change, Changes
from docsync.reader.query.limit import extend_limit, measure_text, take_page
from docsync.reader.snapshot import Snapshot

_FORM = re.compile(r"([0-9a-f]+):([0-9]{1,18})(?::([0-9]{1,18}):(\S+))?")


@dataclass(frozen=True, slots=True)
class _FeedPosition:
    """A position in the feed; with `revision` in a listing: after document `id`, as of that revision."""

    epoch: str
    seq: int
    revision: int | None = None
    id: str = ""

    def __str__(self) -> str:
        feed = f"{self.epoch}:{self.seq}"
        return feed if self.revision is None else f"{feed}:{self.revision}:{quote(self.id)}"


def changes(snapshot: Snapshot, since: str | int | None, limit: int) -> Changes:
    """What came after *since*, *limit* at most. Raises UsageError for a wrong cursor and a limit below 1."""
    epoch, revision = _version(snapshot)
    first, last = _read_kept(snapshot)
    place = None if since is None else _parse_cursor(since, epoch)
    if place is None or place.epoch != epoch or not first - 1 <= place.seq <= last:
        # Start over: another epoch, or changes after the cursor were pruned.
        return _page_listing(snapshot, _FeedPosition(epoch, last, revision), limit, start_over=True)
    if place.revision is not None:
        return _page_listing(snapshot, place, limit, start_over=False)
    return _page_changes(snapshot, place, limit)


def cursor_of(snapshot: Snapshot, before: int = 0) -> str:
    """The cursor of the last change, or the one that the last *before* changes come after."""
    first, last = _read_kept(snapshot)
    if before:
        rows = snapshot.ask("SELECT seq FROM changes ORDER BY seq DESC LIMIT 1 OFFSET ?", [min(before, last)])
        last = rows[0][0] if rows else first - 1
    return str(_FeedPosition(_version(snapshot)[0], last))


def _version(snapshot: Snapshot) -> tuple[str, int]:
    assert snapshot.epoch is not None  # there is a feed in a database only
    assert snapshot.revision is not None
    return snapshot.epoch, snapshot.revision


def _read_kept(snapshot: Snapshot) -> tuple[int, int]:
    """The seq of the first and the last change that is kept."""
    ((first, last),) = snapshot.ask("SELECT (SELECT min(seq) FROM changes), (SELECT max(seq) FROM changes)")
    return first or 1, last or 0


def _page_changes(snapshot: Snapshot, place: _FeedPosition, limit: int) -> Changes:
    epoch, revision = _version(snapshot)
    rows = snapshot.ask_each(
        "SELECT seq, revision, id, type, op, content_hash, changed_at, ? || ':' || seq FROM changes "
        "WHERE seq > ? ORDER BY seq LIMIT ?",
        [(epoch, place.seq, extend_limit(limit))],
    )
    items, more = take_page((Change(*row) for row in rows), limit, _measure)
    cursor = items[-1].cursor if items else str(place)
    return Changes(tuple(items), cursor, False, more, snapshot.source, epoch, revision)  # noqa: FBT003


def _page_listing(snapshot: Snapshot, place: _FeedPosition, limit: int, *, start_over: bool) -> Changes:
    """A page of the documents that have not changed since the listing began: others come as changes."""
    epoch, revision = _version(snapshot)
    rows = snapshot.ask_each(
        "SELECT revision, id, type, content_hash, updated_at FROM documents WHERE id > ? AND revision <= ? "
        "ORDER BY id LIMIT ?",
        [(place.id, place.revision, extend_limit(limit))],
    )
    listed = (
        Change(place.seq, row[0], row[1], row[2], "upsert", row[3], row[4], str(_advance(place, row[1])))
        for row in rows
    )
    items, is_cut = take_page(listed, limit, _measure)
    if is_cut:
        cursor, more = items[-1].cursor, True
    else:
        cursor, more = str(_FeedPosition(epoch, place.seq)), _read_kept(snapshot)[1] > place.seq
    return Changes(tuple(items), cursor, start_over, more, snapshot.source, epoch, revision)


def _measure(change: Change) -> int:
    return measure_text(change.id) + 2 * len(change.cursor)  # which is the id of an event, too


def _advance(place: _FeedPosition, id_: str) -> _FeedPosition:
    return _FeedPosition(place.epoch, place.seq, place.revision, id_)


def _parse_cursor(since: str | int, epoch: str) -> _FeedPosition:
    """What *since* stands for; a number alone is one of this epoch. Raises UsageError."""
    text = str(since)
    found = _FORM.fullmatch(text if ":" in text else f"{epoch}:{text}")
    if found is None:
        raise UsageError(
            f"{since!r} is no cursor of changes; pass the one that the last answer gave, or none"
        )
    of, seq, revision, id_ = found.groups()
    return _FeedPosition(of, int(seq), None if revision is None else int(revision), unquote(id_ or ""))
