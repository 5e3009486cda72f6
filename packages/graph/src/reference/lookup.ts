/** Operators whose inputs select the elements to take or to replace. */
import { elementCount } from '@oddpixel/contract/unstable';
import { axisOf, coordinatesOf, indexOf, pick, pickIndex } from './indexing.ts';
import { input, intAttribute, invalid, stringAttribute, unsupported } from './operator.ts';
import type { OperatorCall, OperatorTable } from './operator.ts';
import { at, numbers } from './value.ts';
import type { Value } from './value.ts';

export const lookup: OperatorTable = {
  /** Replaces one axis by the axes of the indices. */
  Gather: (call) => {
    const [x, indices] = [input(call, 0), input(call, 1)];
    const axis = axisOf(call, intAttribute(call, 'axis', 0), x.dims.length);
    const places = placesOf(call, indices, x.dims[axis] as number);
    const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
    return pick(x, dims, (to) => {
      const place = indexOf(to.slice(axis, axis + indices.dims.length), indices.dims);
      return [...to.slice(0, axis), at(places, place), ...to.slice(axis + indices.dims.length)];
    });
  },

  /** Has the shape of the indices, which replace the coordinate of one axis. */
  GatherElements: (call) => {
    const [x, indices] = [input(call, 0), input(call, 1)];
    const axis = axisOf(call, intAttribute(call, 'axis', 0), x.dims.length);
    const places = placesOf(call, indices, x.dims[axis] as number);
    return pick(x, indices.dims, (to) =>
      to.map((c, i) => (i === axis ? at(places, indexOf(to, indices.dims)) : c)),
    );
  },

  /** The last axis of the indices holds coordinates of the first axes of the input (after `batch_dims`). */
  GatherND: (call) => {
    const [x, indices] = [input(call, 0), input(call, 1)];
    const batch = intAttribute(call, 'batch_dims', 0);
    const depth = indices.dims.at(-1) ?? 0;
    const listed = indices.dims.slice(0, -1);
    const dims = [...listed, ...x.dims.slice(batch + depth)];
    const coordinates = numbers(indices);
    return pick(x, dims, (to) => {
      const start = indexOf([...to.slice(0, listed.length), 0], indices.dims);
      const found = Array.from({ length: depth }, (_, i) =>
        placeIn(call, at(coordinates, start + i), x.dims[batch + i] ?? 0),
      );
      return [...to.slice(0, batch), ...found, ...to.slice(listed.length)];
    });
  },

  /** A copy of the input in which the elements that the indices point at are replaced or combined. */
  ScatterElements: (call) => {
    const [x, indices, updates] = [input(call, 0), input(call, 1), input(call, 2)];
    const axis = axisOf(call, intAttribute(call, 'axis', 0), x.dims.length);
    const places = placesOf(call, indices, x.dims[axis] as number);
    return scatter(call, x, updates, (index) => {
      const to = coordinatesOf(index, indices.dims);
      to[axis] = at(places, index);
      return indexOf(to, x.dims);
    });
  },

  /** As `ScatterElements`, with whole coordinates in the last axis of the indices. */
  ScatterND: (call) => {
    const [x, indices, updates] = [input(call, 0), input(call, 1), input(call, 2)];
    const depth = indices.dims.at(-1) ?? 0;
    const coordinates = numbers(indices);
    const run = elementCount(x.dims.slice(depth));
    return scatter(call, x, updates, (index) => {
      const start = Math.floor(index / run) * depth;
      const to = Array.from({ length: depth }, (_, i) =>
        placeIn(call, at(coordinates, start + i), x.dims[i] ?? 0),
      );
      return indexOf(to, x.dims.slice(0, depth)) * run + (index % run);
    });
  },
};

/** `targetOf` returns the place in `x` that element `index` of the updates goes to. */
function scatter(call: OperatorCall, x: Value, updates: Value, targetOf: (index: number) => number): Value {
  const combine = combinations[stringAttribute(call, 'reduction', 'none')];
  if (combine === undefined) {
    throw unsupported(call, `reduction ${stringAttribute(call, 'reduction', 'none')} is not supported`);
  }
  const result = pickIndex(x, x.dims, (to) => indexOf(to, x.dims));
  // Both are held alike; the types allow one kind at a time.
  const [data, from] = [result.data as Float64Array, updates.data as Float64Array];
  from.forEach((update, index) => {
    const target = targetOf(index);
    data[target] = combine(at(data, target), update);
  });
  return result;
}

const combinations: Readonly<Record<string, (old: number, update: number) => number>> = {
  none: (_, update) => update,
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  // Not Math.max: 64-bit integers arrive as bigints.
  max: (old, update) => (update > old ? update : old),
  min: (old, update) => (update < old ? update : old),
};

/** Indices counted from the front of an axis; negative ones count from the back. */
function placesOf(call: OperatorCall, indices: Value, size: number): Float64Array {
  return numbers(indices).map((index) => placeIn(call, index, size));
}

function placeIn(call: OperatorCall, index: number, size: number): number {
  const place = index < 0 ? index + size : index;
  if (place < 0 || place >= size) throw invalid(call, `index ${index} is outside an axis of ${size}`);
  return place;
}
