/** What an optimizer is: nodes that turn parameters and their gradients into the next parameters. */
import type { Value } from '../../index.ts';

/** Parameters in the step graph, of one shape `[n]`: all that have the same weight decay are updated as one vector. */
export interface ParameterUpdate {
  readonly parameter: Value;
  readonly gradient: Value;
  readonly weightDecay: number;
  /** What the optimizer remembers of each element, by name; zeros before the first step. */
  readonly moments: Readonly<Record<string, Value>>;
  /** The step's scalars, by name. */
  readonly scalars: Readonly<Record<string, Value>>;
}

export interface UpdatedParameter {
  readonly parameter: Value;
  readonly moments: Readonly<Record<string, Value>>;
}

export interface Optimizer {
  /** Names of what is kept for each element of the parameters. */
  readonly moments: readonly string[];
  /** How strongly a parameter, given in its own shape, is pulled to 0. */
  weightDecayOf(parameter: Value): number;
  /**
   * Numbers that change from step to step, computed in double precision on the host: one graph serves all steps.
   *
   * @param step the number of the step, the first is 1.
   */
  scalars(step: number, learningRate: number): Readonly<Record<string, number>>;
  /** Adds the nodes of an update, which treats every element alike. */
  update(update: ParameterUpdate): UpdatedParameter;
}

/** How strongly a parameter is pulled to 0: one number for all, or chosen for each. */
export type WeightDecay = number | ((parameter: Value) => number);

/** Decay for matrices and kernels, none for biases and for the scales of normalization layers. */
export function decayMatrices(amount: number): WeightDecay {
  return ({ dims }) => (dims.length >= 2 ? amount : 0);
}

export function decayBy(decay: WeightDecay): (parameter: Value) => number {
  return typeof decay === 'number' ? () => decay : decay;
}
