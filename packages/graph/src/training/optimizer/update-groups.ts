/**
 * Parameters that are updated together. An optimizer treats every element alike, so all parameters of one weight decay
 * can be one vector: some ten operations for each step instead of some ten for each parameter, which matters if an
 * operation costs more to start than to run, above all on GPUs.
 */
import { concat, reshape, slice, type Value } from '../../index.ts';

/** A vector of more elements (32 MB) is cut: no device need hold a larger tensor for it. */
const mostElements = 2 ** 23;

export interface UpdateGroup {
  readonly weightDecay: number;
  /** Indices of its parameters. */
  readonly members: readonly number[];
  /** Elements of each of them. */
  readonly counts: readonly number[];
}

/** @param parameters of known shape. */
export function updateGroups(
  parameters: readonly Value[],
  weightDecayOf: (parameter: Value) => number,
): UpdateGroup[] {
  const open = new Map<string, { weightDecay: number; members: number[]; counts: number[]; total: number }>();
  const groups: UpdateGroup[] = [];
  parameters.forEach((parameter, index) => {
    const weightDecay = weightDecayOf(parameter);
    const count = parameter.dims.reduce<number>((product, dim) => product * Number(dim), 1);
    const key = `${parameter.dtype} ${weightDecay}`;
    let group = open.get(key);
    if (group === undefined || group.total + count > mostElements) {
      group = { weightDecay, members: [], counts: [], total: 0 };
      open.set(key, group);
      groups.push(group);
    }
    group.members.push(index);
    group.counts.push(count);
    group.total += count;
  });
  return groups;
}

/** Values, of any shapes, as one vector. */
export function join(values: readonly Value[]): Value {
  const flat = values.map((value) => (value.dims.length === 1 ? value : reshape(value, [-1])));
  return flat.length === 1 ? (flat[0] as Value) : concat(flat, 0);
}

/**
 * Makes inputs the parts of one vector, which is an input too: what is updated as a vector stays one between steps.
 *
 * @throws ParameterError if one of them is not an input.
 */
export function unpackInputs(vector: Value, inputs: readonly Value[], counts: readonly number[]): void {
  let start = 0;
  inputs.forEach((input, index) => {
    const [from, end] = [start, start + (counts[index] as number)];
    input.builder.replaceInput(input, () => {
      const piece = slice(vector, { axis: 0, start: from, end });
      return input.dims.length === 1 ? piece : reshape(piece, input.dims.map(Number));
    });
    start = end;
  });
}
