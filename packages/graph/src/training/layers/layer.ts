/**
 * Networks of layers. A layer is a function from a value to a value that asks for its weights by name, so the same
 * few lines describe the network in training and the network in use:
 *
 * ```ts
 * const network = sequential(convLayer({ channels: 16, kernel: 3, stride: 2 }), batchNorm(), relu);
 * network(image, trainableWeights(g, { seed: 1 })); // weights are inputs, statistics are the batch's
 * network(image, trainedWeights(g, tensors)); // weights are constants, statistics are the running ones
 * ```
 *
 * Every operator of the graph builder that takes one value is a layer too.
 */
import { add, type Value } from '../../index.ts';

export type Layer = (x: Value, weights: Weights) => Value;

/** Start values of a parameter: uniform in `middle ± spread`. Both default to 0. */
export interface StartRange {
  readonly middle?: number;
  readonly spread?: number;
}

/** A running statistic: the values that came out of the last step, and the way to set what goes into the next one. */
export interface Running {
  readonly value: Value;
  /** Has no effect outside training. */
  become(next: Value): void;
}

/** What a layer asks for its tensors. Applying a layer twice asks twice: two layers of equal shape. */
export interface Weights {
  /** True during training: some layers compute another formula then. */
  readonly training: boolean;
  /** A tensor that follows the gradient. */
  parameter(name: string, dims: readonly number[], start: StartRange): Value;
  /** A tensor that each step replaces without a gradient. All its elements start as `start`. */
  running(name: string, dims: readonly number[], start: number): Running;
  /** The same weights, with `name/` before their names: `name_1/`, `name_2/`, … if it was requested before. */
  within(name: string): Weights;
}

/** One layer after the other. */
export function sequential(...layers: readonly Layer[]): Layer {
  return (x, weights) => layers.reduce((value, layer) => layer(value, weights), x);
}

/** The weights of `layer` under a name of their own, so that a part of a network is found again: `encoder/conv/kernel`. */
export function named(name: string, layer: Layer): Layer {
  return (x, weights) => layer(x, weights.within(name));
}

/**
 * `layer(x) + shortcut(x)`: the layer learns the change to its input (He et al. 2016, arXiv:1512.03385). If it changes
 * the shape, the shortcut must do the same, usually by a convolution with kernel 1.
 */
export function residual(layer: Layer, shortcut: Layer = (x) => x): Layer {
  return (x, weights) => {
    const own = weights.within('residual');
    return add(layer(x, own), shortcut(x, own.within('shortcut')));
  };
}
