/** Looking through a whole data set for what would spoil training or evaluation: every problem at once. */
import type { Dataset, FileSource, ImageCodec, ImageLimits } from '@oddpixel/contract';
import { anomalyNames } from '../dataset.ts';
import { mapInOrder } from '../ordered.ts';
import { findCrossingGroups, findDuplicates, findMixtures, findNoGood } from './between-samples.ts';
import { findGrayRange } from './gray-range.ts';
import { inspectSample } from './inspect-sample.ts';
import type { CheckedImage, DatasetProblem, Finding } from './problem.ts';

export interface CheckSamplesOptions {
  readonly source: FileSource;
  readonly codec: ImageCodec;
  readonly limits?: ImageLimits | undefined;
  /** Images read and decoded at a time; each takes memory. Default 4. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Called for every image that could be opened, in the data set's order. */
  readonly onImage?: (image: CheckedImage) => void;
}

/**
 * Opens every image and mask and compares all with all.
 *
 * @returns problems of single images in the data set's order, then those between images; empty if all is well.
 */
export async function checkSamples(
  dataset: Dataset,
  options: CheckSamplesOptions,
): Promise<DatasetProblem[]> {
  const { samples } = dataset;
  const problems: DatasetProblem[] = [];
  const findings: Finding[] = [];
  const expectsMasks = samples.some((sample) => anomalyNames(sample).length > 0);
  for await (const finding of mapInOrder(samples, options.concurrency ?? 4, (sample) =>
    inspectSample(dataset, sample, expectsMasks, options),
  )) {
    findings.push(finding);
    problems.push(...finding.problems);
    if (finding.image !== undefined) options.onImage?.(finding.image);
    options.onProgress?.({ done: findings.length, total: samples.length });
  }
  return [
    ...problems,
    ...findDuplicates(findings),
    ...findCrossingGroups(samples),
    ...findMixtures(findings),
    ...findGrayRange(findings),
    ...findNoGood(samples),
  ];
}
