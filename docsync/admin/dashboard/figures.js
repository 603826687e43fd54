// The figures of a status: counts by type, revision, last change, latency, batches, collections. Never asks for any.
import { byId, el, fill, name, reconcile } from "./dom.js";
import { age, counted, duration, number } from "./words.js";

const BATCHES = 8;

/** Shows the figures of `status`. */
export function showFigures(status) {
  fill(byId("project"), status.project.split("/").at(-1));
  reconcile(byId("figures"), figures(status), ({ title }) => title, figure);
  showBatches(status.batches);
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
  const { last_batch: last, latency } = status;
  return [
    { title: "Documents", value: number(status.documents), more: byType(status.collections) },
    {
      title: "Revision",
      value: number(status.revision),
      more: `epoch ${status.epoch.slice(0, 8)}`,
      full: status.epoch,
    },
    {
      title: "Last change",
      since: last?.at ?? null,
      more: last ? changed(last.upserted, last.deleted) : "none since the start",
    },
    latency.count
      ? {
          title: "From save to row",
          value: duration(latency.p50_ms),
          more: `99 of 100 within ${duration(latency.p99_ms)}`,
        }
      : { title: "From save to row", value: "–", more: "no save since the start" },
  ];
}

function figure({ title, value, since, more, full }) {
  return el(
    "div",
    {},
    el("dt", {}, title),
    el("dd", { class: "figure" }, since ? age(since) : (value ?? "–")),
    el("dd", { class: "quiet", title: full }, more),
  );
}

function byType(collections) {
  return collections.map((one) => `${number(one.documents)} ${one.type}`).join(" · ");
}

function changed(upserts, deletes) {
  const parts = [upserts && `${number(upserts)} updated`, deletes && `${number(deletes)} deleted`];
  return parts.filter(Boolean).join(", ") || "no document";
}

function underWay({ pending, undecided }) {
  return pending + undecided === 0 ? "" : ` ${counted(pending, "path")} to look at, ${number(undecided)} in doubt.`;
}

function showBatches(batches) {
  const list = byId("batches-list");
  byId("batches-none").hidden = batches.length > 0;
  list.closest("table").hidden = batches.length === 0;
  const newest = [...batches].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, BATCHES);
  reconcile(list, newest, ({ at, revision }) => `${at} ${revision}`, batch);
}

function batch({ at, revision, duration_ms, upserts, deletes, trigger }) {
  return el(
    "tr",
    {},
    el("td", {}, number(revision)),
    el("td", {}, age(at), trigger ? el("span", { class: "quiet" }, ` ${trigger}`) : ""),
    el("td", {}, changed(upserts, deletes)),
    el("td", {}, duration(duration_ms)),
  );
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
