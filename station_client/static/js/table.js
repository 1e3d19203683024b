// @ts-check
/** The table's page: brings keys, screens, sounds and the table's own process together. What may happen is decided there. */

import { TableProcess } from "./api.js";
import { Camera } from "./camera.js";
import { Commands } from "./commands.js";
import { openDialog, prepareForms } from "./dialogs.js";
import { listen } from "./keyboard.js";
import { FORM_STATES, now, scanning, section, showKeys, state } from "./now.js";
import { DigitReader } from "./scanner.js";
import { announce, find, showFrame, showLostFor, showSection } from "./screen.js";
import { apply, load } from "./settings.js";
import { play, unlock } from "./sounds.js";

/** @typedef {import("./api.js").View} View */

const SAME_CARD_MS = 3000;
const SHOW_DIGITS_MS = 150;
const MAX_MARKS = 10_000;

let settings = load();
let shownSerial = -1;
let lastCard = { text: "", at: -Infinity };
let lostSince = 0;
let typedTimer = 0;
apply(settings);

const table = new TableProcess({ onView, onSilent });
const post = table.post.bind(table);
const reader = new DigitReader({ onReading, onDigits });
const camera = new Camera((jpeg) => table.frame(jpeg), onCameraDigits);
const commands = new Commands({ post, reader, forgetCard, startCamera: () => void camera.start() });

/** @param {View} view */
function onView(view) {
  const isNew = now.gone || view.serial !== shownSerial || view.state !== now.view?.state;
  const isFirst = shownSerial === -1;
  const complains = Boolean(view.error) && view.error !== now.view?.error;
  now.gone = false;
  now.view = view;
  shownSerial = view.serial;
  reader.lengths = view.scanner.lengths;
  lostSince = view.connection.lost_for_s === null ? 0 : performance.now() - view.connection.lost_for_s * 1000;
  showFrame(view);
  tick();
  const shown = showSection(view.state, view);
  showKeys();
  if (isNew || complains) announce(shown);
  if (!isFirst) sound(isNew ? view.sound : complains ? "warn" : null);
  if (!isNew) return;
  now.shownAt = performance.now();
  settleFocus();
  painted(view);
}

/** The table's own process does not answer. No voter may stand on the screen, for nobody knows whether it is still true. */
function onSilent() {
  if (document.body.dataset.state === "gone") return;
  now.gone = true;
  openDialog()?.close();
  reader.clear();
  announce(showSection("gone", null));
  showKeys();
  sound("off");
  settleFocus();
}

/** @param {string | null} name */
function sound(name) {
  if (name && settings.sound === "on") play(name, Number(settings.volume));
}

/** The keyboard belongs to the panel, to a form's first field, or to the open window; never to a leftover button. */
function settleFocus() {
  if (openDialog()) return;
  const first = FORM_STATES.has(state()) ? section()?.querySelector("[data-first]") : null;
  if (first instanceof HTMLElement) first.focus();
  else find("#panel").focus({ preventScroll: true });
}

/** For the bench: the moment after the frame with this screen. The other mark is the last digit's own time. @param {View} view */
function painted(view) {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      if (performance.getEntriesByType("mark").length > MAX_MARKS) performance.clearMarks();
      performance.mark("valgbord:painted", { detail: { state: view.state, serial: view.serial } });
    };
    channel.port2.postMessage(null);
  });
}

/** @param {import("./scanner.js").Reading} reading */
function onReading(reading) {
  performance.mark("valgbord:last-digit", { startTime: reading.at });
  void scan(reading.text, reading.source, reading.msPerChar);
}

/** @param {string} digits */
function onCameraDigits(digits) {
  openDialog()?.close();
  void scan(digits, "camera", 0);
}

/** @param {string} text @param {string} source @param {number} msPerChar */
async function scan(text, source, msPerChar) {
  const at = performance.now();
  const isSameTrigger = text === lastCard.text && at - lastCard.at < SAME_CARD_MS;
  lastCard = { text, at };
  // A scanner on a stand reads the card again and again while it lies there; that is one card.
  if (isSameTrigger || now.gone || FORM_STATES.has(state())) return;
  openDialog()?.close();
  const answer = await post("/api/scan", { text, source, ms_per_char: msPerChar });
  if (answer?.state === "misread") forgetCard();
}

function forgetCard() {
  lastCard = { text: "", at: -Infinity };
}

/** Digits that are being typed are shown, in groups as on the card; a scan is complete before anybody could read it. @param {string} digits */
function onDigits(digits) {
  const strip = find("#typing");
  const write = () => {
    find("#typed").textContent = digits.replace(/(\d{4})(?=\d)/g, "$1 ");
    strip.hidden = !digits && !reader.typing;
  };
  clearTimeout(typedTimer);
  if (!strip.hidden || !digits) write();
  else typedTimer = setTimeout(write, SHOW_DIGITS_MS);
}

function tick() {
  find("#clock").textContent = now.view?.clock ?? "";
  showLostFor(lostSince ? Math.max(0, (performance.now() - lostSince) / 1000) : null);
}

/** @param {boolean} has */
function onFocus(has) {
  now.focused = has;
  showKeys();
}

listen(reader, {
  scanning,
  formOnScreen: () => FORM_STATES.has(state()),
  onFunction: (code) => commands.onFunction(code),
  onSpace: () => commands.onSpace(),
  onEscape: () => commands.onEscape(),
});
prepareForms(post);
document.addEventListener("click", (event) => {
  if (commands.onClick(event)) settleFocus();
});
document.addEventListener("keydown", unlock);
document.addEventListener("settings", () => {
  settings = load();
  apply(settings);
  if (now.view && !now.gone) showSection(now.view.state, now.view);
});
document.addEventListener(
  "close",
  () => {
    camera.stop();
    showKeys();
    settleFocus();
  },
  true,
);
window.addEventListener("blur", () => onFocus(false));
window.addEventListener("focus", () => onFocus(true));
setInterval(tick, 1000);
tick();
table.start();
