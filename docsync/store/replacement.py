"""Puts a database in the place of another one, in one step, so that readers find all of one of them.

Never deletes the last damaged database: it is moved aside.
"""

import os
from contextlib import suppress
from pathlib import Path

import apsw

from docsync.errors import StoreReason, StoreUnavailable
from docsync.permission import access_of, grant, persist
from docsync.store.connection import noting, open_writer, writing
from docsync.store.database_files import find_stranger, is_there
from docsync.store.epoch import shm_of, wal_of
from docsync.store.life import LifeNotes, Provenance


def overwrite(target: apsw.Connection, source: apsw.Connection) -> None:
    """Give *target* the content of *source* in one transaction: readers see all of it or none. Raises
    StoreUnavailable.
    """
    path = Path(target.filename)
    notes = LifeNotes(path)
    with writing(), noting(path):
        notes.begin()  # killed from here on, it is known whichever of the two it holds
        with target.backup("main", source, "main") as backup:
            backup.step(-1)
        notes.settle(target, Provenance.NEW)


def prepare(database: Path, source: apsw.Connection, *, keep_access: bool = False) -> None:
    """Write a copy of *source* beside *database*, for `start_over`. Raises StoreUnavailable.

    Its owner alone may read it; with *keep_access* those who may read what is there.
    """
    draft = _draft(database)
    with noting(database):
        for path in _files(draft):
            path.unlink(missing_ok=True)
        LifeNotes(draft).forget()
    with open_writer(draft) as target:
        overwrite(target, source)
        with writing():
            target.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    if keep_access and (there := access_of(database)) is not None:
        grant(draft, there)
    for path in _files(draft)[1:]:  # the log last: a draft without one is finished
        path.unlink(missing_ok=True)


def finish(database: Path) -> None:
    """Put a finished draft in the place of a database that was moved aside before docsync was killed."""
    draft = _draft(database)
    with noting(database):
        if not is_there(database) and not is_there(wal_of(draft)) and _is_own(draft):
            _place(database)


def _is_own(draft: Path) -> bool:
    return LifeNotes(draft).names(draft) and not find_stranger(draft)


def install(database: Path, source: apsw.Connection, stamp: str) -> None:
    """Make what *source* holds the database where none is: readers find all of it or none. Raises
    StoreUnavailable.
    """
    prepare(database, source)
    start_over(database, stamp)


def start_over(database: Path, stamp: str) -> None:
    """Move the three files of *database* aside and put what `prepare` wrote there. Nobody here may have it
    open.

    Raises StoreUnavailable.
    """
    try:
        for older in database.parent.glob(f"{database.name}.damaged-*"):
            with suppress(IsADirectoryError, PermissionError):  # a folder was in the place of a file
                older.unlink()
        # The database first: SQLite throws a log without a database away, but would read one that belongs
        # to another.
        for path in filter(os.path.lexists, _files(database)):
            path.replace(
                path.with_name(path.name.replace(database.name, f"{database.name}.damaged-{stamp}", 1))
            )
        _place(database)
    except OSError as error:
        raise StoreUnavailable(
            StoreReason.IO_ERROR, f"the damaged database cannot be moved aside ({error})"
        ) from error


def _place(database: Path) -> None:
    draft = _draft(database)
    LifeNotes(database).begin(draft)
    draft.replace(database)
    LifeNotes(draft).forget()
    persist(database.parent)


def _draft(database: Path) -> Path:
    return database.with_name(database.name + ".new")


def _files(database: Path) -> tuple[Path, Path, Path]:
    return database, shm_of(database), wal_of(database)
