"""What is at the path of a database, before anybody opens it: can it be opened, and is it to be believed?

Never changes anything.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from docsync.store.connection import demand_file, noting, writing
from docsync.store.database_files import companions, find_stranger, is_empty, is_strangers
from docsync.store.epoch import shm_of, wal_of
from docsync.store.file_identity import read_identity
from docsync.store.life import LifeNotes, Provenance
from docsync.store.log_index import LogIndex, is_in_use
from docsync.store.migration import APPLICATION_ID
from docsync.store.project_note import demand_project

# The database file format, section 1.3 (sqlite.org/fileformat2.html).
_HEADER_BYTES, _MAGIC, _APPLICATION_ID = 100, b"SQLite format 3\0", slice(68, 72)

_FOLDERS_DECIDE = "; unless database.mode is set, the folders decide who may read it"


@dataclass(frozen=True, slots=True)
class Examination:
    """Where a database comes from, and why it cannot be opened as it is; empty: it can."""

    origin: Provenance
    obstacle: str = ""
    is_shared: bool = False
    """Somebody else has the file in hand: what its mode bits say decides nothing."""
    has_arrived: bool = False
    """True for a database of docsync's that nothing here knows: its mode bits say nothing."""

    @property
    def is_own(self) -> bool:
        """True when docsync has written it here: what it holds of files that cannot be read now may be kept."""
        return self.origin is not Provenance.FOREIGN


def examine(database: Path, root: Path, index: LogIndex) -> Examination:
    """Look at the three files of *database* of the project *root*, which nobody here has open.

    Raises StoreUnavailable, NoDatabase for that of another project.
    """
    demand_file(database)
    demand_project(database, root)
    with noting(database), writing():
        notes = LifeNotes(database)
        origin = notes.judge()
        match origin:
            case Provenance.NEW:
                obstacle = "it is gone, and its log is not" if _has_companions(database) else ""
            case Provenance.FOREIGN:
                obstacle = _refuse_foreign(database)
            case Provenance.OWN | Provenance.DOUBTFUL:
                obstacle = _find_stranger(database) or _find_torn(database, notes, index)
                if is_strangers(database):
                    origin = Provenance.FOREIGN
        is_shared = find_stranger(database) != ""
        is_unknown = origin is Provenance.FOREIGN and bool(obstacle) and not notes.know()
        has_arrived = is_unknown and not is_shared
        obstacle += _FOLDERS_DECIDE if has_arrived else ""
        return Examination(origin, obstacle, is_shared, has_arrived)


def _find_stranger(database: Path) -> str:
    return next(filter(None, map(find_stranger, (database, *companions(database)))), "")


def _has_companions(database: Path) -> bool:
    return any(os.path.lexists(path) for path in (wal_of(database), shm_of(database)))


def _refuse_foreign(database: Path) -> str:
    """Why a database of docsync's that it does not know cannot stay. One of somebody else is refused when it
    is opened.
    """
    if is_empty(database):
        return "it is empty, and its log is not" if _has_companions(database) else find_stranger(database)
    is_ours = has_our_header(database)
    if is_ours is None:
        # Our log is always beside our database; a file that somebody named by mistake has none.
        return "it is no database any more" if _has_companions(database) else ""
    return "it is not the one that docsync left here" if is_ours else ""


def has_our_header(database: Path) -> bool | None:
    """True for the file of a docsync database, False for another one of SQLite's, None for any other file.

    Raises OSError.
    """
    with database.open("rb") as file:  # SQLite would make a log beside a copy that was made by hand
        header = file.read(_HEADER_BYTES)
    if not header.startswith(_MAGIC):
        return None
    return header[_APPLICATION_ID] == APPLICATION_ID.to_bytes(4, "big")


def _find_torn(database: Path, notes: LifeNotes, index: LogIndex) -> str:
    """Why those who have the database open read something else than we would: SQLite mends that only when
    all are gone.
    """
    life = notes.read()
    is_known = life is not None and life.epoch != ""
    if is_empty(database):
        return "it is empty" if is_known else ""
    files = (read_identity(wal_of(database)), read_identity(shm_of(database)))
    is_torn = life is not None and is_known and files != (life.log, life.index)
    if (is_torn or not index.fits()) and is_in_use(database):
        return "its log was cut or replaced while other programs have it open"
    return ""
