/** What training reads: preprocessed good images, as often as it needs. */
import type { PreprocessedSample } from '../contract/index.ts';

/** Which image it was, without its pixels. */
export interface ImageIdentity {
  /** Images of one part share a group; they never calibrate what they shaped. Absent: a group of its own. */
  readonly group?: string;
  /** First 16 hex digits of the SHA-256 of the image file, for the training record. */
  readonly imageHash?: string;
  /**
   * Counts varied copies from 1. A copy belongs to the last sample before it that is none: it shares that one's group,
   * teaches the model, and is never counted, scored or held out. Absent: an image itself. Set by `withCopies`.
   */
  readonly copy?: number;
}

export interface TrainingSample extends PreprocessedSample, ImageIdentity {}

/** A stream that can be passed over again: each `for await` starts at the first sample, in the same order. */
export interface TrainingSamples extends AsyncIterable<TrainingSample> {
  /** Samples in the stream, varied copies included. */
  readonly count: number;
  /** Present where varied copies are in the stream. */
  readonly augmentation?: {
    /** How they are made, for the training record. */
    readonly record: AugmentationRecord;
    /** The images themselves. */
    readonly originals: TrainingSamples;
  };
}

/** Copies per image and augmentation parameters, by documented name. */
export type AugmentationRecord = Readonly<Record<string, number | string | boolean>>;

export interface Copying {
  /** Copies of each image, from 1. */
  readonly copies: number;
  /** What `vary` does, for the training record. */
  readonly record: AugmentationRecord;
  /** Copy `copy` of an image, of the same size. Equal arguments give equal copies, in every pass. */
  readonly vary: (sample: TrainingSample, copy: number) => TrainingSample;
}

/** Training samples that are in memory already. */
export function samplesInMemory(samples: readonly TrainingSample[]): TrainingSamples {
  return {
    count: samples.length,
    async *[Symbol.asyncIterator](): AsyncGenerator<TrainingSample, void, undefined> {
      yield* samples;
    },
  };
}

/** Each image followed by its varied copies, which are made as they are asked for: one is in memory at a time. */
export function withCopies(originals: TrainingSamples, { copies, record, vary }: Copying): TrainingSamples {
  return {
    count: originals.count * (1 + copies),
    augmentation: { record: { copies, ...record }, originals },
    async *[Symbol.asyncIterator](): AsyncGenerator<TrainingSample, void, undefined> {
      for await (const sample of originals) {
        yield sample;
        for (let copy = 1; copy <= copies; copy++) {
          yield { ...vary(sample, copy), ...identityOf(sample), copy };
        }
      }
    },
  };
}

/** The stream without its varied copies. */
export function originalsOf(samples: TrainingSamples): TrainingSamples {
  return samples.augmentation?.originals ?? samples;
}

/** What remains of a sample once its pixels are used. */
export function identityOf({ group, imageHash, copy }: ImageIdentity): ImageIdentity {
  return {
    ...(group !== undefined && { group }),
    ...(imageHash !== undefined && { imageHash }),
    ...(copy !== undefined && { copy }),
  };
}

/** Content hashes of the images, ascending, each once. */
export function hashesOf(images: readonly ImageIdentity[]): string[] {
  const hashes = images.flatMap(({ imageHash }) => (imageHash === undefined ? [] : [imageHash]));
  return [...new Set(hashes)].sort();
}

/** Places in the stream of the images that are no copies, ascending. */
export function originalPlaces(images: readonly ImageIdentity[]): number[] {
  return images.flatMap(({ copy }, place) => (copy === undefined ? [place] : []));
}

/** Places of the images that are scored for calibration: no varied copies, and equal content once. */
export function distinctPlaces(images: readonly ImageIdentity[]): number[] {
  const isNew = firstOfContent();
  return originalPlaces(images).filter((place) => isNew(images[place] as ImageIdentity));
}

/** Tells of each image whether its content comes up for the first time; without a hash it is taken as new. */
export function firstOfContent(): (image: ImageIdentity) => boolean {
  const seen = new Set<string>();
  return ({ imageHash }) => {
    if (imageHash === undefined) return true;
    const isNew = !seen.has(imageHash);
    seen.add(imageHash);
    return isNew;
  };
}

/**
 * The group of each image, asked in the order of the stream: one without a name is, with its varied copies, its own.
 * Equal content is one group, that of the image where it came up first: a file that was copied tells nothing new.
 */
export function groupNames(): (image: ImageIdentity) => string {
  const ofContent = new Map<string, string>();
  let original = -1;
  return ({ group, imageHash, copy }) => {
    if (copy === undefined) original++;
    const own = group === undefined ? `image ${original}` : `group ${group}`;
    if (imageHash === undefined) return own;
    const name = ofContent.get(imageHash) ?? own;
    ofContent.set(imageHash, name);
    return name;
  };
}
