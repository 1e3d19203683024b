// @ts-check
// The day's curve and the quarters of an hour, drawn by uPlot on canvas. Each has a sentence for those who cannot see it.

import { clock, hour, number, percent, words } from "./words.js";

const QUARTER_S = 15 * 60;
const HOUR_S = 3600;
const LONGEST_DAY_S = 36 * HOUR_S;

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
/** @param {string} iso */
const seconds = (iso) => Date.parse(iso) / 1000;

/**
 * From when to when the day is drawn, in seconds: the opening hours and what lies around them. A rehearsal at night, wholly
 * outside the hours, gets its own span.
 * @param {import("./feed.js").Board} board
 */
export function spanOf(board) {
  const opens = atClock(board, board.election.opens_at);
  const closes = atClock(board, board.election.closes_at);
  if (!board.quarters.length) return { from: opens, to: closes };
  const first = seconds(board.quarters[0].start);
  const last = seconds(board.quarters[board.quarters.length - 1].start) + QUARTER_S;
  if (last <= opens || first >= closes) return { from: first, to: Math.max(last, first + HOUR_S) };
  return { from: Math.max(Math.min(opens, first), last - LONGEST_DAY_S), to: Math.max(closes, last) };
}

/** A clock time of the election day in seconds. The frame's own time carries Denmark's offset. @param {import("./feed.js").Board} board @param {string} at */
const atClock = (board, at) => seconds(`${board.election.day}T${at}:00${board.at.match(/[+-]\d\d:\d\d$/)?.[0] ?? "Z"}`);

/** Today's turnout at the end of each quarter: [seconds, shares]. It ends exactly at the total that the board shows. @param {import("./feed.js").Board} board @param {{from: number, to: number}} span */
function courseOf(board, span) {
  const now = Math.min(seconds(board.at), span.to);
  let taken = board.totals.taken_part - board.quarters.reduce((sum, quarter) => sum + quarter.marks, 0);
  /** @type {number[]} */ const x = [];
  /** @type {number[]} */ const y = [];
  /** @param {number} at */
  const add = (at) => {
    if (x.length && at <= x[x.length - 1]) return;
    x.push(at);
    y.push(board.totals.electorate ? Math.max(taken, 0) / board.totals.electorate : 0);
  };
  if (now > span.from) add(span.from);
  for (const quarter of board.quarters) {
    add(seconds(quarter.start));
    taken += quarter.marks;
    add(Math.min(seconds(quarter.start) + QUARTER_S, Math.max(now, seconds(quarter.start) + 1)));
  }
  if (now > span.from) add(now);
  return /** @type {[number[], number[]]} */ ([x, y]);
}

/** The previous election's share at this clock time, on the line between its points, or null. @param {import("./feed.js").Board} board */
export function previousNow(board) {
  const points = board.previous?.points ?? [];
  const now = seconds(board.at);
  for (let place = 1; place < points.length; place += 1) {
    const [from, to] = [atClock(board, points[place - 1].clock), atClock(board, points[place].clock)];
    if (from <= now && now <= to) {
      return points[place - 1].share + ((points[place].share - points[place - 1].share) * (now - from)) / (to - from);
    }
  }
  return null;
}

/** A chart that is drawn anew when its panel, the colours or the span change, and only gets new numbers otherwise. */
class Chart {
  /** @param {HTMLElement} panel @param {(board: import("./feed.js").Board, span: any) => {options: any, data: any, shape: string}} draw */
  constructor(panel, draw) {
    this.panel = panel;
    this.draw = draw;
    this.shape = "";
    /** @type {any} */ this.plot = null;
    /** @type {import("./feed.js").Board | null} */ this.board = null;
    new ResizeObserver(() => this.redraw()).observe(panel);
    addEventListener("modechange", () => this.redraw());
    document.fonts?.ready.then(() => this.redraw());
  }

  redraw() {
    this.shape = "";
    if (this.board) this.show(this.board);
  }

