// @ts-check
/**
 * From single digits with their times to card numbers. No DOM here: keyboard.js brings the digits.
 *
 * A scanner is a keyboard that types fast; an official can type the same number slowly. Speed never decides whether a number
 * is valid (the check digit does, in the table's process); it only tells a broken scan from an unfinished typing.
 * All times are event times in ms: a busy laptop delivers keys late, but their time stamps stay true.
 */

/** Digits no further apart than this belong to one burst; no hand types four in a row so fast. */
const BURST_GAP_MS = 60;
const BURST_DIGITS = 4;
/** The middle gap of a scan, slow Bluetooth scanners and ALT mode included. */
const SCAN_GAP_MS = 70;
/** A scan that stops for longer than this is broken. */
const STALE_MS = 1000;
/** How long typed digits stay. */
const TYPED_KEEP_MS = 10_000;
const TYPING_KEEP_MS = 60_000;
/** A number is complete at a known length; where a longer one is known too, this is how long a further digit is awaited. */
const LONGER_SCAN_MS = 120;
const LONGER_TYPED_MS = 3000;
/** Digits this close behind a complete scan are the rest of a longer, foreign barcode. */
const OVERRUN_MS = 60;
const SHORTEST_CARD = 6;

/**
 * @typedef {{text: string, source: "scanned" | "typed", msPerChar: number, at: number}} Reading
 * @typedef {{onReading: (reading: Reading) => void, onDigits: (digits: string, fast: boolean) => void}} Listener
 */

export class DigitReader {
  /** @type {{digit: string, at: number}[]} */
  #keys = [];
  /** @type {number[]} */
  #lengths = [12];
  #overrunUntil = -1;
  #typing = false;
  #timer = 0;
  #listener;

  /** @param {Listener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  /** @param {number[]} lengths the lengths at which a number may be complete */
  set lengths(lengths) {
    if (lengths.length) this.#lengths = [...lengths].sort((a, b) => a - b);
  }

  get digits() {
    return this.#keys.map((key) => key.digit).join("");
  }

  /** The official announces that a number will be typed: slow digits are kept for a minute. */
  set typing(on) {
    this.#typing = on;
    this.#listener.onDigits(this.digits, false);
    if (on) this.#later(TYPING_KEEP_MS, () => this.clear());
  }

  get typing() {
    return this.#typing;
  }

  /** @param {string} digit @param {number} at */
  digit(digit, at) {
    if (at <= this.#overrunUntil) {
      this.#overrunUntil = at + OVERRUN_MS;
      return;
    }
    const last = this.#keys.at(-1);
    if (last && at - last.at > this.#keepMs()) this.#keys = [];
    this.#keys.push({ digit, at });
    this.#dropWhatCameBeforeTheScan();
    this.#judge();
  }

  /** Enter or Tab after the digits. Returns whether it belonged to a reading. @param {number} at */
  suffix(at) {
    this.#overrunUntil = -1;
    if (!this.#keys.length) return false;
    if (this.#lengths.includes(this.#keys.length)) this.#complete(at);
    else if (this.#isFast()) this.#broken();
    return true;
  }

  /** Takes the last typed digit away; returns whether there was one. */
  backspace() {
    const had = this.#keys.pop() !== undefined;
    if (had) this.#judge();
    return had;
  }

  /** Forgets the digits; returns whether there were any. */
  clear() {
    const had = this.#keys.length > 0 || this.#typing;
    this.#keys = [];
    this.#typing = false;
    clearTimeout(this.#timer);
    this.#listener.onDigits("", false);
    return had;
  }

  /** Finishes a typed number that might have become longer; returns whether there was one. @param {number} at */
  finish(at) {
    if (!this.#lengths.includes(this.#keys.length)) return false;
    this.#complete(at);
    return true;
  }

  #keepMs() {
    return this.#typing ? TYPING_KEEP_MS : TYPED_KEEP_MS;
  }

  /** A scan may follow digits that somebody left behind: once its burst is certain, they go. */
  #dropWhatCameBeforeTheScan() {
    const keys = this.#keys;
    let start = keys.length - 1;
    while (start > 0 && keys[start].at - keys[start - 1].at <= BURST_GAP_MS) start -= 1;
    if (start === 0) return;
    const stale = keys[start].at - keys[start - 1].at > STALE_MS;
    const tooLong = keys.length > this.#lengths[this.#lengths.length - 1];
    if (tooLong || (stale && keys.length - start >= BURST_DIGITS)) this.#keys = keys.slice(start);
  }

  #judge() {
    clearTimeout(this.#timer);
    const length = this.#keys.length;
    const fast = this.#isFast();
    if (this.#lengths.includes(length)) {
      const mayGrow = this.#lengths.some((known) => known > length);
      if (fast && !mayGrow) return this.#complete();
      this.#later(mayGrow && !fast ? LONGER_TYPED_MS : LONGER_SCAN_MS, () => this.#complete());
    } else if (length) {
      this.#later(STALE_MS, () => this.#idle());
    }
    this.#listener.onDigits(this.digits, fast);
  }

  #idle() {
    if (this.#isFast() && !this.#typing && this.#keys.length >= SHORTEST_CARD) this.#broken();
    else this.#later(this.#keepMs() - STALE_MS, () => this.clear());
  }

  /** Whether these keys came at a scanner's speed. The middle gap decides, so that one hiccup does not matter. */
  #isFast() {
    const keys = this.#keys;
    if (keys.length < BURST_DIGITS) return false;
    const gaps = keys.slice(1).map((key, index) => key.at - keys[index].at);
    gaps.sort((a, b) => a - b);
    return gaps[Math.floor(gaps.length / 2)] <= SCAN_GAP_MS;
  }

  #broken() {
    if (this.#keys.length >= SHORTEST_CARD) this.#deliver();
    else this.clear();
  }

  #complete(at = this.#keys[this.#keys.length - 1].at) {
    this.#deliver();
    this.#overrunUntil = at + OVERRUN_MS;
  }

  #deliver() {
    const keys = this.#keys;
    const last = keys[keys.length - 1].at;
    const source = this.#isFast() ? "scanned" : "typed";
    const msPerChar = Math.min(Math.round((last - keys[0].at) / Math.max(keys.length - 1, 1)), TYPING_KEEP_MS);
    const reading = { text: this.digits, source: /** @type {"scanned" | "typed"} */ (source), msPerChar, at: last };
    this.clear();
    this.#listener.onReading(reading);
  }

  /** @param {number} ms @param {() => void} then */
  #later(ms, then) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }
}
