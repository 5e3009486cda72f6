/** Preprocessing a data set ahead of use, into a store that later runs read. */
import {
  type Dataset,
  type PreprocessedSample,
  type PreprocessParams,
  type Remark,
  type Sample,
  ParameterError,
} from '@oddpixel/contract';
import { prepareImages, type ImageAccess } from './prepared-images.ts';
import { remarkCollector } from './remark-collector.ts';

export interface PreprocessDatasetOptions extends ImageAccess {
  readonly onProgress?: (progress: { done: number; total: number }) => void;
}

/** A data set whose preprocessed images are in the store. */
export interface PreprocessedDataset {
  readonly dataset: Dataset;
  readonly params: PreprocessParams;
  /** SHA-256 of each image's file, by image id. */
  readonly hashes: ReadonlyMap<number, string>;
  /** What a person should know about the images. */
  readonly remarks: readonly Remark[];
  /** Reads preprocessed images, in the order of `samples`. An entry that is missing by now is made again. */
  read(samples?: readonly Sample[]): AsyncGenerator<PreprocessedSample, void, undefined>;
}

/**
 * Preprocesses every image into `access.store`. Entries are keyed by the file's content and the parameters, so a
 * second run, a resumed one and a second process do nothing twice and never see half an entry.
 *
 * @throws ParameterError without a store.
 */
export async function preprocessDataset(
  dataset: Dataset,
  params: PreprocessParams,
  options: PreprocessDatasetOptions,
): Promise<PreprocessedDataset> {
  if (options.store === undefined) {
    throw new ParameterError({
      name: 'store',
      expected: 'a Store',
      received: 'none',
      fix: 'Pass store: diskStore(folder).',
    });
  }
  const hashes = new Map<number, string>();
  const noticed = remarkCollector();
  for await (const { sample, hash, remarks } of prepareImages(dataset, dataset.samples, params, options)) {
    hashes.set(sample.imageId, hash);
    noticed.add(remarks);
    options.onProgress?.({ done: hashes.size, total: dataset.samples.length });
  }
  return {
    dataset,
    params,
    hashes,
    remarks: noticed.remarks(),
    async *read(samples = dataset.samples) {
      for await (const { prepared } of prepareImages(dataset, samples, params, options)) yield prepared;
    },
  };
}
