// A list that is fetched page by page, forwards and backwards. Never fetches what is not shown.
import { el, fill, say } from "./dom.js";

export class Pages {
  #cursors = [null];
  #next = null;
  #asked = 0;
  #place;
  #fetch;
  #show;
  #label = el("span", { class: "quiet" });
  // The buttons stay the same: one that is replaced between press and release would not be clicked.
  #back = el("button", { type: "button", onclick: () => this.#turn(this.#cursors.slice(0, -1)) }, "Previous");
  #on = el("button", { type: "button", onclick: () => this.#forward() }, "Next");

  /** `fetch` gets a cursor (null: the first page) and resolves to an answer with a `cursor`; `show` gets the answer. */
  constructor(place, fetch, show) {
    this.#place = place;
    this.#fetch = fetch;
    this.#show = show;
    place.hidden = true;
    fill(place, this.#back, this.#label, this.#on);
  }

  /** Begins again with the first page. */
  first() {
    return this.#turn([null]);
  }

  /** Fetches the present page again. An answer that was overtaken by another question is forgotten. */
  async refresh() {
    const asked = ++this.#asked;
    const answer = await this.#fetch(this.#cursors.at(-1));
    if (asked !== this.#asked) return;
    this.#next = answer.cursor ?? null;
    this.#show(answer, this.#cursors.length);
    this.#showPlace();
  }

  #showPlace() {
    const page = this.#cursors.length;
    const focused = document.activeElement;
    this.#place.hidden = page === 1 && this.#next === null;
    say(this.#label, `Page ${page}`);
    this.#back.disabled = page === 1;
    this.#on.disabled = this.#next === null;
    if (focused === this.#back && this.#back.disabled) this.#on.focus();
    if (focused === this.#on && this.#on.disabled) this.#back.focus();
  }

  #forward() {
    if (this.#next !== null) this.#turn([...this.#cursors, this.#next]);
  }

  #turn(cursors) {
    this.#cursors = cursors;
    this.#next = null; // not known until the answer is here: a second click goes nowhere
    return this.refresh();
  }
}
