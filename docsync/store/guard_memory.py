"""What the guard remembers in `sync_state`: the deletions of the last minute, and replaced folders.

A row each: `deleted:PATH`, since a document may be one of thousands and comes back alone, and `replaced:TYPE`.
Never begins a transaction.
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


def read_newest(connection: apsw.Connection, type_: str) -> str:
    """When the newest document of a collection was added (UTC, ISO 8601), empty where there is none."""
    sql = "SELECT max(d.created_at) FROM files JOIN documents AS d USING (file_path) WHERE files.type = ?"
    return str(connection.execute(sql, (type_,)).get or "")


def record_swap(connection: apsw.Connection, type_: str, at: str) -> None:
    """The folder of *type_* was found replaced at *at* (UTC, ISO 8601); only the first time counts."""
    connection.execute("INSERT OR IGNORE INTO sync_state VALUES (?, ?)", (f"replaced:{type_}", at))


def forget_swap(connection: apsw.Connection, type_: str) -> None:
    """The folder of *type_* is the one that its collection is read from now."""
    connection.execute("DELETE FROM sync_state WHERE key = ?", (f"replaced:{type_}",))


def list_old_paths(connection: apsw.Connection, type_: str) -> set[str]:
    """The documents' files that a collection had before its folder was replaced; all where it was not."""
    rows = connection.execute(
        "SELECT file_path FROM files JOIN documents AS d USING (file_path) WHERE files.type = ?1 "
        "AND d.created_at < coalesce((SELECT value FROM sync_state WHERE key = 'replaced:' || ?1), '~')",
        (type_,),
    )
    return {str(path) for (path,) in rows}


def copy_memory(source: apsw.Connection, target: apsw.Connection) -> None:
    """Let *target* remember what *source* does."""
    rows = source.execute(
        f"SELECT key, value FROM sync_state WHERE {_BETWEEN} OR (key > 'replaced:' AND key < 'replaced;')"
    ).fetchall()
    target.executemany("INSERT OR REPLACE INTO sync_state VALUES (?, ?)", rows)
