"""What is wrong with files, and which deletions are held, a page at a time. Never judges any of it."""

from typing import TypeVar

from docsync.reader.answer import Answer
from docsync.reader.query.limit import extend_limit
from docsync.reader.query.paging import decode_cursor, encode_cursor
from docsync.reader.snapshot import Snapshot
from docsync.status import HeldDeletion, ListedProblem
from docsync.store.problem_rows import problem_of

T = TypeVar("T")
_Position = tuple[str | int, ...]
_PROBLEMS, _HELD = "problems", "held"


def list_problems(snapshot: Snapshot, limit: int | None, cursor: str | None) -> Answer[ListedProblem]:
    """What is wrong with files, errors first; held deletions are not among it. Raises UsageError."""
    place = [] if cursor is None else decode_cursor(_PROBLEMS, cursor)
    rows = snapshot.ask(
        "SELECT severity, file_path, ordinal, since, file_path, severity, code, line, column, json_path, message, "
        "hint, notes FROM problems WHERE code <> 'held' "
        f"{'AND (severity, file_path, ordinal) > (?, ?, ?) ' if place else ''}"
        "ORDER BY severity, file_path, ordinal LIMIT ?",
        [*place, extend_limit(limit)],
    )
    listed = [(row[:3], ListedProblem(problem_of(row[4:]), str(row[3]))) for row in rows]
    return _page(snapshot, _PROBLEMS, listed, limit)


def list_held(snapshot: Snapshot, limit: int | None, cursor: str | None) -> Answer[HeldDeletion]:
    """The deletions that are kept back until a person releases them. Raises UsageError."""
    place = [] if cursor is None else decode_cursor(_HELD, cursor)
    rows = snapshot.ask(
        "SELECT d.id, d.type, d.file_path, p.since FROM files AS f "
        "JOIN documents AS d ON d.file_path = f.file_path "
        "JOIN problems AS p ON p.file_path = f.file_path AND p.ordinal = 0 "
        f"WHERE f.state = 'held' {'AND d.id > ? ' if place else ''}ORDER BY d.id LIMIT ?",
        [*place, extend_limit(limit)],
    )
    return _page(snapshot, _HELD, [(row[:1], HeldDeletion(*map(str, row))) for row in rows], limit)


def _page(snapshot: Snapshot, name: str, listed: list[tuple[_Position, T]], limit: int | None) -> Answer[T]:
    following = None
    if limit is not None and len(listed) > limit:
        del listed[limit:]
        following = encode_cursor(name, listed[-1][0])
    return Answer(
        tuple(one for _, one in listed), following, snapshot.source, snapshot.epoch, snapshot.revision
    )
