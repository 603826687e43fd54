"""For every kind of difference that verify can tell, how to make one in a database that others may have open."""

import subprocess
import sys
from pathlib import Path

from docsync.verify import Kind

_SCRIPT = """
import sys
import apsw
from docsync.store.columns import BARE_COLUMNS, COLUMNS
from docsync.store.document_rows import row_hash

connection = apsw.Connection(sys.argv[1])
connection.set_busy_timeout(5000)
connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
connection.create_scalar_function("hash", lambda *row: row_hash(row))
statements = sys.stdin.read().replace("COLUMNS", BARE_COLUMNS)
for statement in statements.split("\\n;\\n"):
    connection.execute(statement).fetchall()
connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
import ctypes
connection.file_control("main", apsw.SQLITE_FCNTL_PERSIST_WAL, ctypes.addressof(ctypes.c_int(1)))
connection.close()
"""
_HIDE = """CREATE TABLE hidden AS SELECT * FROM sqlite_schema WHERE name = 'documents_name'
;
PRAGMA writable_schema = ON
;
DELETE FROM sqlite_schema WHERE name = 'documents_name'
;
PRAGMA writable_schema = RESET
;
UPDATE documents SET name = 'x' WHERE id = 'persona/p1'
;
UPDATE documents SET row_hash = hash(COLUMNS) WHERE id = 'persona/p1'
;
PRAGMA writable_schema = ON
;
INSERT INTO sqlite_schema SELECT * FROM hidden
;
PRAGMA writable_schema = RESET
;
DROP TABLE hidden"""

STATEMENTS = {
    Kind.MISSING: "DELETE FROM documents WHERE id = 'persona/p4'",
    Kind.EXTRA: """INSERT INTO documents (COLUMNS, row_hash) SELECT 'persona/ghost', type, name, document,
    'personas/ghost.json', file_modified, created_at, updated_at, description, tags, content_hash, revision, assets, ''
    FROM documents WHERE id = 'persona/p1'
;
UPDATE documents SET row_hash = hash(COLUMNS) WHERE id = 'persona/ghost'""",
    Kind.COLUMN: """UPDATE documents SET name = 'Forged' WHERE id = 'persona/p1'
;
UPDATE documents SET row_hash = hash(COLUMNS) WHERE id = 'persona/p1'""",
    Kind.ASSETS: """UPDATE documents SET assets = '{"prompts/rules.md": "forged"}' WHERE id = 'prompt_template/q'
;
UPDATE documents SET row_hash = hash(COLUMNS) WHERE id = 'prompt_template/q'""",
    Kind.TAGS: "INSERT INTO document_tags VALUES ('persona/p2', 'forged')",
    Kind.REFERENCES: "UPDATE document_references SET status = 'ok'",
    Kind.SEARCH: "UPDATE documents_fts SET text = 'forged' WHERE id = 'persona/p3'",
    Kind.STATUS: "UPDATE files SET state = 'broken' WHERE file_path = 'personas/p0.json'",
    Kind.UNREPORTED: "DELETE FROM problems",
    Kind.INVENTED: """INSERT INTO problems (file_path, ordinal, severity, code, message, since)
    VALUES ('personas/p0.json', 0, 'warning', 'forged', 'm', '2026-01-01T00:00:00.000Z')""",
    Kind.FEED: """INSERT INTO changes (revision, id, type, op, changed_at)
    VALUES (1, 'persona/p0', 'persona', 'delete', '2026-01-01T00:00:00.000Z')""",
    Kind.ROW_HASH: "UPDATE documents SET created_at = '2001-01-01T00:00:00.000Z' WHERE id = 'persona/p1'",
    Kind.PAGES: _HIDE,
    Kind.PARTS: "UPDATE files SET good_size = NULL WHERE file_path = 'personas/p0.json'",
}


def tamper(database: Path, kind: Kind) -> None:
    """Make a difference of *kind* in a database as `write_documents` lets it be."""
    if kind is Kind.FOREIGN:
        database.with_name(database.name + ".life").unlink()
        return
    command = [sys.executable, "-c", _SCRIPT, str(database)]
    subprocess.run(command, input=STATEMENTS[kind], text=True, check=True, timeout=60)


def write_documents(root: Path) -> None:
    """Files that every kind can be about: personas p0 to p4, one that is broken, prompts that name and take in."""
    for number in range(5):
        (root / f"personas/p{number}.json").write_text(f'{{"name": "P{number}", "tags": ["calm"]}}')
    (root / "personas/broken.json").write_text("{")
    (root / "prompts/p.prompty").write_text("---\nname: P\nsample: ${file:p.json}\n---\nsystem:\nhello\n")
    (root / "prompts/q.prompty").write_text("---\nname: Q\n---\nsystem:\n{% include 'rules.md' %}\n")
    (root / "prompts/rules.md").write_text("be kind")
