"""Makes the tables of a database, or brings them up to date. Never opens one."""

from collections.abc import Mapping
from pathlib import Path

import apsw

from docsync.errors import NoDatabase
from docsync.store.epoch import new_epoch, record_inode
from docsync.store.state import Mark, begin_epoch, write_mark
from docsync.store.transaction import transaction

APPLICATION_ID = 0x646F6373  # "docs", so that file(1) and other programs can tell whose database it is
SCHEMA_VERSION = 1

# Moves a database of the version in the key to the next one. Rows can be rebuilt from the files, so a step may simply
# empty the fingerprints, which makes the next start load everything again.
MIGRATIONS: Mapping[int, str] = {}


def migrate(connection: apsw.Connection, path: Path, steps: Mapping[int, str] = MIGRATIONS) -> None:
    """Create the tables, or move them to SCHEMA_VERSION step by step, each step in a transaction of its own."""
    target = max(steps, default=SCHEMA_VERSION - 1) + 1
    if connection.pragma("user_version") == 0:
        with transaction(connection):
            from importlib.resources import files  # a reader, which must start fast, never comes here

            connection.execute(files("docsync.store").joinpath("schema.sql").read_text("utf-8")).fetchall()
            begin_epoch(connection, new_epoch())
            connection.pragma("application_id", APPLICATION_ID)
            _set_version(connection, SCHEMA_VERSION)
            if path.exists():  # not in memory
                record_inode(connection, path)
    while (version := connection.pragma("user_version")) < target:
        with transaction(connection):
            connection.execute(steps[version]).fetchall()
            _set_version(connection, version + 1)
    if version > target:
        raise NoDatabase(describe_version(path, version, target))


def _set_version(connection: apsw.Connection, version: int) -> None:
    """In the header, where SQLite's tools look, and in a row: a damaged header must not pass for a newer docsync's."""
    connection.pragma("user_version", version)
    write_mark(connection, Mark.SCHEMA_VERSION, str(version))


def describe_version(path: Path, version: int, known: int) -> str:
    """What is said of a database at *path* whose tables are of *version*, where those of *known* are needed."""
    if version > known:
        return f"{path}: made by a newer docsync (tables {version}, this one knows {known}); upgrade docsync"
    return f"{path}: made by an older docsync (tables {version}, this one needs {known}); start 'docsync run' once"
