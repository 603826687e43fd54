// Shows a JSON value as a tree that folds. Never builds what is folded.
import { Exact } from "./api.js";
import { el, lines, name } from "./dom.js";

const OPEN_DEPTH = 2;
const PART = 200;

/** A tree of `value`; the two uppermost levels are open. */
export const tree = (value) => el("div", { class: "json" }, node(null, value, 0));

function node(key, value, depth) {
  const label = key === null ? "" : el("span", { class: "key" }, name(key), ": ");
  if (isLeaf(value)) return el("div", { class: "leaf" }, label, leaf(value));
  const members = Array.isArray(value) ? value.map((member, place) => [String(place), member]) : Object.entries(value);
  if (members.length === 0) return el("div", { class: "leaf" }, label, Array.isArray(value) ? "[ ]" : "{ }");
  return branch(label, members, depth, Array.isArray(value) ? ["[", "]", "entry"] : ["{", "}", "member"]);
}

function branch(label, members, depth, [opening, closing, noun]) {
  const count = `${members.length} ${members.length === 1 ? noun : noun === "entry" ? "entries" : "members"}`;
  const inner = el("div", { class: "members" });
  const folded = el(
    "details",
    { ontoggle: unfold },
    el("summary", {}, label, el("span", { class: "quiet" }, `${opening} ${count} ${closing}`)),
    inner,
  );

  function unfold() {
    if (folded.open && inner.childElementCount === 0) part(inner, members, 0, depth);
  }

  if (depth < OPEN_DEPTH) {
    folded.open = true;
    unfold();
  }
  return folded;
}

function part(inner, members, from, depth) {
  inner.append(...members.slice(from, from + PART).map(([key, value]) => node(key, value, depth + 1)));
  const rest = members.length - from - PART;
  if (rest <= 0) return;
  const more = el(
    "button",
    {
      type: "button",
      onclick: () => {
        more.remove();
        part(inner, members, from + PART, depth);
      },
    },
    `${rest} more`,
  );
  inner.append(more);
}

const isLeaf = (value) => value === null || typeof value !== "object" || value instanceof Exact;

function leaf(value) {
  if (typeof value === "string") return el("span", { class: "text" }, lines(value));
  return el("span", { class: "literal" }, String(value));
}