  /** @param {import("./feed.js").Board} board */
  show(board) {
    this.board = board;
    const [width, height] = [this.panel.clientWidth, this.panel.clientHeight];
    if (width < 60 || height < 40) return;
    const { options, data, shape } = this.draw(board, spanOf(board));
    const whole = `${width} ${height} ${shape}`;
    if (this.plot && this.shape === whole) {
      this.plot.setData(data);
      return;
    }
    this.plot?.destroy();
    this.shape = whole;
    this.plot = new uPlot({ width, height, cursor: { show: false }, legend: { show: false }, ...options }, data, this.panel);
  }
}

/** @param {number} bottom @param {{from: number, to: number}} span */
function hourAxis(span, bottom) {
  const step = span.to - span.from > 3 * HOUR_S ? (span.to - span.from > 16 * HOUR_S ? 4 : 2) * HOUR_S : QUARTER_S;
  return {
    ...textStyle(),
    size: bottom,
    gap: 0.2 * rem(),
    grid: { show: false },
    ticks: { show: false },
    splits: () => {
      const splits = [];
      for (let at = span.from; at <= span.to; at += step) splits.push(at);
      return splits;
    },
    values: (/** @type {any} */ _plot, /** @type {number[]} */ values) =>
      values.map((at) => (step >= HOUR_S ? hour(at * 1000) : clock(at * 1000))),
  };
}

const textStyle = () => ({ stroke: colour("--ink"), font: `${Math.round(0.85 * rem())}px "IBM Plex Sans", system-ui, sans-serif` });

/** The scale on the left: every step from 0 to the top. @param {number} top @param {number} step @param {(value: number) => string} text */
function leftAxis(top, step, text) {
  const splits = Array.from({ length: Math.round(top / step) + 1 }, (_, place) => place * step);
  return {
    ...textStyle(),
    size: 3.3 * rem(),
    gap: 0.3 * rem(),
    ticks: { show: false },
    grid: { stroke: colour("--grid"), width: 1 },
    splits: () => splits,
    values: (/** @type {any} */ _plot, /** @type {number[]} */ values) => values.map(text),
  };
}

/** @param {import("./feed.js").Board} board @param {{from: number, to: number}} span */
function drawCurve(board, span) {
  const [x, y] = courseOf(board, span);
  const points = (board.previous?.points ?? []).map((point) => [atClock(board, point.clock), point.share]).filter(([at]) => at >= span.from && at <= span.to);
  const highest = Math.max(...y, ...points.map(([, share]) => share), 0.1);
  const top = Math.min(1, Math.ceil(highest * 5 + 0.15) / 5);
  const data = uPlot.join([[points.map(([at]) => at), points.map(([, share]) => share)], [x, y]]);
  const options = {
    padding: [0.5 * rem(), 1.4 * rem(), 0, 0],
    scales: { x: { time: false, range: [span.from, span.to] }, y: { range: [0, top] } },
    axes: [
      hourAxis(span, 1.4 * rem()),
      leftAxis(top, top > 0.4 ? 0.2 : 0.1, (value) => `${Math.round(value * 100)} %`),
    ],
    series: [
      {},
      { stroke: colour("--previous"), width: 0.14 * rem(), dash: [0.4 * rem(), 0.35 * rem()], spanGaps: true, points: { show: false } },
      { stroke: colour("--data"), width: 0.22 * rem(), spanGaps: true, points: { show: false } },
    ],
    hooks: { draw: [(/** @type {any} */ plot) => nameLines(plot, points, board.previous?.label ?? "")] },
  };
  return { options, data, shape: `${span.from} ${span.to} ${top} ${points.length}` };
}

