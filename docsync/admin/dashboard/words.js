// Numbers, times and durations in words. Never touches the page, but for the ages of times that it keeps right.
import { el } from "./dom.js";

const NUMBER = new Intl.NumberFormat("en");
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const UNITS = [
  ["d", 86400],
  ["h", 3600],
  ["min", 60],
  ["s", 5],
];
const OLD_SECONDS = 3 * 86400;

export const number = (value) => NUMBER.format(value);

/** "1 document", "2 documents". */
export function counted(value, noun) {
  return `${number(value)} ${value === 1 ? noun : `${noun}s`}`;
}

/** How many documents a batch wrote and deleted. */
export function changed(upserts, deletes) {
  const parts = [upserts && `${number(upserts)} new or changed`, deletes && `${number(deletes)} deleted`];
  return parts.filter(Boolean).join(", ") || "no document";
}

/** A duration in the unit that a person would choose. */
export function duration(ms) {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60000)} min`;
}

/** How long saves take at worst: the slowest of few, of many what 99 of 100 keep within. */
export function worst({ recent, p99_ms }) {
  const times = recent.map(([, ms]) => ms);
  if (times.length >= 100) return { ms: p99_ms, words: `99 of 100 within ${duration(p99_ms)}` };
  const ms = Math.max(...times, 0);
  return { ms, words: `the slowest ${duration(ms)}` };
}

/** How long ago, or at what time where that says more. */
export function ago(iso, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  if (seconds >= OLD_SECONDS) return DAY.format(new Date(iso));
  const [unit, size] = UNITS.find(([, least]) => seconds >= least) ?? [];
  return unit ? `${Math.floor(seconds / (unit === "s" ? 1 : size))} ${unit} ago` : "just now";
}

export const clock = (iso) => CLOCK.format(new Date(iso));

/** A time as its age, which stays right; the exact time is its title. */
export function age(iso) {
  return el("time", { datetime: iso, title: iso, "data-age": true }, ago(iso));
}

/** Since when something is so: the time today, otherwise with the day. */
export function since(iso) {
  const old = Date.now() - Date.parse(iso) > 12 * 3600 * 1000;
  return el("time", { datetime: iso, title: iso }, `since ${old ? DAY.format(new Date(iso)) : clock(iso)}`);
}

/** Brings the ages on the page up to date. */
export function refreshAges() {
  for (const node of document.querySelectorAll("time[data-age]")) {
    const words = ago(node.dateTime);
    if (node.textContent !== words) node.textContent = words;
  }
}
