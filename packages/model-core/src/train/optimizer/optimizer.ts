/** What an optimizer is: nodes that turn a parameter and its gradient into the next parameter. */
import type { Value } from '../../onnx/index.ts';

/** One parameter in the step graph. */
export interface ParameterUpdate {
  readonly parameter: Value;
  readonly gradient: Value;
  /** What the optimizer remembers of this parameter, by name; zeros before the first step. */
  readonly moments: Readonly<Record<string, Value>>;
  /** The step's scalars, by name. */
  readonly scalars: Readonly<Record<string, Value>>;
}

export interface UpdatedParameter {
  readonly parameter: Value;
  readonly moments: Readonly<Record<string, Value>>;
}

export interface Optimizer {
  /** Names of what is remembered of each parameter, in the parameter's shape. */
  readonly moments: readonly string[];
  /**
   * Numbers that change from step to step, computed in double precision on the host: one graph serves all steps.
   *
   * @param step the number of the step, the first is 1.
   */
  scalars(step: number, learningRate: number): Readonly<Record<string, number>>;
  /** Adds the nodes of one parameter's update. */
  update(update: ParameterUpdate): UpdatedParameter;
}

/** How strongly a parameter is pulled to 0: one number for all, or chosen for each. */
export type WeightDecay = number | ((parameter: Value) => number);

/** Decay for matrices and kernels, none for biases and for the scales of normalization layers. */
export function decayMatrices(amount: number): WeightDecay {
  return ({ dims }) => (dims.length >= 2 ? amount : 0);
}

export function decayOf(decay: WeightDecay, parameter: Value): number {
  return typeof decay === 'number' ? decay : decay(parameter);
}
