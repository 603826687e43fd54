"""A made-up later release with two steps as they must be, and steps with bugs that the tests must find."""

import re
from pathlib import Path

from docsync.store.columns import BARE_COLUMNS
from docsync.store.connection import open_memory
from tests.store.upgrade import Release, make_release, read_schema_of_today

COLUMNS = f"{BARE_COLUMNS}, language"
_REVISION = "(SELECT value FROM sync_state WHERE key = 'revision')"  # of this step
_TABLE = r"(CREATE TABLE documents \(.*?\n\) STRICT;)"
_COLUMN = "language TEXT NOT NULL DEFAULT 'en'  -- the language that it is written in"
_STRICT_COLUMN = "language TEXT NOT NULL DEFAULT 'en' CHECK (length(language) = 2)"
INDEX = "CREATE INDEX documents_language ON documents (language);"


def _columns() -> str:
    """The columns of the documents table of today, in their order, and the new one."""
    with open_memory() as connection:
        names = [str(row[1]) for row in connection.execute("PRAGMA table_info(documents)")]
    return ", ".join([*names, "language"])


def _table(column: str) -> str:
    """The documents table of today with one more column."""
    _, table, _ = re.split(_TABLE, read_schema_of_today(), flags=re.DOTALL)
    return table.replace("\n) STRICT;", f"\n  , {column}\n) STRICT;")


def compose_schema(column: str, index: str = INDEX) -> str:
    """The schema.sql of today with one more column of documents, and an index on it."""
    before, _, after = re.split(_TABLE, read_schema_of_today(), flags=re.DOTALL)
    return f"{before}{_table(column)}{after}\n{index}"


def hash_anew(condition: str) -> str:
    """Write the row hashes with the new column: every step that writes documents ends like this."""
    return f"UPDATE documents SET row_hash = row_hash({COLUMNS}) WHERE {condition};"


# Only rows whose hash was right get a new one: damage must not come to look sound.
ADD_COLUMN = f"""
ALTER TABLE documents ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
{INDEX}
UPDATE documents SET language = 'de' WHERE type = 'persona';
{hash_anew(f"row_hash = row_hash({BARE_COLUMNS})")}
"""


def make_anew(created_at: str = "created_at") -> str:
    """Make the documents table a second time, with a CHECK, and all that hangs on it."""
    columns = _columns()
    with open_memory() as connection:
        view = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'document_status'").get
        indexes = "SELECT sql || ';' FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'documents'"
        made = [str(sql) for (sql,) in connection.execute(f"{indexes} AND sql IS NOT NULL")]
    return f"""
DROP VIEW document_status;
{_table(_STRICT_COLUMN).replace("documents (", "new_documents (", 1)}
INSERT INTO new_documents ({columns}) SELECT {columns.replace("created_at", created_at)} FROM documents;
DROP TABLE documents;
ALTER TABLE new_documents RENAME TO documents;
{" ".join(made)}
{INDEX}
{view};
"""


# A change that readers see: in the row and in its search row, each with its hash, and in the feed.
TRANSLATE = f"""
UPDATE documents SET description = 'auf Deutsch', revision = {_REVISION}
  WHERE language = 'de' AND row_hash = row_hash({COLUMNS});
{hash_anew("description = 'auf Deutsch'")}
UPDATE documents_fts SET description = 'auf Deutsch', row_hash = search_hash(id, name, 'auf Deutsch', text)
  WHERE id IN (SELECT id FROM documents WHERE description = 'auf Deutsch');
INSERT INTO changes (revision, id, type, op, content_hash, changed_at)
  SELECT revision, id, type, 'upsert', content_hash, '2026-01-01T00:00:00.000Z' FROM documents
  WHERE description = 'auf Deutsch' ORDER BY id;
"""


def make_later_release(folder: Path) -> Release:
    schema = compose_schema(_STRICT_COLUMN)
    return make_release(folder, ADD_COLUMN, make_anew() + TRANSLATE, schema=schema, hashed=COLUMNS)


def make_release_with(folder: Path, bug: str) -> Release:
    """A release whose second step has a *bug*."""
    return make_release(folder, ADD_COLUMN, bug, schema=compose_schema(_COLUMN), hashed=COLUMNS)


_ALWAYS = hash_anew("true")
BUGS = {
    "first-seen-anew": (
        make_anew(created_at="updated_at") + _ALWAYS,
        "documents ('persona/team/cleo',): created_at was '2025-12-01",
    ),
    "only-what-files-give-back": (
        "DELETE FROM documents WHERE file_path IN (SELECT file_path FROM files WHERE state <> 'ok');",
        "documents ('persona/team/ben',): gone",
    ),
    "held-forgotten": ("DELETE FROM files WHERE state = 'held';", "files ('notes/one.json',): gone"),
    "held-released": (
        "UPDATE files SET state = 'ok' WHERE state = 'held';",
        "document_status ('note/one',): state was 'held'",
    ),
    "feed-begun-anew": (
        "DELETE FROM changes; DELETE FROM sqlite_sequence;",
        "sqlite_sequence ('changes',): gone",
    ),
    "feed-numbered-anew": ("UPDATE changes SET seq = seq - 1;", "changes (14,): "),
    "another-epoch": (
        "UPDATE sync_state SET value = 'feed' WHERE key = 'epoch';",
        "sync_state ('epoch',): value was",
    ),
    "revision-of-its-own": (
        "UPDATE sync_state SET value = value + 1 WHERE key = 'revision';",
        "revision: 3 were spent by 2 steps",
    ),
    "problems-since-now": ("UPDATE problems SET since = '2026-01-01T00:00:00.000Z';", "since was"),
    "problems-forgotten": (
        "DELETE FROM problems WHERE ordinal = 0;",
        "problems ('personas/fay.json', 0): gone",
    ),
    "tags": ("DELETE FROM document_tags WHERE tag = 'calm';", "document_tags ('note/one', 'calm'): gone"),
    "search-row": (
        "DELETE FROM documents_fts WHERE name = 'Ana';",
        "documents_fts ('personas/team/ana.json',): gone",
    ),
    "search-text": (
        "UPDATE documents_fts SET text = 'x', row_hash = search_hash(id, name, description, 'x');",
        "documents_fts ('personas/team/ana.json',): text was",
    ),
    "search-index": ("DELETE FROM documents_fts;", "damage: "),
    "change-in-silence": (
        f"UPDATE documents SET name = 'x' WHERE type = 'note'; {_ALWAYS}",
        "documents ('note/one',): name was 'one'",
    ),
    "change-not-in-the-feed": (
        f"UPDATE documents SET revision = {_REVISION} WHERE type = 'note'; {_ALWAYS}",
        "documents note/one: changed by its revision only",
    ),
    "change-in-the-feed-only": (
        f"INSERT INTO changes SELECT NULL, {_REVISION}, id, type, 'upsert', content_hash, '2026' FROM documents;",
        "changed by its revision only, or by the feed only",
    ),
    "public-column": ("ALTER TABLE problems DROP COLUMN hint;", "problems.hint: no column any more"),
    "hash": ("UPDATE documents SET language = 'fr';", "damage: "),
}
"""Steps with a bug, and a part of what is found of each."""
IN_TWO_TRANSACTIONS = "CREATE TABLE first (x ANY) STRICT; COMMIT; BEGIN; CREATE TABLE second (x ANY) STRICT;"
