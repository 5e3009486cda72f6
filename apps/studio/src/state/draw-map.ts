/** Maps as transparent colours: nothing at the mean good pixel, the odder the more opaque, full at twice the threshold. */
import type { ModelManifest } from '@oddpixel/model-core/contract';
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
const clean = 0.18;

function mapPixels({ width, height, data }: SmallMap, { min, max }: MapRange): ImageData {
  const image = new ImageData(width, height);
  const pixels = image.data;
  const span = max - min || 1;
  for (let i = 0; i < data.length; i++) {
    const share = Math.min(1, Math.max(0, ((data[i] as number) - min) / span));
    // Very dark colours would look like shadows: the lower part of the table is left out.
    const color = 3 * Math.round(60 + share * 180);
    pixels[4 * i] = table[color] as number;
    pixels[4 * i + 1] = table[color + 1] as number;
    pixels[4 * i + 2] = table[color + 2] as number;
    pixels[4 * i + 3] = 255 * Math.min(1, Math.max(0, (share - clean) / (0.5 - clean)));
  }
  return image;
}

/** Draws the map at its own size; the browser smooths it up to the picture's. */
export function drawMap(canvas: HTMLCanvasElement, map: SmallMap, range: MapRange): void {
  canvas.width = map.width;
  canvas.height = map.height;
  canvas.getContext('2d')?.putImageData(mapPixels(map, range), 0, 0);
}
