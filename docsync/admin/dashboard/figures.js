// The figures of a status: counts by type, revision, last change, latency, collections. Never asks for any.
import { byId, el, fill, name, reconcile } from "./dom.js";
import { showBatches } from "./batches.js";
import { hashOf } from "./view.js";
import { age, changed, counted, duration, number, worst } from "./words.js";

let shown = null;
let lastChange = null;

/** Shows the figures of `status`. */
export function showFigures(status) {
  shown = status;
  fill(byId("project"), status.project.split("/").at(-1));
  reconcile(byId("figures"), figures(status), ({ title }) => title, figure);
  showBatches(status);
  showCollections(status.collections);
  fill(
    byId("daemon"),
    `docsync ${status.version}, process ${status.pid}, started `,
    age(status.started_at),
    `. Watches by ${status.watcher}, ${counted(status.rescans, "rescan")}.`,
    underWay(status),
  );
}

function figures(status) {
  const { latency } = status;
  return [
    { title: "Documents", value: number(status.documents), more: byType(status.collections) },
    {
      title: "Revision",
      value: number(status.revision),
      more: `epoch ${status.epoch.slice(0, 8)}`,
      full: status.epoch,
    },
    { title: "Last change", ...findLastChange(status) },
    latency.count
      ? {
          title: "From save to row",
          value: duration(latency.p50_ms),
          more: worst(latency).words,
        }
      : { title: "From save to row", value: "–", more: "no save since the start" },
  ];
}

function figure({ title, value, since, more, full, change }) {
  return el(
    "div",
    {},
    el("dt", {}, title),
    el("dd", { class: "figure" }, since ? age(since) : (value ?? "–")),
    el("dd", { class: "quiet", title: full }, change ? lastDocument(change) : more),
  );
}

/** The last document that changed, by name; what was deleted before this page was open has no name here. */
function findLastChange({ batches, revision }) {
  const own = batches.filter((one) => one.upserts + one.deletes > 0 && one.revision <= revision);
  const newest = own.sort((one, other) => other.revision - one.revision)[0];
  if (newest && newest.revision > (lastChange?.revision ?? 0))
    return { since: newest.at, more: changed(newest.upserts, newest.deletes) };
  return lastChange ? { since: lastChange.at, change: lastChange } : { more: "none yet" };
}

function lastDocument({ id, op, others }) {
  const shown = op === "delete" ? [name(id), " deleted"] : el("a", { href: hashOf(id) }, name(id));
  return [shown, others ? ` and ${counted(others, "other")}` : ""];
}

/** Takes the document that changed last: {at, revision, id, op, others}, the number of others with it. */
export function showLastChange(change) {
  lastChange = change;
  if (shown) reconcile(byId("figures"), figures(shown), ({ title }) => title, figure);
}

function byType(collections) {
  return collections.map((one) => `${number(one.documents)} ${one.type}`).join(" · ");
}

function underWay({ pending, undecided }) {
  return pending + undecided === 0 ? "" : ` ${counted(pending, "path")} to look at, ${number(undecided)} in doubt.`;
}

function showCollections(collections) {
  byId("collections-none").hidden = true;
  reconcile(byId("collections-list"), collections, ({ type }) => type, collection);
}

function collection({ type, path, format, root, documents, errors, warnings, held }) {
  const counts = [
    counted(documents, "document"),
    errors && counted(errors, "error"),
    warnings && counted(warnings, "warning"),
    held && `${number(held)} held`,
  ]
    .filter(Boolean)
    .join(", ");
  return el(
    "li",
    {},
    el(
      "p",
      {},
      el("strong", {}, type),
      " ",
      el("span", { class: "quiet" }, name(`${path}/`), ` · ${format}`),
      root === "ok" ? "" : el("span", { class: "badge" }, `folder ${root}`),
    ),
    el("p", { class: "quiet" }, counts),
  );
}
