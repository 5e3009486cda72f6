/** Resizing of rasters and maps for everything but the model's input: thumbnails, overlays, results on the source. */
import {
  ParameterError,
  type AnomalyImage,
  type Box,
  type ImageGeometry,
  type Raster,
} from '@oddpixel/contract';
import { nearestIndices } from './geometry.ts';
import { checkRaster } from './pixels.ts';
import { resampleToPlanes } from './resample.ts';

/**
 * The raster at another size, by the same antialiased triangle filter as preprocessing. The element type stays:
 * integers are rounded. Alpha, if there is one, is filtered as a channel of its own.
 *
 * @throws ImageFormatError for a malformed raster, ParameterError for a size that is not a positive integer.
 */
export function resizeRaster(raster: Raster, width: number, height: number): Raster {
  checkRaster(raster);
  checkSize(width, height);
  const { channels } = raster;
  const full = { x: 0, y: 0, width: raster.width, height: raster.height };
  const planes = resampleToPlanes(raster, full, width, height);
  const pixels = width * height;
  const data = emptyLike(raster.data, pixels * channels);
  // The filter's weights are positive with sum 1, so values stay in the type's range; only rounding is left.
  const half = data instanceof Float32Array ? 0 : 0.5;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < pixels; i++) data[i * channels + c] = (planes[c * pixels + i] as number) + half;
  }
  return { ...raster, width, height, data };
}

/**
 * A map at another size: bilinear between pixel middles, edges held (what ONNX calls `linear`, `half_pixel`).
 * It does not filter, so shrinking a map may miss a narrow peak.
 */
export function resizeMap(map: AnomalyImage, width: number, height: number): AnomalyImage {
  checkSize(width, height);
  const data = new Float32Array(width * height);
  interpolate(map, { x: 0, y: 0, width, height }, data, width);
  return { width, height, data };
}

/**
 * A result's map on the source image, pixel for pixel: enlarged to the geometry's box and put in its place.
 * Outside the box and outside a kept domain the map is not defined and holds `fill`.
 *
 * @throws ParameterError when the map is not of the geometry's size.
 */
export function mapToSource(
  map: AnomalyImage,
  geometry: ImageGeometry,
  options: { readonly fill?: number } = {},
): AnomalyImage {
  const { sourceWidth, sourceHeight, box, width, height, domain } = geometry;
  if (map.width !== width || map.height !== height) {
    throw new ParameterError({
      name: 'map',
      expected: `a map of ${width}×${height} as in the geometry`,
      received: `${map.width}×${map.height}`,
    });
  }
  const { fill = 0 } = options;
  const data = new Float32Array(sourceWidth * sourceHeight);
  if (fill !== 0) data.fill(fill);
  interpolate(map, box, data, sourceWidth);
  if (domain !== undefined) {
    const inside = new Uint8Array(width * height);
    for (let r = 0; r < domain.runs.length; r += 3) {
      const row = (domain.runs[r] as number) * width;
      inside.fill(1, row + (domain.runs[r + 1] as number), row + (domain.runs[r + 2] as number));
    }
    // Source pixel → the model pixel that covers it.
    const columns = nearestIndices(0, width, box.width);
    const rows = nearestIndices(0, height, box.height);
    for (let y = 0; y < box.height; y++) {
      for (let x = 0; x < box.width; x++) {
        if (inside[(rows[y] as number) * width + (columns[x] as number)] === 0) {
          data[(box.y + y) * sourceWidth + box.x + x] = fill;
        }
      }
    }
  }
  return { width: sourceWidth, height: sourceHeight, data };
}

/** Draws the map, bilinearly enlarged or shrunk to `box`, into `out`, whose rows hold `stride` values. */
function interpolate(map: AnomalyImage, box: Box, out: Float32Array, stride: number): void {
  const across = linearTaps(map.width, box.width);
  const down = linearTaps(map.height, box.height);
  const { data } = map;
  for (let y = 0; y < box.height; y++) {
    const top = (down.lower[y] as number) * map.width;
    const bottom = (down.upper[y] as number) * map.width;
    const v = down.fraction[y] as number;
    const row = (box.y + y) * stride + box.x;
    for (let x = 0; x < box.width; x++) {
      const left = across.lower[x] as number;
      const right = across.upper[x] as number;
      const u = across.fraction[x] as number;
      const above = mix(data[top + left] as number, data[top + right] as number, u);
      const below = mix(data[bottom + left] as number, data[bottom + right] as number, u);
      out[row + x] = mix(above, below, v);
    }
  }
}

interface LinearTaps {
  readonly lower: Int32Array;
  readonly upper: Int32Array;
  readonly fraction: Float64Array;
}

function linearTaps(inputLength: number, outputLength: number): LinearTaps {
  const lower = new Int32Array(outputLength);
  const upper = new Int32Array(outputLength);
  const fraction = new Float64Array(outputLength);
  for (let i = 0; i < outputLength; i++) {
    const position = ((i + 0.5) * inputLength) / outputLength - 0.5;
    const held = Math.min(inputLength - 1, Math.max(0, position));
    lower[i] = Math.floor(held);
    upper[i] = Math.min(inputLength - 1, Math.floor(held) + 1);
    fraction[i] = held - Math.floor(held);
  }
  return { lower, upper, fraction };
}

function mix(a: number, b: number, fraction: number): number {
  return a + (b - a) * fraction;
}

function emptyLike(data: Raster['data'], length: number): Raster['data'] {
  if (data instanceof Uint8Array) return new Uint8Array(length);
  if (data instanceof Uint16Array) return new Uint16Array(length);
  return new Float32Array(length);
}

function checkSize(width: number, height: number): void {
  for (const [name, value] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ParameterError({ name, expected: 'a positive integer', received: String(value) });
    }
  }
}
