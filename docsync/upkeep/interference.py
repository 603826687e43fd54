"""Has another program its hand on the database that is open? Asked before every batch; changes nothing."""

from pathlib import Path

import apsw

from docsync.errors import Damaged
from docsync.store.connection import reading
from docsync.store.damage import identity
from docsync.store.log_index import LogIndex
from docsync.store.schema import has_own_schema


class Interference:
    """What tells that only docsync writes: the files, their log, and SQLite's own counters."""

    def __init__(self, database: Path, connection: apsw.Connection, index: LogIndex) -> None:
        """*connection* is the one that writes."""
        self._database = database
        self._connection = connection
        self._index = index
        self.identity = identity(database)
        self._schema_version, self._data_version = self._read_versions()

    def look(self) -> bool:
        """True when another program has committed since the last look. Costs microseconds.

        Raises Damaged when the files are not those that were opened, or the tables not docsync's own.
        """
        if identity(self._database) != self.identity:
            raise Damaged(f"{self._database}: its files were moved, deleted or replaced")
        if not self._index.fits():
            raise Damaged(f"{self._database}: its log was cut or written over")
        schema_version, data_version = self._read_versions()
        if schema_version != self._schema_version:
            with reading():
                if not has_own_schema(self._connection):
                    raise Damaged(f"{self._database}: another program has changed its tables")
            self._schema_version = schema_version
        others, self._data_version = data_version != self._data_version, data_version
        return others

    def _read_versions(self) -> tuple[int, int]:
        with reading():
            # Its own commits leave a connection's data_version as it is (sqlite.org/pragma.html).
            return int(self._connection.pragma("schema_version")), int(
                self._connection.pragma("data_version")
            )
