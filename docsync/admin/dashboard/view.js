// The view of one document: what it is, where it comes from, what it says. Its address is the hash of the page.
import { Refused, encoded, getDocument } from "./api.js";
import { copyButton } from "./copy.js";
import { byId, el, fill, lines, name, say } from "./dom.js";
import { tree } from "./json.js";
import { isPrompt, prompt } from "./prompt.js";
import { renderForm } from "./render.js";
import { age, number, since } from "./words.js";

const STATES = {
  stale: "This is the last good version: its file is broken or cannot be read",
  held: "Its file is gone; the deletion is held",
};

const dialog = byId("view");
let opener = null;
let shown = null;

byId("view-close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
dialog.addEventListener("close", leave);

/** The hash that leads to a document. */
export const hashOf = (id) => `#/${encoded(id)}`;

/** Shows what the hash of the page asks for, if anything. */
export async function followHash() {
  const id = wanted();
  if (id === null) {
    dialog.close();
  } else {
    if (!dialog.open) {
      opener = document.activeElement;
      dialog.showModal();
    }
    shown = null;
    say(byId("view-title"), id);
    fill(byId("view-body"), el("p", { class: "quiet" }, "Fetching it…"));
    byId("view-title").focus();
    await refreshView();
  }
}

/** Fetches the open document again, if it is `id` or no matter which one it is. */
export async function refreshView(id = wanted()) {
  if (id === null || id !== wanted()) return;
  let row;
  try {
    row = await getDocument(id);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    row = { refused: error.message };
  }
  const print = JSON.stringify(row);
  if (id !== wanted() || print === shown) return; // left meanwhile, or nothing new: folds stay
  shown = print;
  if (row.refused) fill(byId("view-body"), el("p", {}, row.refused));
  else show(row);
}

function wanted() {
  if (!location.hash.startsWith("#/")) return null;
  try {
    return location.hash.slice(2).split("/").map(decodeURIComponent).join("/");
  } catch {
    return null; // somebody typed a % that escapes nothing
  }
}

function leave() {
  if (wanted() !== null) history.pushState(null, "", location.pathname);
  opener?.focus();
  opener = null;
}

function show(row) {
  say(byId("view-title"), row.name);
  fill(
    byId("view-body"),
    row.state === "ok"
      ? ""
      : el("p", { class: "alarm" }, STATES[row.state] ?? row.state, row.since ? [", ", since(row.since)] : "", "."),
    row.description ? el("p", { class: "lead" }, lines(row.description)) : "",
    el(
      "dl",
      { class: "facts" },
      facts(row).map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))),
    ),
    isPrompt(row.document) ? [prompt(row.document, row.references ?? []), renderForm(row)] : "",
    el(
      "div",
      { class: "row" },
      el("h3", {}, isPrompt(row.document) ? "The whole document" : "Document"),
      copyButton("Copy JSON", () => JSON.stringify(row.document, null, 2)),
    ),
    tree(row.document),
  );
}

function facts(row) {
  return [
    ["Id", name(row.id)],
    ["File", name(row.file_path)],
    ["Changed", el("span", {}, age(row.updated_at), `, revision ${number(row.revision)}`)],
    ["Content", el("span", { title: row.content_hash }, `SHA-256 ${row.content_hash.slice(0, 12)}…`)],
    [
      "Tags",
      row.tags.length > 0
        ? el(
            "ul",
            { class: "plain row chips" },
            row.tags.map((tag) => el("li", { class: "chip" }, name(tag))),
          )
        : "none",
    ],
  ];
}
