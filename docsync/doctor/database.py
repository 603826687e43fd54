"""The database and the disk it is on. Opens it read-only, and only through SQLite."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from docsync.doctor.finding import Diagnosis, Level
from docsync.doctor.target import Target
from docsync.errors import NoDatabase, StoreUnavailable
from docsync.permission import Mode
from docsync.store.connection import answering, open_reader_connection
from docsync.store.damage import inspect
from docsync.store.database_files import mode_at
from docsync.store.epoch import wal_of
from docsync.store.file_rows import list_read_paths
from docsync.store.state import read_version
from docsync.upkeep.audience import find_audience
from docsync.watch import remote_filesystem

_TOPIC = "database"
# A database of 20 000 documents and a log of the same size go into it.
_MIN_FREE_BYTES = 256 * 1024 * 1024
# For a watcher it is as good as remote; SQLite has no trouble with it.
_LOCAL = "overlay"
_MEND = "mend it with: docsync sync"
_OPENED = 'for services of another user set mode = "shared" under [database] in docsync.toml'
_CLOSED = 'set mode under [database] in docsync.toml: "private", or "shared" if that is meant'
_HELD = "see what is held with: docsync held; if the files are gone for good: docsync release"


def examine_database(target: Target, *, runs: bool) -> Iterator[Diagnosis]:
    """Where the database lies and how it is; *runs* tells that a daemon keeps it. Raises OSError."""
    yield from _place(target.folder, runs=runs)
    path = target.database
    if not path.exists() or (path.is_file() and not path.stat().st_size):
        yield Diagnosis(
            _TOPIC, Level.NOTE, f"{path}: not there yet", "make it with: docsync run, or: docsync sync"
        )
        return
    if path.is_file() and not os.access(path, os.R_OK):
        yield Diagnosis(
            _TOPIC,
            Level.ERROR,
            f"{path}: permission denied",
            "read it as its owner, or let that one set mode under [database] in docsync.toml",
        )
        return
    has_log = wal_of(path).exists()  # reading it makes a log, if its reader may write here
    try:
        yield from _content(path)
        damage = inspect(path)
    except (NoDatabase, StoreUnavailable) as error:
        yield Diagnosis(_TOPIC, Level.ERROR, str(error), "" if "; " in str(error) else _MEND)
        return
    yield (
        Diagnosis(_TOPIC, Level.ERROR, f"damaged: {damage.reason}", _MEND)
        if damage
        else Diagnosis(_TOPIC, Level.OK, "every row is what was written")
    )
    yield from _examine_access(path, target)
    if not runs and not has_log:
        message = (
            "its log was not there: users without write permission could not open it, and commits may be lost"
        )
        yield Diagnosis(
            _TOPIC,
            Level.WARNING,
            message,
            "docsync sync makes it sound; let other programs open it read-only",
        )


def _content(path: Path) -> Iterator[Diagnosis]:
    with answering(path), open_reader_connection(path) as connection:
        epoch, revision = read_version(connection)
        documents = connection.execute("SELECT count(*) FROM documents").get
        held = connection.execute("SELECT count(*) FROM files WHERE state = 'held'").get
    size = path.stat().st_size / 1e6
    version = f"revision {revision}, epoch {epoch}"
    yield Diagnosis(_TOPIC, Level.OK, f"{path}: {documents} documents, {version}, {size:.1f} MB")
    if held:
        message = "1 deletion is held" if held == 1 else f"{held} deletions are held"
        yield Diagnosis(_TOPIC, Level.WARNING, message, _HELD)


def _place(folder: Path, *, runs: bool) -> Iterator[Diagnosis]:
    """The disk that *folder* is on or would be made on."""
    there = next(above for above in (folder, *folder.parents) if above.exists())
    kind = remote_filesystem(there)
    if kind is not None and kind != _LOCAL:
        message = f"{folder}: lies on {kind}, where SQLite's locks and its shared memory may not work (sqlite.org/wal.html)"
        yield Diagnosis(_TOPIC, Level.WARNING, message, "set database.path to a place on a local disk")
    if not runs and not os.access(there, os.W_OK | os.X_OK):
        yield Diagnosis(
            _TOPIC, Level.ERROR, f"{there}: not writable", "let the user that runs docsync write there"
        )
    free = shutil.disk_usage(there).free
    if free < _MIN_FREE_BYTES:
        yield Diagnosis(
            _TOPIC, Level.WARNING, f"{there}: {free / 1e6:.0f} MB are free", "make room on this disk"
        )


def _examine_access(path: Path, target: Target) -> Iterator[Diagnosis]:
    """Whether services of another user can get at the database, and whether they should."""
    mode, closed = mode_at(path), [above for above in path.parents if not above.stat().st_mode & stat.S_IXOTH]
    if mode is Mode.PRIVATE:
        yield Diagnosis(_TOPIC, Level.NOTE, "only its owner may read it", _OPENED)
    elif closed:
        message = f"only for users who may enter {closed[-1]}"
        yield Diagnosis(
            _TOPIC, Level.NOTE, message, "for services of another user set database.path to another place"
        )
    if mode is Mode.SHARED and target.sync.mode is None and not _is_public(target):
        message = "every user may read it, and not every file or folder that it was made from"
        yield Diagnosis(_TOPIC, Level.WARNING, message, _CLOSED)


def _is_public(target: Target) -> bool:
    """True when every user could read all that the database was made from."""
    with answering(target.database), open_reader_connection(target.database) as connection:
        files = list(list_read_paths(connection))
    folders = [collection.path for collection in target.sync.collections]
    return find_audience(target.sync.root, folders, files).mode is Mode.SHARED
