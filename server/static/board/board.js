// @ts-check
// The board: takes each frame to its places, and says how old it is.

import { previousNow, redrawCharts, showCharts } from "./charts.js";
import { follow } from "./feed.js";
import { setText, showStations } from "./stations.js";
import { KINDS, actionsFor, countKinds } from "./tables.js";
import { age, clock, number, percent, pointsDiff, tablesInWords, words } from "./words.js";

const STALE_AFTER_S = 15;
const PAGE_TURN_MS = 12000;
const GRACE_S = 5; // a page that has just been opened says nothing of age yet

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const opened = performance.now();
/** @type {import("./feed.js").Board | null} */
let board = null;
let receivedAt = 0;

/** @param {import("./feed.js").Board} frame */
function show(frame) {
  board = frame;
  receivedAt = performance.now();
  tick();
  const municipalities = [...new Set(frame.stations.map((station) => station.municipality_name))];
  setText(place("place"), municipalities.length === 1 ? municipalities[0] : "");
  showFigures(frame);
  showStations(/** @type {HTMLTableElement} */ (place("stations")), frame);
  place("no-stations").hidden = frame.stations.length > 0;
  for (const key of document.querySelectorAll("[data-previous]")) {
    key.toggleAttribute("hidden", frame.previous === null);
    const label = key.querySelector("[data-label]");
    if (label instanceof HTMLElement) setText(label, frame.previous?.label ?? "");
  }
  showCharts(place("curve"), place("quarters"), frame);
}

/** @param {string} id @param {string} value @param {string} note @param {boolean} [bad] @param {string} [of] */
function showFigure(id, value, note, bad = false, of = "") {
  const figure = place(id);
  setText(/** @type {HTMLElement} */ (figure.querySelector("[data-value]")), value);
  setText(/** @type {HTMLElement} */ (figure.querySelector("[data-note]")), note);
  const small = figure.querySelector("[data-of]");
  if (small instanceof HTMLElement) setText(small, of);
  figure.classList.toggle("bad", bad);
  figure.querySelector(".sign")?.toggleAttribute("hidden", !bad);
}

/** @param {import("./feed.js").Board} frame */
function showFigures(frame) {
  const { totals, stations } = frame;
  const at = clock(Date.parse(frame.at));
  const before = previousNow(frame);
  const compared =
    before === null || !frame.previous ? words.ofVoters(totals.electorate) : words.against(pointsDiff(totals.turnout - before), frame.previous.label, at);
  showFigure("turnout", percent(totals.turnout), compared);
  showFigure("taken-part", number(totals.taken_part), words.present(totals.marks, totals.taken_part - totals.marks), false, words.of(totals.electorate));

  const kinds = countKinds(stations);
  const tables = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  showFigure("tables", number(kinds.open ?? 0), tablesInWords(kinds, KINDS.slice(1)), false, words.of(tables));

  const actions = actionsFor(stations, performance.now());
  const lost = actions.filter((action) => action.silence > 0);
  showFigure("lost", number(lost.length), lost.length ? words.longest(Math.max(...lost.map((action) => action.silence))) : words.allInContact, lost.length > 0);
  const calls = actions.filter((action) => action.calls).length;
  showFigure("help", number(calls), calls ? words.seeList : words.nobodyCalls, calls > 0);
  showActions(actions);
}

/** @param {import("./tables.js").Action[]} actions */
function showActions(actions) {
  const list = place("actions");
  const shown = actions.map(({ alarm, what }) => `${alarm} ${what}`).join("\n");
  place("calm").hidden = actions.length > 0;
  place("next").hidden = actions.length === 0;
  place("count").hidden = actions.length === 0;
  setText(place("count"), number(actions.length));
  if (list.dataset.shown === shown) return;
  list.dataset.shown = shown;
  list.replaceChildren(
    ...actions.map(({ alarm, what }) => {
      const item = document.createElement("li");
      item.className = alarm ? "bad" : "warn";
      item.textContent = what;
      return item;
    }),
  );
}

/** On a wall nobody scrolls: stations that do not fit are shown page by page, unless somebody points at them or is in them. */
function turnPage() {
  const region = place("stations").parentElement;
  if (!region || document.documentElement.dataset.size !== "projector" || region.matches(":hover, :focus-within")) return;
  const page = region.clientHeight - 2 * region.getElementsByTagName("thead")[0].clientHeight;
  const atEnd = region.scrollTop + region.clientHeight >= region.scrollHeight - 2;
  region.scrollTop = atEnd ? 0 : region.scrollTop + page;
}

/** Once a second: the clock, and how old the numbers are. */
function tick() {
  // A rehearsal may go faster than the wall's clock: then the time is the one its voters are recorded at.
  setText(place("clock"), clock(board?.election.kind === "practice" ? Date.parse(board.at) : Date.now()));
  const seconds = board ? (performance.now() - receivedAt) / 1000 : (performance.now() - opened) / 1000;
  const stale = seconds > STALE_AFTER_S;
  setText(place("age"), board ? words.updated(age(seconds)) : seconds > GRACE_S ? words.waiting : "");
  const warning = place("stale");
  if (stale) setText(warning, board ? words.stale(clock(Date.parse(board.at))) : words.noAnswer);
  if (warning.hidden === stale) {
    warning.hidden = !stale;
    document.documentElement.toggleAttribute("data-stale", stale);
    redrawCharts();
  }
}

setInterval(tick, 1000);
setInterval(turnPage, PAGE_TURN_MS);
tick();
follow(document.body.dataset.election ?? "", show);
