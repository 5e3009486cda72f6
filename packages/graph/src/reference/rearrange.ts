/** Operators that move elements without changing them: transpose, cut, join, choose, pad, repeat. */
import { elementCount } from '@oddpixel/contract/unstable';
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
    for (const { dims } of parts) {
      if (dims.length !== first.dims.length || dims.some((dim, i) => i !== axis && dim !== first.dims[i])) {
        throw invalid(call, `[${dims.join(',')}] does not fit [${first.dims.join(',')}] along axis ${axis}`);
      }
    }
    // Seen from the axis on, each part is a list of runs; the result takes one run of each in turn.
    const outer = elementCount(first.dims.slice(0, axis));
    const size = parts.reduce((sum, { dims }) => sum + (dims[axis] as number), 0);
    const dims = replaced(first.dims, axis, size);
    const whole = pickIndex(first, dims, () => -1);
    let start = 0;
    for (const part of parts) {
      const run = part.data.length / outer;
      for (let i = 0; i < outer; i++) {
        const target = (i * whole.data.length) / outer + start;
        // All parts are held alike; the types allow one kind at a time.
        (whole.data as Float64Array).set(part.data.subarray(i * run, (i + 1) * run) as Float64Array, target);
      }
      start += run;
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
    const reflect = reflection(call, mode);
    const sourceOf = (at: readonly number[]): number => {
      const source = at.map((c, axis) => reflect(c - (before[axis] as number), x.dims[axis] as number));
      return source.includes(outside) ? outside : indexOf(source, x.dims);
    };
    const moved = pickIndex(x, dims, sourceOf);
    const fill = call.inputs[2];
    if (mode !== 'constant' || fill === undefined) return moved;
    const ones: Value = { dtype: 'bool', dims: x.dims, data: new Float64Array(x.data.length).fill(1) };
    const isInside = pickIndex(ones, dims, sourceOf).data;
    // Both are held alike; the types allow one kind at a time.
    const [padded, value] = [moved.data as Float64Array, fill.data[0] as number];
    isInside.forEach((inside, i) => {
      if (inside === 0) padded[i] = value;
    });
    return moved;
  },

  Tile: (call) => {
    const x = input(call, 0);
    const repeats = requiredNumbers(call, 1);
    const dims = x.dims.map((size, axis) => size * (repeats[axis] ?? 1));
    return pick(x, dims, (at) => at.map((c, axis) => c % (x.dims[axis] as number)));
  },

  /** `[N, C·b², H, W]` → `[N, C, H·b, W·b]`: channels become the pixels of b × b blocks. */
  DepthToSpace: (call) => {
    const x = input(call, 0);
    const [batch, channels, height, width] = pictureDims(call, x);
    const block = blockSize(call, channels);
    const rows = stringAttribute(call, 'mode', 'DCR') === 'CRD';
    const kept = channels / block ** 2;
    const parts = rows
      ? [batch, kept, block, block, height, width]
      : [batch, block, block, kept, height, width];
    const moved = permute({ ...x, dims: parts }, rows ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]);
    return { ...moved, dims: [batch, kept, height * block, width * block] };
  },
  /** `[N, C, H·b, W·b]` → `[N, C·b², H, W]`. */
  SpaceToDepth: (call) => {
    const x = input(call, 0);
    const [batch, channels, height, width] = pictureDims(call, x);
    const block = intAttribute(call, 'blocksize', 1);
    if (height % block !== 0 || width % block !== 0) {
      throw invalid(call, `${height}×${width} is not made of blocks of ${block}`);
    }
    const [h, w] = [height / block, width / block];
    const moved = permute({ ...x, dims: [batch, channels, h, block, w, block] }, [0, 3, 5, 1, 2, 4]);
    return { ...moved, dims: [batch, channels * block ** 2, h, w] };
  },

  /** Keeps the upper or lower triangle of each matrix, counted from diagonal `k`, and leaves 0 elsewhere. */
  Trilu: (call) => {
    const x = input(call, 0);
    const diagonal = numbersInput(call, 1)?.[0] ?? 0;
    const upper = intAttribute(call, 'upper', 1) === 1;
    return pickIndex(x, x.dims, (at) => {
      const offset = (at.at(-1) ?? 0) - (at.at(-2) ?? 0);
      return (upper ? offset >= diagonal : offset <= diagonal) ? indexOf(at, x.dims) : outside;
    });
  },
};

/** Marks a position that no element is taken from. */
const outside = -1;

/** How a position beyond an axis finds back to it: to the edge, mirrored at it, around, or not at all. */
function reflection(call: OperatorCall, mode: string): (position: number, size: number) => number {
  switch (mode) {
    case 'constant':
      return (position, size) => (position < 0 || position >= size ? outside : position);
    case 'edge':
      return (position, size) => Math.min(Math.max(position, 0), size - 1);
    case 'reflect':
      return (position, size) => {
        const period = Math.max(1, 2 * (size - 1));
        const inPeriod = ((position % period) + period) % period;
        return Math.min(inPeriod, period - inPeriod);
      };
    case 'wrap':
      return (position, size) => ((position % size) + size) % size;
    default:
      throw unsupported(call, `mode ${mode} is not supported`);
  }
}

function replaced(dims: readonly number[], axis: number, size: number): number[] {
  return dims.map((dim, i) => (i === axis ? size : dim));
}

function pictureDims(call: OperatorCall, { dims }: Value): readonly [number, number, number, number] {
  const [batch, channels, height, width] = dims;
  if (
    batch === undefined ||
    channels === undefined ||
    height === undefined ||
    width === undefined ||
    dims.length !== 4
  ) {
    throw invalid(call, `expected [N,C,H,W], received [${dims.join(',')}]`);
  }
  return [batch, channels, height, width];
}

function blockSize(call: OperatorCall, channels: number): number {
  const block = intAttribute(call, 'blocksize', 1);
  if (channels % block ** 2 !== 0) {
    throw invalid(call, `${channels} channels are not made of blocks of ${block}×${block}`);
  }
  return block;
}
