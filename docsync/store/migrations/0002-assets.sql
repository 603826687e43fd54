ALTER TABLE documents ADD COLUMN assets TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(assets));

UPDATE documents SET row_hash = row_hash(
    id, type, name, document, file_path, file_modified, created_at, updated_at, description, tags, content_hash,
    revision, assets
) WHERE row_hash = row_hash(
    id, type, name, document, file_path, file_modified, created_at, updated_at, description, tags, content_hash,
    revision
);

CREATE TABLE asset_uses (
  document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  path        TEXT NOT NULL,
  mtime_ns    INTEGER, ctime_ns INTEGER, size INTEGER, inode INTEGER, device INTEGER,
  racy        INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (document_id, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX asset_uses_path ON asset_uses (path);
