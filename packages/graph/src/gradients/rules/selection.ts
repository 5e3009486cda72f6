/** Operators that choose elements. Each choice along an axis sends its gradient to where it came from. */
import {
  add,
  cast,
  equal,
  less,
  matmul,
  pad,
  reshape,
  slice,
  transpose,
  unsqueeze,
  where,
} from '../../builder/index.ts';
import type { Value } from '../../builder/index.ts';
import { slicedLength } from '../../types/shape-rules.ts';
import { transposeAlong, type Taps } from '../linear-map.ts';
import { axisOf, integersOf, sizeOf, type GradientRule, type NodeView } from '../rule.ts';
import { constantLike, indicator } from '../shapes.ts';

interface Cut {
  readonly axis: number;
  readonly size: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Which part of each axis a Slice takes. */
function cutsOf(view: NodeView): Cut[] {
  const x = view.input(0);
  const [starts, ends] = [
    view.ints('starts') ?? integersOf(view, 1),
    view.ints('ends') ?? integersOf(view, 2),
  ];
  if (starts === undefined || ends === undefined) throw view.unsupported('its range must be constant');
  const axes = view.ints('axes') ?? integersOf(view, 3) ?? starts.map((_, axis) => axis);
  const steps = integersOf(view, 4) ?? starts.map(() => 1);
  return axes.flatMap((given, i) => {
    const axis = axisOf(given, x);
    const [start, end, step] = [starts[i] ?? 0, ends[i] ?? 0, steps[i] ?? 1];
    const size = x.dims[axis];
    // An axis of unknown size can only be taken whole.
    if (typeof size === 'string' && start === 0 && end >= 2 ** 31 - 1 && step === 1) return [];
    const known = sizeOf(view, x, axis);
    const from = start < 0 ? start + known : start;
    const first = Math.min(Math.max(from, 0), step > 0 ? known : known - 1);
    return [{ axis, size: known, start: first, step, count: slicedLength(known, start, end, step) }];
  });
}

/** With step 1 what was cut off gets 0; other steps are choices of elements. */
const sliceRule: GradientRule = (view) => [
  () => {
    const cuts = cutsOf(view);
    const begins = view.input(0).dims.map(() => 0);
    const ends = [...begins];
    let gradient = view.gradient;
    for (const { axis, size, start, step, count } of cuts) {
      if (step === 1) {
        begins[axis] = start;
        ends[axis] = size - start - count;
      } else {
        const chosen = Array.from({ length: count }, (_, i) => start + i * step);
        gradient = transposeAlong(gradient, axis, size, chosen.map(one));
      }
    }
    return [...begins, ...ends].every((amount) => amount === 0)
      ? gradient
      : pad(gradient, [...begins, ...ends]);
  },
];

const one = (index: number): Taps => [{ index, weight: 1 }];

/** The middle for a constant border; a mirrored or repeated border adds to the pixels that it shows. */
const padRule: GradientRule = (view) => [
  () => {
    const x = view.input(0);
    const mode = view.string('mode', 'constant');
    const pads = view.ints('pads') ?? integersOf(view, 1);
    const axes = (integersOf(view, 3) ?? x.dims.map((_, axis) => axis)).map((axis) => axisOf(axis, x));
    if (pads === undefined) throw view.unsupported('its amounts must be constant');
    let gradient = view.gradient;
    axes.forEach((axis, i) => {
      const [before, after] = [pads[i] ?? 0, pads[i + axes.length] ?? 0];
      if (before === 0 && after === 0) return;
      const size = sizeOf(view, x, axis);
      const sources = Array.from({ length: before + size + after }, (_, at) =>
        sourceOf(view, mode, at - before, size),
      );
      gradient =
        mode === 'constant' && before >= 0 && after >= 0
          ? slice(gradient, { axis, start: before, end: before + size })
          : transposeAlong(gradient, axis, size, sources);
    });
    return gradient;
  },
];

/** Which pixel a padded axis shows at a position, which may lie outside. */
function sourceOf(view: NodeView, mode: string, position: number, size: number): Taps {
  if (position >= 0 && position < size) return one(position);
  if (mode === 'constant') return [];
  if (mode === 'edge') return one(Math.min(Math.max(position, 0), size - 1));
  if (mode === 'wrap') return one(((position % size) + size) % size);
  if (mode !== 'reflect') throw view.unsupported(`mode ${mode} has no gradient rule`);
  const period = Math.max(1, 2 * (size - 1));
  const inPeriod = ((position % period) + period) % period;
  return one(Math.min(inPeriod, period - inPeriod));
}

/** One product with a matrix of zeros and ones: an element that was chosen twice gets both gradients. */
const gather: GradientRule = (view) => [
  () => {
    const [x, indices] = [view.input(0), view.input(1)];
    const axis = axisOf(view.int('axis', 0), x);
    const size = sizeOf(view, x, axis);
    const fixed = integersOf(view, 1);
    const flat = indexAxisLast(view, axis, indices);
    const back = (v: Value): Value => {
      const { length } = x.dims;
      const order = x.dims.map((_, at) => (at < axis ? at : at === axis ? length - 1 : at - 1));
      return axis === length - 1 ? v : transpose(v, order);
    };
    if (fixed !== undefined) {
      const taps = fixed.map((index) => one(index < 0 ? index + size : index));
      return back(transposeAlong(flat, flat.dims.length - 1, size, taps));
    }
    const given = cast(reshape(indices, [-1, 1]), x.dtype);
    const places = where(less(given, 0), add(given, size), given);
    const numbers = Float32Array.from({ length: size }, (_, place) => place);
    const all = constantLike(x, [1, size], numbers);
    return back(matmul(flat, indicator(equal(places, all), x)));
  },
];

/** The gradient with the axes of the indices as one axis, and that one last. */
function indexAxisLast(view: NodeView, axis: number, indices: Value): Value {
  const g = view.gradient;
  const count = indices.dims.length;
  if (count === 0) return unsqueeze(g, [-1]);
  const chosen = g.dims.map((_, at) => at).filter((at) => at >= axis && at < axis + count);
  const others = g.dims.map((_, at) => at).filter((at) => !chosen.includes(at));
  const moved = transpose(g, [...others, ...chosen]);
  if (count === 1) return moved;
  const known = chosen.reduce((product, at) => product * sizeOf(view, g, at), 1);
  const open = others.filter((at) => typeof g.dims[at] !== 'number');
  if (open.length > 1) throw view.unsupported('its gradient needs known sizes with indices of several axes');
  return reshape(moved, [
    ...others.map((at) => (typeof g.dims[at] === 'number' ? Number(g.dims[at]) : -1)),
    known,
  ]);
}

export const selectionRules: Readonly<Record<string, GradientRule>> = {
  Slice: sliceRule,
  Pad: padRule,
  Gather: gather,
};
