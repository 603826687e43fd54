// What is wrong with files, equal problems together: which, where, what to do and since when. Never hides an error.
import { get } from "./api.js";
import { copyButton } from "./copy.js";
import { byId, el, name, reconcile, say } from "./dom.js";
import { folded } from "./fold.js";
import { Pages } from "./pages.js";
import { tell } from "./said.js";
import { showBroken } from "./state.js";
import { hashOf } from "./view.js";
import { counted, since } from "./words.js";

const PAGE = 200;
const FEW = 3;

const pages = new Pages(byId("problems-pages"), (cursor) => get("/v1/problems", { limit: PAGE, cursor }), show);

/** Fetches the present page again. */
export const refreshProblems = () => pages.refresh();

/** Shows how many there are. */
export function showProblemCount({ errors, warnings }) {
  const words = [errors && counted(errors, "error"), warnings && counted(warnings, "warning")].filter(Boolean);
  say(byId("problems-count"), words.join(", "));
  say(byId("sections-problems"), errors + warnings ? String(errors + warnings) : "");
}

function show({ problems, cursor }, page) {
  const none = byId("problems-none");
  none.hidden = problems.length > 0;
  say(none, page === 1 ? "None. Every file could be taken." : "No more of them.");
  const broken = new Set(problems.filter(({ severity }) => severity === "error").map(({ path }) => path));
  const isAll = page === 1 && (!cursor || problems.at(-1).severity !== "error"); // errors come first
  showBroken(isAll ? broken.size : null);
  const isPart = page > 1 || Boolean(cursor);
  reconcile(byId("problems-list"), byCode(problems, isPart), ({ key }) => key, group);
}

/** The problems of each code together, and in them those of each file, in the order in which they came. */
function byCode(problems, isPart) {
  const groups = new Map();
  for (const problem of problems) {
    const { severity, code, path } = problem;
    const key = `${severity} ${code}`;
    if (!groups.has(key)) groups.set(key, { key, severity, code, isPart, files: new Map() });
    const { files } = groups.get(key);
    files.set(path, [...(files.get(path) ?? []), problem]);
  }
  return [...groups.values()].map((one) => ({ ...one, files: [...one.files] }));
}

function group({ key, severity, code, isPart, files }) {
  const count = `${counted(files.length, "file")}${isPart ? " on this page" : ""}`;
  const summary = [
    el("span", { class: "badge" }, severity),
    " ",
    el("code", {}, code),
    el("span", { class: "quiet" }, `, ${count}`),
  ];
  const before = el("p", { class: "quiet" }, "What it means: ", el("code", {}, `docs/rules.md#${code}`));
  const open = files.length <= FEW;
  return el("li", { class: `group ${severity}` }, folded({ key, summary, items: files, build: file, open, before }));
}

function file([path, problems]) {
  return el(
    "li",
    { class: "file" },
    el(
      "div",
      { class: "row" },
      el("h3", {}, name(path)),
      copyButton("Copy place", () => placeOf(problems[0]), { "aria-label": `Copy ${placeOf(problems[0])}` }),
      el("button", { type: "button", class: "small", onclick: () => open(path) }, "Document"),
    ),
    el("ul", { class: "plain" }, problems.map(item)),
  );
}

const placeOf = ({ path, line, column }) => [path, line, column].filter((part) => part != null).join(":");

/** Opens the document of the file at `path`: its last good version, where it is broken. */
async function open(path) {
  const { documents } = await get("/v1/documents", { where: `@file_path=${JSON.stringify(path)}`, fields: "summary" });
  if (documents.length > 0) location.hash = hashOf(documents[0].id);
  else tell("There is no document of this file: it never was one that could be taken.");
}

function item(problem) {
  const { line, column, severity, message, hint, notes, since: begun } = problem;
  return el(
    "li",
    { class: `problem ${severity}` },
    el(
      "p",
      {},
      line == null
        ? ""
        : el(
            "span",
            { class: "place", title: placeOf(problem) },
            `line ${line}${column == null ? "" : `, column ${column}`} `,
          ),
      el("span", { class: "quiet since" }, since(begun)),
    ),
    el("p", {}, message),
    hint ? el("p", { class: "advice" }, hint) : "",
    notes.map((note) => el("p", { class: "quiet" }, `${note.message} (line ${note.line}, column ${note.column})`)),
  );
}
