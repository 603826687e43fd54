"""The databases that histories run on: of dictionaries, SQLite in memory, SQLite in a file. Never judges them."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import apsw

from docsync.store.connection import _configure, open_memory, open_reader_connection, open_writer
from docsync.store.sqlite import SqliteStore
from tests.simulation.connection import FaultyConnection
from tests.simulation.faults import Faults
from tests.simulation.memory import Memory, MemoryStore
from tests.simulation.snapshot import Reader, SqlReader


@dataclass(frozen=True, slots=True)
class Opened:
    """A database at work: who writes to it, who reads it, and how it is made to fail."""

    writer: apsw.Connection | Memory
    reader: Reader
    faults: Faults


class Backend(Protocol):
    """A database: it is opened anew for every life of the daemon if it `outlives` the connection to it."""

    outlives: bool

    def open(self) -> AbstractContextManager[Opened]: ...


class MemoryBackend:
    """A database of dictionaries."""

    outlives = False

    @contextmanager
    def open(self) -> Iterator[Opened]:
        memory = Memory()
        yield Opened(memory, memory, memory.faults)


class SqliteMemoryBackend:
    """SQLite in memory: it goes with its connection."""

    outlives = False

    @contextmanager
    def open(self) -> Iterator[Opened]:
        connection = FaultyConnection(":memory:")
        connection.deserialize("main", _empty_database())
        connection.pragma("foreign_keys", True)
        try:
            yield Opened(connection, SqlReader(connection), connection.faults)
        finally:
            connection.close(True)


class SqliteFileBackend:
    """SQLite in a new file beneath *folder*, where a second connection reads."""

    outlives = True

    def __init__(self, folder: Path) -> None:
        self._path = Path(tempfile.mkdtemp(dir=folder)) / "docsync.db"

    @contextmanager
    def open(self) -> Iterator[Opened]:
        with open_writer(self._path):
            pass
        connection = FaultyConnection(str(self._path))
        _configure(connection)
        connection.pragma("synchronous", "OFF")  # nothing here loses power
        try:
            with open_reader_connection(self._path) as reader:
                yield Opened(connection, SqlReader(reader), connection.faults)
        finally:
            connection.close(True)


@cache
def _empty_database() -> bytes:
    with open_memory() as connection:
        return connection.serialize("main")


def store_on(
    writer: apsw.Connection | Memory, now: Callable[[], str], *options: int
) -> MemoryStore | SqliteStore:
    """The store that writes to *writer*."""
    return MemoryStore(writer, now) if isinstance(writer, Memory) else SqliteStore(writer, now, *options)
