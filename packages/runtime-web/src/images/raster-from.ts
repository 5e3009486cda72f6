/** Pixels from everything that a page may hold a picture in. */
import { FileError, ImageFormatError, type DecodeOptions, type Raster } from '@oddpixel/contract';
import { browserCodec } from './browser-codec.ts';
import { readPixels } from './canvas.ts';
import { readVideoFrame } from './video-frame.ts';

/**
 * A file, an address, or a picture on the page. Files and addresses give the file's own pixels. What the browser has
 * already decoded (image and video elements, bitmaps, canvases) gives 8-bit pixels as they would be shown, colour
 * profiles applied; RGB if all of them are opaque.
 */
export type RasterSource =
  | Blob
  | string
  | URL
  | ImageData
  | ImageBitmap
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | VideoFrame;

export interface RasterFromOptions extends DecodeOptions {
  /** Stops the loading of an address. */
  readonly signal?: AbortSignal;
}

/** @throws ImageFormatError, LimitExceededError, FileError */
export async function rasterFrom(source: RasterSource, options: RasterFromOptions = {}): Promise<Raster> {
  if (typeof source === 'string' || source instanceof URL) {
    const fileName = String(source);
    return browserCodec().decode(await load(fileName, options.signal), {
      ...options,
      fileName: options.fileName ?? fileName,
    });
  }
  if (source instanceof Blob) {
    const name = source instanceof File ? source.name : undefined;
    const bytes = new Uint8Array(await source.arrayBuffer());
    return browserCodec().decode(bytes, { ...options, fileName: options.fileName ?? name });
  }
  if (source instanceof ImageData) {
    const { width, height, data } = source;
    return { width, height, channels: 4, data: Uint8Array.from(data), hasAlpha: true };
  }
  if (isA('HTMLImageElement', source)) await source.decode().catch((cause: unknown) => fail('loaded', cause));
  const converted = isA('VideoFrame', source) ? await readVideoFrame(source) : undefined;
  if (converted !== undefined) return converted;
  const [width, height] = sizeOf(source);
  if (width === 0 || height === 0) fail('of a size');
  return readPixels(source, width, height, 'rgbIfOpaque', options.onWarning);
}

/** Bytes at an address. */
async function load(url: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  try {
    const response = await fetch(url, signal === undefined ? {} : { signal });
    if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`.trim());
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    signal?.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FileError({ path: url, operation: 'read', reason, fix: 'Check the address.' }, { cause });
  }
}

type Drawn = Exclude<RasterSource, Blob | string | URL | ImageData>;

function sizeOf(source: Drawn): readonly [width: number, height: number] {
  if (isA('HTMLImageElement', source)) return [source.naturalWidth, source.naturalHeight];
  if (isA('HTMLVideoElement', source)) return [source.videoWidth, source.videoHeight];
  if (isA('VideoFrame', source)) return [source.displayWidth, source.displayHeight];
  return [source.width, source.height];
}

interface Classes {
  readonly HTMLImageElement: HTMLImageElement;
  readonly HTMLVideoElement: HTMLVideoElement;
  readonly VideoFrame: VideoFrame;
}

/** Whether a value is of a class that this place may not have: workers have no elements, old browsers no frames. */
function isA<N extends keyof Classes>(name: N, value: unknown): value is Classes[N] {
  const type: unknown = Reflect.get(globalThis, name);
  return typeof type === 'function' && value instanceof type;
}

function fail(state: string, cause?: unknown): never {
  throw new ImageFormatError(
    {
      problem: `expected a picture that is ${state}, which this one is not`,
      fix: 'Wait until it has been loaded.',
    },
    { cause },
  );
}
