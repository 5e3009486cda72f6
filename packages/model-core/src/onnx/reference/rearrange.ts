/** Operators that move elements without changing them: transpose, cut, join, choose, pad, repeat. */
import { elementCount } from '../../contract/index.ts';
import { axisOf, indexOf, permute, pick, pickIndex } from './indexing.ts';
import {
  input,
  intAttribute,
  intsAttribute,
  invalid,
  numbersInput,
  stringAttribute,
  unsupported,
} from './operator.ts';
import type { OperatorCall, OperatorTable } from './operator.ts';
import { requiredNumbers } from './shape.ts';
import { numbers } from './value.ts';
import type { Value } from './value.ts';

export const rearrange: OperatorTable = {
  Transpose: (call) => {
    const x = input(call, 0);
    return permute(x, intsAttribute(call, 'perm') ?? x.dims.map((_, axis) => x.dims.length - 1 - axis));
  },

  Concat: (call) => {
    const parts = call.inputs.map((_, index) => input(call, index));
    const first = input(call, 0);
    const axis = axisOf(call, intAttribute(call, 'axis', 0), first.dims.length);
    const bounds: { part: Value; start: number }[] = [];
    let size = 0;
    for (const part of parts) {
      if (part.dims.some((dim, i) => i !== axis && dim !== first.dims[i])) {
        throw invalid(
          call,
          `[${part.dims.join(',')}] does not fit [${first.dims.join(',')}] along axis ${axis}`,
        );
      }
      bounds.push({ part, start: size });
      size += part.dims[axis] ?? 0;
    }
    const dims = replaced(first.dims, axis, size);
    const strides = dims.map((_, i) => elementCount(dims.slice(i + 1)));
    const whole = pickIndex(first, dims, () => -1);
    for (const { part, start } of bounds) {
      paste(part, whole, strides, (strides[axis] as number) * start);
    }
    return whole;
  },

  Split: (call) => {
    const x = input(call, 0);
    const axis = axisOf(call, intAttribute(call, 'axis', 0), x.dims.length);
    const size = x.dims[axis] as number;
    const count = call.node.outputs.length;
    const even = Array.from({ length: count }, (_, i) => {
      const part = Math.ceil(size / count);
      return Math.max(0, Math.min(part, size - i * part));
    });
    const sizes = intsAttribute(call, 'split') ?? numbersInput(call, 1) ?? even;
    let start = 0;
    return sizes.map((part) => {
      const from = start;
      start += part;
      return pick(x, replaced(x.dims, axis, part), (at) => at.map((c, i) => (i === axis ? c + from : c)));
    });
  },

  /** Inputs: starts, ends, axes, steps. Negative positions count from the end; positions are cut to the axis. */
  Slice: (call) => {
    const x = input(call, 0);
    const [starts, ends] = [requiredNumbers(call, 1), requiredNumbers(call, 2)];
    const axes = (numbersInput(call, 3) ?? starts.map((_, i) => i)).map((a) =>
      axisOf(call, a, x.dims.length),
    );
    const steps = numbersInput(call, 4) ?? starts.map(() => 1);
    const from = x.dims.map(() => 0);
    const step = x.dims.map(() => 1);
    const dims = [...x.dims];
    axes.forEach((axis, i) => {
      const size = x.dims[axis] as number;
      const by = steps[i] ?? 1;
      const position = (given: number, low: number, high: number): number =>
        Math.min(Math.max(given < 0 ? given + size : given, low), high);
      const start = position(starts[i] ?? 0, 0, by > 0 ? size : size - 1);
      const end = position(ends[i] ?? 0, by > 0 ? 0 : -1, by > 0 ? size : size - 1);
      from[axis] = start;
      step[axis] = by;
      dims[axis] = Math.max(0, Math.ceil((end - start) / by));
    });
    return pick(x, dims, (at) => at.map((c, axis) => (from[axis] as number) + c * (step[axis] as number)));
  },

  /** Replaces one axis by the axes of the indices. */
  Gather: (call) => {
    const [x, indices] = [input(call, 0), input(call, 1)];
    const axis = axisOf(call, intAttribute(call, 'axis', 0), x.dims.length);
    const size = x.dims[axis] as number;
    const places = numbers(indices).map((index) => (index < 0 ? index + size : index));
    const outside = places.find((place) => place < 0 || place >= size);
    if (outside !== undefined) throw invalid(call, `index ${outside} is outside an axis of ${size}`);
    const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
    return pick(x, dims, (at) => {
      const place = indexOf(at.slice(axis, axis + indices.dims.length), indices.dims);
      return [...at.slice(0, axis), places[place] as number, ...at.slice(axis + indices.dims.length)];
    });
  },

  /** Inputs: pads (all begins, then all ends), value, axes. A negative pad cuts. */
  Pad: (call) => {
    const x = input(call, 0);
    const mode = stringAttribute(call, 'mode', 'constant');
    const pads = intsAttribute(call, 'pads') ?? requiredNumbers(call, 1);
    const axes = (numbersInput(call, 3) ?? x.dims.map((_, i) => i)).map((a) =>
      axisOf(call, a, x.dims.length),
    );
    const before = x.dims.map(() => 0);
    const dims = [...x.dims];
    axes.forEach((axis, i) => {
      before[axis] = pads[i] ?? 0;
      dims[axis] = (x.dims[axis] as number) + (pads[i] ?? 0) + (pads[i + axes.length] ?? 0);
    });
    const fill = call.inputs[2] ?? { dtype: x.dtype, dims: [], data: Float64Array.of(0) };
    const fromPicture = pickIndex(x, dims, (at) => {
      const source = at.map((c, axis) =>
        reflectInto(call, mode, c - (before[axis] as number), x.dims[axis] as number),
      );
      return source.includes(-1) ? -1 : indexOf(source, x.dims);
    });
    if (mode !== 'constant') return fromPicture;
    const padding = pickIndex(fill, dims, () => 0);
    const inside = (at: readonly number[]): boolean =>
      at.every(
        (c, axis) => c >= (before[axis] as number) && c < (before[axis] as number) + (x.dims[axis] as number),
      );
    return chooseWhere(fromPicture, padding, dims, inside);
  },

  Tile: (call) => {
    const x = input(call, 0);
    const repeats = requiredNumbers(call, 1);
    const dims = x.dims.map((size, axis) => size * (repeats[axis] ?? 1));
    return pick(x, dims, (at) => at.map((c, axis) => c % (x.dims[axis] as number)));
  },
};
