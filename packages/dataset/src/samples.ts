/** A data set's images, one after the other: decoded from files, or preprocessed from a store. */
import {
  DatasetError,
  type Dataset,
  type FileSource,
  type ImageCodec,
  type ImageLimits,
  type Raster,
  type Sample,
  type Store,
  hashBytes,
} from '@oddpixel/contract';
import { anomalyPaths, imagePath } from './dataset.ts';
import { isLossyFile } from './lossy.ts';
import { mapInOrder } from './ordered.ts';
import { uniteMasks, type MaskImage } from './unite-masks.ts';

/** Something to iterate over, as often as wanted, whose length is known. */
export interface SampleSequence<T> extends AsyncIterable<T> {
  readonly count: number;
}

/** One decoded image. `imageId` and `image` are what `preprocessSamples` of `@oddpixel/preprocess` takes. */
export interface LoadedSample {
  readonly imageId: number;
  readonly image: Raster;
  readonly sample: Sample;
  /** SHA-256 of the image file, 64 hex digits. */
  readonly imageHash: string;
  /** The mask as it is in its file, or several united by `uniteMasks`; present if asked for and if there is one. */
  readonly anomalyGroundTruth?: Raster;
  /** True if the mask's file was compressed with loss: pass it to `preprocessMask` as `lossy`. */
  readonly maskIsLossy?: boolean;
}

export interface CreateSamplesOptions {
  readonly source: FileSource;
  readonly codec: ImageCodec;
  /** Default: all of the data set. */
  readonly samples?: readonly Sample[];
  /** Load masks too. Default false. */
  readonly masks?: boolean;
  /** Images read and decoded at a time; each takes memory. Default 4. */
  readonly concurrency?: number;
  readonly limits?: ImageLimits;
  readonly signal?: AbortSignal;
  readonly onWarning?: (message: string) => void;
}

/**
 * The images of a data set, read and decoded when their turn comes. Iterating throws FileError, ImageFormatError or
 * LimitExceededError at the first image that cannot be read; `checkSamples` finds them all.
 */
export function createSamples(dataset: Dataset, options: CreateSamplesOptions): SampleSequence<LoadedSample> {
  const { samples = dataset.samples, concurrency = 4, signal, limits } = options;
  const readLimit = limits && { maxBytes: limits.maxFileBytes, limitName: 'limits.maxFileBytes' };
  const load = async (sample: Sample): Promise<LoadedSample> => {
    signal?.throwIfAborted();
    const path = imagePath(dataset, sample);
    const bytes = await options.source.read(path, readLimit);
    const loaded = {
      imageId: sample.imageId,
      image: await decode(bytes, path, options),
      sample,
      imageHash: await hashBytes(bytes),
    };
    const masks: MaskImage[] = [];
    for (const maskPath of options.masks === true ? anomalyPaths(dataset, sample) : []) {
      const maskBytes = await options.source.read(maskPath, readLimit);
      const raster = await decode(maskBytes, maskPath, options);
      masks.push({ raster, lossy: isLossyFile(maskBytes), path: maskPath });
    }
    const [mask, ...more] = masks;
    if (mask === undefined) return loaded;
    return more.length === 0
      ? { ...loaded, anomalyGroundTruth: mask.raster, maskIsLossy: mask.lossy }
      : { ...loaded, anomalyGroundTruth: uniteMasks([mask, ...more]), maskIsLossy: false };
  };
  return {
    count: samples.length,
    [Symbol.asyncIterator]: () => mapInOrder(samples, concurrency, load),
  };
}

export interface ReadSamplesOptions<T> {
  readonly store: Store;
  /** Key under which a sample was stored. */
  readonly key: (sample: Sample) => string | Promise<string>;
  /** From stored bytes to what is wanted, for example `decodeSample` of `@oddpixel/preprocess`. */
  readonly decode: (bytes: Uint8Array) => T;
  /** Default: all of the data set. */
  readonly samples?: readonly Sample[] | undefined;
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

/** One stored sample with its entry of the data set. */
export interface StoredSample<T> {
  readonly sample: Sample;
  readonly stored: T;
}

/**
 * Samples that were preprocessed before, from a store. Iterating throws DatasetError for one that is not there, and
 * what `decode` throws for one that is damaged.
 */
export function readSamples<T>(
  dataset: Dataset,
  options: ReadSamplesOptions<T>,
): SampleSequence<StoredSample<T>> {
  const { samples = dataset.samples, concurrency = 4, signal } = options;
  const read = async (sample: Sample): Promise<StoredSample<T>> => {
    signal?.throwIfAborted();
    const key = await options.key(sample);
    const bytes = await options.store.get(key);
    if (bytes === undefined) {
      throw new DatasetError({
        path: dataset.imageDir || '.',
        problems: [`${sample.imageFileName} is not in the store (key ${key})`],
        fix: 'Preprocess the data set first.',
      });
    }
    return { sample, stored: options.decode(bytes) };
  };
  return {
    count: samples.length,
    [Symbol.asyncIterator]: () => mapInOrder(samples, concurrency, read),
  };
}

function decode(
  bytes: Uint8Array,
  fileName: string,
  options: Pick<CreateSamplesOptions, 'codec' | 'limits' | 'onWarning'>,
): Promise<Raster> {
  const { codec, limits, onWarning } = options;
  return codec.decode(bytes, {
    fileName,
    limits,
    onWarning: onWarning && ((message: string) => onWarning(`${fileName}: ${message}`)),
  });
}
