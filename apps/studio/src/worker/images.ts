/** Taking images in: every file is opened once, so that a file that cannot be read is reported immediately and by name. */
import {
  defaultImageLimits,
  type ImageCodec,
  type ImageLimits,
  type Raster,
  type Store,
  hashBytes,
} from '@oddpixel/contract';
import { isLossyFile, uniteMasks, type MaskImage } from '@oddpixel/dataset/unstable';
import { thumbnail, toRgb } from '@oddpixel/eval';
import type { ImageRecord, IncomingFile } from '../protocol.ts';
import { keys } from './keeper.ts';

/** A page holds several images at once: 64 megapixels are 256 MB as the browser decodes them. */
export const studioLimits: ImageLimits = { ...defaultImageLimits, maxPixels: 64_000_000 };

/** Longer side of the pictures that galleries show, in pixels. */
const pictureSide = 640;

export interface ImageShelf {
  readonly store: Store;
  readonly codec: ImageCodec;
}

/**
 * Stores a file and a small picture of it; `undefined` if the same file is there already.
 *
 * @throws ImageFormatError, LimitExceededError, FileError
 */
export async function takeIn(
  { store, codec }: ImageShelf,
  file: IncomingFile,
  known: Set<string>,
): Promise<ImageRecord | undefined> {
  const bytes = new Uint8Array(await file.bytes.arrayBuffer());
  const id = (await hashBytes(bytes)).slice(0, 16);
  if (known.has(id)) return undefined;
  const raster = await codec.decode(bytes, { fileName: file.name, limits: studioLimits });
  const mask = await maskOf(file, codec);
  await store.put(keys.picture(id), await smallPicture(raster, codec));
  if (mask !== undefined) await store.put(keys.mask(id), mask);
  await store.put(keys.image(id), bytes);
  known.add(id);
  const { name, role, truth, defect } = file;
  return {
    id,
    name,
    role,
    width: raster.width,
    height: raster.height,
    truth,
    defect,
    hasMask: mask === undefined ? undefined : true,
  };
}

/** The bytes of the one mask, or of a new one that marks what any of them marks. */
async function maskOf(
  { name, masks = [] }: IncomingFile,
  codec: ImageCodec,
): Promise<Uint8Array | undefined> {
  const files = await Promise.all(masks.map(async (mask) => new Uint8Array(await mask.arrayBuffer())));
  if (files.length < 2) return files[0];
  const path = `a mask of ${name}`;
  const [first, ...more] = await Promise.all(
    files.map(async (bytes): Promise<MaskImage> => ({
      raster: await codec.decode(bytes, { fileName: path, limits: studioLimits }),
      lossy: isLossyFile(bytes),
      path,
    })),
  );
  return first && codec.encode(uniteMasks([first, ...more]), 'png');
}

function smallPicture(raster: Raster, codec: ImageCodec): Promise<Uint8Array> {
  return codec.encode(thumbnail(toRgb(raster), pictureSide), 'jpeg');
}
