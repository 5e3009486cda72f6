/** From a data set's files to preprocessed samples: read, hash, decode, preprocess, each once, with an optional cache. */
import {
  defaultImageLimits,
  ImageFormatError,
  ParameterError,
  type Dataset,
  type FileSource,
  type ImageCodec,
  type ImageLimits,
  type PreprocessedSample,
  type PreprocessParams,
  type Raster,
  type ReadOptions,
  type Remark,
  type Sample,
  type Store,
  hashBytes,
} from '@oddpixel/contract';
import { mapOrdered, remarkOnFiles } from '@oddpixel/contract/unstable';
import { imagePath } from '@oddpixel/dataset';
import { preprocessRaster, savePreprocessParams, type PreprocessOptions } from '@oddpixel/preprocess';
import { decodeNotes, decodeSample, encodeSample, type SampleNote } from '@oddpixel/preprocess/unstable';

/** How to get at a data set's images. */
export interface ImageAccess {
  readonly source: FileSource;
  readonly codec: ImageCodec;
  /** Where preprocessed images are kept between runs. Default: nowhere. */
  readonly store?: Store | undefined;
  readonly limits?: ImageLimits | undefined;
  /** Files read and decoded at the same time. Default 4. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

/** One image of a data set, ready for the model. */
export interface PreparedImage {
  readonly sample: Sample;
  readonly prepared: PreprocessedSample;
  /** SHA-256 of the file's bytes, hex. */
  readonly hash: string;
  /** The decoded image; absent if the cache made decoding unnecessary. */
  readonly raster?: Raster | undefined;
  /** What decoding and preprocessing noticed. */
  readonly remarks: readonly Remark[];
}

/** The key of one preprocessed image: what it is made of, and nothing else. */
async function cacheKey(fileHash: string, params: PreprocessParams): Promise<string> {
  // The number changes with what an entry holds, so that nobody takes an older one for damaged.
  const paramsHash = await hashBytes(new TextEncoder().encode(`2 ${savePreprocessParams(params)}`));
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

/** Reads, decodes and preprocesses one image, or takes it from the cache; `withRaster` decodes it in either case. */
export async function prepareImage(
  dataset: Dataset,
  sample: Sample,
  params: PreprocessParams,
  access: ImageAccess,
  withRaster = false,
): Promise<PreparedImage> {
  access.signal?.throwIfAborted();
  const path = imagePath(dataset, sample);
  const bytes = await access.source.read(path, readLimit(access));
  const hash = await hashBytes(bytes);
  const key = access.store && (await cacheKey(hash, params));
  const notes = notesOn(path);
  const cached = key === undefined ? undefined : await readCached(access, key, notes);
  if (cached !== undefined) {
    const raster = withRaster ? await decode(bytes, path, access, notes) : undefined;
    return { sample, hash, raster, prepared: { ...cached, imageId: sample.imageId }, remarks: notes.remarks };
  }
  const raster = await decode(bytes, path, access, notes);
  const prepared = preprocess(raster, params, path, { imageId: sample.imageId, ...notes.preprocessing });
  if (key !== undefined) await access.store?.put(key, encodeSample(prepared, notes.ofImage));
  return { sample, hash, prepared, raster, remarks: notes.remarks };
}

/** What is noticed about one file on its way to the model. */
export interface Notes {
  /** Grows while the file is worked on. */
  readonly remarks: readonly Remark[];
  /** Those about the image itself, not about a cache. */
  readonly ofImage: readonly SampleNote[];
  add(code: string, text: string): void;
  /** Options of `preprocessRaster` that write here. */
  readonly preprocessing: Pick<PreprocessOptions, 'onWarning'>;
}

const damagedEntry = 'damagedCacheEntry';

export function notesOn(path: string): Notes {
  const remarks: Remark[] = [];
  const ofImage: SampleNote[] = [];
  const add: Notes['add'] = (code, text) => {
    const remark = remarkOnFiles({ code, text, files: [path] });
    if (remarks.some(({ message }) => message === remark.message)) return;
    remarks.push(remark);
    if (code !== damagedEntry) ofImage.push({ code, text });
  };
  return { remarks, ofImage, add, preprocessing: { onWarning: (text) => add('preprocessing', text) } };
}

/** The limit on the file's size, before it is read. */
export function readLimit({ limits = defaultImageLimits }: Pick<ImageAccess, 'limits'>): ReadOptions {
  return { maxBytes: limits.maxFileBytes, limitName: 'limits.maxFileBytes' };
}

/** Decodes with the limits of `access`, naming `path`. */
export function decode(
  bytes: Uint8Array,
  path: string,
  { codec, limits }: Pick<ImageAccess, 'codec' | 'limits'>,
  notes: Notes,
): Promise<Raster> {
  return codec.decode(bytes, {
    fileName: path,
    limits,
    onWarning: (text) => notes.add('decoding', text),
  });
}

/** `preprocessRaster` whose errors about the image name `path`. */
export function preprocess(
  raster: Raster,
  params: PreprocessParams,
  path: string,
  options: PreprocessOptions,
): PreprocessedSample {
  try {
    return preprocessRaster(raster, params, options);
  } catch (error) {
    if (error instanceof ParameterError && error.details.name === 'sourceRange') {
      const problem = 'the image is float or signed, and the range of its gray values is not known';
      const fix = 'Train with `sourceRange`: the lowest and the highest gray value, or auto.';
      throw new ImageFormatError({ file: path, problem, fix }, { cause: error });
    }
    if (!(error instanceof ImageFormatError)) throw error;
    throw new ImageFormatError({ ...error.details, file: path }, { cause: error });
  }
}

/** A damaged cache entry counts as absent: it is made again. */
async function readCached(
  access: ImageAccess,
  key: string,
  notes: Notes,
): Promise<PreprocessedSample | undefined> {
  const bytes = await access.store?.get(key);
  if (bytes === undefined) return undefined;
  try {
    const sample = decodeSample(bytes);
    for (const { code, text } of decodeNotes(bytes)) notes.add(code, text);
    return sample;
  } catch {
    notes.add(damagedEntry, 'the cache entry of this image was damaged and is created again');
    return undefined;
  }
}
