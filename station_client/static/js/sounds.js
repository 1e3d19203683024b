// @ts-check
/** Five signals that differ in pitch, rhythm and length, so that they are told apart in a noisy hall and by a tired ear. */

/** @typedef {[frequency: number, seconds: number]} Tone a frequency of 0 is silence */

/** @type {Record<string, Tone[]>} */
export const SIGNALS = {
  ask: [[880, 0.07]],
  go: [[660, 0.09], [990, 0.14]],
  warn: [[520, 0.16], [0, 0.06], [390, 0.24]],
  stop: [[220, 0.2], [0, 0.07], [220, 0.2], [0, 0.07], [220, 0.34]],
  off: [[180, 0.7]],
};

const EDGE_S = 0.008;
const LOUDEST = 0.5;

/** @type {AudioContext | null} */
let context = null;

/** Browsers allow sound only after a key or click; every one of them may call this. */
export function unlock() {
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
}

/** @param {string} name a signal of SIGNALS @param {number} volume 1 to 10 */
export function play(name, volume) {
  const tones = SIGNALS[name];
  if (!tones || context?.state !== "running") return;
  let at = context.currentTime;
  for (const [frequency, seconds] of tones) {
    if (frequency) tone(context, { frequency, at, seconds, loudness: (LOUDEST * volume) / 10 });
    at += seconds;
  }
}

/** @param {AudioContext} audio @param {{frequency: number, at: number, seconds: number, loudness: number}} tone */
function tone(audio, { frequency, at, seconds, loudness }) {
  const voice = audio.createOscillator();
  const gain = audio.createGain();
  voice.type = "triangle";
  voice.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(loudness, at + EDGE_S);
  gain.gain.setValueAtTime(loudness, at + seconds - EDGE_S);
  gain.gain.linearRampToValueAtTime(0, at + seconds);
  voice.connect(gain).connect(audio.destination);
  voice.start(at);
  voice.stop(at + seconds);
}
