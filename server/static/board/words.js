// @ts-check
// The board's own words and Danish numbers. The page's fixed labels stand in its template.

const ZONE = "Europe/Copenhagen";
const whole = new Intl.NumberFormat("da-DK");
const share = new Intl.NumberFormat("da-DK", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const points = new Intl.NumberFormat("da-DK", { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" });
const time = new Intl.DateTimeFormat("da-DK", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" });
const hourOf = new Intl.DateTimeFormat("da-DK", { timeZone: ZONE, hour: "numeric" });

/** @param {number} count */
export const number = (count) => whole.format(count);
/** @param {number} part 0 to 1 */
export const percent = (part) => share.format(part);
/** @param {number} part 0 to 1 */
export const pointsDiff = (part) => points.format(Math.round(part * 1000) / 10).replace("-", "−");
/** @param {number} ms since 1970 */
export const clock = (ms) => time.format(ms).replace(":", ".");
/** @param {number} ms since 1970 */
export const hour = (ms) => hourOf.format(ms).replace(/\D/g, "").replace(/^0(?=\d)/, "");

/** How long, in one unit. @param {number} seconds */
export const age = (seconds) =>
  seconds < 60 ? `${Math.floor(seconds)} sek.` : seconds < 5400 ? `${Math.floor(seconds / 60)} min.` : `${Math.floor(seconds / 3600)} t.`;

/** @param {number} count @param {string} one @param {string} many */
const counted = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;

/** @type {Record<string, (count: number) => string>} */
const TABLES = {
  open: (count) => counted(count, "åbent", "åbne"),
  paused: (count) => `${number(count)} på pause`,
  closed: (count) => counted(count, "lukket", "lukkede"),
  lost: (count) => `${number(count)} uden kontakt`,
  never: (count) => counted(count, "ikke tilsluttet", "ikke tilsluttede"),
};

/** What a station's or the day's tables do, for example "3 åbne · 1 på pause". @param {Record<string, number>} kinds @param {string[]} order */
export const tablesInWords = (kinds, order) => order.filter((kind) => kinds[kind]).map((kind) => TABLES[kind](kinds[kind])).join(" · ");

/** A name that holds right-to-left signs turns nothing but itself. @param {string} name */
const alone = (name) => `\u2068${name}\u2069`;

/** @type {Record<string, string>} */
export const TABLE_STATES = { open: "Åbent", paused: "På pause", closed: "Lukket", lost: "Uden kontakt", never: "Ikke tilsluttet" };

/** @type {Record<string, string>} */
export const STATION_STATES = { prepared: "Ikke åbnet", open: "Åbent", closed: "Lukket" };

export const words = {
  today: "I dag",
  waiting: "Henter tal …",
  allInContact: "Alle borde har kontakt",
  nobodyCalls: "Ingen borde kalder",
  /** @param {string} text */
  updated: (text) => `Opdateret for ${text} siden`,
  /** Said once, not each second: a screen reader reads it aloud. @param {string} at */
  stale: (at) => `Gamle tal – fra kl. ${at}. Serveren svarer ikke. Tavlen prøver igen af sig selv.`,
  noAnswer: "Ingen tal – serveren svarer ikke. Tavlen prøver igen af sig selv.",
  /** @param {string} difference @param {string} label @param {string} at */
  against: (difference, label, at) => `${difference} point mod ${label} kl.\u00a0${at}`,
  /** @param {number} electorate */
  ofVoters: (electorate) => `af ${counted(electorate, "vælger", "vælgere")}`,
  /** @param {number} count */
  of: (count) => `af ${number(count)}`,
  /** @param {number} marks @param {number} letters */
  present: (marks, letters) => `${number(marks)} fremmødt · ${counted(letters, "brevstemme", "brevstemmer")}`,
  /** @param {string} station @param {number} table */
  table: (station, table) => `${alone(station)}, bord ${table}`,
  /** @param {number} table */
  tableAlone: (table) => `Bord ${table}`,
  /** @param {number} marks */
  came: (marks) => `${number(marks)} fremmødt`,
  /** @param {string} where @param {number} seconds */
  lost: (where, seconds) => `${where}: ingen kontakt i ${age(seconds)}`,
  /** @param {string} where */
  help: (where) => `${where}: kalder på hjælp`,
  /** @param {string} where @param {number} count @param {number} seconds */
  unsettled: (where, count, seconds) =>
    `${where}: ${counted(count, "uafklaret registrering", "uafklarede registreringer")} i mindst ${age(seconds)}`,
  /** @param {number} seconds */
  longest: (seconds) => `Længst: ${age(seconds)}`,
  seeList: "Se listen",
  /** @param {string} now @param {string} previous @param {string} label */
  barSentence: (now, previous, label) => (previous ? `${now}; ${label} på samme tid: ${previous}` : now),
  /** @param {string} at @param {string} now @param {string} against */
  curveSentence: (at, now, against) => `Kurve over dagens fremmøde. Kl. ${at}: ${now}. ${against}`,
  /** @param {number} marks @param {string} from @param {number} most @param {string} mostFrom */
  quarterSentence: (marks, from, most, mostFrom) =>
    `Søjler over fremmødte pr. kvarter. Kvarteret fra kl. ${from}: ${number(marks)}. Flest: ${number(most)} fra kl. ${mostFrom}.`,
  noQuarters: "Søjler over fremmødte pr. kvarter. Ingen endnu.",
};
