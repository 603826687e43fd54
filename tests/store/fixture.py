"""The databases of released versions of the tables, as SQL text: each is written once and then only loaded.

    python -m tests.store.fixture

lets docsync make a database of today's version and writes it into tests/store/released, if it is not there.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import apsw

from docsync.change import Refuse
from docsync.clock import iso
from docsync.model import FileState, Problem
from docsync.names import Collection
from docsync.store.migration import SCHEMA_VERSION
from docsync.store.sqlite import SqliteStore
from tests.helpers.project import PERSONAS, PROMPTS, Project
from tests.store.breaking import at_home

RELEASED = Path(__file__).parent / "released"
SUMS = RELEASED / "SHA256SUMS"
SETTINGS: dict[str, Any] = {
    "collections": (
        Collection("persona", "personas", PERSONAS.include, "json", index=("demographics.ageGroup",)),
        PROMPTS,
        Collection("note", "notes", ("**/*.json",), "json"),
    ),
    "min_deletes": 1,
    "keep_changes": 8,
    "max_file_bytes": 2000,
}
_PROMPT = """---
name: Hello
description: Greets.
tags: [calm]
sample: ["${file:./here.json}", "${file:./missing.json}"]
model:
  id: gpt-4o
  connection:
    apiKey: ${env:HELLO_KEY}
---
system:
Be polite, naïve and calm.
"""


def _persona(name: str, **values: object) -> str:
    known = {"name": name, "tags": ["calm", name.lower()], "demographics": {"ageGroup": "60+"}}
    return json.dumps({**known, **values})


DAYS: tuple[dict[str, str | None], ...] = (
    {
        **{
            f"personas/team/{name.lower()}.json": _persona(name)
            for name in ("Ana", "Ben", "Cleo", "Gone", "Hugo", "Lena")
        },
        "personas/Zoë.json": _persona("Zoë", description="It's she; -- 'quoted'"),
        **{f"notes/{name}.json": _persona(name) for name in ("one", "two", "three")},
        "prompts/hello.prompty": _PROMPT,
        "prompts/here.json": "{}",
    },
    {"personas/team/cleo.json": _persona("Cleo", bio="edited"), "personas/dora.json": '{"name": '},
    {
        "personas/team/ben.json": '{"name": "Ben", ',
        "personas/fay.json": '{"name": "Fay", "name": "Fay", "tags": []}',
    },
    {"personas/team/gone.json": None, "personas/team/hugo.json": _persona("Hugo", bio="word " * 400)},
    {"notes/one.json": None, "notes/two.json": None},
)
"""What is written and deleted (None) on each day. Ben is broken, Hugo too large, Dora was never good, and two
notes are held.

What a later version needs goes into new files: these are the files of the fixtures that were released.
"""
_LINK, _LINKED = "personas/link.json", "../prompts/here.json"  # it leaves its collection
_DAY_NS = 86_400_000_000_000
_FIRST_DAY_NS = 1_764_576_000_000_000_000  # 1 December 2025

# What would differ with each build.
_MADE_PLAIN = """
UPDATE files SET ctime_ns = mtime_ns, device = 1, racy = file_path LIKE '%cleo%',
  inode = (SELECT count(*) FROM files AS before WHERE before.file_path <= files.file_path)
  WHERE mtime_ns IS NOT NULL;
UPDATE files SET mtime_ns = 1764576000000000000, ctime_ns = 1764576000000000000 WHERE state = 'skipped';
UPDATE collections SET root_device = 1, root_inode = 100 + rowid;
UPDATE sync_state SET value = '5eed5eed5eed5eed' WHERE key = 'epoch';
"""


def list_versions() -> list[int]:
    """The versions of the tables that were released, in order."""
    return sorted(int(file.stem.removeprefix("schema-")) for file in RELEASED.glob("schema-*.sql"))


def load(version: int, database: Path) -> Path:
    """Make *database* one with tables of *version*, as docsync leaves it when it stops; returns the path."""
    database.parent.mkdir(parents=True, exist_ok=True)
    connection = apsw.Connection(str(database))
    connection.pragma("journal_mode", "wal")
    connection.execute(_fixture(version).read_text("utf-8")).fetchall()
    connection.close()
    at_home(database)
    return database


def _fixture(version: int) -> Path:
    return RELEASED / f"schema-{version}.sql"


def build(root: Path) -> Project:
    """A project whose database holds everything that a migration must keep."""
    project = Project(root)
    project.now_ns = _FIRST_DAY_NS
    with patch("time.time_ns", lambda: project.now_ns):
        project.start(**SETTINGS)
        (root / _LINK).symlink_to(_LINKED)
        for day in DAYS:
            _write_day(project, day)
            project.settle()
            project.now_ns += _DAY_NS
        # Not by chmod: root, as in a container, may read every file.
        path = "personas/team/lena.json"
        denied = Problem(path, "unreadable", "cannot be read: permission denied")
        refusal = Refuse(path, "persona", FileState.UNREADABLE, (denied,), None, None)
        SqliteStore(project.connection, lambda: iso(project.now_ns)).apply([refusal])
    project.connection.execute(_MADE_PLAIN)
    return project


def _write_day(project: Project, day: dict[str, str | None]) -> None:
    for path, text in day.items():
        if text is None:
            (project.root / path).unlink()
        else:
            os.utime(project.write(path, text), ns=(project.now_ns, project.now_ns))


def write_files(root: Path) -> None:
    """Write the files that the fixtures were made of, as they were on the last day."""
    for path, text in {path: text for day in DAYS for path, text in day.items()}.items():
        if text is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, "utf-8")
    (root / _LINK).symlink_to(_LINKED)


def dump(connection: apsw.Connection) -> Iterator[str]:
    """The statements that make a copy of the database behind *connection*."""
    schema = connection.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB 'documents_fts_*' "
        "AND name NOT GLOB 'sqlite_*' ORDER BY type = 'table' DESC, rowid"
    ).fetchall()
    yield "BEGIN;"
    for name in ("application_id", "user_version"):
        yield f"PRAGMA {name} = {connection.pragma(name)};"
    for kind, table, sql in schema:
        yield f"{sql};"
        if kind == "table":
            yield from _rows(connection, str(table))
    yield "DELETE FROM sqlite_sequence;"
    yield from _rows(connection, "sqlite_sequence")
    yield "COMMIT;"


def _rows(connection: apsw.Connection, table: str) -> Iterator[str]:
    names = [f'"{name}"' for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    if table == "documents_fts":  # files.search_rowid refers to it
        names.insert(0, "rowid")
    quoted = " || ', ' || ".join(f"quote({name})" for name in names)
    for (values,) in connection.execute(f"SELECT {quoted} FROM {table} ORDER BY {names[0]}"):
        yield f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values});"


def write(version: int) -> None:
    """Write the fixture of *version*, which is today's. Raises FileExistsError for one that was released."""
    place = _fixture(version)
    if place.exists():
        raise FileExistsError(
            f"{place}: released, never written again; a change needs another SCHEMA_VERSION"
        )
    with tempfile.TemporaryDirectory() as folder:
        project = build(Path(folder) / "project")
        place.write_text("\n".join([*dump(project.connection), ""]), "utf-8")
        project.close()
    with SUMS.open("a") as sums:
        sums.write(f"{hashlib.sha256(place.read_bytes()).hexdigest()}  {place.name}\n")


if __name__ == "__main__":
    write(SCHEMA_VERSION)
