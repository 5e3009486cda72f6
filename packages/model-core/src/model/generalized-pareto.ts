/**
 * The upper tail of a sample as a generalized Pareto distribution (J. Pickands 1975), fitted by probability-weighted
 * moments (J. R. M. Hosking, J. R. Wallis 1987). Used only to estimate rare rates; its error is large for small
 * samples, so it requires many exceedances and a tail that is not bounded.
 */

/** `P(X > threshold + y) = share · (1 + shape · y / scale)^(−1/shape)`. */
export interface Tail {
  readonly threshold: number;
  readonly scale: number;
  /** ξ ≥ 0; at 0 the tail is exponential. */
  readonly shape: number;
  /** Share of the sample above the threshold. */
  readonly share: number;
}

/** Minimum number of exceedances for a fit. */
const minExceedances = 100;

/** The tail starts in the upper quarter of the sample, or it is not a tail. */
const maxTailShare = 0.25;

/**
 * Fits the tail of ascending values.
 *
 * @returns `undefined` if the sample is too small, without spread, or its fitted tail is bounded (ξ < 0): extrapolating such a fit
 * would give thresholds that are too low.
 */
export function fitTail(ascending: readonly number[]): Tail | undefined {
  const n = ascending.length;
  const count = Math.max(minExceedances, Math.floor(n * 0.1));
  if (count > n * maxTailShare) return undefined;
  const threshold = ascending[n - count - 1] as number;
  let mean = 0;
  let weighted = 0;
  for (let i = 0; i < count; i++) {
    const excess = (ascending[n - count + i] as number) - threshold;
    mean += excess / count;
    // Weight 1 − p of the plotting position p = (i + 1 − 0.35) / count.
    weighted += (excess * (1 - (i + 0.65) / count)) / count;
  }
  const denominator = mean - 2 * weighted;
  if (!(denominator > 0)) return undefined;
  const shape = 2 - mean / denominator;
  const scale = (2 * mean * weighted) / denominator;
  if (!(shape >= 0 && shape < 1 && scale > 0)) return undefined;
  return { threshold, scale, shape, share: count / n };
}

/** The value that a share `rate` (below `tail.share`) of the distribution exceeds. */
export function tailQuantile(tail: Tail, rate: number): number {
  const ratio = tail.share / rate;
  const excess = tail.shape < 1e-9 ? Math.log(ratio) : (ratio ** tail.shape - 1) / tail.shape;
  return tail.threshold + tail.scale * excess;
}
