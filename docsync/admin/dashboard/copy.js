// Copies a text, and says so. Never reads what was copied before.
import { el } from "./dom.js";
import { tell } from "./said.js";

/** A button that copies what `text` gives. */
export function copyButton(words, text, attributes = {}) {
  return el("button", { type: "button", class: "small", onclick: () => copy(text), ...attributes }, words);
}

async function copy(text) {
  const copied = await text();
  try {
    await navigator.clipboard.writeText(copied);
    tell("Copied.");
  } catch {
    tell("The browser let nothing be copied: it does so on this machine and over HTTPS only.");
  }
}
