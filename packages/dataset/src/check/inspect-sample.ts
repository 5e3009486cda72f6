/** Looking at one image and its masks. */
import {
  type Dataset,
  type FileSource,
  type ImageCodec,
  type ImageLimits,
  type Raster,
  type Sample,
  hashBytes,
} from '@oddpixel/contract';
import { imageForm, usedGrayRange } from '@oddpixel/contract/unstable';
import { anomalyPaths, imagePath } from '../dataset.ts';
import { isLossyFile } from '../lossy.ts';
import { marksSomething } from '../unite-masks.ts';
import { list, type DatasetProblem, type DatasetProblemKind, type Finding } from './problem.ts';

/** How images are read. */
interface ReadOptions {
  readonly source: FileSource;
  readonly codec: ImageCodec;
  readonly limits?: ImageLimits | undefined;
  readonly signal?: AbortSignal;
}

type Report = (kind: DatasetProblemKind, severity: DatasetProblem['severity'], message: string) => void;

/** Opens a sample's image and masks; what is wrong with them is in the finding. */
export async function inspectSample(
  dataset: Dataset,
  sample: Sample,
  expectsMasks: boolean,
  options: ReadOptions,
): Promise<Finding> {
  options.signal?.throwIfAborted();
  const { imageFileName: name, imageLabel, split } = sample;
  const problems: DatasetProblem[] = [];
  const report: Report = (kind, severity, message) => {
    problems.push({ kind, severity, imageIds: [sample.imageId], message });
  };
  const isTraining = split === 'train' || split === 'validation';
  if (imageLabel === 'nok' && isTraining) {
    report('defectInTrain', 'error', `${name} is defective but is in the split ${split}`);
  }
  const maskPaths = anomalyPaths(dataset, sample);
  if (maskPaths.length === 0 && expectsMasks && imageLabel === 'nok' && !isTraining) {
    report('maskMissing', 'warning', `${name} is defective but has no mask, although others have one`);
  }
  const image = await open(imagePath(dataset, sample), 'unreadableImage', report, options);
  if (maskPaths.length > 0) await inspectMasks(sample, maskPaths, image?.raster, report, options);
  if (image === undefined) return { sample, problems };
  const { hash, raster } = image;
  const { width, height } = raster;
  const found = { sample, width, height, ...imageForm(raster), grayRange: usedGrayRange(raster) };
  return { sample, problems, hash, image: found };
}

async function inspectMasks(
  { imageFileName: name, imageLabel }: Sample,
  paths: readonly string[],
  image: Raster | undefined,
  report: Report,
  options: ReadOptions,
): Promise<void> {
  const marking: string[] = [];
  let opened = 0;
  for (const path of paths) {
    const mask = await open(path, 'unreadableMask', report, options);
    if (mask === undefined) continue;
    opened++;
    const { raster, lossy } = mask;
    if (image !== undefined && (raster.width !== image.width || raster.height !== image.height)) {
      report(
        'maskSize',
        'error',
        `${path} has ${raster.width}×${raster.height} pixels, its image ${name} ${image.width}×${image.height}`,
      );
    }
    if (lossy) {
      report('maskLossy', 'warning', `${path} has lossy compression; pixels up to 127 will count as good`);
    }
    if (marksSomething(mask)) marking.push(path);
  }
  if (imageLabel === 'nok' && marking.length === 0 && opened === paths.length)
    report(
      'maskEmpty',
      'warning',
      `${list(paths)} ${paths.length === 1 ? 'marks' : 'mark'} nothing, but ${name} is defective`,
    );
  if (imageLabel === 'ok' && marking.length > 0)
    report(
      'maskOnGood',
      'error',
      `${list(marking)} ${marking.length === 1 ? 'marks' : 'mark'} pixels, but ${name} is good`,
    );
}

async function open(
  path: string,
  kind: DatasetProblemKind,
  report: Report,
  { source, codec, limits, signal }: ReadOptions,
): Promise<{ raster: Raster; hash: string; lossy: boolean } | undefined> {
  try {
    const bytes = await source.read(
      path,
      limits && { maxBytes: limits.maxFileBytes, limitName: 'limits.maxFileBytes' },
    );
    const hash = await hashBytes(bytes);
    const lossy = isLossyFile(bytes);
    return { raster: await codec.decode(bytes, { fileName: path, limits }), hash, lossy };
  } catch (error) {
    signal?.throwIfAborted();
    // Errors about images begin with the file's name already.
    const reason = (error instanceof Error ? error.message : String(error)).replace(`${path}: `, '');
    report(kind, 'error', `${path} cannot be read: ${reason}`);
    return undefined;
  }
}
