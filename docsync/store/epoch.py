"""The life of a database file, which its epoch names: is this the one that docsync left, or a copy, or an older state?

The numbers to come must not name other content under an epoch that readers know: in doubt there is a new one.
Never decides whether a database is sound.
"""

import os
from contextlib import suppress
from pathlib import Path

import apsw

from docsync.store.state import Mark, change_epoch, read_epoch, read_mark, write_mark


class EpochGuard:
    """Looks for what speaks against the database at *path*. Two files beside it outlive the process:

    `.left` holds the ctime that the database had when it was closed: who writes over it afterwards changes that.
    `.unsure` says that a new epoch is due, and holds the epoch that is in doubt as soon as that is known.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = path.with_name(path.name + ".left")
        self._unsure = path.with_name(path.name + ".unsure")

    def check_before_open(self) -> None:
        """Before it is opened: a database without its log, which is persistent, is a copy or has lost commits."""
        if self._path.exists() and (not wal_of(self._path).exists() or self._was_written()):
            self._unsure.touch()
        self._left.unlink(missing_ok=True)

    def _was_written(self) -> bool:
        """True when somebody wrote it since it was closed; after a kill nobody can say."""
        try:
            return self._left.read_text("ascii") != str(self._path.stat().st_ctime_ns)
        except (FileNotFoundError, UnicodeDecodeError):
            return False

    def mark_unsure(self) -> None:
        """A reader has made the log that was missing, and with that the sign that commits may be lost."""
        with suppress(OSError):
            self._unsure.touch()
            if os.geteuid() == 0:  # as SQLite does with the log: whose the database is must be able to go on
                owner = self._path.stat()
                os.chown(self._unsure, owner.st_uid, owner.st_gid)

    def mark_new(self) -> None:
        """Nothing speaks against it: it is new, or about to be put there, or somebody else's and none of our business."""
        self._unsure.unlink(missing_ok=True)
        self._left.unlink(missing_ok=True)

    def settle_epoch(self, connection: apsw.Connection) -> None:
        """Once it is open: a file with another inode than it says is a copy, and a copy has an epoch of its own."""
        epoch, known = read_epoch(connection), read_mark(connection, Mark.INODE)
        doubted = self._unsure.read_text("ascii") if self._unsure.exists() else None
        # With another epoch in it, a start that was killed had got as far as the new one.
        if doubted in ("", epoch) or known not in (None, inode_of(self._path)):
            if doubted is not None:
                self._unsure.write_text(str(epoch), "ascii")
            renew(connection, self._path)
        self._unsure.unlink(missing_ok=True)

    def mark_closed(self) -> None:
        """After it was closed."""
        with suppress(OSError):
            self._left.write_text(str(self._path.stat().st_ctime_ns), "ascii")


def renew(connection: apsw.Connection, path: Path) -> None:
    """Give the database at *path*, which *connection* is to, an epoch that no other one has."""
    change_epoch(connection, new_epoch(), inode_of(path))


def record_inode(connection: apsw.Connection, path: Path) -> None:
    """*connection*'s database is, or will be written to, the file at *path*, which is then no copy."""
    write_mark(connection, Mark.INODE, inode_of(path))


def new_epoch() -> str:
    """An epoch that no database ever had."""
    import secrets  # a reader, which must start fast, never comes here

    return secrets.token_hex(8)


def wal_of(path: Path) -> Path:
    """The write-ahead log of the database at *path*."""
    return path.with_name(path.name + "-wal")


def inode_of(path: Path) -> str:
    """Only the inode: the device of a file may be another one after the next boot."""
    return str(path.stat().st_ino)
