"""Makes the tables of a database, or brings older ones up to SCHEMA_VERSION. Never opens a database.

A step is a file, migrations/NNNN-what-it-does.sql, that makes version NNNN of the tables from the one before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import apsw

from docsync.errors import NoDatabase
from docsync.store.epoch import new_epoch
from docsync.store.state import Mark, advance_revision, begin_epoch, write_mark
from docsync.store.transaction import transaction

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

APPLICATION_ID = 0x646F6373  # "docs", so that file(1) and other programs can tell whose database it is
SCHEMA_VERSION = 2


def migrate(connection: apsw.Connection, path: Path) -> None:
    """Make the tables, or bring them up to SCHEMA_VERSION: each step is one transaction and one revision.

    After a kill the next start begins at the step that was not committed. Raises NoDatabase for tables of a
    newer docsync.
    """
    version = int(connection.pragma("user_version"))
    if version == 0:
        _make_tables(connection)
    elif version < SCHEMA_VERSION:
        with _equip(connection):
            for number in range(version + 1, SCHEMA_VERSION + 1):
                _take_step(connection, number)
    else:
        check_version(path, version)


def check_version(path: Path, version: int) -> None:
    """Raises NoDatabase when *version*, that of the tables at *path*, is not SCHEMA_VERSION."""
    if version > SCHEMA_VERSION:
        tables = f"tables {version}, this one knows {SCHEMA_VERSION}"
        raise NoDatabase(f"{path}: made by a newer docsync ({tables}); upgrade docsync")
    if version < SCHEMA_VERSION:
        tables = f"tables {version}, this one needs {SCHEMA_VERSION}"
        raise NoDatabase(f"{path}: made by an older docsync ({tables}); start 'docsync run' once")


def _make_tables(connection: apsw.Connection) -> None:
    with transaction(connection):
        connection.execute(find_scripts().joinpath("schema.sql").read_text("utf-8")).fetchall()
        begin_epoch(connection, new_epoch())
        connection.pragma("application_id", APPLICATION_ID)
        _set_version(connection, SCHEMA_VERSION)


def _take_step(connection: apsw.Connection, number: int) -> None:
    scripts = find_scripts().joinpath("migrations").iterdir()
    [step] = [script.read_text("utf-8") for script in scripts if script.name.startswith(f"{number:04}-")]
    with transaction(connection):
        # Always, because (epoch, revision) names the state before the step for ever. First, so that the step
        # can write the new revision into the rows and the changes that it makes.
        advance_revision(connection)
        try:
            connection.execute(step).fetchall()
        except UnicodeDecodeError as error:  # damage has left a text that is not UTF-8
            raise apsw.CorruptError(str(error)) from error
        _set_version(connection, number)


@contextmanager
def _equip(connection: apsw.Connection) -> Iterator[None]:
    """What steps need inside: no foreign keys, and the SQL functions row_hash and search_hash."""
    from docsync.store.document_rows import row_hash, search_hash_of  # a reader must start fast

    connection.pragma("foreign_keys", "OFF")  # DROP TABLE documents would delete its tags and references
    connection.create_scalar_function("row_hash", lambda *row: row_hash(row))
    connection.create_scalar_function("search_hash", lambda *row: search_hash_of(map(_encode, row)))
    try:
        yield
    finally:
        connection.create_scalar_function("search_hash", None)
        connection.create_scalar_function("row_hash", None)
        connection.pragma("foreign_keys", "ON")


def _encode(value: object) -> bytes | None:
    return value if value is None or isinstance(value, bytes) else str(value).encode()


def _set_version(connection: apsw.Connection, version: int) -> None:
    """In the header, where SQLite's tools look, and in a row: a damaged header must not pass for a newer docsync's."""
    connection.pragma("user_version", version)
    write_mark(connection, Mark.SCHEMA_VERSION, str(version))


def find_scripts() -> "Traversable":
    """The folder of schema.sql and migrations."""
    from importlib.resources import files  # a reader, which must start fast, never comes here

    return files("docsync.store")
