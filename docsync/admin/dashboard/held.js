// Held deletions: what is kept, since when, and the button that lets it go. Never releases without asking.
import { get, post } from "./api.js";
import { confirmed } from "./ask.js";
import { byId, el, name, reconcile, say } from "./dom.js";
import { Pages } from "./pages.js";
import { told } from "./said.js";
import { counted, number, since } from "./words.js";

const PAGE = 20;

const pages = new Pages(byId("held-pages"), (cursor) => get("/v1/held", { limit: PAGE, cursor }), show);

/** Shows how many are held of which collection, and fetches the present page when there are any. */
export async function refreshHeld({ held, collections }) {
  byId("held").hidden = held === 0;
  if (held === 0) return;
  say(byId("held-count"), number(held));
  reconcile(
    byId("held-actions"),
    collections.filter((one) => one.held > 0).map(({ type, held: count }) => ({ type, count })),
    ({ type }) => type,
    release,
  );
  await pages.refresh();
}

function show({ held }) {
  reconcile(
    byId("held-list"),
    held,
    ({ id }) => id,
    ({ id, path, since: begun }) =>
      el("li", {}, name(id), " ", el("span", { class: "quiet" }, name(path), ", ", since(begun))),
  );
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
