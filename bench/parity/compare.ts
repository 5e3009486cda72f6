/** Two runtimes' observations of the same image, and what is promised about them (docs/architecture.md, "Sameness"). */
import { fromBase64, type Observation } from './observe.ts';

/** |a − b| ÷ max(|a|, median good score): scores, and every pixel of a map, of images whose pixels are equal. */
export const parityTolerance = 1e-4;

/** Gray values by which a decoder of JPEG or lossy WebP may differ: their standards leave the rounding open. */
const lossyPixelTolerance = 1;

export interface Difference {
  /** Largest difference of the decoded values; `null`: the rasters differ in size, channels or type. */
  readonly pixels: number | null;
  readonly score: number;
  /** Largest over the map's pixels. */
  readonly map: number;
  readonly isVerdictEqual: boolean;
  readonly isPromiseKept: boolean;
}

export interface Measure {
  readonly isLossless: boolean;
  readonly medianGoodScore: number;
}

export function compare(
  reference: Observation,
  found: Observation,
  { isLossless, medianGoodScore }: Measure,
): Difference {
  const apart = (a: number, b: number): number => Math.abs(a - b) / Math.max(Math.abs(a), medianGoodScore);
  const absolute = (a: number, b: number): number => Math.abs(a - b);
  const pixels =
    found.form === reference.form ? largest(valuesOf(reference), valuesOf(found), absolute) : null;
  const score = apart(reference.score, found.score);
  const map = largest(mapOf(reference), mapOf(found), apart);
  const isVerdictEqual = found.verdict === reference.verdict;
  const arePixelsKept = pixels !== null && pixels <= (isLossless ? 0 : lossyPixelTolerance);
  // What other pixels do to a score is measured, not promised.
  const areValuesKept = pixels !== 0 || (score <= parityTolerance && map <= parityTolerance);
  return {
    pixels,
    score,
    map,
    isVerdictEqual,
    isPromiseKept: arePixelsKept && areValuesKept && isVerdictEqual,
  };
}

type Values = Uint8Array | Uint16Array | Float32Array;

function valuesOf({ form, pixels }: Observation): Values {
  const { buffer } = fromBase64(pixels);
  if (form.includes('Float32Array')) return new Float32Array(buffer);
  return form.includes('Uint16Array') ? new Uint16Array(buffer) : new Uint8Array(buffer);
}

function mapOf({ map }: Observation): Float32Array {
  return new Float32Array(fromBase64(map).buffer);
}

/** Infinity if the lengths differ or a value is not a number. */
function largest(a: Values, b: Values, difference: (a: number, b: number) => number): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const value = difference(a[i] ?? Number.NaN, b[i] ?? Number.NaN);
    if (!(value <= worst)) worst = Number.isNaN(value) ? Infinity : value;
  }
  return worst;
}
