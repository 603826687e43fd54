"""Every named failpoint: an effect, where it is caught, when it happens and how it fails. The product holds no test code."""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tests.failpoints.seam import Call, Seam, Statement, disk_error, failing, full, locked, unopened


class Life(Enum):
    """When in a daemon's life the effect is asked for: what it finds at the start, or that it works already."""

    NEW = "nothing is there yet"
    OLD = "a sound database is there"
    COPIED = "a copy of a database is there, without its log"
    BENT = "a tag is missing from the database"
    BROKEN = "an index of the database is missing"
    RUINED = "the database is no database any more"
    WORK = "it runs and files change"
    END = "it is told to stop"


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that docsync does to the world, and the error it may meet; None: it never fails."""

    name: str
    life: Life
    seam: Seam
    error: Callable[..., Exception] | None = disk_error

    @property
    def refuses_batch(self) -> bool:
        """True when its failure must be told as a database that cannot be written."""
        return isinstance(self.seam, Statement) and self.seam.method != "wal_checkpoint"


def named(name: str, *, above: str | None = None) -> Callable[..., bool]:
    """Calls about a path of this name (and whose folder has that one)."""

    def picks(path: object, *_: object, **__: object) -> bool:
        found = Path(str(path))
        return found.name == name and (above is None or found.parent.name == above)

    return picks


def asked_by(function: str) -> Callable[..., bool]:
    """Calls on behalf of this function."""

    def picks(*_: object, **__: object) -> bool:
        frame = sys._getframe(1)
        while frame.f_code.co_name == "wrapped" and frame.f_back:  # there may be seams around this one
            frame = frame.f_back
        return frame.f_code.co_name == function

    return picks


def _cookie(path: Path, *_: object, **__: object) -> bool:
    return path.name.startswith("cookie-") and threading.current_thread().name != "docsync-sync"


def _heartbeat(path: Path, *_: object, **__: object) -> bool:
    return path.name.startswith("cookie-") and threading.current_thread().name == "docsync-sync"


def _writer(_path: str, *, flags: int | None = None, **_: object) -> bool:
    return flags is None


def _reader(_path: str, *, flags: int | None = None, **_: object) -> bool:
    return flags is not None


def row(table: str) -> str:
    return f"INSERT INTO {table} "


EFFECTS = (
    # The start
    Effect("lock", Life.OLD, Call("docsync.lock", "fcntl.flock")),
    Effect("folder-made", Life.NEW, Call("docsync.permission", "Path.mkdir", named(".docsync"))),
    Effect(
        "database-opened", Life.OLD, Call("docsync.store.connection", "apsw.Connection", _writer), failing
    ),
    Effect("database-configured", Life.OLD, Statement("pragma", "journal_mode"), locked),
    Effect("mode-set", Life.OLD, Call("docsync.permission", "Path.chmod", named("docsync.db"))),
    Effect("tables-made", Life.NEW, Statement("execute", "-- The tables of"), full),
    Effect("epoch-made", Life.NEW, Statement("execute", "INSERT INTO sync_state VALUES ('epoch'"), full),
    Effect("collections-declared", Life.OLD, Statement("execute", row("collections")), full),
    Effect(
        "fingerprints-recorded",
        Life.NEW,
        Statement("executemany", "UPDATE collections SET fingerprint = ? "),
        full,
    ),
    Effect("root-recorded", Life.NEW, Statement("execute", "UPDATE collections SET root_device"), full),
    Effect(
        "epoch-renewed",
        Life.COPIED,
        Statement("execute", "INSERT OR REPLACE INTO sync_state VALUES ('epoch'"),
        full,
    ),
    Effect("inspected", Life.OLD, Statement("execute", "PRAGMA integrity_check"), failing),
    Effect("cookies-folder", Life.OLD, Call("docsync.permission", "Path.mkdir", named("cookies"))),
    Effect("root-watched", Life.OLD, Call("docsync.watch.descriptor", "Descriptor.add")),
    Effect(
        "socket-bound", Life.OLD, Call("docsync.admin.http.listener", "Path.chmod", named("docsync.sock"))
    ),
    Effect("announced", Life.OLD, Call("docsync.permission", "Path.replace", named("daemon.json.tmp"))),
    # What looks at the files
    Effect("event-taken", Life.WORK, Call("docsync.watch.inotify", "InotifySource._take")),
    Effect("folder-watched", Life.WORK, Call("docsync.watch.descriptor", "Descriptor.add")),
    Effect("folder-listed", Life.WORK, Call("docsync.watch.watch_tree", "os.scandir")),
    Effect("cookie-written", Life.WORK, Call("docsync.sync.thread.barrier", "Path.touch", _cookie)),
    Effect("cookie-removed", Life.WORK, Call("docsync.sync.thread.barrier", "Path.unlink", _cookie)),
    Effect("heartbeat", Life.WORK, Call("docsync.sync.thread.barrier", "Path.touch", _heartbeat)),
    Effect("git-asked", Life.WORK, Call("docsync.git", "os.stat")),
    Effect("root-looked-at", Life.WORK, Call("docsync.scan.tree", "os.stat", named("personas"))),
    Effect("folder-scanned", Life.WORK, Call("docsync.scan.walk", "os.scandir")),
    Effect("name-looked-at", Life.WORK, Call("docsync.scan.walk", "os.lstat")),
    Effect("file-opened", Life.WORK, Call("docsync.scan.read", "os.open")),
    Effect("file-stamped", Life.WORK, Call("docsync.scan.read", "os.fstat")),
    Effect("file-read", Life.WORK, Call("docsync.scan.read", "os.read")),
    # What writes a batch
    Effect("files-compared", Life.WORK, Call("docsync.store.damage", "os.stat", asked_by("_identity"))),
    Effect(
        "lock-folder-compared",
        Life.WORK,
        Call("docsync.daemon.project_folder", "Path.stat", asked_by("identity")),
    ),
    Effect("begin", Life.WORK, Statement("execute", "BEGIN IMMEDIATE"), locked),
    Effect("document-row", Life.WORK, Statement("executemany", row("documents")), full),
    Effect("document-row-removed", Life.WORK, Statement("execute", "DELETE FROM documents "), failing),
    Effect("search-row", Life.WORK, Statement("executemany", row("documents_fts")), full),
    Effect("search-row-removed", Life.WORK, Statement("execute", "DELETE FROM documents_fts"), failing),
    Effect("tag-rows", Life.WORK, Statement("executemany", row("document_tags")), full),
    Effect("reference-rows", Life.WORK, Statement("executemany", row("document_references")), full),
    Effect("reference-relinked", Life.WORK, Statement("execute", "UPDATE document_references"), failing),
    Effect("file-row", Life.WORK, Statement("executemany", "INSERT OR REPLACE INTO files"), full),
    Effect("file-row-removed", Life.WORK, Statement("execute", "DELETE FROM files WHERE file_path"), failing),
    Effect("stamp", Life.WORK, Statement("execute", "UPDATE files SET mtime_ns"), failing),
    Effect("problem-rows", Life.WORK, Statement("executemany", row("problems")), full),
    Effect("change-row", Life.WORK, Statement("executemany", row("changes")), full),
    Effect("changes-forgotten", Life.WORK, Statement("execute", "DELETE FROM changes"), failing),
    Effect(
        "revision",
        Life.WORK,
        Statement("execute", "UPDATE sync_state SET value = ? WHERE key = 'revision'"),
        full,
    ),
    Effect("commit", Life.WORK, Statement("execute", "COMMIT"), full),
    Effect("log-measured", Life.WORK, Call("docsync.store.checkpoint", "Path.stat", asked_by("wal_bytes"))),
    Effect("checkpoint", Life.WORK, Statement("wal_checkpoint"), failing),
    Effect("status-read", Life.WORK, Call("docsync.store.connection", "apsw.Connection", _reader), unopened),
    # What mends
    Effect("mending-indexes", Life.BENT, Statement("execute", "REINDEX"), full),
    Effect("mending-forgets", Life.BENT, Statement("executemany", "DELETE FROM documents WHERE rowid"), full),
    Effect(
        "mending-spends",
        Life.BENT,
        Statement("execute", "UPDATE sync_state SET value = ? WHERE key = 'revision'"),
        full,
    ),
    Effect("mending-commits", Life.BENT, Statement("execute", "COMMIT"), full),
    Effect("fresh-folder", Life.BROKEN, Call("docsync.upkeep.fresh", "tempfile.TemporaryDirectory")),
    Effect("overwritten", Life.BROKEN, Statement("backup"), full),
    Effect("draft-written", Life.RUINED, Statement("backup"), full),
    Effect("ruin-moved", Life.RUINED, Call("docsync.store.replacement", "Path.replace", named("docsync.db"))),
    Effect(
        "draft-moved", Life.RUINED, Call("docsync.store.replacement", "Path.replace", named("docsync.db.new"))
    ),
    Effect("folder-synced", Life.RUINED, Call("docsync.permission", "os.fsync", asked_by("persist"))),
    # The end
    Effect("unannounced", Life.END, Call("docsync.lock", "Path.unlink", named("daemon.json"))),
    Effect(
        "socket-removed", Life.END, Call("docsync.admin.http.listener", "Path.unlink", named("docsync.sock"))
    ),
    Effect("database-closed", Life.END, Statement("close"), None),
)
BY_NAME = {effect.name: effect for effect in EFFECTS}
POINTS = tuple(f"{effect.name}.{moment}" for effect in EFFECTS for moment in ("before", "after"))
"""The names of all failpoints."""
