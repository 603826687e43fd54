// Chooses the part of the page that is shown where there is room for one. Where there is room for all, all are shown.
import { byId } from "./dom.js";

const parts = [...document.querySelectorAll("[data-part]")];
const links = [...document.querySelectorAll("#sections a")];

/** Shows the part that the hash of the page leads into, if it leads into one. */
export function followSection() {
  const target = byId(location.hash.slice(1));
  const part = target?.closest("[data-part]")?.dataset.part;
  if (!part) return;
  choose(part);
  target.scrollIntoView();
  target.focus({ preventScroll: true });
}

function choose(chosen) {
  for (const part of parts) part.classList.toggle("elsewhere", part.dataset.part !== chosen);
  for (const link of links) {
    if (link.dataset.opens === chosen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

choose("state");
