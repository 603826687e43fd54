// A list under a heading that folds. Never builds what is folded, and remembers what a person opened.
import { el } from "./dom.js";

const PART = 15;

// By the key of the list: a list that is built anew is open again.
const opened = new Map();

/** `items` under `summary`, each made by `build`; open from the beginning if `open`. `before` stands above the list. */
export function folded({ key, summary, items, build, open = false, before = "" }) {
  const list = el("ol", { class: "plain" });
  const node = el("details", { ontoggle: toggled }, el("summary", {}, summary), before, list);
  node.open = opened.get(key) ?? open;
  if (node.open) grow();

  function toggled() {
    opened.set(key, node.open);
    if (node.open && list.childElementCount === 0) grow();
  }

  function grow() {
    const from = list.childElementCount;
    list.append(...items.slice(from, from + PART).map(build));
    const left = items.length - from - PART;
    if (left <= 0) return;
    const more = el("button", { type: "button", onclick: () => (more.remove(), grow()) }, `Show more of ${left}`);
    node.append(more);
  }

  return node;
}
