// @ts-check
/**
 * Puts a view on the page. All screens are in the page from the beginning; this fills in text (never markup: a name is only
 * ever text) and shows one of them. It decides nothing.
 */

/** @typedef {import("./api.js").View} View */

const FITS = 6;
const COLOUR = /^#[0-9a-f]{6}$/i;

/** @param {string} selector @returns {HTMLElement} */
export function find(selector) {
  const element = document.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return element;
}

/** A fixed Danish word of the page. @param {string} key */
export function word(key) {
  return document.querySelector(`[data-word="${key}"]`)?.textContent ?? "";
}

/** @param {Element} root @param {string} text */
function write(root, text) {
  if (root.textContent !== text) root.textContent = text;
}

/** @param {Element} root @param {string} name @param {string | null | undefined} text empty hides the element */
function fill(root, name, text) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(`[data-f="${name}"]`))) {
    write(element, text ?? "");
    element.hidden = !text;
  }
}

/** @param {Element} root @param {string} name @param {HTMLElement[]} rows */
function list(root, name, rows) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(`[data-f="${name}"]`))) {
    element.replaceChildren(...rows.map((row) => row.cloneNode(true)));
    element.hidden = !rows.length;
  }
}

/** @param {string} text */
function item(text) {
  const row = document.createElement("li");
  row.textContent = text;
  return row;
}

/** @param {import("./api.js").Ballot} ballot */
function ballotItem(ballot) {
  const row = document.createElement("li");
  const paper = document.createElement("span");
  paper.className = "swatch-paper";
  if (COLOUR.test(ballot.colour)) paper.style.backgroundColor = ballot.colour;
  row.append(paper, `1 ${ballot.name}`);
  return row;
}

/** @param {HTMLElement} section @param {View | null} view nothing empties the section, so that no voter stays in the page */
function fillSection(section, view) {
  if (section.hasAttribute("data-fixed")) return;
  const count = view?.ballots.length ?? 0;
  fill(section, "verdict", view?.verdict);
  fill(section, "instruction", view?.instruction);
  fill(section, "error", view?.error);
  fill(section, "name", view?.voter?.name);
  fill(section, "birth_date", view?.voter?.birth_date);
  fill(section, "sex", view?.voter?.sex);
  fill(section, "ballot_count", count ? `${count} ${word(count === 1 ? "ballot" : "ballots")}` : "");
  list(section, "details", (view?.details ?? []).map(item));
  list(section, "ballots", (view?.ballots ?? []).map(ballotItem));
  const voter = /** @type {HTMLElement | null} */ (section.querySelector('[data-f="voter"]'));
  if (voter) voter.hidden = !view?.voter;
  if (view) section.dataset.kind = view.kind;
}

/** Takes the type down step by step until the longest name fits; nothing is ever cut away. @param {HTMLElement} section */
function fit(section) {
  const body = section.querySelector(".body, .middle");
  if (!body) return;
  for (let step = 0; step < FITS; step += 1) {
    if (step) section.dataset.fit = String(step);
    else delete section.dataset.fit;
    if (body.scrollHeight <= body.clientHeight && body.scrollWidth <= body.clientWidth) return;
  }
}

/** Shows one screen of the panel. @param {string} state @param {View | null} view @returns {HTMLElement | null} */
export function showSection(state, view) {
  document.body.dataset.state = state;
  /** @type {HTMLElement | null} */
  let shown = null;
  for (const section of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#panel > .screen"))) {
    const on = section.dataset.state === state;
    if (on) shown = section;
    if (on || !section.hidden) fillSection(section, on ? view : null);
    section.hidden = !on;
  }
  if (shown) fit(shown);
  return shown;
}

/** What is around the panel: header, numbers, latest voters. @param {View} view */
export function showFrame(view) {
  write(find("#table-name"), view.table ? `${word("table")} ${view.table.number}` : "Valgbord");
  write(find("#station-name"), view.table?.station ?? "");
  document.title = view.table ? `${word("table")} ${view.table.number} – ${view.table.station}` : "Valgbord";
  find("#practice").hidden = !view.election?.practice;
  showChips(view);
  for (const name of /** @type {const} */ (["cards", "marks", "difference"])) {
    for (const element of document.querySelectorAll(`[data-count="${name}"]`)) write(element, String(view.counts[name]));
  }
  find("#difference").dataset.value = view.counts.difference === 0 ? "even" : "uneven";
  showRecent(view.recent);
}

/** @param {View} view */
function showChips(view) {
  const table = find("#chip-table");
  table.hidden = !view.table;
  table.dataset.value = view.table?.state ?? "closed";
  const connection = find("#chip-connection");
  connection.hidden = !view.table;
  connection.dataset.value = view.connection.up ? "up" : "down";
  const unsettled = find("#unsettled");
  unsettled.hidden = !view.connection.unsettled;
  write(unsettled, `· ${view.connection.unsettled} ${word("waiting")}`);
  find("#chip-help").hidden = !view.calls_help;
  find("#chip-official").hidden = !view.official;
  write(find("#official-role"), word(`role.${view.official?.role}`));
  write(find("#official-name"), view.official?.name ?? "");
}

/** @param {import("./api.js").RecentLine[]} lines */
function showRecent(lines) {
  const template = /** @type {HTMLTemplateElement} */ (document.querySelector("#recent-row"));
  const rows = lines.slice(0, 6).map((line) => {
    const row = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild);
    row.classList.toggle("is-good", line.good);
    for (const [selector, text] of [["time", line.at], [".last-four", `…${line.last_four}`], [".text", line.text]]) {
      write(/** @type {Element} */ (row.querySelector(selector)), text);
    }
    return row;
  });
  find("#recent").replaceChildren(...rows);
}

/** Said aloud by a screen reader: what to do, never a name. @param {HTMLElement | null} section */
export function announce(section) {
  const spoken = [".verdict", ".error:not([hidden])", ".do:not([hidden])"].map((selector) => section?.querySelector(selector)?.textContent);
  write(find("#live"), spoken.filter(Boolean).join(". "));
}

/** How long the connection has been away. @param {number | null} seconds */
export function showLostFor(seconds) {
  const whole = Math.floor(seconds ?? 0);
  const text = `${whole >= 60 ? `${Math.floor(whole / 60)} min. ` : ""}${whole % 60} sek.`;
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".lost-for"))) {
    line.hidden = seconds === null;
    write(/** @type {Element} */ (line.querySelector("b")), text);
  }
}
