// The form that renders a prompt: its inputs, a button, the messages or what is wrong. Never resolves a variable.
import { Gone, Refused, getDocument, post } from "./api.js";
import { el, fill, lines, name } from "./dom.js";

const DOCUMENT = "doc:";
const JSON_KINDS = ["array", "list", "object", "dict", "thread"];
const ROWS = { string: 2, array: 4, list: 4, object: 4, dict: 4, thread: 4 };

// What was typed, by the id of the prompt: a save shows the view anew, and typing goes on.
const typed = new Map();

/** The form for a prompt that is shown: each input with its type, filled with its sample or its default. */
export function renderForm({ id, document: shown }) {
  const known = typed.get(id) ?? new Map();
  typed.set(id, known);
  const fields = inputsOf(shown).map((input) => field(input, known));
  const result = el("div", { class: "rendered", role: "status" });
  const button = el("button", { type: "submit", class: "main" }, "Render");
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    await render(id, fields, result);
    button.disabled = false;
  };
  const form = el(
    "form",
    { class: "render", onsubmit: submit },
    fields.map(({ node }) => node),
    el("div", { class: "row" }, button),
  );
  return [el("h3", {}, "Render"), form, result];
}

/** The declared inputs, and the variables that nobody declared. */
function inputsOf({ inputs, variables }) {
  const declared = (inputs ?? []).filter((one) => typeof one.name === "string");
  const names = new Set(declared.map((one) => one.name));
  return [...declared, ...variables.filter((one) => !names.has(one)).map((one) => ({ name: one }))];
}

function field(input, known) {
  const called = input.name;
  const wrong = el("p", { class: "mistake", hidden: true });
  const remember = () => known.set(called, box.value);
  const box = el("textarea", {
    name: called,
    rows: ROWS[input.kind] ?? 1,
    spellcheck: "false",
    placeholder: JSON_KINDS.includes(input.kind) ? "JSON, or doc: and the id of a document" : "",
    oninput: remember,
  });
  box.value = known.get(called) ?? written(input.example ?? input.default);
  const kind = [input.kind, input.required === false ? "may be left out" : ""].filter(Boolean).join(", ");
  const label = el("label", {}, name(called), " ", el("span", { class: "quiet" }, kind), box);
  return { input, box, wrong, node: el("div", { class: "field" }, label, wrong) };
}

/** A value as a person would type it. What is in a file is not known here. */
function written(value) {
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") return JSON.stringify(value, null, 1);
  return value.startsWith("${file:") ? "" : value;
}

async function render(id, fields, result) {
  clear(fields, result);
  try {
    const { messages } = await post("/v1/render", { id, samples: true, ...(await given(fields)) });
    fill(
      result,
      messages.length ? el("ul", { class: "plain" }, messages.map(message)) : el("p", {}, "It says nothing."),
    );
  } catch (error) {
    if (error instanceof Gone) fill(result, el("p", { class: "mistake" }, "docsync does not answer."));
    else if (error instanceof Refused) show(error, fields, result);
    else throw error;
  }
}

/** What was typed: JSON and documents as `inputs`, all else as `texts`; an empty field gives nothing. */
async function given(fields) {
  const [inputs, texts] = [{}, {}];
  for (const { input, box } of fields) {
    const text = box.value.trim();
    if (text === "") continue;
    if (text.startsWith(DOCUMENT)) {
      inputs[input.name] = (await getDocument(text.slice(DOCUMENT.length))).document;
    } else if (JSON_KINDS.includes(input.kind) && isJson(text)) {
      inputs[input.name] = JSON.parse(text);
    } else {
      texts[input.name] = box.value;
    }
  }
  return { inputs, texts };
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // the daemon says what is wrong with it
  }
}

function clear(fields, result) {
  fill(result);
  for (const { box, wrong } of fields) {
    wrong.hidden = true;
    box.removeAttribute("aria-invalid");
  }
}

/** Each mistake beside its field, the others below the form. */
function show(error, fields, result) {
  const mistakes = error.problem.mistakes ?? [{ message: error.message }];
  const others = [];
  for (const mistake of mistakes) {
    const found = fields.find(({ input }) => input.name === mistake.input_name);
    if (!found) {
      others.push(mistake);
      continue;
    }
    fill(found.wrong, words(mistake));
    found.wrong.hidden = false;
    found.box.setAttribute("aria-invalid", "true");
  }
  if (others.length === 0) fill(result, el("p", { class: "mistake" }, "See beside the fields."));
  else
    fill(
      result,
      others.map((mistake) => el("p", { class: "mistake" }, words(mistake))),
    );
}

function words({ message: text, path, line, column, hint, json_path: at }) {
  const place = [path, line, column].filter((part) => part !== null && part !== undefined).join(":");
  const places = [line ? place : "", at].filter(Boolean).map((one) => [el("code", {}, name(one)), " "]);
  return [places, lines(text), hint ? ` (${hint})` : ""];
}

function message({ role, content, name: speaker }) {
  const parts = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return el(
    "li",
    { class: "message" },
    el("p", { class: "role" }, name(role), speaker ? [" ", name(speaker)] : ""),
    parts.map((part) =>
      el("p", { class: "content", dir: "auto" }, part.type === "text" ? lines(part.text) : media(part)),
    ),
  );
}

/** What is no text is told: nothing is fetched for it. */
function media({ type, name: called, media_type: kind, url }) {
  return el("span", { class: "badge" }, [type, called, kind, url].filter(Boolean).join(", "));
}
