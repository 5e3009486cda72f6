/** Ground truth that lies in several files of one image, as MVTec LOCO keeps it: one mask per region. */
import { ImageFormatError, type Raster } from '@oddpixel/contract';

export interface MaskImage {
  readonly raster: Raster;
  /** The file was compressed with loss, so 0 is no longer exactly 0: half of the type's range is the limit. */
  readonly lossy: boolean;
  /** Names the file in messages. */
  readonly path: string;
}

/**
 * One mask, 0 or 255, that marks what any of the masks marks. Gray values say nothing beyond that.
 *
 * @throws ImageFormatError that names a mask whose size is not that of the first
 */
export function uniteMasks(masks: readonly [MaskImage, ...MaskImage[]]): Raster {
  const [{ raster: first, path: firstPath }] = masks;
  const { width, height } = first;
  const data = new Uint8Array(width * height);
  for (const { raster, lossy, path } of masks) {
    if (raster.width !== width || raster.height !== height) {
      throw new ImageFormatError({
        file: path,
        problem: `the mask has ${raster.width}×${raster.height} pixels, another of the same image, ${firstPath}, ${width}×${height}`,
        fix: 'All masks of an image must have its size.',
      });
    }
    forEachMarked(raster, lossy, (pixel) => {
      data[pixel] = 255;
      return true;
    });
  }
  return { width, height, channels: 1, data };
}

/** Whether any pixel is marked. */
export function marksSomething({ raster, lossy }: Omit<MaskImage, 'path'>): boolean {
  let found = false;
  forEachMarked(raster, lossy, () => {
    found = true;
    return false;
  });
  return found;
}

/** As `preprocessMask` of `@oddpixel/preprocess` decides, without its resize. Ends if `visit` returns false. */
function forEachMarked(
  { data, channels, hasAlpha }: Raster,
  lossy: boolean,
  visit: (pixel: number) => boolean,
): void {
  const withAlpha = (hasAlpha ?? (channels === 2 || channels === 4)) && channels > 1;
  const colors = withAlpha ? channels - 1 : channels;
  const cut = !lossy || data instanceof Float32Array ? 0 : data instanceof Uint8Array ? 127 : 32_767;
  for (let i = 0, pixel = 0; i < data.length; i += channels, pixel++) {
    if (withAlpha && data[i + colors] === 0) continue;
    for (let c = 0; c < colors; c++) {
      if ((data[i + c] as number) <= cut) continue;
      if (!visit(pixel)) return;
      break;
    }
  }
}
