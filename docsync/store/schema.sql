-- The tables of a docsync database. Services query documents, document_tags, document_references, documents_fts,
-- changes and document_status; the rest is docsync's own memory and may change with its version.
-- Readable with plain SQLite 3.40 or newer: JSON is text, FTS5 uses a built-in tokenizer and keeps its own content.

-- One row per type of document, as docsync.toml declares it.
CREATE TABLE collections (
  type        TEXT PRIMARY KEY,          -- persona, prompt_template, ...
  path        TEXT NOT NULL,             -- folder, POSIX, relative to the project root
  format      TEXT NOT NULL,             -- json, prompty, ...
  fingerprint TEXT NOT NULL,             -- of everything that can change a row; '' asks for a reload
  root_device INTEGER,                   -- identity of the folder when it was last read; NULL: never seen
  root_inode  INTEGER
) STRICT;

-- The documents. Equal to the files, or the last good version of a file that is broken, unreadable or held.
CREATE TABLE documents (
  id            TEXT PRIMARY KEY,        -- '<type>/<path below the collection, without the final suffix>'
  type          TEXT NOT NULL REFERENCES collections (type),
  name          TEXT NOT NULL,           -- display name
  document      TEXT NOT NULL CHECK (json_valid(document) AND json_type(document) = 'object'),
  file_path     TEXT NOT NULL UNIQUE,    -- POSIX, relative to the project root
  file_modified TEXT NOT NULL,           -- UTC, ISO 8601, ms: mtime of the bytes that content_hash names
  created_at    TEXT NOT NULL,           -- first seen under this id in this epoch; survives edits
  updated_at    TEXT NOT NULL,           -- last change of content
  description   TEXT,
  tags          TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),  -- JSON array of strings
  content_hash  TEXT NOT NULL,           -- SHA-256 of the file, hexadecimal
  row_hash      TEXT NOT NULL,           -- SHA-256 of the other columns; tells damage from change
  revision      INTEGER NOT NULL,        -- the revision that last changed this row
  assets        TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(assets))  -- JSON object: texts of files that it takes in
) STRICT;
CREATE INDEX documents_type ON documents (type);
CREATE INDEX documents_name ON documents (name);
CREATE INDEX documents_type_name ON documents (type, name);
CREATE INDEX documents_revision ON documents (revision);

-- What was last seen of every path, also of files that were never good and of folders that cannot be read.
CREATE TABLE files (
  file_path    TEXT PRIMARY KEY,
  type         TEXT NOT NULL,
  id           TEXT,                     -- the document this path stands for; NULL for folders
  mtime_ns     INTEGER, ctime_ns INTEGER, size INTEGER, inode INTEGER, device INTEGER,  -- the stamp; NULL: none taken
  racy         INTEGER NOT NULL DEFAULT 0,  -- 1: stamped so soon after a write that the stamp proves nothing
  content_hash TEXT,                     -- of the bytes last read, good or not
  good_size    INTEGER,                  -- bytes of the version that documents holds; NULL: no row there
  search_rowid INTEGER,                  -- rowid in documents_fts
  twin_key     TEXT,                     -- the path in one case and one Unicode form, where that is another text
  state        TEXT NOT NULL CHECK (state IN ('ok', 'broken', 'unreadable', 'skipped', 'held'))
) STRICT, WITHOUT ROWID;
CREATE INDEX files_type ON files (type);
CREATE INDEX files_twin ON files (twin_key) WHERE twin_key IS NOT NULL;
CREATE INDEX files_troubled ON files (file_path, state) WHERE state <> 'ok';

