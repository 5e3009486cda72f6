/** What training reads: preprocessed good images, as often as it needs. */
import type { PreprocessedSample } from '../contract/index.ts';

/** Which image it was, without its pixels. */
export interface ImageIdentity {
  /** Images of one part share a group; they never calibrate what they shaped. Absent: a group of its own. */
  readonly group?: string;
  /** First 16 hex digits of the SHA-256 of the image file, for the training record. */
  readonly imageHash?: string;
}

export interface TrainingSample extends PreprocessedSample, ImageIdentity {}

/** A stream that can be passed over again: each `for await` starts at the first sample, in the same order. */
export interface TrainingSamples extends AsyncIterable<TrainingSample> {
  readonly count: number;
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

/** What remains of a sample once its pixels are used. */
export function identityOf({ group, imageHash }: ImageIdentity): ImageIdentity {
  return { ...(group !== undefined && { group }), ...(imageHash !== undefined && { imageHash }) };
}

/** Content hashes of the images, ascending, each once. */
export function hashesOf(images: readonly ImageIdentity[]): string[] {
  const hashes = images.flatMap(({ imageHash }) => (imageHash === undefined ? [] : [imageHash]));
  return [...new Set(hashes)].sort();
}

/** The group of each image: one without a name is a group of its own. */
export function groupsOf(images: readonly ImageIdentity[]): string[] {
  return images.map(({ group }, index) => (group === undefined ? `image ${index}` : `group ${group}`));
}
