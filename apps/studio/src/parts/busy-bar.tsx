import type { JSX } from 'preact';
import { busy, curve, type Busy } from '../state/studio.ts';
import { ErrorCurve } from './error-curve.tsx';

const titles: Readonly<Record<Busy['what'], string>> = {
  apples: 'Growing apples',
  images: 'Reading images',
  train: 'Teaching',
  score: 'Judging images',
  accept: 'Learning what is fine',
  report: 'Writing the report',
  open: 'Opening the model',
};

const phases: Readonly<Record<string, string>> = {
  components: 'finding what features have in common',
  features: 'looking at the images',
  coreset: 'choosing what to keep',
  epochs: 'learning',
  calibration: 'calibrating the threshold',
};

/** The running job, its progress, and a way to stop it. */
export function BusyBar(): JSX.Element | null {
  const { value } = busy;
  if (value === undefined) return null;
  const { what, phase, done, total, cancel } = value;
  const detail = phase === undefined ? undefined : (phases[phase] ?? phase);
  const title = titles[what];
  return (
    <section class="busy" aria-label="Work in progress">
      <div class="busy-text">
        <strong>{title}</strong>
        <span class="quiet">
          {detail}
          {total > 0 && ` ${done} of ${total}`}
        </span>
        {cancel && (
          <button type="button" class="button small" onClick={cancel}>
            Stop
          </button>
        )}
      </div>
      {total > 0 ? <progress aria-label={title} value={done} max={total} /> : <progress aria-label={title} />}
      {phase === 'epochs' && <ErrorCurve points={curve.value} />}
    </section>
  );
}
