// The live list of changes, newest first, one block a revision. Never grows beyond what a person reads.
import { get } from "./api.js";
import { byId, el, name, reconcile } from "./dom.js";
import { showLastChange } from "./figures.js";
import { paced } from "./pace.js";
import { hashOf } from "./view.js";
import { age, counted, number } from "./words.js";

const REVISIONS = 12;
const SHOWN = 6;
const FIRST = 20;
const FRESH = 100;
const SIGNS = { upsert: ["~", "changed"], fresh: ["+", "new"], delete: ["−", "deleted"] };

let blocks = [];
let drawn = true;
// What up to this revision has changed is in the list already; null as long as the list has not begun.
let known = null;

/** Begins with the documents that changed last, if it has not begun; the daemon tells only what changes from now on. */
export async function beginChanges() {
  if (known !== null) return;
  const { documents, cursor, revision } = await get("/v1/documents", {
    order: "-revision",
    limit: FIRST,
    fields: "summary",
  });
  const newer = blocks.filter((block) => block.revision > revision);
  known = revision;
  blocks = [];
  for (const row of documents) {
    if (blocks.at(-1)?.revision !== row.revision) blocks.push(begun(row.revision, row.updated_at));
    join(blocks.at(-1), { id: row.id, op: opOf(row) });
  }
  if (cursor && blocks.length > 0) blocks.at(-1).count = null; // how many more there are is not known
  blocks = [...newer, ...blocks].slice(0, REVISIONS);
  draw();
}

/** Takes one change: {id, op, revision, changed_at}. */
export function takeChange(change) {
  if (change.revision <= (known ?? 0)) return;
  if (blocks[0]?.revision !== change.revision)
    blocks = [begun(change.revision, change.changed_at), ...blocks].slice(0, REVISIONS);
  join(blocks[0], change);
  if (drawn) requestAnimationFrame(draw); // a checkout tells of thousands at once
  drawn = false;
  if (change.op === "upsert") findFresh();
}

/** Tells which of the documents that changed last are new: the feed does not. */
const findFresh = paced(async () => {
  const { documents } = await get("/v1/documents", { order: "-revision", limit: FRESH, fields: "summary" });
  const made = documents.filter((row) => opOf(row) === "fresh");
  const fresh = new Set(made.map(({ id, revision }) => `${revision} ${id}`));
  for (const { revision, changes } of blocks)
    for (const one of changes) if (fresh.has(`${revision} ${one.id}`)) one.op = "fresh";
  draw();
}, 500);

const opOf = (row) => (row.created_at === row.updated_at ? "fresh" : "upsert");

/** Begins anew: this is another life of the database, or too much has happened to tell. */
export function beginChangesAnew() {
  blocks = [];
  known = null;
  return beginChanges();
}

const begun = (revision, at) => ({ revision, at, count: 0, changes: [] });

function join(block, { id, op }) {
  block.count += 1;
  if (block.changes.length < SHOWN) block.changes.push({ id, op });
}

function draw() {
  drawn = true;
  byId("changes-none").hidden = blocks.length > 0;
  reconcile(byId("changes-list"), blocks, ({ revision }) => String(revision), block);
  const [newest] = blocks;
  if (!newest) return;
  const { at, revision, count, changes } = newest;
  showLastChange({ at, revision, ...changes[0], others: (count ?? 1) - 1 });
}

function block({ revision, at, count, changes }) {
  const rest =
    count === null ? "and more" : count > changes.length ? `and ${number(count - changes.length)} more` : null;
  return el(
    "li",
    {},
    el(
      "p",
      { class: "quiet" },
      `Revision ${number(revision)} · `,
      age(at),
      count > 1 ? ` · ${counted(count, "document")}` : "",
    ),
    el("ul", { class: "plain" }, changes.map(line), rest ? el("li", { class: "quiet" }, rest) : ""),
  );
}

function line({ id, op }) {
  const [sign, word] = SIGNS[op] ?? ["·", op];
  const shown = op === "delete" ? name(id) : el("a", { href: hashOf(id) }, name(id));
  return el(
    "li",
    { class: `change ${op}` },
    el("span", { class: "mark", "aria-hidden": "true" }, sign),
    el("span", { class: "unseen" }, `${word} `),
    shown,
  );
}
