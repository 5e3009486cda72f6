/** What training reads: preprocessed good images, as often as it needs. */
import type { PreprocessedSample } from '@oddpixel/contract';

/** Which image it was, without its pixels. */
export interface ImageIdentity {
  /** Images of one part share a group; they never calibrate what they shaped. Absent: a group of its own. */
  readonly group?: string | undefined;
  /** First 16 hex digits of the SHA-256 of the image file, for the training record. */
  readonly imageHash?: string | undefined;
  /** What remarks call the image, such as its path. */
  readonly name?: string | undefined;
  /**
   * Counts augmented copies from 1. A copy belongs to the last sample before it that is not a copy: it shares that
   * one's group, trains the model, and is never counted, scored or held out. Absent: an image itself. Set by
   * `withCopies`.
   */
  readonly copy?: number | undefined;
}

export interface TrainingSample extends PreprocessedSample, ImageIdentity {}

/** A stream that can be read again: each `for await` starts at the first sample, in the same order. */
export interface TrainingSamples extends AsyncIterable<TrainingSample> {
  /** Samples in the stream, augmented copies included. */
  readonly count: number;
  /** Present if augmented copies are in the stream. */
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

/** Each image followed by its augmented copies, which are made on request: one is in memory at a time. */
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

/** The stream without its augmented copies. */
export function originalsOf(samples: TrainingSamples): TrainingSamples {
  return samples.augmentation?.originals ?? samples;
}

/** What remains of a sample once its pixels are used. */
export function identityOf({ group, imageHash, name, copy }: ImageIdentity): ImageIdentity {
  return {
    group,
    imageHash,
    name,
    copy,
  };
}

/** Content hashes of the images, ascending, each once. */
export function hashesOf(images: readonly ImageIdentity[]): string[] {
  const hashes = images.flatMap(({ imageHash }) => (imageHash === undefined ? [] : [imageHash]));
  return [...new Set(hashes)].sort();
}
