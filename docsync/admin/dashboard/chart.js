// Draws how long changes took from the save to the row, and says it in words. Never the only place where a figure is.
import { byId, fill, say, svg } from "./dom.js";
import { counted, duration, worst } from "./words.js";

const WIDTH = 360;
const HEIGHT = 120;
const LEFT = 44;
const FOOT = 6;

/** Shows `latency`: {count, p50_ms, p99_ms, recent: [[at, ms]]}. */
export function showLatency(latency) {
  if (latency.count === 0) {
    say(byId("latency-words"), "Nothing was saved since docsync started. Save a file to see how long it takes.");
    fill(byId("chart"));
    return;
  }
  const words =
    latency.recent.length === 1
      ? `The last change was in the database within ${duration(latency.p50_ms)}.`
      : `Half of the last ${counted(latency.recent.length, "change")} were in the database within ` +
        `${duration(latency.p50_ms)}, ${worst(latency).words}.`;
  say(byId("latency-words"), words);
  const times = latency.recent.map(([, ms]) => ms);
  fill(byId("chart"), times.length > 0 ? drawing(times, latency, words) : "");
}

function drawing(times, latency, words) {
  const [p50_ms, p99_ms] = [latency.p50_ms, worst(latency).ms];
  const all = [...times, p50_ms, p99_ms].map((ms) => Math.max(ms, 0.1));
  const low = Math.floor(Math.log10(Math.min(...all)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...all))));
  const y = (ms) => FOOT + (HEIGHT - 2 * FOOT) * (1 - (Math.log10(Math.max(ms, 0.1)) - low) / (high - low));
  const x = (place) => LEFT + 8 + (WIDTH - LEFT - 16) * (times.length === 1 ? 1 : place / (times.length - 1));
  const decades = Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step));
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words },
    ...decades.flatMap((ms) => grid(y(ms), ms)),
    rule(y(p50_ms), "p50"),
    rule(y(p99_ms), "p99"),
    ...times.map((ms, place) => svg("circle", { class: "dot", cx: x(place).toFixed(1), cy: y(ms).toFixed(1), r: 2.2 })),
  );
}

function grid(y, ms) {
  const label = ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
  return [
    svg("line", { class: "grid", x1: LEFT, x2: WIDTH, y1: y, y2: y }),
    svg("text", { x: LEFT - 6, y: y + 3.5, "text-anchor": "end" }, label),
  ];
}

function rule(y, name) {
  return svg("line", { class: name, x1: LEFT, x2: WIDTH, y1: y.toFixed(1), y2: y.toFixed(1) });
}
