// Takes the token from the address, or asks for it where the daemon wants one; keeps it for this tab. Never shows it.
import { byId, say } from "./dom.js";

const KEY = "docsync-token";

// What `docsync open` and `docsync run` put behind the address. It is gone from there before anything is asked.
const HASH = "#token=";

let asking = null;

function take() {
  if (!location.hash.startsWith(HASH)) return;
  sessionStorage.setItem(KEY, decodeURIComponent(location.hash.slice(HASH.length)));
  history.replaceState(null, "", location.pathname + location.search);
  const dialog = byId("token");
  if (dialog.open) byId("token-form").dispatchEvent(new Event("submit", { cancelable: true }));
}

take();
window.addEventListener("hashchange", take);

export const token = () => sessionStorage.getItem(KEY);

/** Resolves once there is another token than the `refused` one (null: none was shown). */
export function anotherToken(refused) {
  if (token() !== refused) return Promise.resolve();
  asking ??= ask(refused).finally(() => {
    asking = null;
  });
  return asking;
}

function ask(refused) {
  const dialog = byId("token");
  const input = byId("token-input");
  if (refused !== null)
    say(byId("token-text"), "That is not the token. Type docsync open in the project's folder, or paste it again.");
  input.value = "";
  dialog.showModal();
  input.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("cancel", stay);
    byId("token-form").addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        if (input.value.trim()) sessionStorage.setItem(KEY, input.value.trim());
        input.value = "";
        dialog.removeEventListener("cancel", stay);
        dialog.close();
        resolve();
      },
      { once: true },
    );
  });
}

// Without a token there is nothing to go back to.
function stay(event) {
  event.preventDefault();
}
