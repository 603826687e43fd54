"""Proves the database equal to the files: reads all files into a second database and compares the two.

Never changes the database it looks at.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import apsw

from docsync.store.columns import BARE_COLUMNS, Use, columns_for
from docsync.store.connection import open_reader_connection
from docsync.store.document_rows import row_hash
from docsync.sync.setup import Settings
from docsync.upkeep.upkeep import build_fresh

# What is compared: the columns that a fresh database would hold too, by the document that they belong to.
_COMPARED = {
    "documents": ("id", ", ".join(columns_for(Use.COMPARED))),
    "document_tags": ("document_id", "document_id, tag"),
    "document_references": ("document_id", "document_id, ordinal, kind, target, at, resolved, status"),
    "documents_fts": ("id", "id, name, description, text"),
}
_PROBLEM = "file_path, severity, code, line, column, json_path, message, hint, notes"

_KEPT = "SELECT id FROM main.document_status WHERE state <> 'ok' EXCEPT SELECT id FROM fresh.documents"
_STATUS = "SELECT id, state FROM main.document_status WHERE state <> 'ok' ORDER BY id"
_BENEATH_UNSEEN = (
    "SELECT 1 FROM main.problems AS root "
    "WHERE root.code IN ('root-missing', 'root-unreadable', 'unreadable') "
    "AND substr(p.file_path, 1, length(root.file_path) + 1) = root.file_path || '/'"
)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place where the database is not what the files say. `key` is a document's id or a file's path."""

    key: str
    what: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a comparison found. `stale` and `held` are ids that rightly keep their last good version."""

    documents: int
    differences: tuple[Mismatch, ...]
    stale: tuple[str, ...]
    held: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """True when the database is what the files say."""
        return not self.differences


def verify(settings: Settings, database: Path) -> Verification:
    """Compare *database* with the files of the project.

    A difference counts only if it is still there a debounce time later: a daemon may be about to apply it.
    """
    first = _compare(settings, database)
    if first.equal:
        return first
    time.sleep(settings.timing.debounce_ns / 1e9)
    second = _compare(settings, database)
    return replace(second, differences=tuple(sorted({*first.differences} & {*second.differences}, key=repr)))


def _compare(settings: Settings, database: Path) -> Verification:
    with open_reader_connection(database) as live, build_fresh(settings) as path:
        live.execute("ATTACH ? AS fresh", (path.as_uri() + "?mode=ro",))
        live.execute("BEGIN")
        found = [*_rows(live), *_problems(live), *_damage(live)]
        status = live.execute(_STATUS).fetchall()
        documents = live.execute("SELECT count(*) FROM main.documents").get
        live.execute("COMMIT")
    stale = tuple(str(id_) for id_, state in status if state == "stale")
    held = tuple(str(id_) for id_, state in status if state == "held")
    return Verification(documents, tuple(dict.fromkeys(found)), stale, held)


def _rows(live: apsw.Connection) -> Iterator[Mismatch]:
    """Rows that only one of the two has, but for those that rightly keep a last good version."""
    for table, (key, columns) in _COMPARED.items():
        for mine, other, what in (
            ("main", "fresh", "is not what the file says"),
            ("fresh", "main", "is missing"),
        ):
            only = f"SELECT {columns} FROM {mine}.{table} EXCEPT SELECT {columns} FROM {other}.{table}"
            rows = live.execute(
                f"SELECT DISTINCT {key} FROM ({only}) WHERE {key} NOT IN ({_KEPT}) ORDER BY {key}"
            )
            yield from (Mismatch(str(id_), f"{table}: {what}") for (id_,) in rows)
    wrong = live.execute(
        "SELECT id, state FROM main.document_status WHERE state <> 'ok' AND id IN (SELECT id FROM fresh.documents)"
    )
    yield from (Mismatch(str(id_), f"marked {state}, but its file is good") for id_, state in wrong)


def _problems(live: apsw.Connection) -> Iterator[Mismatch]:
    """Problems that only one of the two has; beneath a folder that cannot be seen nothing can be said."""
    for mine, other, what in (
        ("main", "fresh", "reported, but not there"),
        ("fresh", "main", "not reported"),
    ):
        only = f"SELECT {_PROBLEM} FROM {mine}.problems EXCEPT SELECT {_PROBLEM} FROM {other}.problems"
        rows = live.execute(
            f"SELECT file_path, code FROM ({only}) AS p "
            "WHERE code NOT IN ('held', 'root-missing', 'root-unreadable') "
            f"AND file_path NOT IN (SELECT file_path FROM main.documents WHERE id IN ({_KEPT})) "
            f"AND NOT EXISTS ({_BENEATH_UNSEEN}) ORDER BY file_path, code"
        )
        yield from (Mismatch(str(path), f"problem {code} {what}") for path, code in rows)


def _damage(live: apsw.Connection) -> Iterator[Mismatch]:
    for (line,) in live.execute("PRAGMA main.integrity_check"):
        if line != "ok":
            yield Mismatch("database", f"integrity check: {line}")
    for *row, stored in live.execute(f"SELECT {BARE_COLUMNS}, row_hash FROM main.documents"):
        if row_hash(tuple(row)) != stored:
            yield Mismatch(str(row[0]), "documents: the row does not match its own hash")
