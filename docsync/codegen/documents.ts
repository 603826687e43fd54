import { statSync } from "node:fs";

/** What can be bound to a statement. */
export type Value = string | number;

/** A prepared statement of better-sqlite3 or node:sqlite. */
export interface Statement {
  all(...values: Value[]): unknown[];
}

/** An open database of better-sqlite3 or node:sqlite. */
export interface Connection {
  prepare(sql: string): Statement;
  exec(sql: string): unknown;
  close(): unknown;
}

/** The type that an id begins with. */
export type TypeOf<Id extends string> = Id extends `${infer Type}/${string}` ? Extract<Type, keyof DocumentTypes> : never;

/** The ids that there were when this file was written. */
export type DocumentId = DocumentIds[keyof DocumentIds];

/** A document with its columns. `state` is ok, stale (its file is broken) or held (its file went). */
export interface DocumentRow<Document> {
  id: string;
  type: string;
  name: string;
  description: string | null;
  tags: string[];
  document: Document;
  filePath: string;
  updatedAt: string;
  contentHash: string;
  revision: number;
  state: "ok" | "stale" | "held";
  since: string | null;
}

/** What a field can be equal to: as JSON is, so 1 is neither true nor "1". */
export type Scalar = string | number | boolean | null;

/** What is asked for: all of it must hold. `where` has dotted places in the document. */
export interface Find<Type extends keyof DocumentTypes> {
  type: Type;
  tag?: string;
  where?: Readonly<Record<string, Scalar>>;
  limit?: number;
  /** The id after which the page begins: that of the last row of the page before. */
  after?: string;
}

/** A document that a search found, with the piece of it that shows why, the words between [ and ]. */
export interface Hit {
  id: DocumentId;
  name: string;
  snippet: string;
}

export interface Change {
  seq: number;
  revision: number;
  id: string;
  type: string;
  op: "upsert" | "delete";
  contentHash: string | null;
  changedAt: string;
}

/** A piece of the feed. With `startOver` forget what you know; with `more` ask again at once, with this cursor. */
export interface Changes {
  items: Change[];
  cursor: string;
  startOver: boolean;
  more: boolean;
}

const COLUMNS = `d.id, d.type, d.name, d.description, d.tags, d.document, d.file_path AS filePath,
  d.updated_at AS updatedAt, d.content_hash AS contentHash, d.revision, s.state, s.since
  FROM documents AS d JOIN document_status AS s ON s.id = d.id`;
const KINDS: Readonly<Record<string, string>> = { string: "'text'", number: "'integer', 'real'" };

/**
 * The documents of one docsync database, for one thread. It follows the database when another takes its place.
 *
 *   new Documents(path, (file) => new Database(file, { readonly: true, fileMustExist: true, timeout: 5000 }))
 *   new Documents(path, (file) => new DatabaseSync(file, { readOnly: true, timeout: 5000 }))
 */
export class Documents {
  private connection: Connection;
  private identity: string | undefined;
  private pinned = false;

  constructor(
    private readonly path: string,
    private readonly connect: (path: string) => Connection,
  ) {
    this.identity = this.identify();
    this.connection = connect(path);
  }

  /** The document with this id, undefined if there is none any more. */
  get<Id extends DocumentId>(id: Id): DocumentRow<DocumentTypes[TypeOf<Id>]> | undefined {
    return this.ask(`SELECT ${COLUMNS} WHERE d.id = ?`, id).map((row) => this.parse<DocumentTypes[TypeOf<Id>]>(row))[0];
  }

  /** The documents of a type for which all of it holds, by id. */
  find<Type extends keyof DocumentTypes>(asked: Find<Type>): DocumentRow<DocumentTypes[Type]>[] {
    const conditions = ["d.type = ?"];
    const values: Value[] = [asked.type];
    if (asked.tag !== undefined) {
      conditions.push("d.id IN (SELECT document_id FROM document_tags WHERE tag = ?)");
      values.push(asked.tag);
    }
    for (const [place, wanted] of Object.entries(asked.where ?? {})) {
      const path = `'$${place.split(".").map(writeKey).join("")}'`;
      const kind = `json_type(d.document, ${path})`;
      if (typeof wanted === "string" || typeof wanted === "number") {
        conditions.push(`json_extract(d.document, ${path}) = ? AND ${kind} IN (${KINDS[typeof wanted]})`);
        values.push(wanted);
      } else {
        conditions.push(`${kind} = '${wanted === null ? "null" : wanted ? "true" : "false"}'`);
      }
    }
    if (asked.after !== undefined) {
      conditions.push("d.id > ?");
      values.push(asked.after);
    }
    const rows = this.ask(`SELECT ${COLUMNS} WHERE ${conditions.join(" AND ")} ORDER BY d.id LIMIT ?`, ...values, asked.limit ?? -1);
    return rows.map((row) => this.parse<DocumentTypes[Type]>(row));
  }

