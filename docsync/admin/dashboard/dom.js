// Builds and replaces nodes. Never takes markup: whatever comes from a file is text, and what nobody can see shows.

// Joiners and the signs behind an emoji stay: words and pictures need them.
const HARMFUL = /(?![\u200c\u200d\ufe0e\ufe0f])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_C}\p{DI}]/gu;

/** `text` with control characters, direction marks and halves of pairs as escapes, but for those in `kept`. */
export function visible(text, kept = "") {
  return String(text).replace(HARMFUL, (found) =>
    kept.includes(found) ? found : escapeOf(found.codePointAt(0).toString(16)),
  );
}

const escapeOf = (hex) => (hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`);

/** A text of several lines. */
export const lines = (text) => document.createTextNode(visible(text, "\n\t"));

export const byId = (id) => document.getElementById(id);

/** An element; `onclick` and the like are listeners, true is an attribute without value, false and null are none. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, visible(value));
  }
  node.append(...inside(children));
  return node;
}

/** An element of a drawing. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, visible(value));
  node.append(...inside(children));
  return node;
}

/** A name from outside: it keeps its own direction and cannot turn what stands beside it around. */
export const name = (text, attributes = {}) => el("bdi", attributes, text);

/** Gives `node` these children and no others. */
export function fill(node, ...children) {
  node.replaceChildren(...inside(children));
}

/** Sets the text of `node`; a live region is not told the same twice. */
export function say(node, text) {
  const shown = visible(text);
  if (node.textContent !== shown) node.textContent = shown;
}

/**
 * Makes the children of `parent` those of `items`. A child is kept while its item stays the same, and with it the
 * focus, the folds and the place on the screen.
 */
export function reconcile(parent, items, key, build) {
  const known = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const focused = parent.contains(document.activeElement) ? document.activeElement.closest("[data-key]") : null;
  const nodes = items.map((item) => kept(known.get(key(item)), item) ?? built(item, key(item), build));
  const wanted = new Set(nodes);
  for (const node of [...parent.children]) if (!wanted.has(node)) node.remove();
  nodes.forEach((node, place) => {
    if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] ?? null);
  });
  if (focused && !focused.isConnected) {
    nodes
      .find((node) => node.dataset.key === focused.dataset.key)
      ?.querySelector("a, button")
      ?.focus();
  }
}

const prints = new WeakMap();

function kept(node, item) {
  return node && prints.get(node) === JSON.stringify(item) ? node : null;
}

function built(item, key, build) {
  const node = build(item);
  node.dataset.key = key;
  prints.set(node, JSON.stringify(item));
  return node;
}

function inside(children) {
  return children
    .flat(Infinity)
    .filter((child) => child != null && child !== false)
    .map((child) => (child instanceof Node ? child : visible(child)));
}
