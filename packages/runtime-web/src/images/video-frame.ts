/**
 * Pixels of a camera's or a video's frame without a canvas: the browser converts them straight into memory, several
 * times faster and to the same values.
 */
import type { Raster } from '@oddpixel/contract';
import { packColours } from './pack-colours.ts';

/** What newer browsers have and their types do not yet tell. */
interface Turned {
  readonly rotation?: number;
  readonly flip?: boolean;
}

/** How cameras and video decoders store opaque frames. */
const formats: readonly unknown[] = ['I420', 'NV12'];

/** RGB, 8 bits; `undefined` for a frame that this browser can only draw, or that is shown otherwise than it is stored. */
export async function readVideoFrame(frame: VideoFrame): Promise<Raster | undefined> {
  const { visibleRect, displayWidth: width, displayHeight: height, format } = frame;
  const { rotation, flip } = frame as Turned;
  const isShownAsStored =
    rotation === 0 && flip === false && visibleRect?.width === width && visibleRect.height === height;
  if (!isShownAsStored || !formats.includes(format)) return undefined;
  const options: VideoFrameCopyToOptions = { format: 'RGBX' };
  const size = 4 * width * height;
  // A browser that does not know the option counts, and would give, the bytes of the frame's own format.
  if (frame.allocationSize(options) !== size) return undefined;
  const pixels = spare?.length === size ? spare : new Uint8Array(size);
  spare = undefined;
  await frame.copyTo(pixels, options);
  const { data } = packColours(pixels);
  spare = pixels;
  return { width, height, channels: 3, data };
}

/** The memory of the frame before, which nobody uses: asking the system for new memory of that size takes longer than the rest. */
let spare: Uint8Array<ArrayBuffer> | undefined;
