// @ts-check
// The table of stations: one row each, made once, changed in place.

import { KINDS, WARN_AFTER_S, countKinds, kindOf, longestSilence } from "./tables.js";
import { STATION_STATES, TABLE_STATES, age, number, percent, tablesInWords, words } from "./words.js";

const FIT = { least: 6, most: 12 }; // so many rows share the panel's height; fewer would look lost, more are made small
const COMPACT_FROM = 13;
const DENSE_FROM = 25;
const SHOW_TABLES_UP_TO = 2; // a municipality with one or two stations has room for a row for each table

/** @param {string} tag @param {string} [className] */
function make(tag, className = "") {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

/** @param {HTMLElement} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {string} kind */
function makeSquare(kind) {
  const square = make("span", `square ${kind}`);
  square.textContent = kind === "lost" ? "!" : "";
  return square;
}

/** @param {HTMLElement} cell @param {number | null} silence */
function showSilence(cell, silence) {
  const lost = silence !== null && silence > WARN_AFTER_S;
  setText(cell, silence === null ? "–" : `${lost ? "! " : ""}${age(silence)}`);
  cell.classList.toggle("alarm", lost);
}

class Row {
  /** @param {boolean} withPlace */
  constructor(withPlace) {
    this.row = document.createElement("tr");
    this.name = make("th");
    this.name.setAttribute("scope", "row");
    this.title = make("span");
    this.place = make("span", "place");
    this.name.append(this.title, ...(withPlace ? [this.place] : []));
    this.track = make("span", "track");
    this.track.setAttribute("role", "img");
    this.fill = make("span", "fill");
    this.tick = make("span", "tick");
    this.track.append(this.fill, this.tick);
    this.percent = make("b");
    const bar = make("div", "bar");
    bar.append(this.track, this.percent);
    const share = make("td", "wide");
    share.append(bar);
    this.rate = make("td", "num");
    this.squares = make("span", "squares");
    this.squares.setAttribute("role", "img");
    const tables = make("td");
    tables.append(this.squares);
    this.contact = make("td", "num contact");
    this.state = make("td", "state");
    this.row.append(this.name, share, this.rate, tables, this.contact, this.state);
  }

  /** @param {import("./feed.js").Station} station @param {string} label of the previous election */
  show(station, label) {
    const { turnout, previous_turnout: previous } = station;
    setText(this.title, station.name);
    setText(this.place, station.municipality_name);
    // CSSOM, not a style attribute: the content policy allows no inline style.
    this.fill.style.setProperty("--share", `${Math.min(turnout, 1) * 100}%`);
    this.tick.hidden = previous === null;
    this.tick.style.setProperty("--share", `${(previous ?? 0) * 100}%`);
    this.track.setAttribute("aria-label", words.barSentence(percent(turnout), previous === null ? "" : percent(previous), label));
    setText(this.percent, percent(turnout));
    setText(this.rate, number(station.marks_last_hour));
    this.showTables(station);
    const silence = longestSilence(station);
    showSilence(this.contact, silence);
    setText(this.state, STATION_STATES[station.state]);
  }

  /** @param {import("./feed.js").Station} station */
  showTables(station) {
    const kinds = station.tables.map((table) => kindOf(station, table));
    if (this.squares.dataset.kinds === kinds.join(" ")) return;
    this.squares.dataset.kinds = kinds.join(" ");
    this.squares.setAttribute("aria-label", tablesInWords(countKinds([station]), KINDS) || "–");
    this.squares.replaceChildren(...kinds.map(makeSquare));
  }
}

/** A table's own row, made anew each time: there are few. @param {import("./feed.js").Station} station @param {import("./feed.js").Table} table */
function tableRow(station, table) {
  const kind = kindOf(station, table);
  const row = make("tr", "one-table");
  const [name, came, rate, square, contact, state] = ["th", "td", "td", "td", "td", "td"].map((tag) => make(tag));
  name.setAttribute("scope", "row");
  name.textContent = words.tableAlone(table.number);
  came.textContent = words.came(table.marks);
  square.append(makeSquare(kind));
  square.ariaHidden = "true";
  contact.className = "num contact";
  showSilence(contact, kind === "closed" ? null : table.last_contact_s);
  state.className = "state";
  state.textContent = TABLE_STATES[kind];
  row.append(name, came, rate, square, contact, state);
  return row;
}

/** @param {number} count of stations */
function densityFor(count) {
  if (count >= DENSE_FROM) return "dense";
  if (count >= COMPACT_FROM) return "compact";
  return count >= FIT.least && count <= FIT.most ? "fit" : "normal";
}

/** @type {Map<string, Row>} */
let rows = new Map();

/** Fill the table. @param {HTMLTableElement} table @param {import("./feed.js").Board} board */
export function showStations(table, board) {
  const keys = board.stations.map((station) => `${station.municipality_code}-${station.number}`);
  if (keys.join() !== [...rows.keys()].join()) {
    const several = new Set(board.stations.map((station) => station.municipality_code)).size > 1;
    rows = new Map(keys.map((key) => [key, new Row(several)]));
    table.tBodies[0].replaceChildren(...[...rows.values()].map((row) => row.row));
    table.dataset.density = densityFor(keys.length);
  }
  board.stations.forEach((station, place) => rows.get(keys[place])?.show(station, board.previous?.label ?? ""));
  if (keys.length > SHOW_TABLES_UP_TO) return;
  table.tBodies[0].replaceChildren(
    ...board.stations.flatMap((station, place) => {
      const own = station.tables.map((one) => tableRow(station, one));
      const row = rows.get(keys[place])?.row;
      return row ? [row, ...own] : own;
    }),
  );
}
