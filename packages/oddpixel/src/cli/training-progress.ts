/**
 * What training shows while it runs. For passes over the images: the time remaining and images per second. For heads
 * that train by epochs: the error, the time remaining if all epochs are needed, training images per second (in an
 * epoch each counts once), and the curve of the error if the terminal has room for it.
 */
import type { TrainPhase, TrainProgress } from '@oddpixel/model-core/train';
import type { ProgressLine } from './progress.ts';

export interface TrainingProgressOptions {
  /** Milliseconds. */
  readonly now?: () => number;
  /** Width of the terminal; `undefined` if there is none, so that a log holds plain lines. */
  readonly columns?: () => number | undefined;
}

const steps = '▁▂▃▄▅▆▇█';
const widestCurve = 24;
const narrowestCurve = 4;
/** The bar before the text, and the column that stays free. */
const besideText = 26;
const separator = ' · ';

export function trainingProgress(
  progress: ProgressLine,
  { now = (): number => performance.now(), columns = terminalColumns }: TrainingProgressOptions = {},
): (report: TrainProgress) => void {
  const errors: number[] = [];
  const speed = phaseSpeed();
  /** What a pass over the training images counted: with their augmented copies. */
  let images: number | undefined;
  return ({ phase, done, total, error }) => {
    const perMs = speed(phase, done, now());
    // Rows of a bank come many at a time and unevenly: what is done shows little about what is left.
    if (phase === 'coreset') {
      progress.update(phase, done, total);
      return;
    }
    const left = perMs !== undefined && done < total && `${formatMs((total - done) / perMs)} left`;
    if (error === undefined) {
      if (phase === 'features') images = total;
      progress.update(
        phase,
        done,
        total,
        joined([left, perMs !== undefined && imagesPerSecond(perMs)]) || undefined,
      );
      return;
    }
    errors.push(error);
    const rate = perMs !== undefined && images !== undefined && imagesPerSecond(images * perMs);
    const note = joined([`error ${error.toPrecision(3)}`, left, rate]);
    const taken = besideText + [`${phase} ${done}/${total}`, note, ''].join(separator).length;
    const room = (columns() ?? 0) - taken;
    progress.update(phase, done, total, joined([note, room >= narrowestCurve && errorCurve(errors, room)]));
  };
}

/**
 * Items per millisecond in the current phase: the mean since its first report, which leaves out what only the start
 * takes. For the first report itself, since the phase before ended, if there was one.
 */
function phaseSpeed(): (phase: TrainPhase, done: number, time: number) => number | undefined {
  let current: TrainPhase | undefined;
  let first = { done: 0, time: 0 };
  let latest: number | undefined;
  return (phase, done, time) => {
    let from: { done: number; time: number } | undefined = first;
    if (phase !== current) {
      current = phase;
      first = { done, time };
      // Resumed training has epochs behind it that nobody waited for in this run.
      from = latest === undefined ? undefined : { done: phase === 'epochs' ? done - 1 : 0, time: latest };
    }
    latest = time;
    return from !== undefined && done > from.done && time > from.time
      ? (done - from.done) / (time - from.time)
      : undefined;
  };
}

/** The last errors as a line of blocks, the largest of them full. */
export function errorCurve(errors: readonly number[], room: number = widestCurve): string {
  const shown = errors.slice(-Math.min(room, widestCurve));
  const largest = Math.max(...shown, Number.MIN_VALUE);
  return shown
    .map((error) => steps[Math.min(steps.length - 1, Math.floor((error / largest) * steps.length))])
    .join('');
}

function joined(parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== false && part !== undefined).join(separator);
}

function imagesPerSecond(perMs: number): string {
  const rate = 1000 * perMs;
  return `${rate >= 10 ? Math.round(rate) : rate.toPrecision(2)} images/s`;
}

function formatMs(timeMs: number): string {
  const seconds = timeMs / 1000;
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toPrecision(2)} h`;
}

function terminalColumns(): number | undefined {
  return process.stderr.isTTY ? process.stderr.columns : undefined;
}
