/** Maps as transparent colours: nothing at the mean good pixel, the odder the more opaque, full at twice the threshold. */
import type { ModelManifest } from '@oddpixel/contract';
import { colorMaps } from '@oddpixel/eval';
import type { SmallMap } from '../protocol.ts';

export interface MapRange {
  readonly min: number;
  readonly max: number;
}

/** The segmentation threshold lies in the middle. */
export function mapRange(
  calibration: ModelManifest['calibration'],
  segmentation: number | undefined,
): MapRange | undefined {
  if (segmentation === undefined) return undefined;
  const min = calibration?.pixelMean ?? 0;
  return segmentation > min
    ? { min, max: min + 2 * (segmentation - min) }
    : { min: 0, max: 2 * segmentation };
}

const table = colorMaps.inferno;
/** Below this share nothing is drawn, so that good surfaces stay clean. */
const clean = 0.2;
/** Of the table's 256 colours: the dark ones would look like shadows. */
const [firstColor, lastColor] = [110, 235];

function mapPixels({ width, height, data }: SmallMap, { min, max }: MapRange): ImageData {
  const image = new ImageData(width, height);
  const pixels = image.data;
  const span = max - min || 1;
  for (let i = 0; i < data.length; i++) {
    const share = Math.min(1, Math.max(0, ((data[i] as number) - min) / span));
    const color = 3 * Math.round(firstColor + share * (lastColor - firstColor));
    pixels[4 * i] = table[color] as number;
    pixels[4 * i + 1] = table[color + 1] as number;
    pixels[4 * i + 2] = table[color + 2] as number;
    pixels[4 * i + 3] = 255 * Math.min(1, Math.max(0, (share - clean) / (0.5 - clean)));
  }
  return image;
}

/**
 * Draws the map at its own size; the browser smooths it up to the image's. With `outline`, pixels at or above that
 * value are framed.
 */
export function drawMap(
  canvas: HTMLCanvasElement,
  map: SmallMap,
  range: MapRange,
  outline: number = Infinity,
): void {
  canvas.width = map.width;
  canvas.height = map.height;
  const image = mapPixels(map, range);
  frame(image, map, outline);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

/** White pixels along the inner border of what is marked. */
function frame({ data: pixels }: ImageData, { width, height, data }: SmallMap, limit: number): void {
  const marked = (x: number, y: number): boolean =>
    x < 0 || y < 0 || x >= width || y >= height || (data[y * width + x] as number) >= limit;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if ((data[i] as number) < limit) continue;
      if (marked(x - 1, y) && marked(x + 1, y) && marked(x, y - 1) && marked(x, y + 1)) continue;
      pixels.fill(255, 4 * i, 4 * i + 4);
    }
  }
}
