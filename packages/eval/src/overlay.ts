/** Pictures of maps: alone, over the image, side by side. Rasters in, rasters out; files are somebody else's. */
import {
  type AnomalyImage,
  type Box,
  type GrayRange,
  type ImageGeometry,
  ParameterError,
  type Raster,
  type Region,
  checkParameter,
} from '@oddpixel/contract';
import { cameraRange, usedGrayRange } from '@oddpixel/contract/unstable';
import { regionFromMask } from '@oddpixel/model-core/unstable';
import { colorMaps, type ColorMapName } from './color-maps.ts';
import { drawOutline, type Color } from './outline.ts';

export interface DrawingRange {
  /** Map values drawn as the lowest and the highest colour; beyond them colours stay. */
  readonly min: number;
  readonly max: number;
  /** Default `inferno`. */
  readonly colorMap?: ColorMapName;
}

/** A map in colours, RGB, at the map's size. Values that are no numbers have the highest colour. */
export function renderMap(map: AnomalyImage, { min, max, colorMap = 'inferno' }: DrawingRange): Raster {
  const table = colorMaps[colorMap];
  const data = new Uint8Array(map.width * map.height * 3);
  for (let i = 0, to = 0; i < map.data.length; i++, to += 3) {
    const color = 3 * Math.round(255 * share(map.data[i] as number, min, max));
    data[to] = table[color] as number;
    data[to + 1] = table[color + 1] as number;
    data[to + 2] = table[color + 2] as number;
  }
  return { width: map.width, height: map.height, channels: 3, data };
}

export interface OverlayOptions extends DrawingRange {
  /** Where the map lies in the image. Default: it covers all of it. */
  readonly geometry?: ImageGeometry;
  /** Gray values of the image drawn as black and white, if it has more than 8 bits; see `toRgb`. */
  readonly sourceRange?: GrayRange | undefined;
  /** Opacity at `max`, 0..1; nothing is drawn at `min`. Default 0.65. */
  readonly opacity?: number;
  /** Outlined: the anomalous region, in map pixels. */
  readonly region?: Region | undefined;
  readonly regionColor?: Color;
  /** Outlined: ground truth at the map's size, 1 where anomalous. */
  readonly groundTruth?: Uint8Array | undefined;
  readonly groundTruthColor?: Color;
}

/**
 * The image at its own size, RGB, the map laid over it: the more anomalous, the more opaque.
 *
 * @throws ParameterError for an opacity outside 0..1, or a region or ground truth of another size than the map.
 */
export function renderOverlay(image: Raster, map: AnomalyImage, options: OverlayOptions): Raster {
  const { geometry, region, groundTruth, opacity = defaultOpacity } = options;
  const { regionColor = [255, 64, 64], groundTruthColor = [64, 224, 255] } = options;
  checkParameter('opacity', opacityRange, opacity);
  const picture = toRgb(image, options.sourceRange);
  const box = geometry?.box ?? { x: 0, y: 0, width: image.width, height: image.height };
  layMap(picture, map, box, options);
  if (groundTruth !== undefined) {
    checkSize(
      'groundTruth',
      groundTruth.length === map.width * map.height,
      map,
      `${groundTruth.length} pixels`,
    );
    drawOutline(picture, regionFromMask(groundTruth, map.width, map.height), box, groundTruthColor);
  }
  if (region !== undefined) {
    const fits = region.width === map.width && region.height === map.height;
    checkSize('region', fits, map, `${region.width}×${region.height}`);
    drawOutline(picture, region, box, regionColor);
  }
  return picture;
}

const defaultOpacity = 0.65;
const opacityRange = { type: 'number', min: 0, max: 1 } as const;

function checkSize(name: string, fits: boolean, { width, height }: AnomalyImage, received: string): void {
  if (fits) return;
  throw new ParameterError({ name, expected: `the size of the map, ${width}×${height}`, received });
}

