"""Which state the database is in, and the change that made it: all that is written to `sync_state` and `changes`.

Never begins a transaction.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

import apsw

EPOCH = "(SELECT value FROM sync_state WHERE key = 'epoch')"
REVISION = "(SELECT value FROM sync_state WHERE key = 'revision')"
"""Both as SQL, for a statement that reads them together with something else."""


class Mark(StrEnum):
    """What else is known: the version of the tables."""

    SCHEMA_VERSION = "schema_version"


class ChangeRow(NamedTuple):
    """A document that was written or, where `content_hash` is None, deleted. `changed_at` is UTC, ISO 8601."""

    revision: int
    id: str
    type: str
    content_hash: str | None
    changed_at: str


def read_version(connection: apsw.Connection) -> tuple[str, int]:
    """The epoch, and the number of the last committed change. Raises apsw.CorruptError where there is none."""
    ((epoch, revision),) = connection.execute(f"SELECT {EPOCH}, {REVISION}").fetchall()
    if epoch is None or revision is None:
        raise apsw.CorruptError("there is no epoch or no revision")
    try:
        return str(epoch), int(str(revision))
    except ValueError as error:
        raise apsw.CorruptError(f"the revision is no number: {revision!r}") from error


def read_revision(connection: apsw.Connection) -> int:
    """The number of the last committed change. Raises apsw.CorruptError where there is none."""
    return read_version(connection)[1]


def spend_revision(connection: apsw.Connection, revision: int) -> None:
    """Make *revision* the current one."""
    connection.execute("UPDATE sync_state SET value = ? WHERE key = 'revision'", (str(revision),))


def advance_revision(connection: apsw.Connection) -> None:
    """Make the next number the current one. One that is no number is damage, and stays for the look for damage to find."""
    connection.execute(
        "UPDATE sync_state SET value = value + 1 WHERE key = 'revision' AND value = CAST(value AS INTEGER)"
    )


def record_changes(connection: apsw.Connection, rows: Iterable[ChangeRow]) -> None:
    """Tell those who follow the changes of *rows*, in their order."""
    connection.executemany(
        "INSERT INTO changes (revision, id, type, op, content_hash, changed_at) VALUES (?,?,?,?,?,?)",
        (
            (
                row.revision,
                row.id,
                row.type,
                "delete" if row.content_hash is None else "upsert",
                row.content_hash,
                row.changed_at,
            )
            for row in rows
        ),
    )


def begin_epoch(connection: apsw.Connection, epoch: str) -> None:
    """Say of new tables which epoch they begin, at revision 0."""
    connection.execute("INSERT INTO sync_state VALUES ('epoch', ?), ('revision', '0')", (epoch,))


def change_epoch(connection: apsw.Connection, epoch: str) -> None:
    """Let the database be of another epoch, at the same revision."""
    connection.execute("INSERT OR REPLACE INTO sync_state VALUES ('epoch', ?)", (epoch,))


def forget_fingerprints(connection: apsw.Connection) -> None:
    """Let every collection be read again, whatever its stamps say."""
    connection.execute("UPDATE collections SET fingerprint = ''")


def read_mark(connection: apsw.Connection, mark: Mark) -> str | None:
    """What is recorded of *mark*, None if nothing is."""
    value = connection.execute("SELECT value FROM sync_state WHERE key = ?", (mark.value,)).get
    return None if value is None else str(value)


def write_mark(connection: apsw.Connection, mark: Mark, value: str) -> None:
    """Record *value* of *mark*."""
    connection.execute("INSERT OR REPLACE INTO sync_state VALUES (?, ?)", (mark.value, value))
