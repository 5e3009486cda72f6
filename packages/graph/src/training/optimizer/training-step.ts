/**
 * One step of training as one graph: batch, parameters, moments and a few scalars in; loss, new parameters and new
 * moments out. Whatever runs graphs can run it.
 */
import { ParameterError, type DType, type ValueInfo } from '@oddpixel/contract';
import {
  add,
  div,
  gradients,
  minimum,
  mul,
  reduceSum,
  sqrt,
  square,
  type Graph,
  type Value,
} from '../../index.ts';
import type { Optimizer } from './optimizer.ts';
import { join, unpackInputs, updateGroups } from './update-groups.ts';

export interface TrainingStepOptions {
  /** One element; the loss that is reported. Everything it needs must be inputs, parameters or constants of its builder. */
  readonly loss: Value;
  /** Inputs of the graph that are to be trained, of known shape. */
  readonly parameters: readonly Value[];
  /**
   * Further losses of the same builder, each for parameters of its own: no group follows another group's loss.
   * `weight` scales the gradients. Default 1.
   */
  readonly others?: readonly {
    readonly loss: Value;
    readonly parameters: readonly Value[];
    readonly weight?: number;
  }[];
  readonly optimizer: Optimizer;
  /** Gradients of all parameters are scaled down together if their common length exceeds this. Default: never. */
  readonly maxGradientNorm?: number;
  /** Inputs that a step replaces by a value without training them, such as running means: `[input, next]`. */
  readonly carried?: readonly (readonly [input: Value, next: Value])[];
}

/** A tensor that lives from step to step. */
export interface StateTensor {
  readonly kind: 'parameter' | 'moment' | 'carried';
  /** Name of the graph's input. */
  readonly input: string;
  /** Name of the graph's output that is fed to it in the next step. */
  readonly output: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** Of a vector of several parameters: which, in their order. */
  readonly members?: readonly StateMember[] | undefined;
}

/** A parameter that lies in a vector with others. */
export interface StateMember {
  readonly name: string;
  readonly dims: readonly number[];
}

export interface TrainingStep {
  readonly graph: Graph;
  readonly optimizer: Optimizer;
  /** What each step must be fed. */
  readonly batch: readonly ValueInfo[];
  readonly state: readonly StateTensor[];
}

export const lossOutput = 'loss';
export const scalarPrefix = 'step/';

/**
 * Adds gradients and updates to the loss's builder and builds the graph. Names that begin with `step/` or `next/`
 * and the output `loss` are the step's own.
 *
 * @throws ParameterError if a parameter is not an input of known shape, or the loss does not depend on it.
 * @throws UnsupportedOperatorError if an operator has no gradient.
 */
export function buildTrainingStep({
  loss,
  parameters: own,
  others = [],
  optimizer,
  maxGradientNorm,
  carried = [],
}: TrainingStepOptions): TrainingStep {
  const { builder } = loss;
  const stateOf = (kind: StateTensor['kind'], value: Value): StateTensor => ({
    kind,
    input: value.name,
    output: `next/${value.name}`,
    dtype: value.dtype,
    dims: knownDims(value),
  });
  const state: StateTensor[] = [];
  const scalars = Object.fromEntries(
    Object.keys(optimizer.scalars(1, 0)).map((name) => [
      name,
      builder.input(`${scalarPrefix}${name}`, 'float32', []),
    ]),
  );
  const parameters = [...own, ...others.flatMap((other) => other.parameters)];
  const found = clipped(
    [
      ...gradients(loss, own),
      ...others.flatMap((other) => gradients(mul(other.loss, other.weight ?? 1), other.parameters)),
    ],
    maxGradientNorm,
  );
  builder.output(lossOutput, loss);
  const keep = (kind: StateTensor['kind'], input: Value, next: Value, members?: StateMember[]): void => {
    const tensor = { ...stateOf(kind, input), members };
    state.push(tensor);
    builder.output(tensor.output, next);
  };
  parameters.forEach((parameter) => knownDims(parameter));
  const missing = [...parameters, ...carried.map(([input]) => input)].find(
    (value) => !builder.isInput(value),
  );
  if (missing !== undefined) {
    throw new ParameterError({
      name: missing.name,
      expected: 'an input of the graph',
      received: 'a value that is computed or constant',
      fix: 'Declare parameters with GraphBuilder.input; their start values are given to the session.',
    });
  }
  updateGroups(parameters, (parameter) => optimizer.weightDecayOf(parameter)).forEach((group, number) => {
    const { weightDecay, members, counts } = group;
    const like = members.map((index) => parameters[index] as Value);
    const size = counts.reduce((a, b) => a + b, 0);
    const moments = Object.fromEntries(
      optimizer.moments.map((name) => [
        name,
        builder.input(`${scalarPrefix}${name}/${number}`, like[0]?.dtype ?? 'float32', [size]),
      ]),
    );
    const vector = builder.input(`${scalarPrefix}parameters/${number}`, like[0]?.dtype ?? 'float32', [size]);
    unpackInputs(vector, like, counts);
    const next = optimizer.update({
      parameter: vector,
      gradient: join(members.map((index) => found[index] as Value)),
      weightDecay,
      moments,
      scalars,
    });
    const packed = like.map(({ name, dims }) => ({ name, dims: dims.map(Number) }));
    keep('parameter', vector, next.parameter, packed);
    for (const name of optimizer.moments) keep('moment', moments[name] as Value, next.moments[name] as Value);
  });
  for (const [input, next] of carried) keep('carried', input, next);
  const graph = builder.build();
  const internal = new Set([
    ...state.map(({ input }) => input),
    ...Object.values(scalars).map(({ name }) => name),
  ]);
  return { graph, optimizer, batch: graph.inputs.filter(({ name }) => !internal.has(name)), state };
}

/** Gradients scaled together so that the root of their summed squares is at most `limit` (Pascanu et al. 2013). */
function clipped(found: readonly Value[], limit: number | undefined): readonly Value[] {
  if (limit === undefined) return found;
  if (!(limit > 0)) {
    throw new ParameterError({
      name: 'maxGradientNorm',
      expected: 'a number above 0',
      received: String(limit),
    });
  }
  const squares = found.map((gradient) => reduceSum(square(gradient)));
  const [first, ...others] = squares as [Value, ...Value[]];
  const norm = sqrt(others.reduce((a, b) => add(a, b), first));
  const factor = minimum(div(limit, add(norm, 1e-6)), 1);
  return found.map((gradient) => mul(gradient, factor));
}

function knownDims({ name, dims }: Value): readonly number[] {
  const known = dims.filter((dim) => typeof dim === 'number');
  if (known.length === dims.length) return known;
  throw new ParameterError({
    name,
    expected: 'a parameter of known shape',
    received: `[${dims.join(',')}]`,
    fix: 'Only the batch may have named dimensions.',
  });
}
