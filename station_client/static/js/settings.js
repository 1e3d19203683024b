// @ts-check
/** How this device shows and sounds. Kept in the browser of this machine; says nothing about people. */

const KEY = "valgbord.view";

/**
 * Sound is on from the beginning, at a moderate volume: a scanner's own beep means only "read", and an official who looks at
 * the voter must hear a refusal. The browser lets a page sound only after the first key, which is the sign-in at the latest.
 */
export const DEFAULTS = { theme: "light", size: "normal", hand: "right", sound: "on", volume: "4" };

/** @typedef {typeof DEFAULTS} Settings */

/** @type {Record<string, RegExp>} */
const ALLOWED = { theme: /^(light|dark)$/, size: /^(normal|big)$/, hand: /^(right|left)$/, sound: /^(on|off)$/, volume: /^([1-9]|10)$/ };

/** @returns {Settings} */
export function load() {
  const settings = { ...DEFAULTS };
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    for (const [name, allowed] of Object.entries(ALLOWED)) {
      if (typeof kept[name] === "string" && allowed.test(kept[name])) Object.assign(settings, { [name]: kept[name] });
    }
  } catch {
    // Unreadable or forbidden storage: the defaults are good.
  }
  return settings;
}

/** @param {Settings} settings */
export function keep(settings) {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Without storage the choice lasts until the page is loaded anew.
  }
}

/** @param {Settings} settings */
export function apply(settings) {
  const { dataset } = document.documentElement;
  dataset.theme = settings.theme;
  dataset.size = settings.size;
  dataset.hand = settings.hand;
}
