/** From a data set's files to preprocessed samples: read, hash, decode, preprocess, each once, with an optional cache. */
import {
  ImageFormatError,
  mapOrdered,
  type Dataset,
  type FileSource,
  type ImageCodec,
  type ImageLimits,
  type PreprocessedSample,
  type PreprocessParams,
  type Raster,
  type Sample,
  type Store,
} from '@oddpixel/model-core/contract';
import { hashBytes, imagePath } from '@oddpixel/dataset';
import {
  decodeSample,
  encodeSample,
  preprocessRaster,
  savePreprocessParams,
  type PreprocessOptions,
} from '@oddpixel/preprocess';

/** How to get at a data set's images. */
export interface ImageAccess {
  readonly source: FileSource;
  readonly codec: ImageCodec;
  /** Where preprocessed images are kept between runs. Default: nowhere. */
  readonly store?: Store;
  readonly limits?: ImageLimits;
  /** Files read and decoded at the same time. Default 4. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  readonly onWarning?: (message: string) => void;
}

/** One image of a data set, ready for the model. */
export interface PreparedImage {
  readonly sample: Sample;
  readonly prepared: PreprocessedSample;
  /** SHA-256 of the file's bytes, hex. */
  readonly hash: string;
  /** The decoded image; absent where the cache made decoding unnecessary. */
  readonly raster?: Raster;
}

/** The key of one preprocessed image: what it is made of, and nothing else. */
export async function cacheKey(fileHash: string, params: PreprocessParams): Promise<string> {
  const paramsHash = await hashBytes(new TextEncoder().encode(savePreprocessParams(params)));
  return `${fileHash.slice(0, 32)}-${paramsHash.slice(0, 16)}.sample`;
}

/** Prepares images in the order of `samples`, several at a time. */
export function prepareImages(
  dataset: Dataset,
  samples: readonly Sample[],
  params: PreprocessParams,
  access: ImageAccess,
): AsyncGenerator<PreparedImage, void, undefined> {
  return mapOrdered(samples, access.concurrency ?? 4, (sample) =>
    prepareImage(dataset, sample, params, access),
  );
}

/** Reads, decodes and preprocesses one image, or takes it from the cache. */
export async function prepareImage(
  dataset: Dataset,
  sample: Sample,
  params: PreprocessParams,
  access: ImageAccess,
): Promise<PreparedImage> {
  access.signal?.throwIfAborted();
  const path = imagePath(dataset, sample);
  const bytes = await access.source.read(path);
  const hash = await hashBytes(bytes);
  const key = access.store && (await cacheKey(hash, params));
  const cached = key === undefined ? undefined : await readCached(access, key);
  if (cached !== undefined) return { sample, hash, prepared: { ...cached, imageId: sample.imageId } };
  const raster = await decode(bytes, path, access);
  const prepared = preprocess(raster, params, path, { imageId: sample.imageId, ...warnings(access, path) });
  if (key !== undefined) await access.store?.put(key, encodeSample(prepared));
  return { sample, hash, prepared, raster };
}

/** Decodes with the limits and warnings of `access`, naming `path`. */
export function decode(
  bytes: Uint8Array,
  path: string,
  access: Pick<ImageAccess, 'codec' | 'limits' | 'onWarning'>,
): Promise<Raster> {
  return access.codec.decode(bytes, {
    fileName: path,
    ...(access.limits && { limits: access.limits }),
    ...warnings(access, path),
  });
}

/** Preprocesses; errors about the image's form name `path`. */
export function preprocess(
  raster: Raster,
  params: PreprocessParams,
  path: string,
  options: PreprocessOptions,
): PreprocessedSample {
  try {
    return preprocessRaster(raster, params, options);
  } catch (error) {
    if (!(error instanceof ImageFormatError)) throw error;
    throw new ImageFormatError({ ...error.details, file: path }, { cause: error });
  }
}

function warnings(
  access: Pick<ImageAccess, 'onWarning'>,
  path: string,
): { onWarning?: (message: string) => void } {
  const { onWarning } = access;
  return onWarning === undefined ? {} : { onWarning: (message) => onWarning(`${path}: ${message}`) };
}

/** A damaged cache entry counts as absent: it is made again. */
async function readCached(access: ImageAccess, key: string): Promise<PreprocessedSample | undefined> {
  const bytes = await access.store?.get(key);
  if (bytes === undefined) return undefined;
  try {
    return decodeSample(bytes);
  } catch {
    access.onWarning?.(`cache entry ${key} is damaged and is made again`);
    return undefined;
  }
}