/** Write each line's name at the line itself. @param {any} plot @param {number[][]} points @param {string} label */
function nameLines(plot, points, label) {
  const { ctx, bbox } = plot;
  const size = rem() * devicePixelRatio;
  const { board } = charts.curve; // the newest: this is called again with new numbers
  if (!board) return;
  const [times, shares] = courseOf(board, spanOf(board));
  ctx.save();
  ctx.font = `600 ${Math.round(0.95 * size)}px "IBM Plex Sans", system-ui, sans-serif`;
  if (times.length) {
    const [left, top] = [plot.valToPos(times[times.length - 1], "x", true), plot.valToPos(shares[shares.length - 1], "y", true)];
    ctx.fillStyle = colour("--data");
    ctx.beginPath();
    ctx.arc(left, top, 0.35 * size, 0, 7);
    ctx.fill();
    // Right of the dot while there is room, at the day's end under it: left of it runs the line.
    const atTheEnd = left > bbox.left + bbox.width - 1.8 * size;
    ctx.textAlign = atTheEnd ? "right" : "left";
    const [x, y] = atTheEnd ? [bbox.left + bbox.width + 1.2 * size, top + 1.7 * size] : [left + 0.6 * size, top + 1.15 * size];
    ctx.fillText(words.today, x, Math.min(y, bbox.top + bbox.height - 0.3 * size));
  }
  if (points.length) {
    const [at, share] = points[points.length - 1];
    ctx.fillStyle = colour("--previous");
    ctx.textAlign = "right";
    ctx.fillText(label, plot.valToPos(at, "x", true), Math.max(plot.valToPos(share, "y", true) - 0.4 * size, bbox.top + 0.8 * size));
  }
  ctx.restore();
}

/** @param {import("./feed.js").Board} board @param {{from: number, to: number}} span */
function drawQuarters(board, span) {
  const marks = new Map(board.quarters.map((quarter) => [seconds(quarter.start), quarter.marks]));
  /** @type {number[]} */ const x = [];
  /** @type {number[]} */ const y = [];
  for (let at = span.from; at < span.to; at += QUARTER_S) {
    x.push(at + QUARTER_S / 2);
    y.push(marks.get(at) ?? 0);
  }
  const most = Math.max(...y, 4);
  const step = niceStep(most / 2);
  const top = Math.ceil(most / step) * step;
  const options = {
    padding: [0.5 * rem(), 1.4 * rem(), 0, 0],
    scales: { x: { time: false, range: [span.from, span.to] }, y: { range: [0, top] } },
    axes: [
      hourAxis(span, 1.4 * rem()),
      leftAxis(top, step, number),
    ],
    series: [{}, { fill: colour("--fill"), width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.75, 60] }) }],
  };
  return { options, data: [x, y], shape: `${span.from} ${span.to} ${top}` };
}

/** 1, 2 or 5 times a power of ten, at least `least`. @param {number} least */
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return (([1, 2, 5].find((step) => step * power >= least)) ?? 10) * power;
}

/** @type {Record<string, Chart>} */
const charts = {};

/** Draw both. @param {HTMLElement} curve @param {HTMLElement} quarters @param {import("./feed.js").Board} board */
export function showCharts(curve, quarters, board) {
  charts.curve ??= new Chart(curve, drawCurve);
  charts.quarters ??= new Chart(quarters, drawQuarters);
  charts.curve.show(board);
  charts.quarters.show(board);
  const before = previousNow(board);
  const against = before === null || !board.previous ? "" : `${board.previous.label}: ${percent(before)}.`;
  curve.setAttribute("aria-label", words.curveSentence(clock(Date.parse(board.at)), percent(board.totals.turnout), against));
  quarters.setAttribute("aria-label", quarterSentence(board));
}

/** Draw again what is there, after the colours changed. */
export const redrawCharts = () => Object.values(charts).forEach((chart) => chart.redraw());

/** @param {import("./feed.js").Board} board */
function quarterSentence({ quarters }) {
  if (!quarters.length) return words.noQuarters;
  const most = quarters.reduce((best, quarter) => (quarter.marks > best.marks ? quarter : best));
  const last = quarters[quarters.length - 1];
  return words.quarterSentence(last.marks, clock(Date.parse(last.start)), most.marks, clock(Date.parse(most.start)));
}
