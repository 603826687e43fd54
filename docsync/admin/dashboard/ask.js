// Asks a question that is answered with yes or no. Never takes silence for a yes.
import { byId, say } from "./dom.js";

const dialog = byId("ask");

byId("ask-no").addEventListener("click", () => dialog.close("no"));
byId("ask-yes").addEventListener("click", () => dialog.close("yes"));

/** Whether the person said yes. Esc is a no, and the no has the focus. */
export function confirmed({ title, text, no, yes }) {
  say(byId("ask-title"), title);
  say(byId("ask-text"), text);
  say(byId("ask-no"), no);
  say(byId("ask-yes"), yes);
  dialog.returnValue = "no";
  dialog.showModal();
  byId("ask-no").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
