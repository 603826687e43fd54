// The signs that stand for states: a shape each, so that they differ without colour. Never carry meaning alone.
import { svg } from "./dom.js";

const PATHS = {
  in_sync: ["M7 12.5l3.4 3.4L17.5 8.5"],
  syncing: ["M17 9a6 6 0 0 0-10.4-.6M7 15a6 6 0 0 0 10.4.6", "M6.2 5v3.6h3.6M17.8 19v-3.6h-3.6"],
  starting: ["M12 7v5l3.2 2"],
  held: ["M9.5 8v8M14.5 8v8"],
  degraded: ["M12 6.8v6.4M12 16.7v.2"],
  gone: ["M8.5 8.5l7 7M15.5 8.5l-7 7"],
  asking: ["M7.5 12h.1M12 12h.1M16.5 12h.1"],
};

/** The sign of a state. */
export function sign(state) {
  const shape =
    state === "degraded"
      ? svg("path", { class: "ground", d: "M12 1.6 23 21.6H1z", "stroke-linejoin": "round", "stroke-width": 1.6 })
      : svg("circle", { class: "ground", cx: 12, cy: 12, r: 11 });
  const lines = (PATHS[state] ?? PATHS.asking).map((d) => svg("path", { class: "line", d }));
  return svg("svg", { viewBox: "0 0 24 24", focusable: "false" }, shape, ...lines);
}