  /** The documents that have all words of the text, best first: a word in the name counts most. */
  search(text: string, limit = 20): Hit[] {
    const words = text.replaceAll("\0", " ").split(/\s+/).filter((word) => word.replaceAll('"', "") !== "");
    if (words.length === 0) return [];
    return this.ask(
      `SELECT id, name, snippet(documents_fts, -1, '[', ']', '…', 12) AS snippet FROM documents_fts
       WHERE documents_fts MATCH ? ORDER BY bm25(documents_fts, 0.0, 10.0, 4.0, 1.0), id LIMIT ?`,
      words.map((word) => `"${word.replaceAll('"', '""')}"`).join(" "),
      limit,
    ) as Hit[];
  }

  /**
   * What changed since a cursor. Without one, and when what came after it is not kept any more, it starts over:
   * its items are all documents that there are.
   */
  changes(since?: string, limit = 1000): Changes {
    return this.inOneState(() => {
      const [epoch] = this.ask("SELECT value FROM sync_state WHERE key = 'epoch'") as { value: string }[];
      const [kept] = this.ask("SELECT min(seq) AS first, max(seq) AS last FROM changes") as { first: number | null; last: number | null }[];
      const cursor = (seq: number): string => `${epoch?.value}:${seq}`;
      const last = kept?.last ?? 0;
      const seq = since?.startsWith(`${epoch?.value}:`) ? Number(since.slice(since.indexOf(":") + 1)) : NaN;
      if (!(seq >= (kept?.first ?? 1) - 1 && seq <= last)) {
        const all = this.ask(
          `SELECT ? AS seq, revision, id, type, 'upsert' AS op, content_hash AS contentHash, updated_at AS changedAt
           FROM documents ORDER BY id`,
          last,
        ) as Change[];
        return { items: all, cursor: cursor(last), startOver: true, more: false };
      }
      const items = this.ask(
        `SELECT seq, revision, id, type, op, content_hash AS contentHash, changed_at AS changedAt
         FROM changes WHERE seq > ? ORDER BY seq LIMIT ?`,
        seq,
        limit + 1,
      ) as Change[];
      const more = items.length > limit;
      if (more) items.pop();
      return { items, cursor: cursor(items.at(-1)?.seq ?? seq), startOver: false, more };
    });
  }

  /** The rows of one statement of your own, by the database that is at the path now. */
  ask(sql: string, ...values: Value[]): unknown[] {
    return this.patiently(() => this.connection.prepare(sql).all(...values));
  }

  /** The result of a function whose answers all belong to one state of the database. */
  inOneState<Result>(ask: () => Result): Result {
    if (this.pinned) return ask();
    return this.patiently(() => {
      this.connection.exec("BEGIN");
      this.pinned = true;
      try {
        return ask();
      } finally {
        this.pinned = false;
        this.end();
      }
    });
  }

  close(): void {
    this.connection.close();
  }

  /** Asks the database that is at the path now, and once more where the open one turns out to be damaged. */
  private patiently<Result>(ask: () => Result): Result {
    if (this.pinned) return ask();
    const identity = this.identify();
    // Between two databases there is none for a moment; the old one goes on answering.
    if (identity !== undefined && identity !== this.identity) this.reopen();
    try {
      return ask();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.reopen();
      return ask();
    }
  }

  private end(): void {
    try {
      this.connection.exec("ROLLBACK");
    } catch {
      // SQLite has ended it already, for the reason that is being thrown.
    }
  }

  private reopen(): void {
    this.connection.close();
    this.identity = this.identify();
    this.connection = this.connect(this.path);
  }

  private identify(): string | undefined {
    const found = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    return found && `${found.dev}:${found.ino}`;
  }

  private parse<Document>(row: unknown): DocumentRow<Document> {
    const stored = row as Omit<DocumentRow<Document>, "document" | "tags"> & { document: string; tags: string };
    return { ...stored, document: JSON.parse(stored.document) as Document, tags: JSON.parse(stored.tags) as string[] };
  }
}

/** A key as a step of a path of SQLite, which stands in a literal of SQL: plain where it can be, as an index has it. */
function writeKey(key: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `.${key}`;
  if (/["\\\u0000]/.test(key)) throw new Error(`${JSON.stringify(key)}: a key with " or \\ cannot be asked for; use ask()`);
  return `."${key.replaceAll("'", "''")}"`;
}

/** True for what better-sqlite3 and node:sqlite throw where a database is damaged or none. */
function isDamage(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return /^SQLITE_(CORRUPT|NOTADB)/.test(String(code)) || (typeof errcode === "number" && [11, 26].includes(errcode & 0xff));
}