function layMap(
  { width, height, data }: Raster,
  map: AnomalyImage,
  box: Box,
  { min, max, colorMap = 'inferno', opacity = defaultOpacity }: OverlayOptions,
): void {
  const table = colorMaps[colorMap];
  const columns = samplePositions(box.x, box.width, width, map.width);
  const rows = samplePositions(box.y, box.height, height, map.height);
  const values = map.data;
  const span = max - min;
  for (let i = 0; i < rows.low.length; i++) {
    const upper = (rows.low[i] as number) * map.width;
    const lower = (rows.high[i] as number) * map.width;
    const down = rows.share[i] as number;
    for (let j = 0; j < columns.low.length; j++) {
      const left = columns.low[j] as number;
      const right = columns.high[j] as number;
      const across = columns.share[j] as number;
      const above = mix(values[upper + left] as number, values[upper + right] as number, across);
      const below = mix(values[lower + left] as number, values[lower + right] as number, across);
      const value = mix(above, below, down);
      // `share`, written out: it runs for every pixel of the image.
      const part = span > 0 ? (value - min) / span : value < max ? 0 : 1;
      // What is no number is drawn as odd.
      if (part <= 0) continue;
      const odd = part < 1 ? part : 1;
      const color = 3 * Math.round(255 * odd);
      const pixel = 3 * ((rows.begin + i) * width + columns.begin + j);
      const laid = odd * opacity;
      // Values are positive: cutting off after adding a half is rounding.
      data[pixel] = mix(data[pixel] as number, table[color] as number, laid) + 0.5;
      data[pixel + 1] = mix(data[pixel + 1] as number, table[color + 1] as number, laid) + 0.5;
      data[pixel + 2] = mix(data[pixel + 2] as number, table[color + 2] as number, laid) + 0.5;
    }
  }
}

/** Along one axis, for each image pixel in the box: the two map pixels around its centre, and the share of the second. */
interface SamplePositions {
  /** The first image pixel in the box. */
  readonly begin: number;
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly share: Float64Array;
}

function samplePositions(start: number, length: number, imageSize: number, mapSize: number): SamplePositions {
  const begin = Math.max(0, Math.floor(start));
  const count = Math.max(0, Math.min(imageSize, Math.ceil(start + length)) - begin);
  const positions = Float64Array.from({ length: count }, (_, i) => {
    const centre = ((begin + i + 0.5 - start) * mapSize) / length - 0.5;
    return Math.min(mapSize - 1, Math.max(0, centre));
  });
  return {
    begin,
    low: Int32Array.from(positions, Math.floor),
    high: Int32Array.from(positions, (position) => Math.min(mapSize - 1, Math.floor(position) + 1)),
    share: positions.map((position) => position - Math.floor(position)),
  };
}

function mix(a: number, b: number, share: number): number {
  return a + share * (b - a);
}

/** 0 at `min`, 1 at `max`, limited to that; 1 for a value that is no number. */
function share(value: number, min: number, max: number): number {
  if (Number.isNaN(value)) return 1;
  if (!(max > min)) return value >= max ? 1 : 0;
  return Math.min(1, Math.max(0, (value - min) / (max - min)));
}

/**
 * A copy as 8-bit RGB: gray spread to three channels, alpha left out. 8 bits stay as they are.
 *
 * @param range the gray values that become black and white if there are more than 8 bits, such as the model's
 *   `sourceRange`. Default: for 16 bits those of the camera (10, 12, 14 or 16 bits) that the image could be of, for
 *   float its lowest and highest.
 */
export function toRgb(raster: Raster, range?: GrayRange): Raster {
  const { width, height, channels, data, hasAlpha } = raster;
  const colors = channels - (hasAlpha === true ? 1 : 0);
  const pixels = new Uint8Array(width * height * 3);
  if (data instanceof Uint8Array) {
    if (channels === 3 && colors === 3) pixels.set(data);
    else spreadBytes(data, channels, colors, pixels);
    return { width, height, channels: 3, data: pixels };
  }
  const [low, high] = range ?? displayRange(raster);
  const scale = high > low ? 255 / (high - low) : 0;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      const value = data[i * channels + (colors >= 3 ? c : 0)] as number;
      pixels[3 * i + c] = Math.min(255, Math.max(0, Math.round((value - low) * scale)));
    }
  }
  return { width, height, channels: 3, data: pixels };
}

/** 8 bits need no rounding. */
function spreadBytes(data: Uint8Array, channels: number, colors: number, pixels: Uint8Array): void {
  const [green, blue] = colors >= 3 ? [1, 2] : [0, 0];
  for (let from = 0, to = 0; to < pixels.length; from += channels, to += 3) {
    pixels[to] = data[from] as number;
    pixels[to + 1] = data[from + green] as number;
    pixels[to + 2] = data[from + blue] as number;
  }
}

function displayRange(raster: Raster): GrayRange {
  const used = usedGrayRange(raster);
  return raster.data instanceof Float32Array ? used : cameraRange(used[1]);
}
