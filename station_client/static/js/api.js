// @ts-check
/**
 * The table's own process on this machine: one WebSocket that brings every new screen, and POSTs for what the official does.
 * Silence is told as silence: after a second without the process the page must stop showing a voter.
 */

/** A scan is answered by this machine; some acts wait for the server, and an enrolment for the whole register. */
const SCAN_TIMEOUT_MS = 4000;
const ACT_TIMEOUT_MS = 15_000;
const ENROL_TIMEOUT_MS = 90_000;
/** @type {Record<string, number>} */
const TIMEOUTS_MS = { "/api/scan": SCAN_TIMEOUT_MS, "/api/enrol": ENROL_TIMEOUT_MS };
const SILENT_MS = 1000;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 3000;
const PULSE_MS = 5000;
const PULSE_TIMEOUT_MS = 4000;

/**
 * @typedef {{name: string, colour: string}} Ballot
 * @typedef {{at: string, last_four: string, text: string, good: boolean}} RecentLine
 * @typedef {object} View
 * @property {number} serial
 * @property {string} state
 * @property {string} kind
 * @property {string} verdict
 * @property {string | null} instruction
 * @property {string[]} details
 * @property {{name: string, birth_date: string, sex: string} | null} voter
 * @property {Ballot[]} ballots
 * @property {string | null} sound
 * @property {number} confirm_after_ms
 * @property {{number: number, station: string, state: string} | null} table
 * @property {{name: string, practice: boolean} | null} election
 * @property {{name: string, role: string} | null} official
 * @property {{up: boolean, lost_for_s: number | null, unsettled: number}} connection
 * @property {{lengths: number[]}} scanner
 * @property {boolean} calls_help
 * @property {{cards: number, marks: number, difference: number}} counts
 * @property {RecentLine[]} recent
 * @property {boolean} can_withdraw
 * @property {string | null} clock the server's time of day, as "14.46"
 * @property {string | null} error
 *
 * @typedef {{onView: (view: View) => void, onSilent: () => void}} Screen
 */

export class TableProcess {
  #screen;
  /** @type {WebSocket | null} */
  #socket = null;
  #tries = 0;
  #silence = 0;
  #newest = -1;

  /** @param {Screen} screen */
  constructor(screen) {
    this.#screen = screen;
  }

  start() {
    this.#connect();
    setInterval(() => this.#pulse(), PULSE_MS);
  }

  /**
   * Sends one act and shows the answer at once. Returns the view, or null when the process did not answer or refused the call.
   * @param {string} path @param {object} body @returns {Promise<View | null>}
   */
  async post(path, body = {}) {
    try {
      const answer = await fetch(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUTS_MS[path] ?? ACT_TIMEOUT_MS),
      });
      const view = await answer.json();
      if (typeof view?.serial !== "number") return null;
      this.#take(view);
      return view;
    } catch {
      this.#lost();
      return null;
    }
  }

  /** One camera picture. @param {Blob} jpeg @returns {Promise<string | null>} the digits in it */
  async frame(jpeg) {
    try {
      const answer = await fetch("/api/frame", {
        method: "POST",
        headers: { "Content-Type": "image/jpeg" },
        body: jpeg,
        signal: AbortSignal.timeout(SCAN_TIMEOUT_MS),
      });
      return (await answer.json())?.digits ?? null;
    } catch {
      return null;
    }
  }

  #connect() {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/screen`);
    this.#socket = socket;
    // The process tells its screen first thing on every connection; a new process may count its screens from the beginning.
    socket.addEventListener("open", () => (this.#newest = -1));
    socket.addEventListener("message", (event) => {
      if (socket !== this.#socket) return;
      this.#tries = 0;
      this.#take(JSON.parse(event.data));
    });
    socket.addEventListener("close", () => {
      if (socket === this.#socket) this.#retry();
    });
    this.#expectWord();
  }

  #retry() {
    this.#socket = null;
    this.#expectWord();
    const wait = Math.min(FIRST_RETRY_MS * 2 ** this.#tries, LONGEST_RETRY_MS);
    this.#tries += 1;
    setTimeout(() => this.#connect(), wait * (0.5 + Math.random() / 2));
  }

  #expectWord() {
    if (!this.#silence) this.#silence = setTimeout(() => this.#screen.onSilent(), SILENT_MS);
  }

  /** @param {View} view */
  #take(view) {
    clearTimeout(this.#silence);
    this.#silence = 0;
    if (view.serial < this.#newest) return;
    this.#newest = view.serial;
    this.#screen.onView(view);
  }

  /** The process did not answer: say so, and begin a new connection, which shows when it is back. */
  #lost() {
    this.#screen.onSilent();
    const socket = this.#socket;
    if (!socket) return;
    this.#retry();
    socket.close();
  }

  /** A process that hangs keeps its socket open; a small request finds out. */
  async #pulse() {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    try {
      await fetch("/static/css/base.css", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PULSE_TIMEOUT_MS) });
    } catch {
      this.#lost();
    }
  }
}
