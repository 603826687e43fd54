"""A project in a folder of its own, with an engine whose clock the test turns."""

import json
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw

from docsync.clock import Clock
from docsync.model import Sign
from docsync.names import EVERYTHING, Collection
from docsync.policy.batch import Batch, DirtyPath
from docsync.store.connection import open_writer
from docsync.sync.batch.batch_context import BatchReport
from docsync.sync.batch.engine import Engine
from docsync.sync.setup import Settings, build_engine

PERSONAS = Collection("persona", "personas", ("**/*.json",), "json")
PROMPTS = Collection("prompt_template", "prompts", ("**/*.prompty",), "prompty")
SHARED = Path(__file__).parents[3] / "shared"

# What a hostile file may take of the processor: 0.25 s where it is alone, as benchmarks/hostile.py measures it. Beside other
# workers on the same cores the same work was seen to take more than twice its time; where coverage traces every line, ten.
MAX_SECONDS = 0.6 if sys.gettrace() is None else 2.5

Tell = Callable[[str], None]
"""The fixture `tell`: how much a random test did, and with which seed."""


class Project:
    """Files, a database and an engine. Time stands still until `later` is called."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.database = root / ".docsync" / "docsync.db"
        self.settings = Settings(root, (PERSONAS, PROMPTS))
        self.now_ns = 1_000_000_000_000
        self.clock = Clock(lambda: self.now_ns)
        self.last_hints: dict[str, int] = {}
        self._stack = ExitStack()
        (root / "personas").mkdir(parents=True)
        (root / "prompts").mkdir()
        self.engine: Engine
        self.start()

    def start(self, **changes: Any) -> None:
        """Start afresh, as a new process would; *changes* are settings."""
        self.close()
        self.settings = replace(self.settings, **changes)
        self.connection = self._stack.enter_context(open_writer(self.database))
        self.engine = build_engine(self.settings, self.connection, self.clock)

    def close(self) -> None:
        self._stack.close()
        self._stack = ExitStack()

    def write(self, path: str, text: str | bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def persona(self, path: str, **values: Any) -> Path:
        return self.write(path, json.dumps({"name": Path(path).stem, **values}))

    def replace(self, path: str, text: str) -> None:
        draft = self.write(path + ".tmp", text)
        os.replace(draft, self.root / path)

    def later(self, ms: float) -> None:
        self.now_ns += int(ms * 1_000_000)

    def sync(
        self, *scopes: str, sign: Sign = Sign.FOLDER, resting: frozenset[str] = frozenset()
    ) -> BatchReport:
        """One batch at the present time; of everything when no scope is given."""
        dirty = {scope: DirtyPath(self.now_ns, self.now_ns, sign) for scope in scopes or (EVERYTHING,)}
        return self.engine.sync(Batch(dirty, resting), self.now_ns, self.last_hints.get)

    def settle(self) -> None:
        """Sync until nothing is in doubt."""
        self.sync()
        while (due_ns := self.engine.next_due_ns()) is not None:
            self.now_ns = max(self.now_ns, due_ns)
            self.engine.sync(Batch(), self.now_ns, self.last_hints.get)

    def query(self, sql: str, *values: Any) -> list[Any]:
        return self.connection.execute(sql, values).fetchall()

    def names(self) -> dict[str, str]:
        """The name of every document, by file."""
        return dict(self.query("SELECT file_path, name FROM documents ORDER BY file_path"))

    def paths(self) -> list[str]:
        return list(self.names())

    def states(self) -> dict[str, str]:
        return dict(self.query("SELECT id, state FROM document_status ORDER BY id"))

    def problems(self) -> list[tuple[str, str]]:
        return self.query("SELECT file_path, code FROM problems ORDER BY file_path, ordinal")

    @property
    def revision(self) -> int:
        return int(self.query("SELECT value FROM sync_state WHERE key = 'revision'")[0][0])


def damage_within(database: Path) -> None:
    """The database can be opened and says which state it is in, but not what the documents are. Nobody has it open."""
    connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    page: int = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'documents'").get
    size = connection.pragma("page_size")
    connection.close()
    octets = bytearray(database.read_bytes())
    octets[(page - 1) * size : page * size] = b"\xff" * size
    for log in ("-wal", "-shm"):
        database.with_name(database.name + log).unlink(missing_ok=True)
    database.write_bytes(octets)
