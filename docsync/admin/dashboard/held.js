// Held deletions: what is kept, since when, and the button that lets it go. Never releases without asking.
import { get, post } from "./api.js";
import { confirmed } from "./ask.js";
import { copyButton } from "./copy.js";
import { byId, el, name, reconcile, say } from "./dom.js";
import { folded } from "./fold.js";
import { Pages } from "./pages.js";
import { told } from "./said.js";
import { counted, number, since } from "./words.js";

const PAGE = 1000;
const FEW = 5;

const pages = new Pages(byId("held-pages"), (cursor) => get("/v1/held", { limit: PAGE, cursor }), show);

/** Shows how many are held of which collection, and fetches the present page when there are any. */
export async function refreshHeld({ held, collections }) {
  byId("held").hidden = held === 0;
  if (held === 0) return;
  const some = collections.filter((one) => one.held > 0);
  const share = some.map((one) => `${number(one.held)} of ${counted(one.documents, `${one.type} document`)}`);
  say(byId("held-count"), share.join(", "));
  reconcile(
    byId("held-actions"),
    [...some.map(({ type, held: count }) => ({ type, count })), { type: "", count: held }],
    ({ type }) => type,
    action,
  );
  await pages.refresh();
}

/** A button: to release a type, or to copy the list of all. */
const action = (one) => (one.type ? release(one) : el("span", {}, copyButton("Copy list", listed)));

/** The paths of all files that are held, a line each. */
async function listed() {
  const paths = [];
  for (let cursor = null, first = true; first || cursor; first = false) {
    const answer = await get("/v1/held", { limit: PAGE, cursor });
    paths.push(...answer.held.map(({ path }) => path));
    cursor = answer.cursor;
  }
  return paths.join("\n");
}

function show({ held, cursor }, page) {
  const folders = new Map();
  for (const one of held) {
    const folder = one.path.includes("/") ? one.path.slice(0, one.path.lastIndexOf("/")) : ".";
    folders.set(folder, [...(folders.get(folder) ?? []), one]);
  }
  const isPart = page > 1 || Boolean(cursor);
  const groups = [...folders].map(([folder, documents]) => ({ folder, documents, isPart }));
  reconcile(byId("held-list"), groups, (one) => one.folder, group);
}

function group({ folder, documents, isPart }) {
  const words = `: ${number(documents.length)}${isPart ? " on this page" : ""}`;
  const summary = [name(`${folder}/`), el("span", { class: "quiet" }, words)];
  const open = documents.length <= FEW;
  return el("li", {}, folded({ key: `held ${folder}`, summary, items: documents, build: line, open }));
}

function line({ id, path, since: begun }) {
  return el("li", {}, name(id), " ", el("span", { class: "quiet" }, name(path), ", ", since(begun)));
}

function release({ type, count }) {
  const words = `Delete ${counted(count, `${type} document`)}…`;
  return el("span", {}, el("button", { type: "button", class: "danger", onclick: () => ask(type, count) }, words));
}

async function ask(type, count) {
  const documents = counted(count, "document");
  const yes = await confirmed({
    title: `Delete ${documents} of ${type}?`,
    text: "Their files are gone. Bring the files back to keep them; once released, they leave the database for good.",
    no: "Keep them",
    yes: `Delete ${documents}`,
  });
  if (yes)
    await told(async () => {
      const done = await post("/v1/held/release", { type });
      return `${counted(done.counts.deleted, "document")} deleted, revision ${number(done.revision)}`;
    });
}
