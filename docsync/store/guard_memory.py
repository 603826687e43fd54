"""The deletions of the last minute, which outlive the process in `sync_state`. Never begins a transaction.

A row each, `deleted:PATH`: a document may be one of thousands, and comes back alone.
"""

from typing import NamedTuple

import apsw

_BETWEEN = "key > 'deleted:' AND key < 'deleted;'"
_FIRST = len("deleted:") + 1


class CountedDeletion(NamedTuple):
    """A deletion that the guard counts: of which path and type, and when it was applied (UTC, ISO 8601)."""

    path: str
    type: str
    at: str


def record_deletion(connection: apsw.Connection, deletion: CountedDeletion) -> None:
    """Remember *deletion*."""
    path, type_, at = deletion
    connection.execute(
        "INSERT OR REPLACE INTO sync_state VALUES (?, ?)", (f"deleted:{path}", f"{at} {type_}")
    )


def forget_deletion(connection: apsw.Connection, path: str) -> None:
    """The last deletion of *path* does not count, whatever the one before did."""
    connection.execute("DELETE FROM sync_state WHERE key = ?", (f"deleted:{path}",))


def forget_deletions(connection: apsw.Connection, type_: str | None) -> None:
    """Forget all deletions in one collection, or in all."""
    connection.execute(
        f"DELETE FROM sync_state WHERE {_BETWEEN} "
        "AND (?1 IS NULL OR substr(value, instr(value, ' ') + 1) = ?1)",
        (type_,),
    )


def prune_deletions(connection: apsw.Connection, before: str) -> None:
    """Forget the deletions that were applied earlier than *before* (UTC, ISO 8601)."""
    connection.execute(f"DELETE FROM sync_state WHERE {_BETWEEN} AND value < ?", (before,))


def read_deletions(connection: apsw.Connection) -> list[CountedDeletion]:
    """The deletions that are remembered, but for those whose document is back."""
    rows = connection.execute(
        f"SELECT substr(key, {_FIRST}) AS path, value FROM sync_state "
        f"WHERE {_BETWEEN} AND path NOT IN (SELECT file_path FROM documents) ORDER BY key"
    )
    split = ((str(path), str(value).partition(" ")) for path, value in rows)
    return [CountedDeletion(path, type_, at) for path, (at, _, type_) in split]
