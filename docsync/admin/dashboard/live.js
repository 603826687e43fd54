// Follows the daemon's events for as long as the page is open, and comes back whenever they end. Never shows anything.
import { stream } from "./api.js";
import { pause } from "./pace.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;
// The daemon sends a comment every 15 s: a connection that is silent for longer than this is dead and nobody said so.
const SILENCE_MS = 40000;

/**
 * Calls `opened` whenever the stream begins, `heard` with each event ({type, id, data}) and `lost` with the error that
 * ended it.
 */
export async function follow({ opened, heard, lost }) {
  let last = null;
  let wait = FIRST_PAUSE_MS;
  for (;;) {
    const guard = new Silence();
    guard.heard();
    try {
      const body = await stream(last, guard.signal);
      wait = FIRST_PAUSE_MS;
      opened();
      await read(body, guard, (event) => {
        last = event.id ?? last; // also of a block without data: it says how far this page has got
        if (event.data !== null) heard(event);
      });
      lost(null);
    } catch (error) {
      lost(error);
    } finally {
      guard.end();
    }
    await pause(wait);
    wait = Math.min(2 * wait, LONGEST_PAUSE_MS);
  }
}

/** Ends a stream that has been silent for too long. */
class Silence {
  #abort = new AbortController();
  #timer = null;

  get signal() {
    return this.#abort.signal;
  }

  heard() {
    this.end();
    this.#timer = setTimeout(() => this.#abort.abort(), SILENCE_MS);
  }

  end() {
    clearTimeout(this.#timer);
  }
}

async function read(body, guard, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    guard.heard();
    const blocks = (rest + chunk.value).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    blocks.map(parsed).forEach(heard);
  }
}

/** One block of the stream; `data` is null where there is none, as in a comment. */
function parsed(block) {
  const event = { type: "message", id: null, data: null };
  for (const line of block.split(/\r?\n/)) {
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (field === "event") event.type = value;
    else if (field === "id") event.id = value;
    else if (field === "data") event.data = event.data === null ? value : `${event.data}\n${value}`;
  }
  return { ...event, data: event.data === null ? null : JSON.parse(event.data) };
}
