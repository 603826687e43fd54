"""Search for letters inside of words: for scripts without spaces, and where no whole word matches.

Reads every text. They are compared here and not by SQLite, whose LIKE takes the product of both lengths in
one call.
"""

from bisect import insort
from collections.abc import Iterator

from docsync.reader.query.search_syntax import SearchExpression
from docsync.reader.query.snippet import PARTS, Letters
from docsync.reader.snapshot import Snapshot

WEIGHTS = (10.0, 4.0, 1.0)
"""What a match in the name, in the description and in the text counts."""

Position = tuple[float, str]
"""The score below zero, and the id: the order of what is found."""

_BETWEEN = b"\xff"  # in no text
_Found = tuple[float, str, str]


def find_parts(
    snapshot: Snapshot,
    words: SearchExpression,
    type_clause: tuple[str, list[str]],
    after: Position | None,
    limit: int,
) -> Iterator[_Found]:
    """The first *limit* documents after a place that have the letters of the words: position and snippet."""
    groups = [Letters(group) for group in words.groups]
    excluded = [Letters((term,)) for term in words.excluded]
    sought = Letters(tuple(term for group in words.groups for term in group))
    clause, values = type_clause
    chosen: list[_Found] = []
    for id_, *texts in snapshot.ask_each(
        f"SELECT id, {PARTS} FROM documents_fts WHERE true {clause}", [values]
    ):
        columns = [(text or b"").lower() for text in texts]
        whole = _BETWEEN.join(columns)
        if not all(group.is_in(whole) for group in groups) or any(one.is_in(whole) for one in excluded):
            continue
        place = (-sum(_score(group, columns) for group in groups), str(id_))
        if (after is None or place > after) and (len(chosen) < limit or place < chosen[-1][:2]):
            name, description, text = texts
            insort(chosen, (*place, sought.excerpt((text, description, name))))
            del chosen[limit:]
    yield from chosen


def _score(letters: Letters, columns: list[bytes]) -> float:
    return sum(weight for weight, column in zip(WEIGHTS, columns, strict=True) if letters.is_in(column))
