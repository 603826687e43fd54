// Starts the page: follows the daemon and refreshes what a change may have touched. Never draws anything itself.
import { Gone, Refused, get, post } from "./api.js";
import { beginChanges, beginChangesAnew, takeChange } from "./changes.js";
import { showLatency } from "./chart.js";
import { refreshDocuments, showDocumentCount } from "./documents.js";
import { byId, say } from "./dom.js";
import { showFigures } from "./figures.js";
import { refreshHeld } from "./held.js";
import { follow } from "./live.js";
import { paced } from "./pace.js";
import { refreshProblems, showProblemCount } from "./problems.js";
import { tell, told } from "./said.js";
import { followSection } from "./sections.js";
import { showGone, showState } from "./state.js";
import { followHash, refreshView } from "./view.js";
import { counted, number, refreshAges } from "./words.js";

const AGES_MS = 5000;
const AGAIN_MS = 10000;

const page = document.documentElement;
let answered = null;

const refreshStatus = paced(async () => showStatus(await get("/v1/status")), 250);
const refreshLists = paced(() => Promise.all([refreshDocuments(), refreshProblems()]), 500);

function showStatus(status) {
  answered = new Date().toISOString();
  showState(status);
  showFigures(status);
  showLatency(status.latency);
  showDocumentCount(status);
  showProblemCount(status);
  return refreshHeld(status);
}

function opened() {
  link("open", "live");
  refreshAll();
}

function link(state, words) {
  page.dataset.link = state;
  say(byId("live"), words);
  byId("reload").disabled = state === "gone";
}

function refreshAll() {
  refreshStatus();
  refreshLists();
  beginChanges();
  refreshView();
}

function heard({ type, data }) {
  if (type === "change") {
    takeChange(data);
    refreshView(data.id);
  } else if (type === "start_over") {
    beginChangesAnew();
  }
  refreshStatus();
  refreshLists();
}

function lost(error) {
  if (error instanceof Refused) {
    // It is there and has no place for one more page: what is asked for again whenever this is tried again must do.
    if (page.dataset.link !== "paused") tell(error.message);
    link("paused", "every few seconds");
    refreshAll();
  } else if (page.dataset.link !== "gone") {
    link("gone", "interrupted");
    showGone(answered ?? new Date().toISOString());
  }
}

/** A question without an answer. The stream of events tells when the daemon is gone, and asks everything anew. */
function failed(event) {
  if (event.reason instanceof Refused) tell(event.reason.message);
  if (event.reason instanceof Refused || event.reason instanceof Gone) event.preventDefault();
}

async function reload() {
  const button = byId("reload");
  button.disabled = true;
  await told(async () => {
    const { counts, revision, seconds } = await post("/v1/reload");
    return (
      `Looked at every file in ${seconds.toFixed(2)} s: ${counted(counts.upserted, "document")} new or changed, ` +
      `${number(counts.deleted)} deleted, revision ${number(revision)}`
    );
  });
  button.disabled = page.dataset.link === "gone";
}

function onKey(event) {
  const typing = event.target.closest("input, select, textarea");
  if (
    event.key === "/" &&
    !typing &&
    !event.ctrlKey &&
    !event.metaKey &&
    !event.altKey &&
    !document.querySelector("dialog[open]")
  ) {
    event.preventDefault();
    byId("text").focus();
  } else if (event.key === "Escape" && event.target === byId("text")) {
    byId("text").blur();
  }
}

byId("reload").addEventListener("click", reload);
document.addEventListener("keydown", onKey);
window.addEventListener("hashchange", followHash);
window.addEventListener("hashchange", followSection);
window.addEventListener("unhandledrejection", failed);
setInterval(refreshAges, AGES_MS);
setInterval(() => page.dataset.link === "open" && refreshStatus(), AGAIN_MS);
followHash();
followSection();
follow({ opened, heard, lost });
