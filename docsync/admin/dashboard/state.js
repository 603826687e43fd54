// Says in words how the database is, what that means and what to do next. Never judges: the daemon has done so.
import { byId, el, fill, reconcile, say } from "./dom.js";
import { sign } from "./sign.js";
import { clock, counted, since } from "./words.js";

const WORDS = {
  in_sync: ["In sync", "The database equals the files."],
  syncing: ["Syncing", "Files have changed; the database follows."],
  starting: ["Starting", "The first look at all files is not finished."],
  held: ["Deletions held", "Many files went at once. Their documents are kept until somebody says that it was meant."],
  degraded: ["Degraded", "docsync works, but not as it should."],
};

let before = null;
let last = null;
// How many files cannot be read, null where that is not known.
let broken = null;

fill(byId("sign"), sign("asking"));

/** Shows the state of `status`. */
export function showState(status) {
  const [word, meaning] = WORDS[status.state] ?? [status.state, ""];
  const passing = status.state === "syncing" && before === "in_sync";
  before = status.state;
  last = status;
  if (passing) return; // over in a few milliseconds as a rule: said only if it lasts
  if (status.state === "in_sync" && status.errors > 0) show(status.state, errors(status), served(status), true);
  else show(status.state, word, `${meaning}${readiness(status)}${kept(status)}`, status.errors > 0);
  nextStep(status);
  reconcile(byId("reasons"), status.reasons, (one) => `${one.code} ${one.path}`, reason);
  document.title = `${status.errors > 0 ? errors(status) : word} · ${status.project.split("/").at(-1)} · docsync`;
}

/** Takes how many files cannot be read; null: not known. */
export function showBroken(files) {
  if (files === broken) return;
  broken = files;
  if (last !== null && before !== "gone") showState(last);
}

/** Says that nobody has answered since the time `since`. */
export function showGone(since) {
  before = "gone";
  show("gone", "No answer", `docsync has not answered since ${clock(since)}. What this page shows is from then.`);
  fill(byId("next"), "Start it again with ", el("code", {}, "docsync run"), ". This page comes back by itself.");
  fill(byId("reasons"));
  document.title = "No answer · docsync";
}

function show(state, word, meaning, broken = false) {
  const section = byId("state");
  const shape = broken && state === "in_sync" ? "degraded" : state;
  section.dataset.broken = String(broken);
  section.dataset.state = state;
  if (section.dataset.shape !== shape) {
    section.dataset.shape = shape;
    fill(byId("sign"), sign(shape));
  }
  say(byId("word"), word);
  say(byId("meaning"), meaning);
}

function readiness(status) {
  return status.ready ? "" : " Services should not rely on the database until this is over.";
}

function errors(status) {
  return broken ? `${counted(broken, "file")} cannot be read` : `${counted(status.errors, "error")} in files`;
}

function served(status) {
  const [their, versions] = broken === 1 ? ["Its", "version is"] : ["Their", "versions are"];
  return `${their} last good ${versions} served. All else equals the files.${readiness(status)}`;
}

function kept(status) {
  return status.errors === 0 ? "" : ` ${errors(status)}: the last good versions are served.`;
}

function nextStep(status) {
  const steps = [];
  if (status.held > 0) steps.push(["Bring the files back, or ", "release the deletions", "#held"]);
  if (status.errors > 0) steps.push(["See ", "what is broken, and where", "#problems"]);
  if (status.restart_to_apply) steps.push(["docsync.toml has changed: restart docsync to apply it"]);
  fill(
    byId("next"),
    steps.map(([text, link, target]) => el("span", {}, text, link ? el("a", { href: target }, link) : "", ". ")),
  );
}

function reason({ code, message, since: begun, path, advice }) {
  const place = path && !message.includes(path) ? el("bdi", {}, `${path}: `) : "";
  return el(
    "li",
    {},
    el("p", {}, el("code", {}, code), " ", place, message, ", ", since(begun)),
    advice ? el("p", { class: "advice" }, advice) : "",
  );
}
