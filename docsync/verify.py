"""Proves the database equal to the files: reads all files into a second database and compares the two.

Never changes the database it looks at.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

import apsw

from docsync.errors import StoreUnavailable
from docsync.model import Timing
from docsync.store.columns import BARE_COLUMNS, Use, columns_for
from docsync.store.connection import open_memory, open_reader_connection
from docsync.store.damage import find
from docsync.store.database_files import audience_at
from docsync.store.document_rows import row_hash
from docsync.store.life import LifeNotes, Provenance
from docsync.sync.setup import Settings, build_engine
from docsync.upkeep.convergence import Convergence
from docsync.upkeep.fresh import build_fresh

SYNC, REBUILD = "docsync sync", "docsync sync --rebuild"


class Kind(StrEnum):
    """What a difference is about: every kind that verify can tell."""

    MISSING = "missing"  # a file has no document
    EXTRA = "extra"  # a document has no file
    COLUMN = "column"  # a document is not what its file says
    ASSETS = "assets"  # a text that a document takes in is not the one in its file
    TAGS = "tags"
    REFERENCES = "references"
    SEARCH = "search"
    STATUS = "status"  # a document is called stale or held, and its file is good
    UNREPORTED = "unreported"  # a problem that the database does not have
    INVENTED = "invented"  # a problem that only the database has
    FEED = "feed"  # the last change that is told of a document is not the one that it had
    ROW_HASH = "row_hash"  # a row is not what was written
    PAGES = "pages"  # SQLite finds pages or indexes that are not what was written
    PARTS = "parts"  # tables do not fit together
    FOREIGN = "foreign"  # the file is not the one that docsync left here


# What is compared: the columns that a fresh database would hold too, by the document that they belong to.
_COMPARED = {
    "documents": (
        Kind.COLUMN,
        "id",
        ", ".join(name for name in columns_for(Use.COMPARED) if name != "assets"),
    ),
    "document_tags": (Kind.TAGS, "document_id", "document_id, tag"),
    "document_references": (
        Kind.REFERENCES,
        "document_id",
        "document_id, ordinal, kind, target, at, resolved, status",
    ),
    "documents_fts": (Kind.SEARCH, "id", "id, name, description, text"),
}
_PROBLEM = "file_path, severity, code, line, column, json_path, message, hint, notes"

_KEPT = "SELECT id FROM main.document_status WHERE state <> 'ok' EXCEPT SELECT id FROM fresh.documents"
_STATUS = "SELECT id, state FROM main.document_status WHERE state <> 'ok' ORDER BY id"
_BENEATH_UNSEEN = (
    "SELECT 1 FROM main.problems AS root "
    "WHERE root.code IN ('root-missing', 'root-unreadable', 'unreadable') "
    "AND substr(p.file_path, 1, length(root.file_path) + 1) = root.file_path || '/'"
)
_ASSETS = (
    "SELECT m.id, m.assets, f.assets, "
    "(SELECT json_group_array(path) FROM fresh.asset_uses WHERE document_id = m.id) "
    "FROM main.documents AS m JOIN fresh.documents AS f ON f.id = m.id "
    "WHERE m.assets <> f.assets ORDER BY m.id"
)
# The newest change of each document that the feed still tells of, where the document says something else.
_FEED = (
    "SELECT last.id FROM (SELECT id, op, content_hash, max(seq) FROM main.changes GROUP BY id) AS last "
    "LEFT JOIN main.documents AS d ON d.id = last.id WHERE "
    "CASE last.op WHEN 'delete' THEN d.id IS NOT NULL ELSE d.content_hash IS NOT last.content_hash END"
)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place where the database is not what the files say. `key` is a document's id or a file's path."""

    key: str
    what: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Verification:
    """What a comparison found. `stale` and `held` are ids that rightly keep their last good version.

    `command` is what makes the database equal to the files, None where it is.
    """

    documents: int
    differences: tuple[Mismatch, ...]
    stale: tuple[str, ...]
    held: tuple[str, ...]
    command: str | None = None

    @property
    def equal(self) -> bool:
        """True when the database is what the files say."""
        return not self.differences


def verify(settings: Settings, database: Path) -> Verification:
    """Compare *database* with the files of the project.

    A difference counts only if it is still there a debounce time later: a daemon may be about to apply it.
    """
    settings = replace(settings, audience=partial(audience_at, database))
    first = _compare(settings, database)
    if first.equal:
        return first
    time.sleep(settings.timing.debounce_ns / 1e9)
    second = _compare(settings, database)
    lasting = tuple(sorted({*first.differences} & {*second.differences}, key=repr))
    return replace(second, differences=lasting, command=second.command if lasting else None)


def _compare(settings: Settings, database: Path) -> Verification:
    with open_reader_connection(database) as live, build_fresh(settings) as path:
        live.execute("ATTACH ? AS fresh", (path.as_uri() + "?mode=ro",))
        live.execute("BEGIN")
        found = [*_differences(live), *_foreign(database)]
        status = live.execute(_STATUS).fetchall()
        documents = live.execute("SELECT count(*) FROM main.documents").get
        live.execute("COMMIT")
        command = _find_command(settings, live, path, found) if found else None
    stale = tuple(str(id_) for id_, state in status if state == "stale")
    held = tuple(str(id_) for id_, state in status if state == "held")
    return Verification(documents, tuple(dict.fromkeys(found)), stale, held, command)


