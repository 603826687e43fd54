// Asks for the token where the daemon wants one, and keeps it for this tab. Never shows it nor puts it into a URL.
import { byId, say } from "./dom.js";

const KEY = "docsync-token";

let asking = null;

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
    say(byId("token-text"), "That is not the token of this docsync. Look into its [admin] token_file.");
  input.value = "";
  dialog.showModal();
  input.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("cancel", stay);
    byId("token-form").addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        sessionStorage.setItem(KEY, input.value.trim());
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
