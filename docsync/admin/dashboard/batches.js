// The batches that were applied last, newest first. Never mixes those of two databases without saying so.
import { byId, el, reconcile } from "./dom.js";
import { age, changed, duration, number } from "./words.js";

const BATCHES = 8;

// What started a batch, in words that say what a person did.
const TRIGGERS = {
  start: "at the start",
  hint: "after a save",
  debounce: "after a short wait",
  request: "when asked",
  rescan: "found by looking",
  lost_hints: "found by looking",
  git: "after Git",
  release: "by a release",
};

/** Shows the last batches of a status. */
export function showBatches({ batches, revision }) {
  const list = byId("batches-list");
  byId("batches-none").hidden = batches.length > 0;
  list.closest("table").hidden = batches.length === 0;
  const newest = [...batches].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, BATCHES);
  const rows = newest.flatMap((one, place) => divided(one, newest[place - 1]?.revision ?? revision + 1));
  reconcile(list, rows, (one) => `${one.at} ${one.revision} ${one.begins}`, row);
}

/** `one`, after a divider if it is not older than the revision `next` that came later: it is of another database. */
function divided(one, next) {
  return one.revision < next ? [one] : [{ at: one.at, revision: one.revision, begins: true }, one];
}

const row = (one) => (one.begins ? divider() : batch(one));

const divider = () =>
  el("tr", { class: "divider" }, el("td", { colspan: 4, class: "quiet" }, "The database was built anew; before:"));

function batch({ at, revision, duration_ms, upserts, deletes, trigger }) {
  return el(
    "tr",
    {},
    el("td", {}, number(revision)),
    el("td", {}, age(at), trigger ? el("span", { class: "quiet" }, ` ${TRIGGERS[trigger] ?? trigger}`) : ""),
    el("td", {}, changed(upserts, deletes)),
    el("td", {}, duration(duration_ms)),
  );
}
