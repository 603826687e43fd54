// Shows a prompt as what it is: messages by role, variables, inputs, references. Never fills in a variable.
import { el, lines, name } from "./dom.js";

const TAG = /(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})/s;

/** Whether a document is a prompt. */
export const isPrompt = (document) => Array.isArray(document.messages) && Array.isArray(document.variables);

/** The parts of a prompt. `references` have a status, which the document itself does not tell. */
export function prompt(document, references) {
  return [
    part("Messages", document.messages, message, document.messages.length === 0 ? document.instructions : null),
    part("Variables", document.variables, (variable) => el("li", { class: "chip" }, name(variable)), null, "row chips"),
    part("Inputs", document.inputs, input),
    part("References", references, reference),
  ];
}

function part(title, items, build, otherwise = null, look = "") {
  if (!items?.length) return otherwise ? [el("h3", {}, title), el("p", { class: "content" }, marked(otherwise))] : [];
  return [el("h3", {}, title), el("ul", { class: `plain ${look}` }, items.map(build))];
}

function message({ role, content, line }) {
  return el(
    "li",
    { class: "message" },
    el("p", { class: "role" }, name(role), el("span", { class: "quiet" }, ` line ${line}`)),
    el(
      "p",
      { class: "content", dir: "auto" },
      marked(typeof content === "string" ? content : JSON.stringify(content, null, 2)),
    ),
  );
}

/** `text` with the tags of its template marked. */
function marked(text) {
  return text.split(TAG).map((piece, place) => (place % 2 === 1 ? el("mark", {}, lines(piece)) : lines(piece)));
}

function input({ name: called, kind, description, required, default: otherwise }) {
  const words = [
    kind,
    required && "required",
    otherwise !== undefined && otherwise !== null && otherwise !== "" && `otherwise ${JSON.stringify(otherwise)}`,
  ]
    .filter(Boolean)
    .join(", ");
  return el(
    "li",
    {},
    el("p", {}, el("strong", {}, name(called ?? "")), " ", el("span", { class: "quiet" }, words)),
    description ? el("p", {}, description) : "",
  );
}

const STATUS = { ok: "there", missing: "missing", outside: "outside of the project", not_checked: "" };

function reference({ kind, target, at, status }) {
  const word = STATUS[status] ?? status;
  return el(
    "li",
    {},
    el("span", { class: "quiet" }, `${kind} `),
    el("code", {}, name(target)),
    " ",
    word ? el("span", { class: status === "ok" ? "badge good" : "badge" }, word) : "",
    at ? el("span", { class: "quiet" }, " at ", name(at)) : "",
  );
}
