/**
 * The weights of the triangle filter, per output position.
 *
 * With `scale = inputLength / outputLength`, output position `i` lies at `(i + ½) · scale` in input coordinates,
 * and input position `j` weighs `max(0, 1 − |j + ½ − (i + ½) · scale| / max(scale, 1))`, normalized to sum 1.
 * Growing, that is bilinear interpolation; shrinking, the triangle widens with the scale, which is what keeps
 * fine texture from aliasing. It is the filter that Pillow calls BILINEAR.
 *
 * Nothing is cached: for usual sizes the taps cost less than one percent of the filtering.
 */

/** Taps of one axis. Output `i` is the sum of `weights[i * stride + t] · input[begins[i] + t]` for `t < counts[i]`. */
export interface FilterTaps {
  readonly inputLength: number;
  readonly outputLength: number;
  /** Room per output position in `weights`: the largest count. */
  readonly stride: number;
  readonly begins: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Float64Array;
}

/** Taps that map `inputLength` values to `outputLength` values; both at least 1. */
export function filterTaps(inputLength: number, outputLength: number): FilterTaps {
  const scale = inputLength / outputLength;
  const support = Math.max(scale, 1);
  const stride = Math.min(inputLength, Math.ceil(2 * support));
  const begins = new Int32Array(outputLength);
  const counts = new Int32Array(outputLength);
  const weights = new Float64Array(outputLength * stride);
  for (let i = 0; i < outputLength; i++) {
    const center = (i + 0.5) * scale;
    // Input j has weight where its middle, j + ½, is nearer to the centre than the support.
    const begin = Math.max(0, Math.floor(center - support - 0.5) + 1);
    const end = Math.min(inputLength, Math.ceil(center + support - 0.5), begin + stride);
    let sum = 0;
    for (let j = begin; j < end; j++) {
      const weight = Math.max(0, 1 - Math.abs(j + 0.5 - center) / support);
      weights[i * stride + j - begin] = weight;
      sum += weight;
    }
    for (let t = 0; t < end - begin; t++) {
      weights[i * stride + t] = (weights[i * stride + t] as number) / sum;
    }
    begins[i] = begin;
    counts[i] = end - begin;
  }
  return { inputLength, outputLength, stride, begins, counts, weights };
}
