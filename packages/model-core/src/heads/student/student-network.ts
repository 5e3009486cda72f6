/**
 * The student: a small network that learns to reproduce the features of good images through a bottleneck, position by
 * position; a position where it fails is anomalous (autoencoding of frozen features: compare Shi, Yang and Qi 2021).
 * Beside it a smaller network learns how hard each position is, so that textures that are never reproduced well do not
 * drown real anomalies (heteroscedastic error after Kendall and Gal 2017, one variance for all channels).
 */
import { hostTensor, type HostTensor, type Random } from '@oddpixel/contract';
import {
  add,
  clip,
  div,
  exp,
  gelu,
  matmul,
  minimum,
  mul,
  neg,
  reduceMean,
  square,
  sqrt,
  sub,
  type GraphBuilder,
  type Value,
} from '@oddpixel/graph';

/** Names and shapes of all parameters: `[inputs, outputs]` matrices and `[outputs]` biases. */
export type StudentShapes = Readonly<Record<string, readonly number[]>>;

/** Parameters of the network as values of a graph, by name. */
export type StudentParameters = Readonly<Record<string, Value>>;

const meanLayers = ['encode', 'narrow', 'widen', 'decode'] as const;
const difficultyLayers = ['look', 'judge'] as const;

/** Widths follow from `complexity`: 15 gives 256 hidden units, a bottleneck of 64 and 64 units that judge. */
export function studentShapes(dims: number, complexity: number): StudentShapes {
  const hidden = 16 * (complexity + 1);
  const bottleneck = 4 * (complexity + 1);
  const judging = 4 * (complexity + 1);
  const sizes: Record<string, readonly [number, number]> = {
    encode: [dims, hidden],
    narrow: [hidden, bottleneck],
    widen: [bottleneck, hidden],
    decode: [hidden, dims],
    look: [dims, judging],
    judge: [judging, 1],
  };
  return Object.fromEntries(
    Object.entries(sizes).flatMap(([layer, [inputs, outputs]]) => [
      [`student/${layer}`, [inputs, outputs]],
      [`student/${layer}/bias`, [outputs]],
    ]),
  );
}

/** Uniform within ±1/√inputs, in the order of the shapes. */
export function startStudent(shapes: StudentShapes, random: Random): Record<string, HostTensor<'float32'>> {
  let inputs = 1;
  return Object.fromEntries(
    Object.entries(shapes).map(([name, dims]) => {
      // A bias follows its matrix and has the same range.
      if (dims.length === 2) inputs = dims[0] as number;
      const range = 1 / Math.sqrt(inputs);
      const count = dims.reduce((a, b) => a * b, 1);
      const data = Float32Array.from({ length: count }, () => (2 * random.next() - 1) * range);
      return [name, hostTensor('float32', dims, data)];
    }),
  );
}

/** The two groups of parameters: each follows a loss of its own. */
export function parameterGroups(parameters: StudentParameters): { mean: Value[]; difficulty: Value[] } {
  const ofLayers = (layers: readonly string[]): Value[] =>
    layers.flatMap((layer) => [
      parameters[`student/${layer}`] as Value,
      parameters[`student/${layer}/bias`] as Value,
    ]);
  return { mean: ofLayers(meanLayers), difficulty: ofLayers(difficultyLayers) };
}

/** Features `[…, D]` → their reproduction `[…, D]` and the expected log error `[…, 1]`. */
export function applyStudent(
  features: Value,
  parameters: StudentParameters,
): { mean: Value; difficulty: Value } {
  const layer = (x: Value, name: string): Value =>
    add(matmul(x, parameters[`student/${name}`] as Value), parameters[`student/${name}/bias`] as Value);
  const code = layer(gelu(layer(features, 'encode')), 'narrow');
  return {
    mean: layer(gelu(layer(code, 'widen')), 'decode'),
    difficulty: layer(gelu(layer(features, 'look')), 'judge'),
  };
}

/**
 * The two losses over positions `[n, D]`. `error`: mean squared residual. `difficulty`: negative log likelihood of
 * each position's mean squared residual e under an exponential law of mean exp(s): e · exp(−s) + s.
 *
 * @param noisy the features that the network sees; it must reproduce the clean ones.
 */
export function studentLosses(
  features: Value,
  noisy: Value,
  parameters: StudentParameters,
): { error: Value; difficulty: Value } {
  const { mean, difficulty } = applyStudent(noisy, parameters);
  const errors = reduceMean(square(sub(features, mean)), [1], { keepDims: true });
  const judged = clip(difficulty, -12, 6);
  return {
    error: reduceMean(errors),
    difficulty: reduceMean(add(mul(errors, exp(neg(judged))), judged)),
  };
}

/** What is measured once the weights are final, on held-out good positions. */
export interface StudentScale {
  /** Variance of the residual, per channel `[D]`. */
  readonly residualVariance: Float32Array;
  /** The largest difficulty that excuses an error: a position harder than all good ones is not excused further. */
  readonly hardest: number;
}

/** How much of its difficulty a position is excused. */
const excused = 0.5;

/** Patches `[N, P, D]` → distances `[N, P]`: the root of the scaled mean squared residual. */
export function studentDistance(
  patches: Value,
  parameters: StudentParameters,
  { residualVariance, hardest }: StudentScale,
): Value {
  const g: GraphBuilder = patches.builder;
  const { mean, difficulty } = applyStudent(patches, parameters);
  const variance = g.constant(hostTensor('float32', [residualVariance.length], residualVariance));
  const scaled = reduceMean(div(square(sub(patches, mean)), variance), [2], { keepDims: true });
  const excuse = exp(mul(minimum(difficulty, hardest), -excused));
  return sqrt(reduceMean(mul(scaled, excuse), [2]));
}
