/** Ground-truth masks: from an image file's pixels to one bit per model pixel. */
import { ImageFormatError, type ImageGeometry, type Raster } from '@oddpixel/contract';
import { labelComponents, type LabelledRuns } from './components.ts';
import { nearestIndices } from './geometry.ts';
import { checkRaster } from './pixels.ts';

export interface MaskOptions {
  /** The file was compressed with loss (JPEG), so 0 is no longer exactly 0: cut at half of the type's range instead. */
  readonly lossy?: boolean;
  readonly onWarning?: ((message: string) => void) | undefined;
}

export interface ModelMask {
  /** `mask[y * width + x]` at model resolution: 1 anomalous, 0 ok. */
  readonly mask: Uint8Array;
  /** Regions of the source mask (8-connected, inside the geometry's box) without a pixel in `mask`. */
  readonly vanishedRegions: number;
}

export const lossyMaskWarning: string =
  'The mask has lossy compression; pixels above half of the range count as anomalous.';

/**
 * A mask at model resolution, by nearest neighbour. A pixel with any colour channel above 0 is anomalous, whatever
 * its value (class ids such as 2 are fine); with alpha, a fully transparent pixel is not.
 *
 * @throws ImageFormatError when the mask's size is not the source image's.
 */
export function preprocessMask(mask: Raster, geometry: ImageGeometry, options: MaskOptions = {}): ModelMask {
  checkRaster(mask);
  const { sourceWidth, sourceHeight, box, width, height } = geometry;
  if (mask.width !== sourceWidth || mask.height !== sourceHeight) {
    throw new ImageFormatError({
      problem: `the mask has ${mask.width}×${mask.height} pixels, its image ${sourceWidth}×${sourceHeight}`,
      fix: 'A mask must have the size of its image.',
    });
  }
  if (options.lossy === true) {
    options.onWarning?.(lossyMaskWarning);
  }

  const marked = markAnomalous(mask, geometry, options.lossy === true);
  const components = labelComponents(marked, box.width, box.height);
  const columns = nearestIndices(0, box.width, width);
  const rows = nearestIndices(0, box.height, height);
  const kept = new Uint8Array(components.componentCount);
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = rows[y] as number;
    for (let x = 0; x < width; x++) {
      const column = columns[x] as number;
      if (marked[row * box.width + column] === 0) continue;
      out[y * width + x] = 1;
      kept[labelAt(components, row, column)] = 1;
    }
  }
  let keptCount = 0;
  for (const flag of kept) keptCount += flag;
  return { mask: out, vanishedRegions: components.componentCount - keptCount };
}

/** One byte per pixel of the box: 1 if the mask marks it. */
function markAnomalous(mask: Raster, { box }: ImageGeometry, lossy: boolean): Uint8Array {
  const { channels, data } = mask;
  const withAlpha = (mask.hasAlpha ?? (channels === 2 || channels === 4)) && channels > 1;
  const colors = withAlpha ? channels - 1 : channels;
  const cut = lossy ? lossyCut(data) : 0;
  const marked = new Uint8Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    let from = ((box.y + y) * mask.width + box.x) * channels;
    for (let x = 0; x < box.width; x++, from += channels) {
      if (withAlpha && data[from + colors] === 0) continue;
      for (let c = 0; c < colors; c++) {
        if ((data[from + c] as number) > cut) marked[y * box.width + x] = 1;
      }
    }
  }
  return marked;
}

/** Half of the type's range, rounded down: 127 for 8 bit. Float data is never compressed with loss. */
function lossyCut(data: Raster['data']): number {
  if (data instanceof Uint8Array) return 127;
  return data instanceof Uint16Array ? 32_767 : 0;
}

/** Component of a marked pixel: the run of its row that holds it, by bisection. */
function labelAt({ rowBegins, ends, labels }: LabelledRuns, row: number, column: number): number {
  let low = rowBegins[row] as number;
  let high = rowBegins[row + 1] as number;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] as number) <= column) low = middle + 1;
    else high = middle;
  }
  return labels[low] as number;
}
