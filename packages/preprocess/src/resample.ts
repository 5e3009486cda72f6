/**
 * The resize at the heart of preprocessing: interleaved pixels in, filtered planes out, in one pass.
 *
 * Each source row is filtered along x once, into a ring of as many rows as the filter spans along y; each output
 * row is then a weighted sum of ring rows, written straight to its plane. So there is no intermediate image, the
 * working set stays in the processor's cache, and memory does not grow with the source. Sums are float64, results
 * float32. `resample.test.ts` holds the slow obvious version.
 *
 * Array reads are marked `as number`: every index is bounded by the taps, and a check per tap would show.
 */
import type { Box, Raster } from '@oddpixel/contract';
import { filterTaps, type FilterTaps } from './filter-taps.ts';

/** A change of gray values, `value · scale + shift`, that costs nothing when done together with the filter. */
export interface Affine {
  readonly scale: number;
  readonly shift: number;
}

const identity: Affine = { scale: 1, shift: 0 };

/**
 * Filters the pixels of `box` (source pixels, inside the image; pixels outside the box have no influence) to
 * `width` × `height`.
 *
 * @returns float32 planes `[C, height, width]`, C being the raster's channels.
 */
export function resampleToPlanes(
  raster: Raster,
  box: Box,
  width: number,
  height: number,
  affine: Affine = identity,
): Float32Array {
  const { channels, data } = raster;
  const across = filterTaps(box.width, width);
  const down = filterTaps(box.height, height);
  const rowLength = channels * width;
  const ring = new Float64Array(down.stride * rowLength);
  const sourceRow = new Float64Array(box.width * channels);
  const sum = new Float64Array(rowLength);
  const planes = new Float32Array(rowLength * height);
  let nextRow = 0;
  for (let y = 0; y < height; y++) {
    const begin = down.begins[y] as number;
    const end = begin + (down.counts[y] as number);
    for (nextRow = Math.max(nextRow, begin); nextRow < end; nextRow++) {
      const offset = ((box.y + nextRow) * raster.width + box.x) * channels;
      // The typed array's own conversion is native, and keeps the filter below to one array type.
      sourceRow.set(data.subarray(offset, offset + sourceRow.length));
      filterRow(sourceRow, channels, across, ring, (nextRow % down.stride) * rowLength);
    }
    sumRows(ring, down, y, affine, sum);
    for (let c = 0; c < channels; c++) {
      planes.set(sum.subarray(c * width, (c + 1) * width), (c * height + y) * width);
    }
  }
  return planes;
}

/** Filters one interleaved row into `channels` consecutive planes of `taps.outputLength` values at `target`. */
function filterRow(
  row: Float64Array,
  channels: number,
  taps: FilterTaps,
  out: Float64Array,
  target: number,
): void {
  if (channels === 1) filterGrayRow(row, taps, out, target);
  else if (channels === 3) filterRgbRow(row, taps, out, target);
  else {
    const { outputLength, stride, begins, counts, weights } = taps;
    for (let c = 0; c < channels; c++) {
      for (let x = 0; x < outputLength; x++) {
        let from = (begins[x] as number) * channels + c;
        let value = 0;
        const last = x * stride + (counts[x] as number);
        for (let t = x * stride; t < last; t++, from += channels) {
          value += (weights[t] as number) * (row[from] as number);
        }
        out[target + c * outputLength + x] = value;
      }
    }
  }
}

function filterGrayRow(row: Float64Array, taps: FilterTaps, out: Float64Array, target: number): void {
  const { outputLength, stride, begins, counts, weights } = taps;
  for (let x = 0; x < outputLength; x++) {
    let from = begins[x] as number;
    let value = 0;
    const last = x * stride + (counts[x] as number);
    for (let t = x * stride; t < last; t++, from++) value += (weights[t] as number) * (row[from] as number);
    out[target + x] = value;
  }
}

function filterRgbRow(row: Float64Array, taps: FilterTaps, out: Float64Array, target: number): void {
  const { outputLength, stride, begins, counts, weights } = taps;
  for (let x = 0; x < outputLength; x++) {
    let from = (begins[x] as number) * 3;
    let red = 0;
    let green = 0;
    let blue = 0;
    const last = x * stride + (counts[x] as number);
    for (let t = x * stride; t < last; t++, from += 3) {
      const weight = weights[t] as number;
      red += weight * (row[from] as number);
      green += weight * (row[from + 1] as number);
      blue += weight * (row[from + 2] as number);
    }
    out[target + x] = red;
    out[target + outputLength + x] = green;
    out[target + 2 * outputLength + x] = blue;
  }
}

/** `out = shift + scale · Σ weight · ring row` for output row `y`; four rows at a time halve the memory traffic. */
function sumRows(ring: Float64Array, down: FilterTaps, y: number, affine: Affine, out: Float64Array): void {
  const { stride, weights } = down;
  const begin = down.begins[y] as number;
  const count = down.counts[y] as number;
  const length = out.length;
  out.fill(affine.shift);
  let t = 0;
  const weight = (tap: number): number => affine.scale * (weights[y * stride + tap] as number);
  const offset = (tap: number): number => ((begin + tap) % stride) * length;
  for (; t + 4 <= count; t += 4) {
    const [w0, w1, w2, w3] = [weight(t), weight(t + 1), weight(t + 2), weight(t + 3)];
    const [o0, o1, o2, o3] = [offset(t), offset(t + 1), offset(t + 2), offset(t + 3)];
    for (let i = 0; i < length; i++) {
      out[i] =
        (out[i] as number) +
        w0 * (ring[o0 + i] as number) +
        w1 * (ring[o1 + i] as number) +
        w2 * (ring[o2 + i] as number) +
        w3 * (ring[o3 + i] as number);
    }
  }
  for (; t < count; t++) {
    const w = weight(t);
    const o = offset(t);
    for (let i = 0; i < length; i++) out[i] = (out[i] as number) + w * (ring[o + i] as number);
  }
}
