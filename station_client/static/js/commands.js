// @ts-check
/** What keys and buttons do. Every button has one act, and its key does the same. */

import { open, openDialog } from "./dialogs.js";
import { now, section, showKeys, state, tooEarly } from "./now.js";
import { unlock } from "./sounds.js";

const CONFIRMED = new Set(["found", "unconfirmed", "registered"]);
const DIALOG_KEYS = new Map([["F1", "help"], ["F3", "camera"], ["F8", "withdraw"], ["F10", "view"]]);
const ACT_KEYS = new Map([
  ["F6", "#help-button"],
  ["F7", '[data-act="type"]'],
  ["F9", '.screen:not([hidden]) [data-act="resume"], .keys [data-act="pause"]'],
  ["F12", "#chip-official"],
]);
/** Keys with which the browser would take the page away from the official; they do nothing here. */
const DEAD_KEYS = new Set(["F2", "F4"]);

/** @typedef {(path: string, body?: object) => Promise<import("./api.js").View | null>} Post */

export class Commands {
  #post;
  #reader;
  #forgetCard;
  #startCamera;
  #confirmed = -1;

  /**
   * @param {{post: Post, reader: import("./scanner.js").DigitReader, forgetCard: () => void, startCamera: () => void}} parts
   */
  constructor({ post, reader, forgetCard, startCamera }) {
    this.#post = post;
    this.#reader = reader;
    this.#forgetCard = forgetCard;
    this.#startCamera = startCamera;
  }

  /** An F-key; true when the browser must not have it. @param {string} code */
  onFunction(code) {
    unlock();
    const dialog = DIALOG_KEYS.get(code);
    const act = ACT_KEYS.get(code);
    if (dialog) this.#toggle(dialog);
    if (act) this.#press(act);
    return Boolean(dialog || act) || DEAD_KEYS.has(code);
  }

  onSpace() {
    unlock();
    if (openDialog() || this.#reader.finish(performance.now())) return;
    this.#confirm();
  }

  onEscape() {
    const button = section()?.querySelector('[data-act="reject"], [data-act="acknowledge"]');
    if (button instanceof HTMLButtonElement) this.#run(button.dataset.act);
  }

  /** @param {MouseEvent} event @returns {boolean} whether the focus should go back to the panel */
  onClick(event) {
    unlock();
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    if (!button) return false;
    if (button.dataset.dialog) this.#show(button.dataset.dialog);
    else if (button.hasAttribute("data-close")) openDialog()?.close();
    else if (button.dataset.act) this.#run(button.dataset.act);
    return Boolean(button.dataset.act);
  }

  /** The voter is right, or the ballots were handed out: once for each screen, and never for one that has just come. */
  #confirm() {
    const { view } = now;
    if (!view || !CONFIRMED.has(state()) || tooEarly() || this.#confirmed === view.serial) return;
    this.#confirmed = view.serial;
    void this.#post("/api/confirm", { serial: view.serial });
  }

  /** @param {string | undefined} act */
  #run(act) {
    if (act === "confirm") this.#confirm();
    else if (act === "type") this.#type();
    else if (act === "close") void this.#post("/api/close").then(() => openDialog()?.close());
    else {
      // After a no, the same card may be scanned again at once.
      if (act === "reject" || act === "acknowledge") this.#forgetCard();
      void this.#post(`/api/${act}`);
    }
  }

  #type() {
    this.#reader.clear();
    this.#reader.typing = true;
  }

  /** @param {string} selector */
  #press(selector) {
    const button = [...document.querySelectorAll(selector)].find((one) => one.checkVisibility());
    if (!(button instanceof HTMLButtonElement) || button.disabled) return;
    openDialog()?.close();
    this.#run(button.dataset.act);
  }

  /** @param {string} dialog */
  #toggle(dialog) {
    const button = document.querySelector(`button[data-dialog="${dialog}"]`);
    if (openDialog()?.id === dialog) openDialog()?.close();
    else if (button instanceof HTMLButtonElement && !button.disabled && button.checkVisibility()) this.#show(dialog);
  }

  /** @param {string} dialog */
  #show(dialog) {
    this.#reader.clear();
    open(dialog);
    if (dialog === "camera") this.#startCamera();
    showKeys();
  }
}
