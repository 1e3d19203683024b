// @ts-check
/** What the page is showing at this moment. Written by table.js alone. */

import { openDialog } from "./dialogs.js";
import { find } from "./screen.js";

/** @typedef {import("./api.js").View} View */

export const FORM_STATES = new Set(["sign_in", "enrol"]);
const BUSY = new Set(["found", "unconfirmed", "sending"]);

/** @type {{view: View | null, gone: boolean, shownAt: number, focused: boolean}} */
export const now = { view: null, gone: true, shownAt: 0, focused: document.hasFocus() };

/** The screen on the page; "gone" when the table's own process does not answer. */
export function state() {
  return now.gone ? "gone" : (now.view?.state ?? "none");
}

export function section() {
  return document.querySelector("#panel > .screen:not([hidden])");
}

/** A key or click that was on its way when the voter appeared has not compared anything. */
export function tooEarly() {
  return performance.now() - now.shownAt < (now.view?.confirm_after_ms ?? Infinity);
}

/** Whether digits belong to a card now, and not to a text field. */
export function scanning() {
  const field = document.activeElement?.matches("input:not([type=radio], [type=range])");
  return !now.gone && !field && !openDialog()?.hasAttribute("data-scanner-off") && !FORM_STATES.has(state());
}

/** The buttons that work now, and the lamp: it is lit only when the next card will be looked at. */
export function showKeys() {
  const { view, gone } = now;
  const can = {
    scan: !gone && Boolean(section()?.hasAttribute("data-scan")),
    open: !gone && view?.table?.state === "open" && Boolean(view.official) && !BUSY.has(state()),
    official: !gone && Boolean(view?.official),
    withdraw: !gone && Boolean(view?.can_withdraw),
  };
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-needs]"))) {
    button.disabled = !can[/** @type {keyof can} */ (button.dataset.needs)];
  }
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-when-table]"))) {
    button.hidden = view?.table?.state !== button.dataset.whenTable;
  }
  find("#help-button").setAttribute("aria-pressed", String(Boolean(view?.calls_help)));
  find("#lamp").dataset.value = lamp(can.scan);
}

/** @param {boolean} canScan */
function lamp(canScan) {
  if (!now.focused) return "lost";
  if (openDialog()?.hasAttribute("data-scanner-off") || FORM_STATES.has(state())) return "off";
  return canScan ? "ready" : "hold";
}
