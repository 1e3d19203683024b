// @ts-check
/**
 * Every key of the page passes here first (capture phase of the document), so that no button or field can take a scanner's
 * digits or its late Enter. Digits are known by the key's place (event.code): layout, Shift, Caps Lock and the numeric pad do
 * not matter.
 */

const DIGIT = /^(?:Digit|Numpad)(\d)$/;
const SUFFIXES = new Set(["Enter", "NumpadEnter", "Tab"]);
const CODE_ENTER = 13;
const CODE_TAB = 9;
/** An Enter or Tab this soon after a digit is the scanner's, wherever the focus is. */
const SUFFIX_MS = 400;
/** A scanner may read a foreign barcode with a blank in it: a Space this near to another key was no finger on the bar. */
const SPACE_ALONE_MS = 40;

/**
 * @typedef {object} Keys
 * @property {() => boolean} scanning whether digits belong to a card now (no text field has them)
 * @property {() => boolean} formOnScreen whether the panel holds a form, where Enter sends it
 * @property {(code: string) => boolean} onFunction F-keys; true when the key means something
 * @property {() => void} onSpace
 * @property {() => void} onEscape
 * @param {import("./scanner.js").DigitReader} reader
 * @param {Keys} keys
 */
export function listen(reader, keys) {
  /** @type {string | null} */
  let alt = null;
  let lastKeyAt = -Infinity;
  let lastDigitAt = -Infinity;
  let strokes = 0;

  /** @param {string} digit @param {number} at */
  const digit = (digit, at) => {
    lastDigitAt = at;
    reader.digit(digit, at);
  };

  /** @param {KeyboardEvent} event */
  const swallow = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  /** @param {KeyboardEvent} event */
  const onSuffix = (event) => {
    const scanners = event.timeStamp - lastDigitAt < SUFFIX_MS;
    if (keys.scanning()) reader.suffix(event.timeStamp);
    const dialog = document.querySelector("dialog[open]");
    if (event.code !== "Tab") {
      // On the scan screen Enter means nothing, ever: a scanner's late Enter must not press a button or confirm a voter.
      if (scanners || (!dialog && !keys.formOnScreen())) swallow(event);
    } else if (scanners) swallow(event);
    else keepFocusInside(event);
  };

  /** @param {KeyboardEvent} event */
  const onSpace = (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.matches("input:not([type=radio], [type=range])")) return undefined;
    if (event.repeat || event.timeStamp - lastKeyAt <= SPACE_ALONE_MS) return swallow(event);
    if (target.closest("button, input")) return undefined;
    swallow(event);
    const stroke = strokes;
    setTimeout(() => {
      if (stroke === strokes) keys.onSpace();
    }, SPACE_ALONE_MS);
    return undefined;
  };

  /** @param {KeyboardEvent} event */
  const onDown = (event) => {
    strokes += 1;
    if (event.code === "Space") onSpace(event);
    lastKeyAt = event.timeStamp;
    if (event.code === "AltLeft" || event.code === "AltRight") {
      if (alt === null) alt = "";
      if (keys.scanning()) event.preventDefault();
      return;
    }
    const found = DIGIT.exec(event.code);
    if (alt !== null && found && keys.scanning()) {
      alt += found[1];
      event.preventDefault();
      return;
    }
    if (/^F\d+$/.test(event.code) && !event.ctrlKey && !event.altKey && !event.metaKey) {
      if (event.repeat || keys.onFunction(event.code)) event.preventDefault();
      return;
    }
    if (SUFFIXES.has(event.code)) return void onSuffix(event);
    if (event.ctrlKey || event.metaKey || !keys.scanning()) return;
    if (found) {
      event.preventDefault();
      if (!event.repeat) digit(found[1], event.timeStamp);
    } else if (event.code === "Backspace") {
      event.preventDefault();
      reader.backspace();
    } else if (event.code === "Escape" && !event.repeat && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      if (!reader.clear()) keys.onEscape();
    }
  };

  /** @param {KeyboardEvent} event */
  const onUp = (event) => {
    if (event.code !== "AltLeft" && event.code !== "AltRight") return;
    const code = Number(alt ?? "");
    alt = null;
    if (!keys.scanning()) return;
    event.preventDefault();
    if (code >= 48 && code <= 57) digit(String(code - 48), event.timeStamp);
    else if (code === CODE_ENTER || code === CODE_TAB) reader.suffix(event.timeStamp);
  };

  document.addEventListener("keydown", onDown, true);
  document.addEventListener("keyup", onUp, true);
  window.addEventListener("blur", () => {
    alt = null;
  });
}

const STOPS = 'button:not(:disabled), input:not(:disabled), [tabindex="0"]';

/** Tab goes round inside the page or its open window: the keyboard is never lost to the browser's own bars. @param {KeyboardEvent} event */
function keepFocusInside(event) {
  const dialog = document.querySelector("dialog[open]");
  const all = /** @type {HTMLElement[]} */ ([...(dialog ?? document).querySelectorAll(STOPS)]);
  const stops = all.filter((element) => (dialog || !element.closest("dialog")) && element.checkVisibility() && isStop(element));
  event.preventDefault();
  const at = stops.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  stops.at(event.shiftKey ? Math.max(at, 0) - 1 : (at + 1) % stops.length)?.focus();
}

/** Of a group of choices only the chosen one is a stop, or the first where none is chosen; arrows do the rest. @param {HTMLElement} element */
function isStop(element) {
  if (!(element instanceof HTMLInputElement) || element.type !== "radio") return true;
  const group = `input[name="${element.name}"]`;
  return element === (document.querySelector(`${group}:checked`) ?? document.querySelector(group));
}
