/**
 * Bounds on memory: what constants and declared sizes alone determine about the tensors that a graph makes. A few
 * numbers can describe terabytes (ConstantOfShape, Tile, Resize, a chain of Concat), which the engine would allocate
 * immediately.
 *
 * Sizes here are lower bounds for one image: open dimensions count as 1, and what no rule covers is not counted.
 */
import { defaultReadLimits, maxComputedElements, maxConstantElements, maxGrownElements } from '../limits.ts';
import type { GraphOutline, NodeOutline } from './outline.ts';
import { printable, refuse, shown } from './refuse.ts';
import { growing, joinedShape, sizeRules, type Inputs, type Known } from './size-rules.ts';
import { elementCount, smallNumbers, type TensorOutline } from './tensor.ts';

interface Value extends Known {
  /** Made from constants alone: the engine computes it while it loads the model. */
  readonly isConstant: boolean;
}

/** @param graph with nodes in topological order. @throws ModelFormatError */
export function checkSizes(graph: GraphOutline, bytes: Uint8Array): void {
  const values = new Map<string, Value>();
  for (const { name, dims } of graph.inputs)
    values.set(name, { dims: dims.map((dim) => dim ?? 1), numbers: undefined, isConstant: false });
  for (const tensor of graph.initializers) {
    // An initializer that is an input as well may be replaced by the caller.
    if (values.has(tensor.name)) continue;
    values.set(tensor.name, knownTensor(tensor, bytes));
  }
  let budget =
    maxConstantElements + 16 * graph.initializers.reduce((sum, { dims }) => sum + elementCount(dims), 0);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
    const isConstant = inputs.every((input) => input === undefined || input.isConstant);
    const { dims, numbers } = outputOf(node, inputs, bytes);
    const count = dims === undefined ? 0 : elementCount(dims);
    if (isConstant && node.opType !== 'Constant') budget -= count;
    if (budget < 0) refuseSize(node, 'constants alone grow to a gigantic size here', dims);
    if (count > (growing.has(node.opType) ? maxGrownElements : maxComputedElements))
      refuseSize(node, 'it makes a gigantic tensor for one image', dims);
    const [first, ...others] = node.outputs;
    if (first !== undefined) values.set(first, { dims, numbers, isConstant });
    for (const output of others) values.set(output, { ...nothing, isConstant });
  }
}

function refuseSize(
  { name, opType, outputs }: NodeOutline,
  problem: string,
  dims: readonly number[] | undefined,
): never {
  return refuse(
    `node ${shown(name || outputs[0] || '?')} (${printable(opType)})`,
    dims === undefined ? problem : `${problem}, [${dims.join(',')}]`,
    'Use the model for smaller images, or check the numbers that describe its shapes.',
  );
}

function knownTensor(tensor: TensorOutline, bytes: Uint8Array): Value {
  return { dims: tensor.dims, numbers: smallNumbers(tensor, bytes), isConstant: true };
}

const nothing: Known = { dims: undefined, numbers: undefined };

function outputOf(node: NodeOutline, inputs: Inputs, bytes: Uint8Array): Known {
  if (node.domain !== '') return nothing;
  if (node.opType === 'Constant') return constantOf(node, bytes);
  const told = folded(node, inputs);
  if (told !== undefined) return told;
  const dims = sizeRules.get(node.opType)?.(node, inputs);
  return dims !== undefined && dims.length <= defaultReadLimits.maxRank
    ? { dims, numbers: undefined }
    : nothing;
}

function constantOf({ attributes }: NodeOutline, bytes: Uint8Array): Known {
  const tensor = attributes.get('value')?.tensor;
  if (tensor !== undefined) return knownTensor(tensor, bytes);
  const list = attributes.get('value_ints') ?? attributes.get('value_floats');
  if (list !== undefined) return { dims: [list.numbers.length], numbers: list.numbers };
  const integer = attributes.get('value_int');
  return integer === undefined ? nothing : { dims: [], numbers: [integer.integer] };
}

/** Arithmetic on small constants, as exporters and forgers write shapes. */
function folded(node: NodeOutline, inputs: Inputs): Known | undefined {
  const { opType } = node;
  const [a, b] = inputs;
  if (a?.numbers === undefined) return undefined;
  if (opType === 'Concat') {
    const parts = inputs.map((input) => input?.numbers);
    const numbers = parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    return numbers && numbers.length <= longestFolded ? { dims: [numbers.length], numbers } : undefined;
  }
  if (opType === 'Squeeze')
    return { dims: a.numbers.length === 1 ? [] : [a.numbers.length], numbers: a.numbers };
  if (opType === 'ReduceProd') return { dims: [], numbers: [elementCount(a.numbers)] };
  if (opType === 'Identity' || opType === 'Cast' || opType === 'Unsqueeze')
    return { dims: sizeRules.get(opType)?.(node, inputs), numbers: a.numbers };
  const compute = arithmetic.get(opType);
  if (compute === undefined || b?.numbers === undefined) return undefined;
  const [x, y] = [a.numbers, b.numbers];
  const length = Math.max(x.length, y.length);
  if ((x.length !== length && x.length !== 1) || (y.length !== length && y.length !== 1)) return undefined;
  const numbers = Array.from({ length }, (_, i) => compute(x[i % x.length] ?? 0, y[i % y.length] ?? 0));
  return { dims: joinedShape([a.dims ?? [length], b.dims ?? [length]]), numbers };
}

const longestFolded = 64;
const arithmetic: ReadonlyMap<string, (a: number, b: number) => number> = new Map([
  ['Add', (a, b) => a + b],
  ['Sub', (a, b) => a - b],
  ['Mul', (a, b) => a * b],
  ['Pow', (a, b) => a ** b],
]);