def _differences(live: apsw.Connection) -> list[Mismatch]:
    """All that tells the database of *live* from the one that is attached to it as `fresh`."""
    found = [*_rows(live), *_assets(live), *_problems(live), *_feed(live), *_damage(live)]
    if not found and (damage := find(live)):
        found.append(Mismatch("database", damage.reason, Kind.PARTS))
    return found


def _find_command(settings: Settings, live: apsw.Connection, fresh: Path, found: list[Mismatch]) -> str:
    """The command that mends what was *found*: a sync is tried on a copy. It reads only what looks changed."""
    if any(one.kind in (Kind.FOREIGN, Kind.PAGES, Kind.ROW_HASH) for one in found):
        return REBUILD
    with open_memory() as copy:
        with copy.backup("main", live, "main") as backup:
            backup.step(-1)
        at_once = replace(settings, timing=Timing(0, 0, 0))
        try:
            Convergence(build_engine(at_once, copy)).settle()
        except StoreUnavailable:  # the tables do not fit together
            return REBUILD
        copy.execute("ATTACH ? AS fresh", (str(fresh),))
        return REBUILD if _differences(copy) else SYNC


def _foreign(database: Path) -> Iterator[Mismatch]:
    notes = LifeNotes(database)
    if notes.can_be_read() and notes.judge() is Provenance.FOREIGN:
        yield Mismatch("database", "is not the one that docsync left here", Kind.FOREIGN)


def _rows(live: apsw.Connection) -> Iterator[Mismatch]:
    """Rows that only one of the two has, but for those that rightly keep a last good version."""
    for table, (kind, key, columns) in _COMPARED.items():
        for mine, other, what, alone in (
            ("main", "fresh", "is not what the file says", Kind.EXTRA),
            ("fresh", "main", "is missing", Kind.MISSING),
        ):
            only = f"SELECT {columns} FROM {mine}.{table} EXCEPT SELECT {columns} FROM {other}.{table}"
            rows = live.execute(
                f"SELECT DISTINCT {key}, {key} IN (SELECT id FROM {other}.documents) FROM ({only}) "
                f"WHERE {key} NOT IN ({_KEPT}) ORDER BY {key}"
            )
            yield from (
                Mismatch(str(id_), f"{table}: {what}", kind if in_both else alone) for id_, in_both in rows
            )
    wrong = live.execute(
        "SELECT id, state FROM main.document_status WHERE state <> 'ok' "
        "AND id IN (SELECT id FROM fresh.documents)"
    )
    yield from (
        Mismatch(str(id_), f"marked {state}, but its file is good", Kind.STATUS) for id_, state in wrong
    )


def _assets(live: apsw.Connection) -> Iterator[Mismatch]:
    """Texts that are not those of the files; of a file that is gone the last good one rightly stays."""
    for id_, mine, fresh, needed in live.execute(_ASSETS):
        held, there, kept = json.loads(mine), json.loads(fresh), set(json.loads(needed))
        wrong = {path for path in held.keys() | there.keys() if held.get(path) != there.get(path)}
        if any(path in there or path not in kept for path in wrong):
            yield Mismatch(
                str(id_), "assets: a text that it takes in is not the one in its file", Kind.ASSETS
            )


def _problems(live: apsw.Connection) -> Iterator[Mismatch]:
    """Problems that only one of the two has; beneath a folder that cannot be seen nothing can be said."""
    for mine, other, what, kind in (
        ("main", "fresh", "reported, but not there", Kind.INVENTED),
        ("fresh", "main", "not reported", Kind.UNREPORTED),
    ):
        only = f"SELECT {_PROBLEM} FROM {mine}.problems EXCEPT SELECT {_PROBLEM} FROM {other}.problems"
        rows = live.execute(
            f"SELECT file_path, code FROM ({only}) AS p "
            "WHERE code NOT IN ('held', 'fm-gone', 'root-missing', 'root-unreadable') "
            f"AND file_path NOT IN (SELECT file_path FROM main.documents WHERE id IN ({_KEPT})) "
            f"AND NOT EXISTS ({_BENEATH_UNSEEN}) ORDER BY file_path, code"
        )
        yield from (Mismatch(str(path), f"problem {code} {what}", kind) for path, code in rows)


def _feed(live: apsw.Connection) -> Iterator[Mismatch]:
    what = "changes: the last one that is told is not what it is now"
    yield from (Mismatch(str(id_), what, Kind.FEED) for (id_,) in live.execute(_FEED))


def _damage(live: apsw.Connection) -> Iterator[Mismatch]:
    for (line,) in live.execute("PRAGMA main.integrity_check"):
        if line != "ok":
            yield Mismatch("database", f"integrity check: {line}", Kind.PAGES)
    for *row, stored in live.execute(f"SELECT {BARE_COLUMNS}, row_hash FROM main.documents"):
        if row_hash(tuple(row)) != stored:
            yield Mismatch(str(row[0]), "documents: the row does not match its own hash", Kind.ROW_HASH)
