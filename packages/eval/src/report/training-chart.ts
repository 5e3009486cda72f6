/** The error over the epochs of a training, the epoch that was kept, and the error at which training would stop. */
import { line } from 'd3-shape';
import type { EpochRecord } from '@oddpixel/contract';
import { chart, chartTop, chartWidth, frame, type Frame } from './chart.ts';
import { plain } from './format.ts';
import { html, type Markup } from './html.ts';
import { bestRecord, type TrainingLife } from './training-life.ts';

/** Errors that are all below it are drawn as 0: axes need numbers that can be divided. */
const least = 1e-9;

/**
 * Errors start at 0, so that what is left of them can be seen as a share. A logarithmic axis was tried: it stretches
 * the tail and says less about how much was learned.
 */
export function trainingChart({ history, errorThreshold }: TrainingLife): Markup {
  const best = bestRecord(history);
  const epochs = extent(history.map(({ epoch }) => epoch));
  const errors = extent(history.map(({ error }) => error));
  const scales = frame({
    // A single epoch stands in the middle.
    xDomain: epochs.high > epochs.low ? [epochs.low, epochs.high] : [epochs.low - 1, epochs.high + 1],
    // Room above the curve for the name of the best epoch.
    yDomain: [Math.min(0, errors.low), (errors.high > least ? errors.high : 1) * 1.2],
  });
  const { x, y } = scales;
  const isEpoch = (tick: number): boolean =>
    Number.isInteger(tick) && tick >= epochs.low && tick <= epochs.high;
  const path = line<EpochRecord>(
    ({ epoch }) => Number(x(epoch).toFixed(1)),
    ({ error }) => Number(y(error).toFixed(1)),
  )([...history]);
  const [first, last] = [history.at(0) ?? best, history.at(-1) ?? best];
  const text = {
    id: 'training',
    title: 'Error by epoch of training',
    description: `The error goes from ${plain(first.error)} after epoch ${first.epoch} to ${plain(last.error)} after epoch ${last.epoch}. The best is epoch ${best.epoch} with an error of ${plain(best.error)}.`,
    xLabel: 'epoch',
    yLabel: 'error (unexplained share)',
    isXTick: isEpoch,
  };
  const stop = stopLine(scales, errorThreshold);
  const drawing = chart(scales, text, [
    ...(stop === undefined ? [] : [stop]),
    html`<path class="curve" d="${path ?? ''}" />`,
    bestMark(scales, best),
  ]);
  return html`${drawing}${
    stop &&
    html`<p class="legend">
      <span class="key key-stop"></span>errorThreshold ${plain(errorThreshold ?? 0)}: training stops there
    </p>`
  }`;
}

/** A line down from the name of the best epoch to its point; the name stands where there is more room. */
function bestMark({ x, y }: Frame, { epoch, error }: EpochRecord): Markup {
  const [place, height] = [x(epoch).toFixed(1), y(error).toFixed(1)];
  const side = x(epoch) > chartWidth / 2 ? 'end' : 'start';
  const label = (row: number, words: string): Markup =>
    html`<text
      class="mark-label"
      x="${(x(epoch) + (side === 'end' ? -6 : 6)).toFixed(1)}"
      y="${chartTop + 9 + 16 * row}"
      text-anchor="${side}"
      >${words}</text
    >`;
  return html`<line
      class="mark mark-other"
      x1="${place}"
      x2="${place}"
      y1="${chartTop}"
      y2="${height}"
    />${label(0, `best: epoch ${epoch}`)}${label(1, `error ${plain(error)}`)}<circle
      class="best"
      cx="${place}"
      cy="${height}"
      r="5"
    />`;
}

/** The error at which training stops, if it is drawn apart from axis and ceiling. */
function stopLine({ x, y }: Frame, errorThreshold: number | undefined): Markup | undefined {
  if (errorThreshold === undefined) return undefined;
  const [left = 0, right = 0] = x.range();
  const [bottom = 0, ceiling = 0] = y.range();
  const height = y(errorThreshold);
  return height >= ceiling && height <= bottom - 3
    ? html`<line
        class="mark stop"
        x1="${left}"
        x2="${right}"
        y1="${height.toFixed(1)}"
        y2="${height.toFixed(1)}"
      />`
    : undefined;
}

/** Of lists that may be too long for the arguments of `Math.min`. */
function extent(values: readonly number[]): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return { low, high };
}
