// Asks the daemon. Never keeps an answer.
import { anotherToken, token } from "./token.js";

/** The daemon answered that it will not or cannot; the message is its own and ends with the next step. */
export class Refused extends Error {
  constructor(status, detail, problem = {}) {
    super(detail);
    this.status = status;
    this.problem = problem;
  }
}

/** Nobody answered. */
export class Gone extends Error {}

/** A number as it was written, where JavaScript would make another one of it. */
export class Exact {
  constructor(source) {
    this.source = source;
  }

  toString() {
    return this.source;
  }

  toJSON() {
    return JSON.rawJSON?.(this.source) ?? this.source;
  }
}

/** The JSON at `path`; parameters that are empty are left out. */
export async function get(path, parameters = {}) {
  const wanted = Object.entries(parameters).filter(([, value]) => value !== "" && value != null);
  const query = new URLSearchParams(wanted).toString();
  return json(await ask(query ? `${path}?${query}` : path, {}));
}

/** What the daemon answers to `body` at `path`. */
export async function post(path, body = {}) {
  const headers = { "Content-Type": "application/json", "Docsync-Request": "1" };
  return json(await ask(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** The stream of events after the one with the id `last`, or from now on. */
export async function stream(last, signal) {
  const headers = last === null ? {} : { "Last-Event-ID": last };
  const response = await ask("/v1/events", { headers, signal });
  if (!response.ok) await json(response);
  return response.body;
}

/** The document with this id and its references; its numbers are as they are in the database. */
export async function getDocument(id) {
  return json(await ask(`/v1/documents/${encoded(id)}`, {}), (_key, value, context) =>
    typeof value === "number" && context && String(value) !== context.source ? new Exact(context.source) : value,
  );
}

/** An id for an address: its slashes separate, its other characters do not. */
export const encoded = (id) => id.split("/").map(encodeURIComponent).join("/");

async function ask(path, options) {
  for (;;) {
    const shown = token();
    const headers = { ...options.headers, ...(shown !== null && { Authorization: `Bearer ${shown}` }) };
    const response = await fetch(path, { ...options, headers }).catch((error) => {
      throw options.signal?.aborted ? error : new Gone();
    });
    if (response.status !== 401) return response;
    await anotherToken(shown);
  }
}

async function json(response, revive) {
  const text = await response.text().catch(() => {
    throw new Gone();
  });
  const answer = JSON.parse(text, revive);
  if (!response.ok) throw new Refused(response.status, answer.detail ?? `HTTP status ${response.status}`, answer);
  return answer;
}
