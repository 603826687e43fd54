// What is wrong with files: where, which, what to do and since when, grouped by file, a page at a time.
import { get } from "./api.js";
import { byId, el, name, reconcile, say } from "./dom.js";
import { Pages } from "./pages.js";
import { counted, since } from "./words.js";

const PAGE = 15;

const pages = new Pages(byId("problems-pages"), (cursor) => get("/v1/problems", { limit: PAGE, cursor }), show);

/** Fetches the present page again. */
export const refreshProblems = () => pages.refresh();

/** Shows how many there are. */
export function showProblemCount({ errors, warnings }) {
  const words = [errors && counted(errors, "error"), warnings && counted(warnings, "warning")].filter(Boolean);
  say(byId("problems-count"), words.join(", "));
}

function show({ problems }, page) {
  const none = byId("problems-none");
  none.hidden = problems.length > 0;
  say(none, page === 1 ? "None. Every file could be taken." : "No more of them.");
  reconcile(byId("problems-list"), byFile(problems), ({ path }) => path, file);
}

/** The problems in the order they came, those of one file together. */
function byFile(problems) {
  const files = new Map();
  for (const problem of problems) {
    if (!files.has(problem.path)) files.set(problem.path, { path: problem.path, problems: [] });
    files.get(problem.path).problems.push(problem);
  }
  return [...files.values()];
}

function file({ path, problems }) {
  return el("li", { class: "file" }, el("h3", {}, name(path)), el("ul", { class: "plain" }, problems.map(item)));
}

function item({ path, line, column, severity, code, message, hint, notes, since: begun }) {
  const place = [line, column].filter((part) => part != null).join(":");
  return el(
    "li",
    { class: `problem ${severity}` },
    el(
      "p",
      {},
      el("span", { class: "badge" }, severity),
      " ",
      el("code", {}, code),
      " ",
      place
        ? el(
            "span",
            { class: "place", title: `${path}:${place}` },
            `line ${line}${column == null ? "" : `, column ${column}`}`,
          )
        : "",
      el("span", { class: "quiet since" }, " ", since(begun)),
    ),
    el("p", {}, message),
    hint ? el("p", { class: "advice" }, hint) : "",
    notes.map((note) => el("p", { class: "quiet" }, `${note.message} (line ${note.line}, column ${note.column})`)),
  );
}
