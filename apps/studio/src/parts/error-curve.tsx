import type { JSX } from 'preact';
import type { CurvePoint } from '../state/studio.ts';

const width = 320;
const height = 72;

/** The error after each epoch, from 0 up; grows during training. */
export function ErrorCurve({ points }: { readonly points: readonly CurvePoint[] }): JSX.Element | null {
  const last = points.at(-1);
  if (last === undefined) return null;
  const largest = Math.max(...points.map(({ error }) => error));
  const x = (index: number): number => (points.length < 2 ? 0 : (index / (points.length - 1)) * width);
  const y = (error: number): number => 4 + (1 - error / (largest || 1)) * (height - 8);
  const path = points.map(({ error }, i) => `${x(i).toFixed(1)},${y(error).toFixed(1)}`).join(' ');
  const label = `Error after ${last.epoch} epochs: ${last.error.toPrecision(3)}, at first ${(points[0]?.error ?? 0).toPrecision(3)}`;
  return (
    <figure class="error-curve">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label} preserveAspectRatio="none">
        <line class="axis" x1="0" x2={width} y1={height - 4} y2={height - 4} />
        <polyline points={path} />
      </svg>
      <figcaption>
        Error {last.error.toPrecision(3)} after epoch {last.epoch}
      </figcaption>
    </figure>
  );
}
