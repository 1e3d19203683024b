// @ts-check
// What each table is to somebody who looks at the board, and what must be done about it.

import { words } from "./words.js";

export const KINDS = ["open", "paused", "closed", "lost", "never"];
export const WARN_AFTER_S = 30;
export const ALARM_AFTER_S = 120;
const UNSETTLED_AFTER_S = 60;

/**
 * open, paused or closed as the table says; lost when it should be heard and is not; never when no laptop has come yet.
 * @param {import("./feed.js").Station} station @param {import("./feed.js").Table} table
 */
export function kindOf(station, table) {
  if (table.state === "closed" || station.state === "closed") return "closed";
  if (table.last_contact_s === null) return "never";
  return table.last_contact_s > WARN_AFTER_S ? "lost" : table.state;
}

/** How many of each kind. @param {import("./feed.js").Station[]} stations */
export function countKinds(stations) {
  /** @type {Record<string, number>} */
  const kinds = {};
  for (const station of stations) {
    for (const table of station.tables) {
      const kind = kindOf(station, table);
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
  }
  return kinds;
}

/** The longest silence of a table that should be heard, or null. @param {import("./feed.js").Station} station */
export function longestSilence(station) {
  const heard = station.tables.filter((table) => !["closed", "never"].includes(kindOf(station, table)));
  return heard.length ? Math.max(...heard.map((table) => table.last_contact_s ?? 0)) : null;
}

/** @typedef {{alarm: boolean, calls: boolean, what: string, silence: number}} Action */

/** @type {Map<string, number>} */
const unsettledSince = new Map();

/**
 * What somebody must look at, worst first. A table's unsettled requests count from when this page first saw them.
 * @param {import("./feed.js").Station[]} stations @param {number} now milliseconds of any steady clock
 * @returns {Action[]}
 */
export function actionsFor(stations, now) {
  /** @type {Action[]} */
  const actions = [];
  for (const station of stations) {
    for (const table of station.tables) {
      const key = `${station.municipality_code}-${station.number}-${table.number}`;
      const where = words.table(station.name, table.number);
      const silence = table.last_contact_s ?? 0;
      const lost = kindOf(station, table) === "lost";
      if (table.calls_help && !lost) {
        actions.push({ alarm: true, calls: true, silence: 0, what: words.help(where) });
      }
      if (lost) {
        actions.push({ alarm: silence > ALARM_AFTER_S, calls: false, silence, what: words.lost(where, silence) });
      }
      if (!table.unsettled || lost) {
        unsettledSince.delete(key);
        continue;
      }
      const since = unsettledSince.get(key) ?? now;
      unsettledSince.set(key, since);
      const waited = (now - since) / 1000;
      if (waited > UNSETTLED_AFTER_S) {
        const what = words.unsettled(where, table.unsettled, waited);
        actions.push({ alarm: false, calls: false, silence: 0, what });
      }
    }
  }
  return actions.sort((one, other) => Number(other.alarm) - Number(one.alarm) || other.silence - one.silence);
}
