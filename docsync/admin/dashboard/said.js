// Says what became of an action, at the foot of the page. Never keeps a person from going on.
import { Gone, Refused } from "./api.js";
import { byId, say } from "./dom.js";

const SHOWN_MS = 8000;

let timer = null;

/** Shows `text` for a while. */
export function tell(text) {
  const place = byId("said");
  say(place, text);
  place.classList.add("there");
  clearTimeout(timer);
  timer = setTimeout(() => {
    place.classList.remove("there");
    say(place, "");
  }, SHOWN_MS);
}

/** Shows the words that `action` resolves to, or why it failed. */
export async function told(action) {
  try {
    tell(await action());
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Gone)) throw error;
    tell(error instanceof Gone ? "docsync does not answer; nothing is known of what became of it." : error.message);
  }
}
