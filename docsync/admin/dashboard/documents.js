// Finds documents: by type, by tag, or by words. Shows a page at a time, however many there are.
import { Refused, get } from "./api.js";
import { byId, el, fill, lines, name, reconcile, say, visible } from "./dom.js";
import { pause } from "./pace.js";
import { Pages } from "./pages.js";
import { hashOf } from "./view.js";
import { walkable } from "./walk.js";
import { age, number } from "./words.js";

const WIDE = window.matchMedia("(width >= 60rem)").matches;
const PAGE = WIDE ? 25 : 8; // one page is not to be ten screens
const TYPING_MS = 150;
const TAGS = 4;
const KNOWN_TAGS = 200;

const [text, type, tag] = ["text", "type", "tag"].map(byId);
const list = byId("documents-list");
const pages = new Pages(byId("documents-pages"), fetchPage, show);
const tags = new Set();
let typed = 0;
let total = 0;
// How many of them the list has, as far as is known; null while it has all.
let found = null;

for (const field of [text, tag]) field.addEventListener("input", afterTyping);
type.addEventListener("change", () => pages.first());
byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  pages.first();
});
walkable(text, list, ".title a");

/** Fetches the present page again. */
export const refreshDocuments = () => pages.refresh();

/** Says how many there are, or how many of them were found; a screen reader is told of the latter. */
function showCount() {
  say(byId("documents-count"), found === null ? number(total) : `${found} of ${number(total)}`);
  say(byId("documents-found"), found === null ? "" : `${found} of ${number(total)} documents`);
}

/** Shows how many there are, and which types can be chosen. */
export function showDocumentCount({ documents, collections }) {
  total = documents;
  showCount();
  const options = collections.map((one) => ({ value: one.type, words: `${one.type} (${number(one.documents)})` }));
  if (type.dataset.print === JSON.stringify(options)) return;
  type.dataset.print = JSON.stringify(options);
  const chosen = type.value;
  fill(
    type,
    el("option", { value: "" }, "All types"),
    options.map(({ value, words }) => el("option", { value }, words)),
  );
  type.value = chosen;
}

async function afterTyping() {
  const mine = ++typed;
  await pause(TYPING_MS);
  if (mine === typed) await pages.first();
}

async function fetchPage(cursor) {
  const words = text.value.trim();
  tag.disabled = words !== "";
  try {
    return words === ""
      ? await get("/v1/documents", { type: type.value, tag: tag.value.trim(), limit: PAGE, cursor, fields: "summary" })
      : await get("/v1/search", { q: words, type: type.value, limit: PAGE, cursor });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { refused: error.message };
  }
}

function show({ documents, hits, refused, cursor }, page) {
  const rows = documents ?? hits ?? [];
  const none = byId("documents-none");
  const shown = (page - 1) * PAGE + rows.length;
  found = isFiltered() && !refused ? `${cursor ? "more than " : ""}${number(shown)}` : null;
  showCount();
  none.hidden = rows.length > 0;
  say(
    none,
    refused ??
      (isFiltered()
        ? "No document is like this. Ask for less."
        : "No documents yet: save a file into one of the folders."),
  );
  reconcile(list, rows, ({ id }) => id, row);
  for (const each of rows) learn(each.tags);
}

const isFiltered = () => [text, type, tag].some((field) => field.value.trim() !== "");

/** The tags that were seen are offered; all that there are would be too many to fetch. */
function learn(found) {
  for (const each of found) {
    if (tags.size >= KNOWN_TAGS || tags.has(each)) continue;
    tags.add(each);
    byId("tags").append(el("option", { value: each }));
  }
}

function row({ id, type: kind, name: called, description, tags: found, state, updated_at: at, snippet, marks }) {
  return el(
    "li",
    { class: "document" },
    el(
      "p",
      { class: "title" },
      el("a", { href: hashOf(id) }, name(called || id)),
      state && state !== "ok" ? el("span", { class: "badge" }, state) : "",
      at ? el("span", { class: "quiet since" }, age(at)) : "",
    ),
    el("p", { class: "id quiet" }, name(id)),
    snippet
      ? el("p", { class: "snippet" }, marked(snippet, marks))
      : description
        ? el("p", { class: "snippet" }, lines(description))
        : "",
    found.length
      ? el(
          "p",
          { class: "row chips" },
          found.slice(0, TAGS).map(chip),
          found.length > TAGS ? el("span", { class: "quiet" }, `+${found.length - TAGS}`) : "",
        )
      : "",
  );
}

function chip(found) {
  const choose = () => {
    text.value = "";
    tag.value = found;
    pages.first();
  };
  return el(
    "button",
    { type: "button", class: "chip", title: `Only documents with the tag ${visible(found)}`, onclick: choose },
    name(found),
  );
}

/** `snippet` with its matches marked; `marks` counts characters, not halves of pairs. */
function marked(snippet, marks) {
  const characters = [...snippet];
  const piece = (from, to) => lines(characters.slice(from, to).join(""));
  const ends = [0, ...marks.map(([, end]) => end)];
  return [
    ...marks.flatMap(([start, end], place) => [piece(ends[place], start), el("mark", {}, piece(start, end))]),
    piece(ends.at(-1)),
  ];
}
