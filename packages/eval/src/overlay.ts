/** Pictures of maps: alone, over the image, side by side. Rasters in, rasters out; files are somebody else's. */
import type { AnomalyImage, ImageGeometry, Raster, Region } from '@oddpixel/model-core/contract';
import { regionToMask } from '@oddpixel/model-core/model';
import { colorMaps, type ColorMapName } from './color-maps.ts';

export interface DrawingRange {
  /** Map values drawn as the lowest and the highest colour; beyond them colours stay. */
  readonly min: number;
  readonly max: number;
  /** Default `inferno`. */
  readonly colorMap?: ColorMapName;
}

/** A map in colours, RGB, at the map's size. */
export function renderMap(map: AnomalyImage, { min, max, colorMap = 'inferno' }: DrawingRange): Raster {
  const table = colorMaps[colorMap];
  const data = new Uint8Array(map.width * map.height * 3);
  for (let i = 0; i < map.data.length; i++) {
    const color = 3 * Math.round(255 * share(map.data[i] as number, min, max));
    data.set(table.subarray(color, color + 3), 3 * i);
  }
  return { width: map.width, height: map.height, channels: 3, data };
}

export type Color = readonly [red: number, green: number, blue: number];

export interface OverlayOptions extends DrawingRange {
  /** Where the map lies in the image. Default: it covers all of it. */
  readonly geometry?: ImageGeometry;
  /** Opacity at `max`, 0..1; nothing is drawn at `min`. Default 0.65. */
  readonly opacity?: number;
  /** Outlined: the anomalous region, in map pixels. */
  readonly region?: Region;
  readonly regionColor?: Color;
  /** Outlined: ground truth at the map's size, 1 where anomalous. */
  readonly groundTruth?: Uint8Array;
  readonly groundTruthColor?: Color;
}

/** The image at its own size, RGB, the map laid over it: the odder, the more opaque. */
export function renderOverlay(image: Raster, map: AnomalyImage, options: OverlayOptions): Raster {
  const { min, max, colorMap = 'inferno', opacity = 0.65, geometry, region, groundTruth } = options;
  const { regionColor = [255, 64, 64], groundTruthColor = [64, 224, 255] } = options;
  const picture = toRgb(image);
  const table = colorMaps[colorMap];
  const box = geometry?.box ?? { x: 0, y: 0, width: image.width, height: image.height };
  const place = placement(box, map);
  const data = picture.data as Uint8Array;
  forEachPixelOf(box, picture, (x, y) => {
    const odd = share(sample(map, place.toMapX(x), place.toMapY(y)), min, max);
    if (odd === 0) return;
    const color = 3 * Math.round(255 * odd);
    const pixel = 3 * (y * picture.width + x);
    for (let c = 0; c < 3; c++) {
      const under = data[pixel + c] as number;
      data[pixel + c] = under + odd * opacity * ((table[color + c] as number) - under);
    }
  });
  const thickness = Math.max(1, Math.round(Math.min(picture.width, picture.height) / 200));
  if (groundTruth !== undefined) outline(picture, groundTruth, map, box, groundTruthColor, thickness);
  if (region !== undefined) outline(picture, regionToMask(region), map, box, regionColor, thickness);
  return picture;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Placement {
  /** Map coordinates (pixel centres at + 0.5) of an image pixel's centre. */
  toMapX(x: number): number;
  toMapY(y: number): number;
}

function placement(box: Box, map: { readonly width: number; readonly height: number }): Placement {
  return {
    toMapX: (x) => ((x + 0.5 - box.x) * map.width) / box.width,
    toMapY: (y) => ((y + 0.5 - box.y) * map.height) / box.height,
  };
}

function forEachPixelOf(box: Box, { width, height }: Raster, visit: (x: number, y: number) => void): void {
  const right = Math.min(width, Math.ceil(box.x + box.width));
  const bottom = Math.min(height, Math.ceil(box.y + box.height));
  for (let y = Math.max(0, Math.floor(box.y)); y < bottom; y++) {
    for (let x = Math.max(0, Math.floor(box.x)); x < right; x++) visit(x, y);
  }
}

/** Bilinear value at map coordinates. */
function sample({ width, height, data }: AnomalyImage, x: number, y: number): number {
  const px = Math.min(width - 1, Math.max(0, x - 0.5));
  const py = Math.min(height - 1, Math.max(0, y - 0.5));
  const left = Math.floor(px);
  const top = Math.floor(py);
  const right = Math.min(width - 1, left + 1);
  const bottom = Math.min(height - 1, top + 1);
  const at = (row: number, column: number): number => data[row * width + column] as number;
  const upper = at(top, left) + (px - left) * (at(top, right) - at(top, left));
  const lower = at(bottom, left) + (px - left) * (at(bottom, right) - at(bottom, left));
  return upper + (py - top) * (lower - upper);
}

/** Draws the inner border of a mask that lies in `box`. */
function outline(
  picture: Raster,
  mask: Uint8Array,
  map: AnomalyImage,
  box: Box,
  color: Color,
  thickness: number,
): void {
  const place = placement(box, map);
  const inside = (x: number, y: number): boolean => {
    const column = Math.floor(place.toMapX(x));
    const row = Math.floor(place.toMapY(y));
    if (column < 0 || row < 0 || column >= map.width || row >= map.height) return false;
    return mask[row * map.width + column] !== 0;
  };
  forEachPixelOf(box, picture, (x, y) => {
    if (!inside(x, y)) return;
    const border =
      !inside(x - thickness, y) ||
      !inside(x + thickness, y) ||
      !inside(x, y - thickness) ||
      !inside(x, y + thickness);
    if (border) (picture.data as Uint8Array).set(color, 3 * (y * picture.width + x));
  });
}

/** 0 at `min`, 1 at `max`, limited to that. */
function share(value: number, min: number, max: number): number {
  if (!(max > min)) return value >= max ? 1 : 0;
  return Math.min(1, Math.max(0, (value - min) / (max - min)));
}

/** A copy as 8-bit RGB: gray spread to three channels, alpha left out, float stretched from its lowest to its highest value. */
export function toRgb({ width, height, channels, data, hasAlpha }: Raster): Raster {
  const colors = channels - (hasAlpha === true ? 1 : 0);
  const pixels = new Uint8Array(width * height * 3);
  const { offset, scale } = displayRange(data);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      const value = data[i * channels + (colors >= 3 ? c : 0)] as number;
      pixels[3 * i + c] = Math.min(255, Math.max(0, Math.round((value - offset) * scale)));
    }
  }
  return { width, height, channels: 3, data: pixels };
}

function displayRange(data: Raster['data']): { offset: number; scale: number } {
  if (data instanceof Uint8Array) return { offset: 0, scale: 1 };
  if (data instanceof Uint16Array) return { offset: 0, scale: 1 / 257 };
  let low = Infinity;
  let high = -Infinity;
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { offset: low, scale: high > low ? 255 / (high - low) : 0 };
}
