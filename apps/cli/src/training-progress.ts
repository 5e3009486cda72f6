/** What training shows while it goes on: its phases, and for heads that learn by epochs the error and its curve. */
import type { TrainProgress } from '@oddpixel/model-core/train';
import type { ProgressLine } from './progress.ts';

const steps = '▁▂▃▄▅▆▇█';
const curveWidth = 24;

export function trainingProgress(
  progress: ProgressLine,
  now: () => number = () => performance.now(),
): (report: TrainProgress) => void {
  const errors: number[] = [];
  let firstEpochDone: number | undefined;
  return ({ phase, done, total, error }) => {
    if (error === undefined) {
      progress.update(phase, done, total);
      return;
    }
    errors.push(error);
    firstEpochDone ??= now();
    const left =
      errors.length > 1 ? ((now() - firstEpochDone) / (errors.length - 1)) * (total - done) : undefined;
    const time = left === undefined ? '' : ` · ${formatSeconds(left / 1000)} left`;
    progress.update(phase, done, total, `error ${error.toPrecision(3)} ${errorCurve(errors)}${time}`);
  };
}

/** The last errors as a line of blocks, the largest of them full. */
export function errorCurve(errors: readonly number[]): string {
  const shown = errors.slice(-curveWidth);
  const largest = Math.max(...shown, Number.MIN_VALUE);
  return shown
    .map((error) => steps[Math.min(steps.length - 1, Math.floor((error / largest) * steps.length))])
    .join('');
}

function formatSeconds(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
