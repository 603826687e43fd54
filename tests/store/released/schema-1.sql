BEGIN;
PRAGMA application_id = 1685021555;
PRAGMA user_version = 1;
CREATE TABLE collections (
  type        TEXT PRIMARY KEY,          -- persona, prompt_template, ...
  path        TEXT NOT NULL,             -- folder, POSIX, relative to the project root
  format      TEXT NOT NULL,             -- json, prompty, ...
  fingerprint TEXT NOT NULL,             -- of everything that can change a row; '' asks for a reload
  root_device INTEGER,                   -- identity of the folder when it was last read; NULL: never seen
  root_inode  INTEGER
) STRICT;
INSERT INTO collections ("type", "path", "format", "fingerprint", "root_device", "root_inode") VALUES ('note', 'notes', 'json', '83e2c9fd1c4d7c3d88f92824a9d8a7fead4c411662040eaa83a28bb2d7f2ffa8', 1, 103);
INSERT INTO collections ("type", "path", "format", "fingerprint", "root_device", "root_inode") VALUES ('persona', 'personas', 'json', '83e2c9fd1c4d7c3d88f92824a9d8a7fead4c411662040eaa83a28bb2d7f2ffa8', 1, 101);
INSERT INTO collections ("type", "path", "format", "fingerprint", "root_device", "root_inode") VALUES ('prompt_template', 'prompts', 'prompty', 'cf0cca5c2e256cec339128af0c9de04075e2fe012d866b5569a1aac17c575699', 1, 102);
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
  revision      INTEGER NOT NULL         -- the revision that last changed this row
) STRICT;
INSERT INTO documents ("id", "type", "name", "document", "file_path", "file_modified", "created_at", "updated_at", "description", "tags", "content_hash", "row_hash", "revision") VALUES ('note/one', 'note', 'one', '{"name":"one","tags":["calm","one"],"demographics":{"ageGroup":"60+"}}', 'notes/one.json', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', NULL, '["calm", "one"]', 'be41ec15aad519238f038d5c04ca1b69b0325a46431f750ee50b6c65891db108', '9c453e7a533e45d32a06c0988ddd3d8cd7511469257b09474e8fe7c2ebefb58c', 1);
INSERT INTO documents ("id", "type", "name", "document", "file_path", "file_modified", "created_at", "updated_at", "description", "tags", "content_hash", "row_hash", "revision") VALUES ('note/three', 'note', 'three', '{"name":"three","tags":["calm","three"],"demographics":{"ageGroup":"60+"}}', 'notes/three.json', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', NULL, '["calm", "three"]', '94b45a4366074680c666293ca9bfe6e67d05a793e1159af23711afc08b3e8f9e', '6e0742bb4ac637a7e402850a340bf1e94743fec7e321cf7edae98d2e5879795d', 1);
INSERT INTO documents ("id", "type", "name", "document", "file_path", "file_modified", "created_at", "updated_at", "description", "tags", "content_hash", "row_hash", "revision") VALUES ('note/two', 'note', 'two', '{"name":"two","tags":["calm","two"],"demographics":{"ageGroup":"60+"}}', 'notes/two.json', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', NULL, '["calm", "two"]', '0eeb7563994eb5ccb5c79925f2043895cad18072c439615d0df7f67e8b826201', 'fb01d2a5c304095b5d1a9c651213e8793401d5ecb4e7fa27c3f9990dcf5f3bba', 1);
INSERT INTO documents ("id", "type", "name", "document", "file_path", "file_modified", "created_at", "updated_at", "description", "tags", "content_hash", "row_hash", "revision") VALUES ('persona/Zoë', 'persona', 'Zoë', '{"name":"Zoë","tags":["calm","zoë"],"demographics":{"ageGroup":"60+"},"description":"It''s she; -- ''quoted''"}', 'personas/Zoë.json', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', 'It''s she; -- ''quoted''', '["calm", "zoë"]', 'c062f6dca5d49148ce78f7cc12da291adf22b6fd3db2ab04ed3376155bed403f', 'b283cf705964b717c633cbd31bbae92cff6d4220aac8348a31ec3bc9bb12ee59', 1);
INSERT INTO documents ("id", "type", "name", "document", "file_path", "file_modified", "created_at", "updated_at", "description", "tags", "content_hash", "row_hash", "revision") VALUES ('persona/fay', 'persona', 'Fay', '{"name":"Fay","tags":[]}', 'personas/fay.json', '2025-12-03T08:00:00.500Z', '2025-12-03T08:00:00.500Z', '2025-12-03T08:00:00.500Z', NULL, '[]', '50ae9ad1db9384b564c9a04f7d6da8d6d870e934efecb661711089922c0c077b', '5dd862658eb325862284ed53da1f815a531b4b1593239e45d9e7e047cff7e943', 4);
INSERT INTO documents ("id", "type", "name", "document", "file_path", "file_modified", "created_at", "updated_at", "description", "tags", "content_hash", "row_hash", "revision") VALUES ('persona/team/ana', 'persona', 'Ana', '{"name":"Ana","tags":["calm","ana"],"demographics":{"ageGroup":"60+"}}', 'personas/team/ana.json', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', NULL, '["calm", "ana"]', '1b5d9445732276a0f9499cb9656c4005c10b3714df54f1b9d08c2178974d9b1f', 'be59a548b4101d9a9a58a5d9402c9b73c504010354eb88c5ee9cb05e33b8ade8', 1);
INSERT INTO documents ("id", "type", "name", "document", "file_path", "file_modified", "created_at", "updated_at", "description", "tags", "content_hash", "row_hash", "revision") VALUES ('persona/team/ben', 'persona', 'Ben', '{"name":"Ben","tags":["calm","ben"],"demographics":{"ageGroup":"60+"}}', 'personas/team/ben.json', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', NULL, '["calm", "ben"]', '2b21d6794713fa5ffc0c47f8dcb6e2e4b26494f40a027362747c70046be87e2f', '54197486dd0425ee96130540d28219792b186d877a568eb6f25160471dc8c0b8', 1);
INSERT INTO documents ("id", "type", "name", "document", "file_path", "file_modified", "created_at", "updated_at", "description", "tags", "content_hash", "row_hash", "revision") VALUES ('persona/team/cleo', 'persona', 'Cleo', '{"name":"Cleo","tags":["calm","cleo"],"demographics":{"ageGroup":"60+"},"bio":"edited"}', 'personas/team/cleo.json', '2025-12-02T08:00:00.000Z', '2025-12-01T08:00:00.000Z', '2025-12-02T08:00:00.000Z', 'edited', '["calm", "cleo"]', 'f26d1e2840112e3eca08ce0cd973cb200fc5fc8f5a8a06f33fbf2f2ff8df6a0b', '8c7479ac5864a8f511857af398b323e605223ba51bcd21891bb29793e4d17038', 2);
INSERT INTO documents ("id", "type", "name", "document", "file_path", "file_modified", "created_at", "updated_at", "description", "tags", "content_hash", "row_hash", "revision") VALUES ('persona/team/hugo', 'persona', 'Hugo', '{"name":"Hugo","tags":["calm","hugo"],"demographics":{"ageGroup":"60+"}}', 'personas/team/hugo.json', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', NULL, '["calm", "hugo"]', '6405f4e12b4a81f76f82abcf01bbccd9dba9238912288c10b579bc410d1f2018', '2e710ded8c23516aa9c75c58988f74f92a5e79d96b3f3e3d804c7a0f14277fd5', 1);
INSERT INTO documents ("id", "type", "name", "document", "file_path", "file_modified", "created_at", "updated_at", "description", "tags", "content_hash", "row_hash", "revision") VALUES ('persona/team/lena', 'persona', 'Lena', '{"name":"Lena","tags":["calm","lena"],"demographics":{"ageGroup":"60+"}}', 'personas/team/lena.json', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', NULL, '["calm", "lena"]', '329e42784b01f2d3bb13ab60fdb176520d31b75243a7398017e7d0b7fb40322a', 'dae89b018317bd3f81e864917a451a21f40c1871a4df68df232a30bcd21a7c92', 1);
INSERT INTO documents ("id", "type", "name", "document", "file_path", "file_modified", "created_at", "updated_at", "description", "tags", "content_hash", "row_hash", "revision") VALUES ('prompt_template/hello', 'prompt_template', 'Hello', '{"name":"Hello","description":"Greets.","version":null,"authors":[],"tags":["calm"],"dialect":"v1","model":{"id":"gpt-4o","connection":{"apiKey":"${env:HELLO_KEY}"}},"inputs":[],"outputs":[],"tools":[],"template":{"format":{"kind":"jinja2"},"parser":{"kind":"prompty"}},"metadata":{},"frontmatter":{"name":"Hello","description":"Greets.","tags":["calm"],"sample":["${file:./here.json}","${file:./missing.json}"],"model":{"id":"gpt-4o","connection":{"apiKey":"${env:HELLO_KEY}"}}},"body":"system:\nBe polite, naïve and calm.\n","instructions":"system:\nBe polite, naïve and calm.","body_line":11,"messages":[{"role":"system","attributes":{},"content":"Be polite, naïve and calm.","line":11}],"variables":[],"references":{"env":[{"name":"HELLO_KEY","default":null,"at":"model.connection.apiKey"}],"files":[{"path":"./here.json","at":"sample[0]"},{"path":"./missing.json","at":"sample[1]"}],"other":[]}}', 'prompts/hello.prompty', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', '2025-12-01T08:00:00.000Z', 'Greets.', '["calm"]', 'f82f168c045b33def913a6b81fd098ced324a9ecd73d417f848d04fc36e238f0', '8e7fd723149fc976051ff233d82e960fbbee992694fb27285b4d4d2a10be790f', 1);
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
INSERT INTO files ("file_path", "type", "id", "mtime_ns", "ctime_ns", "size", "inode", "device", "racy", "content_hash", "good_size", "search_rowid", "twin_key", "state") VALUES ('notes/one.json', 'note', 'note/one', 1764576000000000000, 1764576000000000000, 77, 1, 1, 0, 'be41ec15aad519238f038d5c04ca1b69b0325a46431f750ee50b6c65891db108', 77, 10, NULL, 'held');
INSERT INTO files ("file_path", "type", "id", "mtime_ns", "ctime_ns", "size", "inode", "device", "racy", "content_hash", "good_size", "search_rowid", "twin_key", "state") VALUES ('notes/three.json', 'note', 'note/three', 1764576000000000000, 1764576000000000000, 81, 2, 1, 0, '94b45a4366074680c666293ca9bfe6e67d05a793e1159af23711afc08b3e8f9e', 81, 9, NULL, 'ok');
INSERT INTO files ("file_path", "type", "id", "mtime_ns", "ctime_ns", "size", "inode", "device", "racy", "content_hash", "good_size", "search_rowid", "twin_key", "state") VALUES ('notes/two.json', 'note', 'note/two', 1764576000000000000, 1764576000000000000, 77, 3, 1, 0, '0eeb7563994eb5ccb5c79925f2043895cad18072c439615d0df7f67e8b826201', 77, 11, NULL, 'held');
INSERT INTO files ("file_path", "type", "id", "mtime_ns", "ctime_ns", "size", "inode", "device", "racy", "content_hash", "good_size", "search_rowid", "twin_key", "state") VALUES ('personas/Zoë.json', 'persona', 'persona/Zoë', 1764576000000000000, 1764576000000000000, 127, 4, 1, 0, 'c062f6dca5d49148ce78f7cc12da291adf22b6fd3db2ab04ed3376155bed403f', 127, 1, 'personas/zoë.json', 'ok');
INSERT INTO files ("file_path", "type", "id", "mtime_ns", "ctime_ns", "size", "inode", "device", "racy", "content_hash", "good_size", "search_rowid", "twin_key", "state") VALUES ('personas/dora.json', 'persona', NULL, 1764662400000000000, 1764662400000000000, 9, 5, 1, 0, 'b8075f724548c62266ba69e103357014392548b45321dae456a7fff936231561', NULL, NULL, NULL, 'broken');
INSERT INTO files ("file_path", "type", "id", "mtime_ns", "ctime_ns", "size", "inode", "device", "racy", "content_hash", "good_size", "search_rowid", "twin_key", "state") VALUES ('personas/fay.json', 'persona', 'persona/fay', 1764748800500000000, 1764748800500000000, 42, 6, 1, 0, '50ae9ad1db9384b564c9a04f7d6da8d6d870e934efecb661711089922c0c077b', 42, 13, NULL, 'ok');
INSERT INTO files ("file_path", "type", "id", "mtime_ns", "ctime_ns", "size", "inode", "device", "racy", "content_hash", "good_size", "search_rowid", "twin_key", "state") VALUES ('personas/link.json', 'persona', NULL, 1764576000000000000, 1764576000000000000, 2, 7, 1, 0, NULL, NULL, NULL, NULL, 'skipped');
INSERT INTO files ("file_path", "type", "id", "mtime_ns", "ctime_ns", "size", "inode", "device", "racy", "content_hash", "good_size", "search_rowid", "twin_key", "state") VALUES ('personas/team/ana.json', 'persona', 'persona/team/ana', 1764576000000000000, 1764576000000000000, 77, 8, 1, 0, '1b5d9445732276a0f9499cb9656c4005c10b3714df54f1b9d08c2178974d9b1f', 77, 6, NULL, 'ok');
INSERT INTO files ("file_path", "type", "id", "mtime_ns", "ctime_ns", "size", "inode", "device", "racy", "content_hash", "good_size", "search_rowid", "twin_key", "state") VALUES ('personas/team/ben.json', 'persona', 'persona/team/ben', 1764748800500000000, 1764748800500000000, 16, 9, 1, 0, '41695b3acbfefcdfddef7e018851a76af82e4d86cf656bf08073d325573f30ba', 77, 2, NULL, 'broken');
INSERT INTO files ("file_path", "type", "id", "mtime_ns", "ctime_ns", "size", "inode", "device", "racy", "content_hash", "good_size", "search_rowid", "twin_key", "state") VALUES ('personas/team/cleo.json', 'persona', 'persona/team/cleo', 1764662400000000000, 1764662400000000000, 96, 10, 1, 1, 'f26d1e2840112e3eca08ce0cd973cb200fc5fc8f5a8a06f33fbf2f2ff8df6a0b', 96, 12, NULL, 'ok');
INSERT INTO files ("file_path", "type", "id", "mtime_ns", "ctime_ns", "size", "inode", "device", "racy", "content_hash", "good_size", "search_rowid", "twin_key", "state") VALUES ('personas/team/hugo.json', 'persona', 'persona/team/hugo', 1764835201000000000, 1764835201000000000, 2090, 11, 1, 0, NULL, 79, 5, NULL, 'broken');
INSERT INTO files ("file_path", "type", "id", "mtime_ns", "ctime_ns", "size", "inode", "device", "racy", "content_hash", "good_size", "search_rowid", "twin_key", "state") VALUES ('personas/team/lena.json', 'persona', 'persona/team/lena', NULL, NULL, NULL, NULL, NULL, 0, NULL, 79, 3, NULL, 'unreadable');
INSERT INTO files ("file_path", "type", "id", "mtime_ns", "ctime_ns", "size", "inode", "device", "racy", "content_hash", "good_size", "search_rowid", "twin_key", "state") VALUES ('prompts/hello.prompty', 'prompt_template', 'prompt_template/hello', 1764576000000000000, 1764576000000000000, 211, 13, 1, 0, 'f82f168c045b33def913a6b81fd098ced324a9ecd73d417f848d04fc36e238f0', 211, 8, NULL, 'ok');
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
INSERT INTO problems ("file_path", "ordinal", "severity", "code", "line", "column", "json_path", "message", "hint", "notes", "since") VALUES ('notes/one.json', 0, 'warning', 'held', NULL, NULL, NULL, 'deleted together with 1 others; its row is kept until the deletion is released', 'bring the files back, or run: docsync release note', '[]', '2025-12-05T08:00:02.000Z');
INSERT INTO problems ("file_path", "ordinal", "severity", "code", "line", "column", "json_path", "message", "hint", "notes", "since") VALUES ('notes/two.json', 0, 'warning', 'held', NULL, NULL, NULL, 'deleted together with 1 others; its row is kept until the deletion is released', 'bring the files back, or run: docsync release note', '[]', '2025-12-05T08:00:02.000Z');
INSERT INTO problems ("file_path", "ordinal", "severity", "code", "line", "column", "json_path", "message", "hint", "notes", "since") VALUES ('personas/dora.json', 0, 'error', 'json-truncated', 1, 10, NULL, 'the file ends before the JSON is complete', 'the file may be half-written', '[]', '2025-12-02T08:00:00.500Z');
INSERT INTO problems ("file_path", "ordinal", "severity", "code", "line", "column", "json_path", "message", "hint", "notes", "since") VALUES ('personas/fay.json', 0, 'warning', 'duplicate-key', 1, 17, NULL, 'duplicate key ''name''; this value replaces the one at 1:2', NULL, '[{"message": "the value that is replaced", "line": 1, "column": 2}]', '2025-12-03T08:00:00.500Z');
INSERT INTO problems ("file_path", "ordinal", "severity", "code", "line", "column", "json_path", "message", "hint", "notes", "since") VALUES ('personas/link.json', 0, 'warning', 'skipped', NULL, NULL, NULL, 'a link that leaves the collection''s folder is not followed', NULL, '[]', '2025-12-01T08:00:00.000Z');
INSERT INTO problems ("file_path", "ordinal", "severity", "code", "line", "column", "json_path", "message", "hint", "notes", "since") VALUES ('personas/team/ben.json', 0, 'error', 'json-truncated', 1, 17, NULL, 'the file ends before the JSON is complete', 'the file may be half-written', '[]', '2025-12-03T08:00:01.000Z');
INSERT INTO problems ("file_path", "ordinal", "severity", "code", "line", "column", "json_path", "message", "hint", "notes", "since") VALUES ('personas/team/hugo.json', 0, 'error', 'too-large', NULL, NULL, NULL, 'the file has 2090 bytes, more than the 2000 allowed', 'shorten it, or raise limits.max_file_bytes', '[]', '2025-12-04T08:00:01.500Z');
INSERT INTO problems ("file_path", "ordinal", "severity", "code", "line", "column", "json_path", "message", "hint", "notes", "since") VALUES ('personas/team/lena.json', 0, 'error', 'unreadable', NULL, NULL, NULL, 'cannot be read: permission denied', NULL, '[]', '2025-12-06T08:00:02.000Z');
INSERT INTO problems ("file_path", "ordinal", "severity", "code", "line", "column", "json_path", "message", "hint", "notes", "since") VALUES ('prompts/hello.prompty', 0, 'warning', 'missing-reference', 5, 33, 'sample[1]', 'there is no file ''./missing.json''', 'paths are relative to the prompt''s own folder', '[]', '2025-12-01T08:00:00.000Z');
CREATE TABLE changes (
  seq          INTEGER PRIMARY KEY AUTOINCREMENT,
  revision     INTEGER NOT NULL,
  id           TEXT NOT NULL,
  type         TEXT NOT NULL,
  op           TEXT NOT NULL CHECK (op IN ('upsert', 'delete')),
  content_hash TEXT,                     -- NULL for delete
  changed_at   TEXT NOT NULL
) STRICT;
INSERT INTO changes ("seq", "revision", "id", "type", "op", "content_hash", "changed_at") VALUES (7, 1, 'persona/team/gone', 'persona', 'upsert', '5ba0b6100db0c750df1f94d8a9febd7510175e1bd41a68b86fea5aa05fcf8f6c', '2025-12-01T08:00:00.000Z');
INSERT INTO changes ("seq", "revision", "id", "type", "op", "content_hash", "changed_at") VALUES (8, 1, 'prompt_template/hello', 'prompt_template', 'upsert', 'f82f168c045b33def913a6b81fd098ced324a9ecd73d417f848d04fc36e238f0', '2025-12-01T08:00:00.000Z');
INSERT INTO changes ("seq", "revision", "id", "type", "op", "content_hash", "changed_at") VALUES (9, 1, 'note/three', 'note', 'upsert', '94b45a4366074680c666293ca9bfe6e67d05a793e1159af23711afc08b3e8f9e', '2025-12-01T08:00:00.000Z');
INSERT INTO changes ("seq", "revision", "id", "type", "op", "content_hash", "changed_at") VALUES (10, 1, 'note/one', 'note', 'upsert', 'be41ec15aad519238f038d5c04ca1b69b0325a46431f750ee50b6c65891db108', '2025-12-01T08:00:00.000Z');
INSERT INTO changes ("seq", "revision", "id", "type", "op", "content_hash", "changed_at") VALUES (11, 1, 'note/two', 'note', 'upsert', '0eeb7563994eb5ccb5c79925f2043895cad18072c439615d0df7f67e8b826201', '2025-12-01T08:00:00.000Z');
INSERT INTO changes ("seq", "revision", "id", "type", "op", "content_hash", "changed_at") VALUES (12, 2, 'persona/team/cleo', 'persona', 'upsert', 'f26d1e2840112e3eca08ce0cd973cb200fc5fc8f5a8a06f33fbf2f2ff8df6a0b', '2025-12-02T08:00:00.000Z');
INSERT INTO changes ("seq", "revision", "id", "type", "op", "content_hash", "changed_at") VALUES (13, 4, 'persona/fay', 'persona', 'upsert', '50ae9ad1db9384b564c9a04f7d6da8d6d870e934efecb661711089922c0c077b', '2025-12-03T08:00:00.500Z');
INSERT INTO changes ("seq", "revision", "id", "type", "op", "content_hash", "changed_at") VALUES (14, 6, 'persona/team/gone', 'persona', 'delete', NULL, '2025-12-04T08:00:01.500Z');
CREATE TABLE document_tags (
  document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  tag         TEXT NOT NULL,
  PRIMARY KEY (document_id, tag)
) STRICT, WITHOUT ROWID;
INSERT INTO document_tags ("document_id", "tag") VALUES ('note/one', 'calm');
INSERT INTO document_tags ("document_id", "tag") VALUES ('note/one', 'one');
INSERT INTO document_tags ("document_id", "tag") VALUES ('note/three', 'calm');
INSERT INTO document_tags ("document_id", "tag") VALUES ('note/three', 'three');
INSERT INTO document_tags ("document_id", "tag") VALUES ('note/two', 'calm');
INSERT INTO document_tags ("document_id", "tag") VALUES ('note/two', 'two');
INSERT INTO document_tags ("document_id", "tag") VALUES ('persona/Zoë', 'calm');
INSERT INTO document_tags ("document_id", "tag") VALUES ('persona/Zoë', 'zoë');
INSERT INTO document_tags ("document_id", "tag") VALUES ('persona/team/ana', 'ana');
INSERT INTO document_tags ("document_id", "tag") VALUES ('persona/team/ana', 'calm');
INSERT INTO document_tags ("document_id", "tag") VALUES ('persona/team/ben', 'ben');
INSERT INTO document_tags ("document_id", "tag") VALUES ('persona/team/ben', 'calm');
INSERT INTO document_tags ("document_id", "tag") VALUES ('persona/team/cleo', 'calm');
INSERT INTO document_tags ("document_id", "tag") VALUES ('persona/team/cleo', 'cleo');
INSERT INTO document_tags ("document_id", "tag") VALUES ('persona/team/hugo', 'calm');
INSERT INTO document_tags ("document_id", "tag") VALUES ('persona/team/hugo', 'hugo');
INSERT INTO document_tags ("document_id", "tag") VALUES ('persona/team/lena', 'calm');
INSERT INTO document_tags ("document_id", "tag") VALUES ('persona/team/lena', 'lena');
INSERT INTO document_tags ("document_id", "tag") VALUES ('prompt_template/hello', 'calm');
CREATE TABLE document_references (
  document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  ordinal     INTEGER NOT NULL,
  kind        TEXT NOT NULL,             -- env, file, base, sample, specification, other
  target      TEXT NOT NULL,             -- as written
  at          TEXT NOT NULL,             -- place in the front matter
  resolved    TEXT,                      -- POSIX, relative to the project root; NULL: not a file, or outside
  status      TEXT NOT NULL CHECK (status IN ('ok', 'missing', 'outside', 'not_checked')),
  PRIMARY KEY (document_id, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO document_references ("document_id", "ordinal", "kind", "target", "at", "resolved", "status") VALUES ('prompt_template/hello', 0, 'file', './here.json', 'sample[0]', 'prompts/here.json', 'ok');
INSERT INTO document_references ("document_id", "ordinal", "kind", "target", "at", "resolved", "status") VALUES ('prompt_template/hello', 1, 'file', './missing.json', 'sample[1]', 'prompts/missing.json', 'missing');
INSERT INTO document_references ("document_id", "ordinal", "kind", "target", "at", "resolved", "status") VALUES ('prompt_template/hello', 2, 'env', 'HELLO_KEY', 'model.connection.apiKey', NULL, 'not_checked');
CREATE VIRTUAL TABLE documents_fts USING fts5 (
  id UNINDEXED, name, description, text,
  row_hash UNINDEXED,                    -- SHA-256 of the other columns; tells damage that the index does not notice
  tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO documents_fts (rowid, "id", "name", "description", "text", "row_hash") VALUES (1, 'persona/Zoë', 'Zoë', 'It''s she; -- ''quoted''', 'Zoë
calm
zoë
60+
It''s she; -- ''quoted''', '0a8e4a0ba22608744548842dd3e3a30532f20f2ff50d21002a8b366ca155ff84');
INSERT INTO documents_fts (rowid, "id", "name", "description", "text", "row_hash") VALUES (2, 'persona/team/ben', 'Ben', NULL, 'Ben
calm
ben
60+', '3da9f1e89f57af8bbd2e817402b1d475a583db60da2cca74022e57222fca21ea');
INSERT INTO documents_fts (rowid, "id", "name", "description", "text", "row_hash") VALUES (3, 'persona/team/lena', 'Lena', NULL, 'Lena
calm
lena
60+', '8d680dbf259f63faa464aa3d44d9ee820c0cd736851d1c7c053f54ee371fcdae');
INSERT INTO documents_fts (rowid, "id", "name", "description", "text", "row_hash") VALUES (5, 'persona/team/hugo', 'Hugo', NULL, 'Hugo
calm
hugo
60+', '9e8851d1b848c0150cfac5c27c792767616c1d280c3b4097e96d9adbc33f6669');
INSERT INTO documents_fts (rowid, "id", "name", "description", "text", "row_hash") VALUES (6, 'persona/team/ana', 'Ana', NULL, 'Ana
calm
ana
60+', 'd75cbbbe0d9cabaa0659c36087fd719f0b106c7547156a492c9b3bbf83fb5335');
INSERT INTO documents_fts (rowid, "id", "name", "description", "text", "row_hash") VALUES (8, 'prompt_template/hello', 'Hello', 'Greets.', 'system:
Be polite, naïve and calm.
', 'e9eecbf6941f175ffc955495f3800963b80f08ece6d4c2a9d18755562fc43a96');
INSERT INTO documents_fts (rowid, "id", "name", "description", "text", "row_hash") VALUES (9, 'note/three', 'three', NULL, 'three
calm
three
60+', 'b9de36b7721d4c544f72195fd4c4890b916e1cd6a2a5d75d90c8d0f2415109ce');
INSERT INTO documents_fts (rowid, "id", "name", "description", "text", "row_hash") VALUES (10, 'note/one', 'one', NULL, 'one
calm
one
60+', 'a931127f301cfaa2ff9b00cc46af21a88a2407e73c575a5956347302e2b1bd39');
INSERT INTO documents_fts (rowid, "id", "name", "description", "text", "row_hash") VALUES (11, 'note/two', 'two', NULL, 'two
calm
two
60+', 'ae9b45a0a81075cb4e929d69ea0ae4fc89dbc4b37d39e52ddcb8ef8d87addd47');
INSERT INTO documents_fts (rowid, "id", "name", "description", "text", "row_hash") VALUES (12, 'persona/team/cleo', 'Cleo', 'edited', 'Cleo
calm
cleo
60+
edited', '3e88833f13f0a2899c3f2721c8784d449a33996a20702665f88efdc56fbcb698');
INSERT INTO documents_fts (rowid, "id", "name", "description", "text", "row_hash") VALUES (13, 'persona/fay', 'Fay', NULL, 'Fay', '401195cba8fe01a3d9efaad06eb996a523ada1cf27960955f795c585a7d955cf');
CREATE TABLE sync_state (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO sync_state ("key", "value") VALUES ('epoch', '5eed5eed5eed5eed');
INSERT INTO sync_state ("key", "value") VALUES ('file_inode', '0');
INSERT INTO sync_state ("key", "value") VALUES ('revision', '8');
INSERT INTO sync_state ("key", "value") VALUES ('schema_version', '1');
CREATE INDEX documents_type ON documents (type);
CREATE INDEX documents_name ON documents (name);
CREATE INDEX documents_type_name ON documents (type, name);
CREATE INDEX documents_revision ON documents (revision);
CREATE INDEX files_type ON files (type);
CREATE INDEX files_twin ON files (twin_key) WHERE twin_key IS NOT NULL;
CREATE INDEX files_troubled ON files (file_path, state) WHERE state <> 'ok';
CREATE INDEX changes_revision ON changes (revision);
CREATE INDEX document_tags_tag ON document_tags (tag, document_id);
CREATE INDEX document_references_resolved ON document_references (resolved) WHERE resolved IS NOT NULL;
CREATE INDEX document_references_target ON document_references (kind, target);
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
CREATE INDEX documents_path_fd63e5d53a63 ON documents (json_extract(document, '$.demographics.ageGroup'), id);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence ("name", "seq") VALUES ('changes', 14);
COMMIT;
