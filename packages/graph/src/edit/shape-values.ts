/** A little calculator for the integers of shapes, in which some may be names. */
import type { GraphNode, ValueType } from '../ir.ts';
import { slicedLength } from '../types/shape-rules.ts';
import type { Dim } from '../types/rule.ts';

/** An int64 or int32 tensor of rank 0 or 1 whose elements are numbers or names of dynamic sizes. */
export interface ShapeValue {
  readonly dims: readonly Dim[];
  readonly scalar: boolean;
  readonly dtype: 'int64' | 'int32';
}

/** The node's result if it is shape arithmetic that can be done now; else `undefined`. */
export function evaluateShape(
  node: GraphNode,
  opset: number,
  types: ReadonlyMap<string, ValueType>,
  shapes: ReadonlyMap<string, ShapeValue>,
): ShapeValue | undefined {
  if (node.domain !== '' || node.outputs.length !== 1) return undefined;
  const int = (name: string): number | undefined => {
    const attribute = node.attributes[name];
    return attribute?.kind === 'int' ? Number(attribute.value) : undefined;
  };
  if (node.opType === 'Shape') {
    const type = types.get(node.inputs[0] ?? '');
    if (type === undefined) return undefined;
    return { dims: type.dims.slice(int('start') ?? 0, int('end')), scalar: false, dtype: 'int64' };
  }
  const inputs = node.inputs.map((name) => shapes.get(name));
  const [a, b] = inputs;
  if (
    a === undefined ||
    (node.opType !== 'Squeeze' && node.opType !== 'Unsqueeze' && inputs.includes(undefined))
  )
    return undefined;
  switch (node.opType) {
    case 'Identity':
      return a;
    case 'Cast':
      return int('to') === 7
        ? { ...a, dtype: 'int64' }
        : int('to') === 6
          ? { ...a, dtype: 'int32' }
          : undefined;
    case 'Concat':
      return { dims: inputs.flatMap((value) => value?.dims ?? []), scalar: false, dtype: a.dtype };
    case 'Squeeze':
      return a.dims.length === 1 ? { ...a, scalar: true } : undefined;
    case 'Unsqueeze':
      return a.scalar ? { ...a, scalar: false } : undefined;
    case 'Gather':
      return b === undefined || a.scalar ? undefined : gather(a, b);
    case 'Slice':
      return slice(opset, a, inputs);
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
      return b === undefined ? undefined : calculate(node.opType, a, b);
    default:
      return undefined;
  }
}

function gather(a: ShapeValue, indices: ShapeValue): ShapeValue | undefined {
  const dims = indices.dims.map((index) =>
    typeof index === 'number' ? a.dims[index < 0 ? index + a.dims.length : index] : undefined,
  );
  return dims.includes(undefined) ? undefined : { ...a, dims: dims as Dim[], scalar: indices.scalar };
}

function slice(
  opset: number,
  a: ShapeValue,
  inputs: readonly (ShapeValue | undefined)[],
): ShapeValue | undefined {
  if (opset < 10 || a.scalar) return undefined;
  const [start, end, step] = [1, 2, 4].map((index) => inputs[index]?.dims[0]);
  if (typeof start !== 'number' || typeof end !== 'number' || (step !== undefined && step !== 1))
    return undefined;
  const size = a.dims.length;
  const from = Math.min(size, Math.max(0, start < 0 ? start + size : start));
  return { ...a, dims: a.dims.slice(from, from + slicedLength(size, start, end, 1)) };
}

function calculate(
  opType: 'Add' | 'Sub' | 'Mul' | 'Div',
  a: ShapeValue,
  b: ShapeValue,
): ShapeValue | undefined {
  const count = Math.max(a.dims.length, b.dims.length);
  const dims: Dim[] = [];
  for (let i = 0; i < count; i++) {
    const x = a.dims[a.dims.length === 1 ? 0 : i];
    const y = b.dims[b.dims.length === 1 ? 0 : i];
    if (x === undefined || y === undefined) return undefined;
    const result = combine(opType, x, y);
    if (result === undefined) return undefined;
    dims.push(result);
  }
  return { dims, scalar: a.scalar && b.scalar, dtype: a.dtype };
}

function combine(opType: 'Add' | 'Sub' | 'Mul' | 'Div', x: Dim, y: Dim): Dim | undefined {
  if (typeof x === 'number' && typeof y === 'number') {
    if (opType === 'Add') return x + y;
    if (opType === 'Sub') return x - y;
    if (opType === 'Mul') return x * y;
    return y === 0 ? undefined : Math.trunc(x / y);
  }
  // A name survives only what does not change it.
  if ((opType === 'Mul' || opType === 'Div') && y === 1) return x;
  if (opType === 'Mul' && x === 1) return y;
  return (opType === 'Add' || opType === 'Sub') && y === 0 ? x : undefined;
}
