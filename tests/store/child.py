"""Other programs that use a database while this process has it open: never with Python's sqlite3 in this very process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_READ = """
import json, pathlib, sqlite3, sys
path, sql = sys.argv[1:]
connection = sqlite3.connect(pathlib.Path(path).as_uri() + "?mode=ro", uri=True)
print(json.dumps(connection.execute(sql).fetchall()))
"""
_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
"""


def read_by_another(database: Path, sql: str) -> list[list[Any]]:
    """What *sql* answers in a process of its own, with Python's own SQLite, read-only."""
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(database), sql],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    rows: list[list[Any]] = json.loads(done.stdout)
    return rows


@contextmanager
def locked_by_another(database: Path) -> Iterator[None]:
    """Another process is in the middle of writing."""
    with subprocess.Popen(
        [sys.executable, "-c", _LOCK, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        try:
            yield
        finally:
            other.stdin.write("\n")
            other.stdin.flush()
            other.wait(30)
