/**
 * Resizing is linear along each axis, so its gradient is a product with the transposed matrix along each axis.
 * The matrices are found by resizing unit vectors with the reference interpreter: whatever coordinates and rounding
 * a node requests, they are right.
 */
import { hostTensor } from '@oddpixel/contract';
import { elementCount } from '@oddpixel/contract/unstable';
import type { Value } from '../../builder/index.ts';
import type { Attribute, GraphNode } from '../../ir.ts';
import { runNode } from '../../reference/interpreter.ts';
import { transposeAlong, type Taps } from '../linear-map.ts';
import { sizeOf, type GradientRule, type NodeView } from '../rule.ts';

const resize: GradientRule = (view) => {
  const mode = view.string('mode', 'nearest');
  if (mode === 'cubic' || view.int('antialias', 0) === 1) {
    throw view.unsupported('only nearest and linear without antialiasing have a gradient rule');
  }
  return [
    () => {
      const [x, y] = [view.input(0), view.output()];
      let gradient: Value = view.gradient;
      x.dims.forEach((dim, axis) => {
        if (dim === y.dims[axis]) return;
        const [from, to] = [sizeOf(view, x, axis), sizeOf(view, y, axis)];
        gradient = transposeAlong(gradient, axis, from, tapsAlong(view, axis, from, to));
      });
      return gradient;
    },
  ];
};

/** What each output along an axis is made of: column `i` of the resized unit matrix is unit vector `i` resized. */
function tapsAlong(view: NodeView, axis: number, from: number, to: number): Taps[] {
  const unit = new Float32Array(from * from);
  for (let i = 0; i < from; i++) unit[i * from + i] = 1;
  const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
  const { axes: _axes, ...attributes } = view.node.attributes;
  const node: GraphNode = { ...view.node, attributes: { ...attributes, axes: ints([0]) } };
  const factor = scaleOf(view, axis);
  const scales = factor === undefined ? undefined : hostTensor('float32', [1], Float32Array.of(factor));
  const sizes = factor === undefined ? hostTensor('int64', [1], BigInt64Array.of(BigInt(to))) : undefined;
  const [resized] = runNode(node, [hostTensor('float32', [from, from], unit), undefined, scales, sizes], 18);
  if (resized === undefined || elementCount(resized.dims) !== from * to) {
    throw view.unsupported(`axis ${axis} is not resized from ${from} to ${to} alone`);
  }
  const rows = resized.data as Float32Array;
  return Array.from({ length: to }, (_, output) =>
    Array.from({ length: from }, (_, index) => ({ index, weight: rows[output * from + index] ?? 0 })).filter(
      ({ weight }) => weight !== 0,
    ),
  );
}

function scaleOf(view: NodeView, axis: number): number | undefined {
  const scales = view.has(2) ? view.constant(2) : undefined;
  if (scales === undefined || scales.data.length === 0) return undefined;
  const place = (view.ints('axes') ?? view.input(0).dims.map((_, at) => at)).indexOf(axis);
  return Number(scales.data[place] ?? 1);
}

export const resizeRules: Readonly<Record<string, GradientRule>> = { Resize: resize };
