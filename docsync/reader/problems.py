"""What is wrong with files, and which deletions are held, a page at a time. Never judges any of it."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from docsync.reader.answer import Answer
from docsync.reader.query.limit import extend_limit, measure_text, take_page
from docsync.reader.query.paging import decode_cursor, encode_cursor
from docsync.reader.snapshot import Snapshot, Tuple
from docsync.status import HeldDeletion, ListedProblem
from docsync.store.problem_rows import problem_of

T = TypeVar("T")
_Position = tuple[str | int, ...]
_SEVERITIES = ("error", "warning")
_PROBLEMS, _HELD = "problems", "held"


def list_problems(snapshot: Snapshot, limit: int | None, cursor: str | None) -> Answer[ListedProblem]:
    """What is wrong with files, errors first; held deletions are not among it. Raises UsageError."""
    places = [(severity, "", -1) for severity in _SEVERITIES]
    if cursor is not None:
        begin = tuple(decode_cursor(_PROBLEMS, cursor))
        places = [begin, *(place for place in places if place > begin)]
    # One severity after the other, each in the order of the primary key: nothing is sorted for a page.
    rows = snapshot.ask_each(
        "SELECT severity, file_path, ordinal, since, file_path, severity, code, line, column, json_path, message, "
        "hint, notes FROM problems WHERE code <> 'held' "
        "AND severity = ? AND (file_path, ordinal) > (?, ?) ORDER BY file_path, ordinal LIMIT ?",
        [[*place, extend_limit(limit)] for place in places],
    )
    return _page(
        snapshot,
        _PROBLEMS,
        rows,
        limit,
        lambda row: (row[:3], ListedProblem(problem_of(row[4:]), str(row[3]))),
    )


def list_held(snapshot: Snapshot, limit: int | None, cursor: str | None) -> Answer[HeldDeletion]:
    """The deletions that are kept back until a person releases them. Raises UsageError."""
    place = [] if cursor is None else decode_cursor(_HELD, cursor)
    rows = snapshot.ask_each(
        "SELECT d.id, d.type, d.file_path, p.since FROM files AS f "
        "JOIN documents AS d ON d.file_path = f.file_path "
        "JOIN problems AS p ON p.file_path = f.file_path AND p.ordinal = 0 "
        f"WHERE f.state = 'held' {'AND d.id > ? ' if place else ''}ORDER BY d.id LIMIT ?",
        [[*place, extend_limit(limit)]],
    )
    return _page(snapshot, _HELD, rows, limit, lambda row: (row[:1], HeldDeletion(*map(str, row))))


def _page(
    snapshot: Snapshot,
    name: str,
    rows: Iterable[Tuple],
    limit: int | None,
    build: Callable[[Tuple], tuple[_Position, T]],
) -> Answer[T]:
    """The first *limit* of *rows* as *build* makes them: where each stands, and what it says."""
    taken, more = take_page(rows, limit, _measure)
    listed = list(map(build, taken))
    following = encode_cursor(name, listed[-1][0]) if more else None
    return Answer(
        tuple(one for _, one in listed), following, snapshot.source, snapshot.epoch, snapshot.revision
    )


def _measure(row: Tuple) -> int:
    return sum(measure_text(value) for value in row if isinstance(value, str))
