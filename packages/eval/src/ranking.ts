/**
 * Ranking measures: how well higher values separate the anomalous from the good. Exact over all distinct thresholds,
 * ties included; the values may be scores of images or of millions of pixels.
 *
 * Only values that some anomalous element has are looked at: between two of them nothing but good elements passes
 * the threshold, so no measure changes its kind there.
 */

/** Counts at every distinct value of an anomalous element, highest value first. */
export interface Ranking {
  readonly goodCount: number;
  readonly oddCount: number;
  readonly steps: readonly ThresholdStep[];
}

interface ThresholdStep {
  readonly value: number;
  /** Good elements above the value, and at or above it. */
  readonly goodAbove: number;
  readonly goodFrom: number;
  /** Anomalous elements above the value, and at or above it. */
  readonly oddAbove: number;
  readonly oddFrom: number;
}

/** A ranking from lists of good values in any order and anomalous values in ascending order. */
export function rank(good: readonly Float32Array[], odd: Float32Array): Ranking {
  const values = odd.filter((value, i) => i === 0 || value !== odd[i - 1]);
  const { between, equal } = countAgainst(good, values);
  const steps: ThresholdStep[] = [];
  let goodAbove = between[values.length] as number;
  let next = odd.length;
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i] as number;
    const oddAbove = odd.length - next;
    while (next > 0 && odd[next - 1] === value) next--;
    const goodFrom = goodAbove + (equal[i] as number);
    steps.push({ value, goodAbove, goodFrom, oddAbove, oddFrom: odd.length - next });
    goodAbove = goodFrom + (between[i] as number);
  }
  return { goodCount: good.reduce((sum, { length }) => sum + length, 0), oddCount: odd.length, steps };
}

export interface RankingMeasures {
  /** Area under the ROC curve. */
  readonly auroc: number;
  /** Average precision: Σ (Rₙ − Rₙ₋₁) Pₙ over thresholds, without interpolation. */
  readonly ap: number;
  readonly f1Max: number;
  /** The highest threshold that reaches it: values at or above it count as anomalous. */
  readonly f1MaxThreshold: number;
}

/** `null` where one of the classes is empty. */
export function rankingMeasures({ goodCount, oddCount, steps }: Ranking): RankingMeasures | null {
  if (goodCount === 0 || oddCount === 0) return null;
  let pairs = 0;
  let ap = 0;
  let f1Max = 0;
  let f1MaxThreshold = Infinity;
  for (const { value, goodAbove, goodFrom, oddAbove, oddFrom } of steps) {
    const oddHere = oddFrom - oddAbove;
    // Pairs won against lower good values, half of the ties.
    pairs += oddHere * (goodCount - goodFrom + (goodFrom - goodAbove) / 2);
    ap += (oddHere / oddCount) * (oddFrom / (oddFrom + goodFrom));
    const f1 = (2 * oddFrom) / (oddCount + oddFrom + goodFrom);
    if (f1 > f1Max) {
      f1Max = f1;
      f1MaxThreshold = value;
    }
  }
  return { auroc: pairs / (goodCount * oddCount), ap, f1Max, f1MaxThreshold };
}

/** Values whose leading bits agree are searched together; many limits deserve many buckets. */
const bucketBitsFor = (limits: number): number => (limits > 4096 ? 16 : 8);

/**
 * Counts values without sorting them: `equal[i]` are equal to `limits[i]`, `between[i]` lie between
 * `limits[i − 1]` and `limits[i]`.
 *
 * @param limits distinct, ascending.
 */
function countAgainst(
  chunks: readonly Float32Array[],
  limits: Float32Array,
): { between: Float64Array; equal: Float64Array } {
  const between = new Float64Array(limits.length + 1);
  const equal = new Float64Array(limits.length);
  const keys = Uint32Array.from(new Uint32Array(limits.slice().buffer), orderedBits);
  const bucketBits = bucketBitsFor(limits.length);
  // First limit of each bucket; one entry more than buckets.
  const begins = new Uint32Array(2 ** bucketBits + 1);
  for (const key of keys) {
    const bucket = key >>> (32 - bucketBits);
    begins[bucket + 1] = (begins[bucket + 1] as number) + 1;
  }
  for (let i = 1; i < begins.length; i++) begins[i] = (begins[i] as number) + (begins[i - 1] as number);

  for (const chunk of chunks) {
    const bits = new Uint32Array(chunk.buffer, chunk.byteOffset, chunk.length);
    for (let i = 0; i < bits.length; i++) {
      const key = orderedBits(bits[i] as number);
      const bucket = key >>> (32 - bucketBits);
      let low = begins[bucket] as number;
      let high = begins[bucket + 1] as number;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((keys[middle] as number) < key) low = middle + 1;
        else high = middle;
      }
      if (keys[low] === key) equal[low] = (equal[low] as number) + 1;
      else between[low] = (between[low] as number) + 1;
    }
  }
  return { between, equal };
}

/** The bits of a float32 as a number whose order is the order of the floats; −0 is 0. */
export function orderedBits(bits: number): number {
  if (bits === 0x80000000) return 0x80000000;
  return bits >= 0x80000000 ? 0xffffffff - bits : bits + 0x80000000;
}