-- Files that could not be taken, and warnings. `since` survives while the code stays.
CREATE TABLE problems (
  file_path TEXT NOT NULL,
  ordinal   INTEGER NOT NULL,            -- errors before warnings, then by place
  severity  TEXT NOT NULL CHECK (severity IN ('error', 'warning')),
  code      TEXT NOT NULL,
  line      INTEGER,                     -- from 1; NULL: no place in the text
  column    INTEGER,                     -- from 1, in characters
  json_path TEXT,
  message   TEXT NOT NULL,
  hint      TEXT,
  notes     TEXT NOT NULL DEFAULT '[]',  -- JSON array of {message, line, column}
  since     TEXT NOT NULL,
  PRIMARY KEY (file_path, ordinal)
) STRICT, WITHOUT ROWID;

-- Every change of a document, in order. A reader's cursor is seq.
CREATE TABLE changes (
  seq          INTEGER PRIMARY KEY AUTOINCREMENT,
  revision     INTEGER NOT NULL,
  id           TEXT NOT NULL,
  type         TEXT NOT NULL,
  op           TEXT NOT NULL CHECK (op IN ('upsert', 'delete')),
  content_hash TEXT,                     -- NULL for delete
  changed_at   TEXT NOT NULL
) STRICT;
CREATE INDEX changes_revision ON changes (revision);

CREATE TABLE document_tags (
  document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  tag         TEXT NOT NULL,
  PRIMARY KEY (document_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_tags_tag ON document_tags (tag, document_id);

-- What a document points to, as written, and whether the file it names is there.
CREATE TABLE document_references (
  document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  ordinal     INTEGER NOT NULL,
  kind        TEXT NOT NULL,             -- env, file, base, sample, specification, include, optional_include, other
  target      TEXT NOT NULL,             -- as written
  at          TEXT NOT NULL,             -- place in the front matter
  resolved    TEXT,                      -- POSIX, relative to the project root; NULL: not a file, or outside
  status      TEXT NOT NULL CHECK (status IN ('ok', 'missing', 'outside', 'not_checked')),
  PRIMARY KEY (document_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_references_resolved ON document_references (resolved) WHERE resolved IS NOT NULL;
CREATE INDEX document_references_target ON document_references (kind, target);

-- The files whose texts are in documents.assets, or would be if they were there, with the stamp of the last look.
CREATE TABLE asset_uses (
  document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  path        TEXT NOT NULL,             -- POSIX, relative to the project root
  mtime_ns    INTEGER, ctime_ns INTEGER, size INTEGER, inode INTEGER, device INTEGER,  -- NULL: no file was there
  racy        INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (document_id, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX asset_uses_path ON asset_uses (path);

-- Full-text search: SELECT id FROM documents_fts WHERE documents_fts MATCH 'calm' ORDER BY rank.
CREATE VIRTUAL TABLE documents_fts USING fts5 (
  id UNINDEXED, name, description, text,
  row_hash UNINDEXED,                    -- SHA-256 of the other columns; tells damage that the index does not notice
  tokenize = 'unicode61 remove_diacritics 2'
);

-- epoch (random id of this database's life), revision, and what the daemon remembers between runs.
CREATE TABLE sync_state (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Is the row what the file says now? ok, stale (the file is broken or cannot be read) or held (deleted, not released).
CREATE VIEW document_status AS
WITH seen AS (
  SELECT
    d.id,
    d.file_path,
    c.path AS root_path,
    CASE
      WHEN f.state = 'held' THEN 'held'
      WHEN f.state IN ('broken', 'unreadable') THEN 'stale'
      WHEN root.state = 'unreadable' THEN 'stale'
      ELSE 'ok'
    END AS state,
    CASE WHEN f.state = 'ok' THEN c.path ELSE d.file_path END AS blamed
  FROM documents AS d
  JOIN files AS f ON f.file_path = d.file_path
  JOIN collections AS c ON c.type = d.type
  LEFT JOIN files AS root ON root.file_path = c.path
)
SELECT seen.id, seen.state, p.since, p.code, p.message
FROM seen
LEFT JOIN problems AS p ON seen.state <> 'ok' AND p.file_path = seen.blamed AND p.ordinal = 0;
