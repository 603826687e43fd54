"""The database and the disk it is on. Opens it read-only, and only through SQLite."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from docsync.doctor.finding import Finding, Level
from docsync.doctor.patient import Patient
from docsync.errors import NoDatabase, StoreUnavailable
from docsync.store.damage import inspect
from docsync.store.database import answering, open_reader_connection
from docsync.store.life import wal_of
from docsync.watch import remote_filesystem

_TOPIC = "database"
# A database of 20 000 documents and a log of the same size go into it.
_LEAST_BYTES = 256 * 1024 * 1024
# For a watcher it is as good as remote; SQLite has no trouble with it.
_LOCAL = "overlay"
_MEND = "mend it with: docsync sync"


def examine_database(patient: Patient, *, runs: bool) -> Iterator[Finding]:
    """Where the database lies and how it is; *runs* tells that a daemon keeps it."""
    yield from _place(patient.folder)
    path = patient.database
    if not path.exists():
        yield Finding(_TOPIC, Level.NOTE, f"{path}: not there yet", "make it with: docsync run, or: docsync sync")
        return
    has_log = wal_of(path).exists()  # reading it makes a log, for as long as its reader may write here
    try:
        yield Finding(_TOPIC, Level.OK, f"{path}: {_held(path)}")
        damage = inspect(path)
    except (NoDatabase, StoreUnavailable) as error:
        yield Finding(_TOPIC, Level.ERROR, str(error), "" if "docsync" in str(error) else _MEND)
        return
    yield (
        Finding(_TOPIC, Level.ERROR, f"damaged: {damage.reason}", _MEND)
        if damage
        else Finding(_TOPIC, Level.OK, "every row is what was written")
    )
    yield from _open_to_others(path)
    if not runs and not has_log:
        message = "its log is not there, so users without write permission cannot open it"
        advice = "docsync sync, or docsync run, brings it back; something else wrote here: open the database read-only"
        yield Finding(_TOPIC, Level.WARNING, message, advice)


def _held(path: Path) -> str:
    with answering(path), open_reader_connection(path) as connection:
        state = dict(connection.execute("SELECT key, value FROM sync_state WHERE key IN ('epoch', 'revision')"))
        documents = connection.execute("SELECT count(*) FROM documents").get
    size = path.stat().st_size / 1e6
    return f"{documents} documents, revision {state.get('revision')}, epoch {state.get('epoch')}, {size:.1f} MB"


def _place(folder: Path) -> Iterator[Finding]:
    """The disk that *folder* is on or would be made on."""
    there = next(above for above in (folder, *folder.parents) if above.exists())
    kind = remote_filesystem(there)
    if kind is not None and kind != _LOCAL:
        message = (
            f"{folder}: lies on {kind}, where SQLite's locks and its shared memory may not work (sqlite.org/wal.html)"
        )
        yield Finding(_TOPIC, Level.WARNING, message, "set database.path to a place on a local disk")
    if not os.access(there, os.W_OK | os.X_OK):
        yield Finding(_TOPIC, Level.ERROR, f"{there}: not writable", "let the user that runs docsync write there")
    free = shutil.disk_usage(there).free
    if free < _LEAST_BYTES:
        yield Finding(_TOPIC, Level.WARNING, f"{there}: {free / 1e6:.0f} MB are free", "make room on this disk")


def _open_to_others(path: Path) -> Iterator[Finding]:
    """Whether services of another user can get at the database."""
    closed = [above for above in path.parents if not above.stat().st_mode & stat.S_IXOTH]
    if closed:
        message = f"only for users who may enter {closed[-1]}"
        yield Finding(_TOPIC, Level.NOTE, message, "for services of another user set database.path to another place")
    elif not path.stat().st_mode & stat.S_IROTH:
        yield Finding(
            _TOPIC, Level.NOTE, "only its owner may read it", f"for services of another user: chmod o+r {path}"
        )
