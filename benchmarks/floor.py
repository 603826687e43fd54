"""What the machine allows: the shortest honest programs for parts of the job, without any safety.

    python -m benchmarks.floor bulk FOLDER DATABASE    scan, read, parse, write; run it twice: cold, then unchanged
    python -m benchmarks.floor tables DATABASE         the rows of a docsync database into an empty one

Prints microseconds a file of each stage, as JSON. `bulk` has one table and no search; `tables` has all that docsync has,
and one executemany for each. The floor of a cold sync on one core is scan, read and parse of the one, and all of the other.
"""

import argparse
import hashlib
import json
import tempfile
import time
from pathlib import Path

import apsw
import yaml

from benchmarks.floor_scan import scan

_TABLES = (
    "collections",
    "documents",
    "document_tags",
    "document_references",
    "files",
    "problems",
    "changes",
    "sync_state",
)
_MAKE = (
    "CREATE TABLE IF NOT EXISTS documents (id TEXT PRIMARY KEY, type TEXT, name TEXT, document TEXT, "
    "file_path TEXT UNIQUE, mtime_ns INTEGER, ctime_ns INTEGER, size INTEGER, inode INTEGER, hash TEXT)"
)


class Stages:
    """Times the stages of a program, one after the other."""

    def __init__(self) -> None:
        self._at = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def end(self, name: str) -> None:
        """The stage *name* is over."""
        now = time.perf_counter()
        self.seconds[name] = self.seconds.get(name, 0) + now - self._at
        self._at = now

    def tell(self, files: int) -> None:
        """Print microseconds a file."""
        print(json.dumps({name: seconds / (files or 1) * 1e6 for name, seconds in self.seconds.items()}))


def parse(path: str, octets: bytes) -> tuple[str, dict[str, object]]:
    if path.endswith(".json"):
        return "persona", json.loads(octets)
    _, front, body = octets.decode().split("---\n", 2)
    return "prompt", yaml.load(front, yaml.CSafeLoader) | {"body": body}  # safe, and of C


def run_bulk(root: Path, database: Path) -> None:
    """The floor of a whole sync."""
    connection = apsw.Connection(str(database))
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute(_MAKE)
    stages = Stages()
    seen = [one for top in ("personas", "prompts") for one in scan(f"{root}/{top}", f"{top}/")]
    stages.end("scan")
    rows = connection.execute("SELECT file_path, mtime_ns, ctime_ns, size, inode FROM documents")
    known = {path: stamp for path, *stamp in rows}
    dirty = [one for one in seen if known.get(one[0]) != list(one[1])]
    gone = known.keys() - {path for path, _ in seen} if known else set()
    stages.end("compare")
    made = []
    for path, stamp in dirty:
        octets = Path(root, path).read_bytes()
        kind, value = parse(path, octets)
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        made.append(
            (path, kind, value.get("name", path), text, path, *stamp, hashlib.sha256(octets).hexdigest())
        )
    stages.end("parse")
    with connection:
        connection.executemany("INSERT OR REPLACE INTO documents VALUES (?,?,?,?,?,?,?,?,?,?)", made)
        connection.executemany("DELETE FROM documents WHERE file_path = ?", [(path,) for path in gone])
    stages.end("write")
    stages.tell(len(seen))


def run_tables(database: Path) -> None:
    """The floor of writing: no look-up, no check, no parse."""
    source = apsw.Connection(
        f"{database.absolute().as_uri()}?mode=ro", flags=apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READONLY
    )
    rows = {table: source.execute(f"SELECT * FROM {table}").fetchall() for table in _TABLES}
    columns = [str(row[1]) for row in source.execute("PRAGMA table_info(documents_fts)")]
    rows["documents_fts"] = source.execute(f"SELECT {', '.join(columns)} FROM documents_fts").fetchall()
    schema = source.execute(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' "
        "AND name NOT LIKE 'documents_fts_%' ORDER BY type = 'table' DESC, rowid"
    ).fetchall()
    with tempfile.TemporaryDirectory(dir=database.parent) as folder:
        target = apsw.Connection(str(Path(folder) / "floor.db"))
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            target.execute(f"PRAGMA {pragma}").fetchall()
        for (statement,) in schema:
            target.execute(str(statement))
        stages = Stages()
        target.execute("BEGIN IMMEDIATE")
        for table, several in rows.items():
            into = f"documents_fts ({', '.join(columns)})" if table == "documents_fts" else table
            marks = ",".join("?" * len(several[0])) if several else "NULL"
            target.executemany(f"INSERT OR REPLACE INTO {into} VALUES ({marks})", several)
        target.execute("COMMIT")
        stages.end("write")
        target.close()
    stages.tell(len(rows["documents"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("bulk", "tables"))
    parser.add_argument("paths", type=Path, nargs="+")
    chosen = parser.parse_args()
    if chosen.part == "tables":
        run_tables(*chosen.paths)
    else:
        run_bulk(*chosen.paths)


if __name__ == "__main__":
    main()
