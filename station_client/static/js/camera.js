// @ts-check
/**
 * The laptop's camera as a second scanner. Pictures go to the table's own process on this machine and are kept nowhere.
 * One picture is under way at a time; the camera stops at the first card, when the window closes, and after a minute.
 */

const EVERY_MS = 200;
const LONGEST_MS = 60_000;
const MAX_BYTES = 400_000;
const QUALITIES = [0.75, 0.5, 0.3];
const WANTED = { video: { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: "environment" }, audio: false };

/** @param {string} state one of reading, asking, none */
function say(state) {
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-camera]"))) line.hidden = line.dataset.camera !== state;
}

/** @param {HTMLCanvasElement} canvas @param {number} quality @returns {Promise<Blob | null>} */
function encode(canvas, quality) {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}

export class Camera {
  /** @type {MediaStream | null} */
  #stream = null;
  #run = 0;
  #video = /** @type {HTMLVideoElement} */ (document.querySelector("#camera-video"));
  #frame;
  #onDigits;

  /** @param {(jpeg: Blob) => Promise<string | null>} frame @param {(digits: string) => void} onDigits */
  constructor(frame, onDigits) {
    this.#frame = frame;
    this.#onDigits = onDigits;
  }

  async start() {
    this.stop();
    const run = this.#run;
    say("asking");
    /** @type {MediaStream} */
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia(WANTED);
    } catch {
      return say("none");
    }
    if (run !== this.#run) return stream.getTracks().forEach((track) => track.stop());
    this.#stream = stream;
    this.#video.srcObject = stream;
    await this.#video.play().catch(() => undefined);
    say("reading");
    return this.#read(run);
  }

  stop() {
    this.#run += 1;
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.#video.srcObject = null;
  }

  /** @param {number} run */
  async #read(run) {
    const until = performance.now() + LONGEST_MS;
    while (run === this.#run && performance.now() < until) {
      const begun = performance.now();
      const jpeg = await this.#picture();
      const digits = jpeg && run === this.#run ? await this.#frame(jpeg) : null;
      if (digits && run === this.#run) {
        this.stop();
        return this.#onDigits(digits);
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, EVERY_MS - (performance.now() - begun))));
    }
    if (run === this.#run) /** @type {HTMLDialogElement | null} */ (this.#video.closest("dialog"))?.close();
    return undefined;
  }

  async #picture() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (!width) return null;
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    canvas.getContext("2d")?.drawImage(this.#video, 0, 0);
    for (const quality of QUALITIES) {
      const jpeg = await encode(canvas, quality);
      if (jpeg && jpeg.size <= MAX_BYTES) return jpeg;
    }
    return null;
  }
}
