"""The reading side: documents by id and by any field, from the database file. Never writes, never looks at the folders.

    with open_reader(database=".docsync/docsync.db") as reader:
        ana = reader.get("persona/team/ana")

One Reader belongs to one thread, and is not to be used after a fork.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from docsync.errors import UsageError
from docsync.store.database import answering, open_reader_connection

if TYPE_CHECKING:
    from docsync.status import HeldDeletion, ListedProblem

_COLUMNS = (
    "d.id, d.type, d.name, d.document, d.file_path, d.file_modified, d.created_at, d.updated_at, "
    "d.description, d.tags, d.content_hash, d.revision, s.state, s.since"
)
_FROM = "FROM documents AS d JOIN document_status AS s ON s.id = d.id"
_ORDERS = ("id", "type", "name", "file_path", "file_modified", "created_at", "updated_at", "revision")
_PATH = re.compile(r"[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*|\[\d+\])*\Z")


@dataclass(frozen=True, slots=True)
class Row:
    """A document as the database holds it. `state` is ok, stale or held; `since` says since when, if it is not ok.

    `document` is the parsed JSON object; times are UTC, ISO 8601.
    """

    id: str
    type: str
    name: str
    document: dict[str, Any]  # what the file holds: any JSON
    file_path: str
    file_modified: str
    created_at: str
    updated_at: str
    description: str | None
    tags: tuple[str, ...]
    content_hash: str
    revision: int
    state: str
    since: str | None


class Reader:
    """Reads one database. Use `open_reader` to get one, and close it or use it in a with block."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._stack = ExitStack()
        self._connection = self._stack.enter_context(open_reader_connection(database))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        self._stack.close()

    def get(self, document_id: str) -> Row | None:
        """The document with this id, None if there is none."""
        return next(self._select("WHERE d.id = ?", [document_id]), None)

    def find(
        self,
        *,
        type: str | None = None,  # noqa: A002  # the column's name
        tag: str | None = None,
        where: Mapping[str, object] | None = None,
        order: str = "id",
        limit: int | None = None,
    ) -> list[Row]:
        """The documents that have this type, this tag and these values, such as {"demographics.ageGroup": "60+"}.

        *order* is a column, with "-" in front for descending. Raises UsageError for a path or an order it cannot take.
        """
        conditions: list[str] = []
        values: list[object] = []
        if type is not None:
            conditions.append("d.type = ?")
            values.append(type)
        if tag is not None:
            conditions.append("d.id IN (SELECT document_id FROM document_tags WHERE tag = ?)")
            values.append(tag)
        for path, value in (where or {}).items():
            # The path is written out and not bound: only then does SQLite use the index that the configuration asks for.
            conditions.append(f"json_extract(d.document, '$.{_checked(path)}') = ?")
            values.append(value)
        clause = f"WHERE {' AND '.join(conditions)} " if conditions else ""
        return list(self._select(f"{clause}{_order(order)} LIMIT ?", [*values, -1 if limit is None else limit]))

    def count(self) -> dict[str, int]:
        """How many documents each type has."""
        rows = self._ask(
            "SELECT c.type, (SELECT count(*) FROM documents AS d WHERE d.type = c.type) FROM collections AS c ORDER BY c.type"
        )
        return {str(type_): int(number) for type_, number in rows}

    def problems(self) -> "list[ListedProblem]":
        """What is wrong with files, errors first; held deletions are not among it."""
        from docsync.status import ListedProblem
        from docsync.store.problems import problem_of

        rows = self._ask(
            "SELECT file_path, severity, code, line, column, json_path, message, hint, notes, since FROM problems "
            "WHERE code <> 'held' ORDER BY severity, file_path, ordinal"
        )
        return [ListedProblem(problem_of(row[:-1]), str(row[-1])) for row in rows]

    def held(self) -> "list[HeldDeletion]":
        """The deletions that are kept back until a person releases them."""
        from docsync.status import HeldDeletion

        rows = self._ask(
            "SELECT d.id, d.type, d.file_path, p.since FROM files AS f JOIN documents AS d ON d.file_path = f.file_path "
            "JOIN problems AS p ON p.file_path = f.file_path AND p.ordinal = 0 WHERE f.state = 'held' ORDER BY d.id"
        )
        return [HeldDeletion(*map(str, row)) for row in rows]

    def tallies(self) -> dict[str, dict[str, int]]:
        """Per type, how many errors, warnings and held deletions there are."""
        rows = self._ask(
            "SELECT f.type, sum(p.severity = 'error'), sum(p.severity = 'warning' AND p.code <> 'held'), sum(p.code = 'held') "
            "FROM problems AS p JOIN files AS f ON f.file_path = p.file_path GROUP BY f.type"
        )
        return {str(row[0]): dict(zip(("errors", "warnings", "held"), map(int, row[1:]), strict=True)) for row in rows}

    @property
    def epoch(self) -> str:
        """The random id of this database's life; a rebuilt database has another one."""
        return self._state("epoch")

    @property
    def revision(self) -> int:
        """The number of the last change; with the epoch it names one state for ever."""
        return int(self._state("revision"))

    def _state(self, key: str) -> str:
        ((value,),) = self._ask("SELECT value FROM sync_state WHERE key = ?", (key,))
        return str(value)

    def _ask(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:  # types: STRICT tables
        with answering(self._database):
            return self._connection.execute(statement, values).fetchall()

    def _select(self, clause: str, values: Sequence[object]) -> Iterator[Row]:
        for row in self._ask(f"SELECT {_COLUMNS} {_FROM} {clause}", values):
            columns: list[Any] = list(row)  # types are those of the STRICT table
            columns[3], columns[9] = json.loads(columns[3]), tuple(json.loads(columns[9]))
            yield Row(*columns)


def open_reader(project: Path | str | None = None, *, database: Path | str | None = None) -> Reader:
    """A reader for the database of *project* (a folder with a docsync.toml, or below one), or for a database file.

    Raises NoDatabase when there is none, ConfigError when docsync.toml is wrong.
    """
    if database is not None:
        return Reader(Path(database))
    import os

    from docsync.config import load_config

    return Reader(load_config(Path(project or "."), environ=os.environ).database_path)


def _checked(path: str) -> str:
    if not _PATH.match(path):
        raise UsageError(f"{path!r} is not a path into a document; write words with dots, like demographics.ageGroup")
    return path


def _order(order: str) -> str:
    column = order.removeprefix("-")
    if column not in _ORDERS:
        raise UsageError(f"cannot order by {column!r}; there are {', '.join(_ORDERS)}")
    direction = "DESC" if order.startswith("-") else "ASC"
    return f"ORDER BY d.{column} {direction}, d.id"
