"""Are the tables of a database those that docsync makes? Asks nothing but sqlite_schema, and changes nothing.

A database is a file from which anything may come: a view under the name of a table never ends, a trigger
rewrites rows.
"""

import re

# hashlib has it from there. A reader must start fast, and hashlib loads OpenSSL for what it has beside it.
from _blake2 import blake2b
from functools import cache
from pathlib import Path

import apsw

from docsync.store.migration import migrate

_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name LIMIT 10000"
_OUR_VIEW = "document_status"
_PLANTED = "SELECT 1 FROM sqlite_schema WHERE type = 'trigger' OR (type = 'view' AND name <> ?) LIMIT 1"
# A lexeme of SQL, of what may be quoted too; a comment is a match without one.
_LEXEME = r"""(?s:--[^\n]*|/\*.*?\*/|('(?:[^']|'')*'|"(?:[^"]|"")*"|\w+|[^\w\s]))"""
_PATH_INDEX_BEGIN = "CREATE INDEX documents_path_"
_PATH_INDEX = r"CREATE INDEX (\w+) ON documents \(json_extract\(document, '((?:[^']|'')*)'\), id\)"
# BLAKE2 of what SQLite makes of schema.sql: spares readers, who must start fast, to make the tables for a
# comparison.
_DIGEST_BYTES = 32
_KNOWN_DIGEST = "28264afa14934f844580cf534fe09ec154b4ab9ad534ac901bc65d1f1730d095"

SchemaRows = frozenset[tuple[str, ...]]


def name_path_index(path: str) -> str:
    """What the index on the JSON *path* is called."""
    from hashlib import sha256  # costs 2 ms

    return f"documents_path_{sha256(path.encode()).hexdigest()[:12]}"


def make_path_index(path: str) -> str:
    """The statement that makes the index on the JSON *path*."""
    literal = f"$.{path}".replace("'", "''")
    return f"CREATE INDEX {name_path_index(path)} ON documents (json_extract(document, '{literal}'), id)"


def is_path_index(sql: str) -> bool:
    """True for what `make_path_index` gives."""
    if not sql.startswith(_PATH_INDEX_BEGIN) or (found := re.fullmatch(_PATH_INDEX, sql)) is None:
        return False
    return found[1] == name_path_index(found[2].replace("''", "'").removeprefix("$."))


def has_planted(connection: apsw.Connection) -> bool:
    """True where there is a view or a trigger that no version of docsync makes. Of any version of the
    tables.
    """
    return connection.execute(_PLANTED, (_OUR_VIEW,)).fetchone() is not None


def has_own_schema(connection: apsw.Connection) -> bool:
    """True when tables, indexes and views are exactly those of this version, but for the indexes on JSON
    paths.
    """
    rows = _read_rows(connection)
    return digest_schema(rows) == _KNOWN_DIGEST or _normalize(rows) == _make_schema()


def read_schema(connection: apsw.Connection) -> SchemaRows:
    """What tables, indexes and views there are (type, name, table, tokens), but for the indexes on JSON
    paths.

    Comments and spaces do not count, nor quotes around a name: SQLite writes what ALTER TABLE changes in its
    own way.
    """
    return _normalize(_read_rows(connection))


def digest_schema(rows: list[tuple[str, ...]]) -> str:
    """BLAKE2 of the rows of sqlite_schema as they are."""
    return blake2b(repr(rows).encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


def _read_rows(connection: apsw.Connection) -> list[tuple[str, ...]]:
    rows = [tuple(map(str, row)) for row in connection.execute(_SCHEMA)]
    return [row for row in rows if row[0] != "index" or not is_path_index(row[3])]


def _normalize(rows: list[tuple[str, ...]]) -> SchemaRows:
    return frozenset((kind, name, table, _tokens(sql)) for kind, name, table, sql in rows)


def _tokens(sql: str) -> str:
    return " ".join(token.strip('"') for token in re.findall(_LEXEME, sql) if token)


@cache
def _make_schema() -> SchemaRows:
    connection = apsw.Connection(":memory:")
    try:
        migrate(connection, Path(":memory:"))
        return read_schema(connection)
    finally:
        connection.close(True)  # noqa: FBT003  # apsw takes it by position only
