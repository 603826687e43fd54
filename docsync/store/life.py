"""Whose database a file is: the one that docsync left, an older state of it, or one that came from elsewhere.

The database is a cache: only of one that docsync knows by its identity it believes what is in no file. Never
decides
whether a database is sound, and opens none.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from enum import Enum, auto
from pathlib import Path

import apsw

from docsync.permission import put_mark
from docsync.regular_file import read_regular
from docsync.store.database_files import is_empty, make_file
from docsync.store.epoch import renew, shm_of, wal_of
from docsync.store.file_identity import FileIdentity, read_identity
from docsync.store.state import forget_fingerprints, read_version

_MARK_DIGITS = 20
_MAX_BYTES = 4096


class Provenance(Enum):
    """Where a database comes from, as far as that can be known before it is opened."""

    NEW = auto()  # nothing is there
    OWN = auto()  # the one that docsync left, with all commits
    DOUBTFUL = auto()  # the file is docsync's own; its commits may be lost, or somebody has changed it
    FOREIGN = (
        auto()
    )  # a copy, a restored one, one that came with the project: docsync has not written it here


@dataclass(frozen=True, slots=True)
class Life:
    """What `.life` says: the identities of the three files, the epoch, and a revision that was committed in
    it.

    `epoch` is empty while it is made or replaced: then nothing else is known. `log` and `index` are None
    where they were
    not there.
    """

    database: FileIdentity
    log: FileIdentity | None = None
    index: FileIdentity | None = None
    epoch: str = ""
    revision: int = 0


class LifeNotes:
    """The two files beside the database at *path* that outlive the process:

    `.life` names the files that are its own, as it is opened, and says how far it got. `.left` tells when it
    was last
    changed, once it is closed: who writes it afterwards changes that.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._life = path.with_name(path.name + ".life")
        self._left = path.with_name(path.name + ".left")

    def read(self) -> Life | None:
        """What `.life` says, None if it says nothing."""
        return _parse(_read(self._life) or "")

    def can_be_read(self) -> bool:
        """False where the notes are there, and this user may not read them."""
        return os.access(self._life, os.R_OK) or not os.path.lexists(self._life)

    def judge(self) -> Provenance:
        """Where the database comes from. Raises OSError."""
        found, life = read_identity(self._path), self.read()
        if found is None:
            return Provenance.NEW
        if life is None or life.database != found:
            return Provenance.FOREIGN
        left = _read(self._left)
        if left is None:
            return Provenance.OWN if self._has_log(life) else Provenance.DOUBTFUL
        changed, written = self._describe_left()
        if left == changed and self._has_log(life):
            return Provenance.OWN
        # A chmod or a new name changes the first; who writes it changes both.
        return Provenance.DOUBTFUL if left.partition(" ")[2] == written else Provenance.FOREIGN

    def _has_log(self, life: Life) -> bool:
        return not life.epoch or (life.log is not None and life.log == read_identity(wal_of(self._path)))

    def _describe_left(self) -> tuple[str, str]:
        status = self._path.stat()
        written = f"{status.st_mtime_ns} {status.st_size}"
        return f"{status.st_ctime_ns} {written}", written

    def begin_or_judge(self) -> Provenance:
        """Where the database comes from. A new one is there from now on, without tables, and its life has
        begun.

        Raises OSError.
        """
        origin = self.judge()
        if origin is Provenance.NEW or (origin is Provenance.FOREIGN and is_empty(self._path)):
            make_file(self._path)
            self.begin()
            return Provenance.NEW
        return origin

    def begin(self, database: Path | None = None) -> None:
        """The file *database*, which is or will be at the path, is docsync's own, of whatever epoch. Raises
        OSError.
        """
        self._left.unlink(missing_ok=True)
        found = read_identity(database or self._path)
        if found is not None:
            self._write(Life(found))

    def names(self, database: Path) -> bool:
        """True when the file *database*, wherever it is, is the one that `.life` names. Raises OSError."""
        life = self.read()
        return life is not None and life.database == read_identity(database)

    def know(self) -> bool:
        """True when the database was made or closed here, by whatever release, and perhaps written since.

        A release that wrote no `.life` left its change time in `.left`, which nobody can give to a file.
        Raises OSError.
        """
        left = (_read(self._left) or "").partition(" ")[0]
        return self.names(self._path) or left == str(self._path.stat().st_ctime_ns)

    def forget(self) -> None:
        """Say nothing any more: what is at the path is none of our business."""
        for note in (self._life, self._left):
            note.unlink(missing_ok=True)

    def settle(self, connection: apsw.Connection, origin: Provenance) -> None:
        """Once it is open: unless it is what docsync left, it has a new epoch, and every file is to be read
        again.

        A revision that is lower than one that was committed, or another epoch, is of an older state.
        """
        try:
            epoch, revision = read_version(connection)
        except apsw.CorruptError:  # the look for damage finds that, and then there is a new epoch
            return
        known = self.read()
        is_own = origin is Provenance.OWN and known is not None
        if origin is not Provenance.NEW and not (is_own and known and _continues(known, epoch, revision)):
            forget_fingerprints(connection)
            renew(connection)
            epoch, revision = read_version(connection)
        self._left.unlink(missing_ok=True)
        found = read_identity(self._path)
        if found is None:  # it went just now: the next look at its files finds that
            return
        now = Life(found, read_identity(wal_of(self._path)), read_identity(shm_of(self._path)), epoch)
        if known is None or replace(known, revision=0) != now or revision < known.revision:
            self._write(replace(now, revision=revision))

    def _write(self, life: Life) -> None:
        values = asdict(life)
        mark = values.pop("revision")
        put_mark(self._life, f"{json.dumps(values)}\n{mark:0{_MARK_DIGITS}}\n", lasting=True)

    def mark_revision(self, revision: int) -> None:
        """*revision* is committed. Not synced: what a power loss takes says nothing wrong."""
        with suppress(OSError):
            descriptor = os.open(self._life, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                mark = f"{revision:0{_MARK_DIGITS}}\n".encode()
                os.pwrite(descriptor, mark, os.fstat(descriptor).st_size - len(mark))
            finally:
                os.close(descriptor)

    def mark_closed(self) -> None:
        """After it was closed."""
        with suppress(OSError):
            put_mark(self._left, self._describe_left()[0])


def _continues(known: Life, epoch: str, revision: int) -> bool:
    return known.epoch in ("", epoch) and revision >= known.revision


def _read(note: Path) -> str | None:
    """The text of *note*, None where there is none that docsync could have written."""
    try:
        return read_regular(note, _MAX_BYTES, follow_links=False).octets.decode("ascii")
    except (OSError, UnicodeDecodeError):
        return None


def _parse(text: str) -> Life | None:
    try:
        values, mark = text.splitlines()
        fields = json.loads(values)
        files = {name: _parse_identity(fields[name]) for name in ("database", "log", "index")}
        if files["database"] is None:
            return None
        return Life(files["database"], files["log"], files["index"], str(fields["epoch"]), int(mark))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _parse_identity(fields: dict[str, int] | None) -> FileIdentity | None:
    return None if fields is None else FileIdentity(**fields)
