"""A service that looks at a database again and again and remembers every state: it says what must never be seen.

Never the same (epoch, revision) with two contents, never an older one after a newer one, never a row that is not what
was written, never an error. A row that carries a seal (see sealed) must be whole and of its own path.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import apsw

from docsync.store.columns import BARE_COLUMNS
from docsync.store.document_rows import row_hash
from tests.failpoints.sealed import why_not_whole

_STATE = "SELECT (SELECT value FROM sync_state WHERE key = 'epoch'), (SELECT value FROM sync_state WHERE key = 'revision')"
_ROWS = f"SELECT {BARE_COLUMNS}, row_hash FROM documents ORDER BY id"
# What may be said for a moment of a database that is being made, or was moved aside: reopen and look again.
_PASSING = (apsw.CantOpenError, apsw.CorruptError, apsw.NotADBError)
_MAX_SOUND = 10_000
_PAUSE_SECONDS = 0.002


@dataclass(slots=True)
class Sights:
    """What was seen: transactions, rows, states, epochs in their order, and all that should not have been."""

    transactions: int = 0
    rows: int = 0
    states: int = 0
    reopened: int = 0
    epochs: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Witness:
    """Looks whenever it is told to; belongs to one thread."""

    def __init__(self, database: Path, every: int = 10) -> None:
        """Every new state is read whole, and of looks at a known one each *every*th."""
        self._database = database
        self._every = every
        self._connection: apsw.Connection | None = None
        self._inode = 0
        self._contents: dict[tuple[str, int], str] = {}
        self._last = ("", -1)
        self._sound: set[tuple[object, ...]] = set()
        self.sights = Sights()

    def look(self) -> None:
        """One look, by the recipe for raw readers: reopen when the file was moved aside, or is none any more."""
        with suppress(FileNotFoundError):
            inode = os.stat(self._database).st_ino
            try:
                if self._connection is None or inode != self._inode:
                    self._open(inode)
                self._read()
            except _PASSING:
                self._connection = None
                self.sights.reopened += 1
            except (apsw.Error, UnicodeDecodeError) as error:
                if not (isinstance(error, apsw.ReadOnlyError) and self._is_half_made()):
                    self._blame(f"error: {error!r}")

    def _is_half_made(self) -> bool:
        """The very first start was killed before there were tables: only a writer can roll its journal back."""
        return not self._contents and self._database.with_name(self._database.name + "-journal").exists()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close(True)

    def _open(self, inode: int) -> None:
        self.close()
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        self._connection = apsw.Connection(f"{self._database.as_uri()}?mode=ro", flags=flags)
        self._connection.set_busy_timeout(5000)
        self._inode = inode

    def _read(self) -> None:
        connection = self._connection
        assert connection is not None
        if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sync_state'").fetchone() is None:
            return  # the tables are about to be made
        connection.execute("BEGIN")
        try:
            epoch, revision = map(str, connection.execute(_STATE).fetchall()[0])
            rows = connection.execute(_ROWS).fetchall() if self._is_news(epoch, int(revision)) else []
        finally:
            connection.execute("COMMIT")
        self.sights.transactions += 1
        self._judge(epoch, int(revision), rows)

    def _is_news(self, epoch: str, revision: int) -> bool:
        return (epoch, revision) not in self._contents or self.sights.transactions % self._every == 0

    def _judge(self, epoch: str, revision: int, rows: list[tuple[object, ...]]) -> None:
        before, self._last = self._last, (epoch, revision)
        if epoch == before[0] and revision < before[1]:
            self._blame(f"revision {revision} after {before[1]} in epoch {epoch}")
        if epoch != before[0]:
            if epoch in self.sights.epochs:
                self._blame(f"epoch {epoch} came back")
            self.sights.epochs.append(epoch)
        if not rows and (epoch, revision) in self._contents:
            return
        self.sights.rows += len(rows)
        for row in rows:
            if row not in self._sound:  # the very same row was looked at before
                self._look_at(row)
        content = ",".join(str(row[-1]) for row in rows)
        if self._contents.setdefault((epoch, revision), content) != content:
            self._blame(f"two contents under {epoch}/{revision}")
        self.sights.states = len(self._contents)

    def _look_at(self, row: tuple[Any, ...]) -> None:
        if row_hash(row[:-1]) != row[-1]:
            self._blame(f"{row[0]} is not what was written")
        elif why := why_not_whole(str(row[4]), str(row[3])):
            self._blame(f"{row[4]}: {why}")
        else:
            if len(self._sound) > _MAX_SOUND:
                self._sound.clear()
            self._sound.add(row)

    def _blame(self, what: str) -> None:
        if len(self.sights.wrong) < 10:
            self.sights.wrong.append(what)


@contextmanager
def witnessing(database: Path, may_begin: Callable[[], bool]) -> Iterator[Sights]:
    """A witness in a thread of this process, which must not have the database open in another way."""
    witness = Witness(database)
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(_PAUSE_SECONDS):
            if may_begin():
                witness.look()
        witness.look()
        witness.close()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield witness.sights
    finally:
        stop.set()
        thread.join()


@contextmanager
def witness_outside(database: Path, every: int = 10, rows: int = 0) -> Iterator[Sights]:
    """A witness in a process of its own; what it saw is known at the end of the block, which waits until it has seen *rows*."""
    sights = Sights()
    command = [sys.executable, "-m", "tests.failpoints.witness", str(database), str(every), str(rows)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield sights
        for name, value in json.loads(process.communicate(timeout=60 + rows / 100)[0]).items():
            setattr(sights, name, value)


def main() -> None:
    """Look until stdin ends and enough rows were read, then tell what was seen."""
    witness = Witness(Path(sys.argv[1]), int(sys.argv[2]))
    stop = threading.Event()

    def wait_for_end() -> None:
        sys.stdin.read()
        stop.set()

    thread = threading.Thread(target=wait_for_end)
    thread.start()
    print("ready", flush=True)
    while not stop.is_set() or witness.sights.rows < int(sys.argv[3]):
        witness.look()
        time.sleep(0.0002)
    witness.look()
    witness.close()
    print(json.dumps(asdict(witness.sights)))


if __name__ == "__main__":
    main()
