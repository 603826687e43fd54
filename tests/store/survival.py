"""Compares a database before and after a migration: finds the rows and numbers that were lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from docsync.store.damage import Damage, find

# Each table, with the columns that name a row in it.
_KEYS = {
    "collections": ("type",),
    "documents": ("id",),
    "document_status": ("id",),
    "files": ("file_path",),
    "problems": ("file_path", "ordinal"),
    "changes": ("seq",),
    "document_tags": ("document_id", "tag"),
    "document_references": ("document_id", "ordinal"),
    "documents_fts": ("file_path",),
    "sync_state": ("key",),
    "sqlite_sequence": ("name",),
}
# Services query these: a migration keeps all of their columns.
_PUBLIC = _KEYS.keys() - {"collections", "files", "sqlite_sequence"}
# files.search_rowid says whose search row it is.
_SEARCHED = "(SELECT f.file_path, s.* FROM files AS f JOIN documents_fts AS s ON s.rowid = f.search_rowid)"
# Columns that a step may write in any row.
_FREE = {
    "collections": {"fingerprint"},
    "documents": {"row_hash"},
    "documents_fts": {"row_hash"},
    "files": {"search_rowid"},
}
# Columns of a document that it may write where it adds a row to the feed of changes.
_IN_THE_FEED = {
    "name",
    "document",
    "description",
    "tags",
    "updated_at",
    "revision",
    "text",
    "kind",
    "target",
    "at",
    "status",
}
_OF_CONTENT = {"document_tags", "document_references"}

Table = Mapping[tuple[Any, ...], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Contents:
    """All rows of all tables by their names, and the first damage, also in the search index."""

    tables: Mapping[str, Table]
    damage: Damage | None

    def number(self, key: str) -> int:
        return int(self.tables["sync_state"][(key,)]["value"])


def read_contents(database: Path) -> Contents:
    """The contents of *database*, to which nothing is written meanwhile; damage by the rules of this process."""
    connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        tables = {name: _table(connection, name, key) for name, key in _KEYS.items()}
        return Contents(tables, find(connection))
    finally:
        connection.close()


def _table(connection: apsw.Connection, name: str, key: tuple[str, ...]) -> Table:
    columns = [str(column) for _, column, *_ in connection.execute(f"PRAGMA table_info({name})")]
    source, extra = (_SEARCHED, ["file_path"]) if name == "documents_fts" else (name, [])
    names = [*extra, *columns]
    rows = [
        dict(zip(names, values, strict=True))
        for values in connection.execute(f"SELECT {', '.join(names)} FROM {source}")
    ]
    return {tuple(row[name] for name in key): row for row in rows}


def find_losses(before: Contents, after: Contents) -> list[str]:
    """What a migration from *before* to *after* has lost or changed in silence, one sentence each."""
    last = before.number("revision")
    changed = {row["id"] for row in after.tables["changes"].values() if row["revision"] > last}
    paths = {row["file_path"] for row in before.tables["documents"].values() if row["id"] in changed}
    lost = [what for name in before.tables for what in _lost_from(name, before, after, changed | paths)]
    damage = [f"damage: {after.damage.reason}"] if after.damage else []
    return [*lost, *_added(before, after), *_misnumbered(before, after, changed), *damage]


def _lost_from(name: str, before: Contents, after: Contents, changed: set[str]) -> Iterator[str]:
    for key, row in before.tables[name].items():
        new = after.tables[name].get(key)
        if new is None:
            if name not in _OF_CONTENT or key[0] not in changed:
                yield f"{name} {key}: gone"
            continue
        for column, value in row.items():
            if column not in new:
                if name in _PUBLIC:
                    yield f"{name}.{column}: no column any more"
            elif new[column] != value and not _may_change(name, column, key, changed):
                yield f"{name} {key}: {column} was {value!r}, is {new[column]!r}"


def _may_change(name: str, column: str, key: tuple[Any, ...], changed: set[str]) -> bool:
    if name == "sync_state":
        return key[0] in ("revision", "schema_version")
    if name == "sqlite_sequence":  # new rows move it; the old rows are compared in their own table
        return bool(changed)
    return column in _FREE.get(name, ()) or (key[0] in changed and column in _IN_THE_FEED)


def _added(before: Contents, after: Contents) -> Iterator[str]:
    for name in ("documents", "files", "collections", "problems"):
        keys = after.tables[name].keys() - before.tables[name].keys()
        yield from (f"{name} {key}: was not there" for key in keys)


def _misnumbered(before: Contents, after: Contents, changed: set[str]) -> Iterator[str]:
    steps, spent = (after.number(key) - before.number(key) for key in ("schema_version", "revision"))
    if spent != steps:
        yield f"revision: {spent} were spent by {steps} steps"
    for (id_,), row in after.tables["documents"].items():
        if (row["revision"] > before.number("revision")) != (id_ in changed):
            yield f"documents {id_}: changed by its revision only, or by the feed only"
