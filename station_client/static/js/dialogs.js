// @ts-check
/** The windows over the panel and the forms in it. Every one is used by keyboard alone; none is the browser's own. */

import { keep, load } from "./settings.js";
import { find, word } from "./screen.js";
import { play } from "./sounds.js";

const CODE_DIGITS = 10;

/** @typedef {import("./api.js").View} View */
/** @typedef {(path: string, body?: object) => Promise<View | null>} Post */

/** @returns {HTMLDialogElement | null} */
export function openDialog() {
  return document.querySelector("dialog[open]");
}

/** @param {string} id */
export function open(id) {
  openDialog()?.close();
  const dialog = /** @type {HTMLDialogElement} */ (find(`#${id}`));
  dialog.showModal();
  const first = dialog.querySelector(".dialog-body :is(input:checked, input:not([hidden]), button)") ?? dialog.querySelector("[data-close]");
  if (first instanceof HTMLElement) first.focus();
}

/** @param {HTMLFormElement} form @param {string} name */
function field(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

/** @param {HTMLElement} place @param {string | null} text */
function complain(place, text) {
  place.textContent = text ?? "";
  place.hidden = !text;
}

/** @param {string} code */
function isCode(code) {
  return code.replace(/[\s-]/g, "").length === CODE_DIGITS;
}

/** @param {Post} post */
export function prepareForms(post) {
  /** @type {Record<string, (form: HTMLFormElement) => Promise<void>>} */
  const sends = {
    "sign-in": (form) => signIn(form, post),
    enrol: (form) => enrol(form, post),
    withdraw: (form) => withdraw(form, post),
    view: async () => undefined,
  };
  document.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    void sends[form.dataset.form ?? "view"](form).finally(() => delete form.dataset.busy);
  });
  document.addEventListener("close", (event) => emptyDialog(/** @type {HTMLElement} */ (event.target)), true);
  prepareReasons();
  prepareView();
}

/** @param {HTMLFormElement} form @param {Post} post */
async function signIn(form, post) {
  const code = field(form, "code");
  const wrong = find("#sign-in-error");
  if (!isCode(code.value)) return complain(wrong, word("code-missing"));
  const view = await post("/api/sign-in", { code: code.value });
  code.value = "";
  if (view?.state === "sign_in") {
    complain(wrong, view.error ?? word("failed"));
    code.focus();
  }
  return undefined;
}

/** @param {HTMLFormElement} form @param {Post} post */
async function enrol(form, post) {
  const [server, code] = [field(form, "server"), field(form, "code")];
  const wrong = find("#enrol-error");
  if (!server.value.trim() || !code.value.trim()) return complain(wrong, word("fields-missing"));
  const view = await post("/api/enrol", { server: server.value.trim(), code: code.value.trim() });
  if (view?.state === "enrol") complain(wrong, view.error ?? word("failed"));
  else code.value = "";
  return undefined;
}

/** @param {HTMLFormElement} form @param {Post} post */
async function withdraw(form, post) {
  const wrong = find("#withdraw-error");
  const [code, text] = [field(form, "code"), field(form, "text")];
  const chosen = new FormData(form).get("reason");
  const reason = chosen === "other" ? text.value.trim() : String(chosen ?? "");
  if (!chosen) return complain(wrong, word("reason-missing"));
  if (reason.length < 3) return complain(wrong, word("text-missing"));
  if (!isCode(code.value)) return complain(wrong, word("code-missing"));
  const view = await post("/api/withdraw", { second_code: code.value, reason });
  code.value = "";
  if (!view || view.error) complain(wrong, view?.error ?? word("failed"));
  else form.closest("dialog")?.close();
  return undefined;
}

function prepareReasons() {
  find("#withdraw").addEventListener("change", () => {
    const text = find("#withdraw-text");
    text.hidden = !document.querySelector('#withdraw [value="other"]:checked');
    if (!text.hidden) text.focus();
  });
  document.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-reveal]");
    if (!(button instanceof HTMLElement)) return;
    const shown = find(`#${button.dataset.reveal}`).classList.toggle("revealed");
    button.setAttribute("aria-pressed", String(shown));
  });
}

/** A closed window keeps no code and no complaint. @param {HTMLElement} dialog */
function emptyDialog(dialog) {
  const form = dialog.querySelector("form");
  if (!form || form.dataset.form === "view") return;
  form.reset();
  for (const wrong of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll(".error"))) complain(wrong, null);
  find("#withdraw-text").hidden = true;
}

function prepareView() {
  const form = /** @type {HTMLFormElement} */ (document.querySelector('[data-form="view"]'));
  const settings = load();
  for (const [name, value] of Object.entries(settings)) {
    const control = form.elements.namedItem(name);
    if (control instanceof RadioNodeList || control instanceof HTMLInputElement) control.value = value;
  }
  form.addEventListener("input", () => {
    const chosen = { ...settings, ...Object.fromEntries(new FormData(form)) };
    const next = /** @type {import("./settings.js").Settings} */ (chosen);
    keep(next);
    document.dispatchEvent(new CustomEvent("settings"));
  });
  form.addEventListener("click", (event) => {
    const { sound } = /** @type {HTMLElement} */ (event.target).dataset;
    if (sound) play(sound, Number(load().volume));
  });
}
