"""Eight ways to damage a database that nobody has open, all decided by a seed."""

import random
from collections.abc import Callable
from pathlib import Path

import apsw

from docsync.store.life import LifeNotes

PAGE = 4096


def _pages(database: Path, sql: str) -> list[int]:
    connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return [int(number) for (number,) in connection.execute(f"SELECT pageno FROM dbstat WHERE {sql}")]
    finally:
        connection.close()


def _checkpointed(database: Path) -> None:
    """Let the pages be in the database and not in the log, where damage to the file would not reach them."""
    connection = apsw.Connection(str(database))
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    connection.close()


def at_home(database: Path) -> None:
    """Let a database that a test made or changed pass for the one that docsync left where it is now."""
    log_of(database).touch()  # SQLite has removed it
    LifeNotes(database).begin()
    database.with_name(database.name + ".project").unlink(missing_ok=True)


def let_tamper(connection: apsw.Connection) -> None:
    """Let a test do on a connection of docsync's what docsync never does: write tables that are SQLite's own."""
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)


def log_of(database: Path) -> Path:
    return database.with_name(database.name + "-wal")


def _flip(database: Path, pages: list[int], generator: random.Random, count: int = 8) -> None:
    octets = bytearray(database.read_bytes())
    for _ in range(count):
        at = (generator.choice(pages) - 1) * PAGE + generator.randrange(PAGE)
        octets[at] ^= 1 << generator.randrange(8)
    database.write_bytes(octets)


def bits_in_table_pages(database: Path, generator: random.Random) -> None:
    _flip(database, _pages(database, "name = 'documents'"), generator)


def bits_in_index_pages(database: Path, generator: random.Random) -> None:
    _flip(
        database,
        _pages(database, "name LIKE 'documents\\_%' ESCAPE '\\' AND name NOT LIKE '%fts%'"),
        generator,
    )


def bits_in_search_pages(database: Path, generator: random.Random) -> None:
    _flip(database, _pages(database, "name LIKE '%fts%'"), generator)


def bits_in_page_one(database: Path, generator: random.Random) -> None:
    _flip(database, [1], generator)


def truncated(database: Path, generator: random.Random) -> None:
    octets = database.read_bytes()
    database.write_bytes(octets[: generator.randrange(1, len(octets))])


def zeroed_page(database: Path, generator: random.Random) -> None:
    octets = bytearray(database.read_bytes())
    page = generator.randrange(len(octets) // PAGE)
    octets[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)
    database.write_bytes(octets)


def garbage_header(database: Path, generator: random.Random) -> None:
    octets = bytearray(database.read_bytes())
    octets[:100] = generator.randbytes(100)
    database.write_bytes(octets)


def replaced_file(database: Path, generator: random.Random) -> None:
    other = database.with_name("other.db")
    other.write_bytes(generator.randbytes(generator.randrange(1, 9) * PAGE))
    other.replace(database)


KINDS: tuple[Callable[[Path, random.Random], None], ...] = (
    bits_in_table_pages,
    bits_in_index_pages,
    bits_in_search_pages,
    bits_in_page_one,
    truncated,
    zeroed_page,
    garbage_header,
    replaced_file,
)


def damage(database: Path, kind: Callable[[Path, random.Random], None], generator: random.Random) -> None:
    """Damage *database* in the way of *kind*. Nobody remembers when it was closed: a disk damages without a trace."""
    _checkpointed(database)
    at_home(database)
    kind(database, generator)
