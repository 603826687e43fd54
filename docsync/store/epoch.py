"""Where the files of a database are, and its epoch, which names the life of one. Opens nothing."""

from pathlib import Path

import apsw

from docsync.store.state import change_epoch


def renew(connection: apsw.Connection) -> None:
    """Give the database of *connection* an epoch that no other one has."""
    change_epoch(connection, new_epoch())


def new_epoch() -> str:
    """An epoch that no database ever had."""
    import secrets  # a reader, which must start fast, never comes here

    return secrets.token_hex(8)


def wal_of(path: Path) -> Path:
    """The write-ahead log of the database at *path*."""
    return path.with_name(path.name + "-wal")


def shm_of(path: Path) -> Path:
    """The index of the log of the database at *path*, which all who have it open share."""
    return path.with_name(path.name + "-shm")
