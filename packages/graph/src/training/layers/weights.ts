/** The two kinds of weights: those that a training step changes, and those that are constants of a finished graph. */
import { hostTensor, TensorMismatchError, type HostTensor, createRandom } from '@oddpixel/contract';
import { allocate, describeTensor, elementCount } from '@oddpixel/contract/unstable';
import type { GraphBuilder, Value } from '../../index.ts';
import type { StartRange, Weights } from './layer.ts';

/**
 * Weights as inputs of a graph, with all that training needs to know about them:
 * `buildTrainingStep({ loss, ...weights, optimizer })`, then `openTrainingSession(step, backend, { start: weights.start, … })`.
 */
export interface TrainableWeights extends Weights {
  /** In the order in which the layers requested them. */
  readonly parameters: readonly Value[];
  /** Running statistics and what they become: `[input, next]`. */
  readonly carried: readonly (readonly [input: Value, next: Value])[];
  /** Start values of all of them, by name. */
  readonly start: Readonly<Record<string, HostTensor<'float32'>>>;
}

export interface TrainableWeightsOptions {
  /** Equal seeds give equal start values, on every machine. Default 0. */
  readonly seed?: number;
}

/** Weights that are to be trained: inputs of `builder`, of type float32. */
export function trainableWeights(
  builder: GraphBuilder,
  { seed = 0 }: TrainableWeightsOptions = {},
): TrainableWeights {
  const random = createRandom(seed);
  const parameters: Value[] = [];
  const carried: (readonly [Value, Value])[] = [];
  const start: Record<string, HostTensor<'float32'>> = {};
  const input = (name: string, dims: readonly number[], element: () => number): Value => {
    const data = allocate('float32', elementCount(dims)).map(element);
    start[name] = hostTensor('float32', dims, data);
    return builder.input(name, 'float32', dims);
  };
  const below = (prefix: string): Weights => ({
    training: true,
    parameter(name, dims, { middle = 0, spread = 0 }: StartRange) {
      const draw = (): number => middle + (2 * random.next() - 1) * spread;
      const value = input(prefix + name, dims, spread === 0 ? () => middle : draw);
      parameters.push(value);
      return value;
    },
    running(name, dims, first) {
      const value = input(prefix + name, dims, () => first);
      return { value, become: (next) => void carried.push([value, next]) };
    },
    within: scopes(prefix, below),
  });
  return { ...below(''), parameters, carried, start };
}

/**
 * Fixed weights: constants of `builder`.
 *
 * @param tensors all of them by name, as `TrainingSession.parameters()` gives them.
 * @throws TensorMismatchError from the layer whose tensor is missing or has another shape.
 */
export function trainedWeights(
  builder: GraphBuilder,
  tensors: Readonly<Record<string, HostTensor>>,
): Weights {
  const constant = (name: string, dims: readonly number[]): Value => {
    const given = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (given?.dtype === 'float32' && given.dims.join() === dims.join()) return builder.constant(given, name);
    throw new TensorMismatchError({
      name,
      expected: `a trained tensor ${describeTensor({ dtype: 'float32', dims })}`,
      received: given === undefined ? 'none' : describeTensor(given),
      fix: 'Build the network of the same layers, in the same order, as it was trained with.',
    });
  };
  const below = (prefix: string): Weights => ({
    training: false,
    parameter: (name, dims) => constant(prefix + name, dims),
    running: (name, dims) => ({ value: constant(prefix + name, dims), become: () => {} }),
    within: scopes(prefix, below),
  });
  return below('');
}

/** Names below a prefix that nobody else gets: `name/`, `name_1/`, `name_2/`, … */
function scopes(prefix: string, below: (prefix: string) => Weights): Weights['within'] {
  const asked = new Map<string, number>();
  return (name) => {
    const count = asked.get(name) ?? 0;
    asked.set(name, count + 1);
    return below(`${prefix}${name}${count === 0 ? '' : `_${count}`}/`);
  };
}
