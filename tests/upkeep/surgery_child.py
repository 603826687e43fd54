"""What `test_surgery` runs in processes of their own: a docsync that can be killed, and readers that never let go."""

import hashlib
import json
import sys
import time
from pathlib import Path

from docsync.lock import holding
from docsync.model import Timing
from docsync.names import EVERYTHING
from docsync.reader import open_reader
from docsync.sync.setup import Settings
from docsync.upkeep.convergence import Convergence
from docsync.upkeep.upkeep import open_checked
from tests.helpers.project import PERSONAS, PROMPTS

QUICK = Timing(0, 1_000_000, 2_000_000)
SEEN = "SELECT id, document, content_hash FROM documents ORDER BY id"
VERSION = "SELECT value FROM sync_state WHERE key IN ('epoch', 'revision') ORDER BY key"


def keep(root: Path) -> None:
    """Sync *root* for every line on stdin, with a line of its version each time; ends with stdin."""
    database = root / ".docsync/docsync.db"
    told: list[str] = []
    settings = Settings(root, (PERSONAS, PROMPTS), QUICK)
    with (
        holding(database.parent),
        open_checked(settings, database, lambda how, reason: told.append(f"{how}: {reason}")) as upkeep,
    ):
        while True:
            upkeep.check()
            Convergence(upkeep.engine).settle()
            upkeep.tick(time.monotonic_ns())
            state = upkeep.engine.read_state([EVERYTHING])
            print(json.dumps([state.epoch, state.revision, told]), flush=True)
            if not sys.stdin.readline():
                return


def read(database: Path) -> None:
    """Tell for every line on stdin what docsync's own Reader sees: version and content."""
    with open_reader(database=database, source="database") as reader:
        while True:
            with reader.snapshot():
                rows = [(row.id, row.document, row.content_hash) for row in reader.find()]
                version = reader.version()
            print(json.dumps([version.epoch, version.revision, digest(rows)]), flush=True)
            if not sys.stdin.readline():
                return


def hold(database: Path) -> None:
    """Have the database open as any other program does, and tell what it holds once; ends with stdin."""
    import sqlite3

    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    connection.execute(SEEN).fetchall()
    print("open", flush=True)
    sys.stdin.readline()


def digest(rows: object) -> str:
    """A short name for what a reader saw."""
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:12]


if __name__ == "__main__":
    {"keep": keep, "read": read, "hold": hold}[sys.argv[1]](Path(sys.argv[2]))
