// @ts-check
// The board's line to the server. Each frame is the whole board; a frame that was missed is not missed.

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30000;
const SILENT_MS = 20000; // the server sends at least every 5 s; a line that says nothing this long is dead

/** Follow an election's board for ever. @param {string} election @param {(board: Board) => void} onBoard */
export function follow(election, onBoard) {
  let wait = FIRST_WAIT_MS;

  const open = () => {
    const line = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/board/stream?election=${election}`);
    /** @type {number | undefined} */
    let silence;
    let opened = false;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => line.close(), SILENT_MS);
    };
    listen();
    line.addEventListener("message", (event) => {
      opened = true;
      wait = FIRST_WAIT_MS;
      listen();
      onBoard(JSON.parse(event.data));
    });
    line.addEventListener("close", (event) => {
      clearTimeout(silence);
      if (!opened || event.code === 4401) signInWhenAsked(election);
      // Boards that lost the same server come back spread out, not all in the same moment.
      setTimeout(open, wait * (0.5 + Math.random() / 2));
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  };
  open();
}

/** A refused stream says nothing about why; the API does. @param {string} election */
async function signInWhenAsked(election) {
  const answer = await fetch(`/api/board?election=${election}`).catch(() => null);
  if (answer?.status === 401) location.assign(`/board/sign-in?election=${election}`);
}

/**
 * @typedef {{number: number, state: "open" | "paused" | "closed", marks: number, last_contact_s: number | null, unsettled: number,
 *   calls_help: boolean}} Table
 * @typedef {{municipality_code: number, municipality_name: string, number: number, name: string,
 *   state: "prepared" | "open" | "closed", electorate: number, marks: number, advance_votes: number, taken_part: number,
 *   turnout: number, marks_last_hour: number, last_event: number, previous_turnout: number | null, tables: Table[]}} Station
 * @typedef {{election: {name: string, day: string, kind: "practice" | "live", opens_at: string, closes_at: string}, at: string,
 *   totals: {electorate: number, marks: number, advance_votes: number, taken_part: number, turnout: number},
 *   stations: Station[], quarters: {start: string, marks: number}[],
 *   previous: null | {label: string, points: {clock: string, share: number}[]}}} Board
 */
