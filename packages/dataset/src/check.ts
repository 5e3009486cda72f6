/** Looking through a whole data set for what would spoil training or evaluation: every problem at once. */
import {
  cameraRange,
  hashBytes,
  imageForm,
  usedGrayRange,
  type Dataset,
  type FileSource,
  type GrayRange,
  type ImageCodec,
  type ImageDepth,
  type ImageLimits,
  type Raster,
  type Sample,
} from '@oddpixel/contract';
import { anomalyNames, anomalyPaths, imagePath } from './dataset.ts';
import { isLossyFile } from './lossy.ts';
import { mapInOrder } from './ordered.ts';
import { marksSomething } from './unite-masks.ts';

/**
 * - `unreadableImage`, `unreadableMask`: the file is missing or cannot be decoded.
 * - `maskMissing`: a defective test image without a mask, where others have one.
 * - `maskSize`: the mask has another size than its image.
 * - `maskEmpty`: a defective image's mask marks nothing. `maskOnGood`: a good image's mask marks something.
 * - `maskLossy`: the mask was compressed with loss.
 * - `duplicateContent`: the same file content twice in one split. `trainTestLeak`: the same in several splits.
 * - `contradictingLabels`: the same file content as good and as defective.
 * - `defectInTrain`: a defective image in train or validation.
 * - `groupCrossesSplits`: one group in several splits.
 * - `mixedDepth`, `mixedChannels`: some images differ from most in bits per value or in colour.
 * - `partlyUsedRange`: 16-bit images use a small part of their range, as those of a 12-bit camera do.
 * - `noRange`: float images and such of signed numbers, which do not tell their range.
 * - `noGoodImages`: there is nothing to learn from.
 */
export type DatasetProblemKind =
  | 'unreadableImage'
  | 'unreadableMask'
  | 'maskMissing'
  | 'maskSize'
  | 'maskEmpty'
  | 'maskOnGood'
  | 'maskLossy'
  | 'duplicateContent'
  | 'trainTestLeak'
  | 'contradictingLabels'
  | 'defectInTrain'
  | 'groupCrossesSplits'
  | 'mixedDepth'
  | 'mixedChannels'
  | 'partlyUsedRange'
  | 'noRange'
  | 'noGoodImages';

export interface DatasetProblem {
  readonly kind: DatasetProblemKind;
  /** `error`: results would be wrong or training fails. `warning`: worth a look. */
  readonly severity: 'error' | 'warning';
  /** Ids of the images concerned, ascending. */
  readonly imageIds: readonly number[];
  /** One sentence that names the files. */
  readonly message: string;
  /** The range of gray values that training should be given, for `partlyUsedRange` and `noRange`. */
  readonly suggestedRange?: GrayRange | undefined;
}

/** What an image file holds, once it was opened. */
export interface CheckedImage {
  readonly sample: Sample;
  readonly width: number;
  readonly height: number;
  /** `8 bit`, `16 bit` or `float`. */
  readonly depth: ImageDepth;
  /** `gray`, `RGB`, or either with alpha, or how many channels. */
  readonly channels: string;
  /** Lowest and highest gray value in it. */
  readonly grayRange: GrayRange;
}

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
 * @returns problems of single images in the data set's order, then those between images; empty where all is well.
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
    inspect(dataset, sample, expectsMasks, options),
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

/** What is kept of one image: never its pixels. */
interface Finding {
  readonly sample: Sample;
  readonly problems: readonly DatasetProblem[];
  readonly hash?: string;
  readonly image?: CheckedImage;
}

async function inspect(
  dataset: Dataset,
  sample: Sample,
  expectsMasks: boolean,
  options: CheckSamplesOptions,
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
    report('maskMissing', 'warning', `${name} is defective but has no mask, while others have`);
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
  options: CheckSamplesOptions,
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
      report('maskLossy', 'warning', `${path} was compressed with loss; pixels up to 127 will count as good`);
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

type Report = (kind: DatasetProblemKind, severity: DatasetProblem['severity'], message: string) => void;

async function open(
  path: string,
  kind: DatasetProblemKind,
  report: Report,
  { source, codec, limits, signal }: CheckSamplesOptions,
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

function findDuplicates(findings: readonly Finding[]): DatasetProblem[] {
  const byHash = new Map<string, Sample[]>();
  for (const { sample, hash } of findings) {
    if (hash !== undefined) byHash.set(hash, [...(byHash.get(hash) ?? []), sample]);
  }
  const problems: DatasetProblem[] = [];
  for (const samples of byHash.values()) {
    if (samples.length < 2) continue;
    const names = list(samples.map(({ imageFileName }) => imageFileName));
    const imageIds = samples.map(({ imageId }) => imageId);
    const splits = [...new Set(samples.map(({ split }) => split ?? 'none'))].sort();
    if (splits.length > 1) {
      const message = `the same image is in the splits ${splits.join(' and ')}: ${names}`;
      problems.push({ kind: 'trainTestLeak', severity: 'error', imageIds, message });
    } else {
      const message = `the same image occurs ${samples.length} times: ${names}`;
      problems.push({ kind: 'duplicateContent', severity: 'warning', imageIds, message });
    }
    if (new Set(samples.map(({ imageLabel }) => imageLabel)).size > 1) {
      const message = `the same image is labelled good and defective: ${names}`;
      problems.push({ kind: 'contradictingLabels', severity: 'error', imageIds, message });
    }
  }
  return problems;
}

function findCrossingGroups(samples: readonly Sample[]): DatasetProblem[] {
  const byGroup = new Map<string, Sample[]>();
  for (const sample of samples) {
    if (sample.group !== undefined) byGroup.set(sample.group, [...(byGroup.get(sample.group) ?? []), sample]);
  }
  return [...byGroup].flatMap(([group, members]) => {
    const splits = [...new Set(members.map(({ split }) => split ?? 'none'))].sort();
    if (splits.length < 2) return [];
    const imageIds = members.map(({ imageId }) => imageId);
    const message = `the group ${group} is in the splits ${splits.join(' and ')}`;
    return [{ kind: 'groupCrossesSplits', severity: 'error', imageIds, message } as const];
  });
}

function findMixtures(findings: readonly Finding[]): DatasetProblem[] {
  const problems: DatasetProblem[] = [];
  for (const [kind, field] of [
    ['mixedDepth', 'depth'],
    ['mixedChannels', 'channels'],
  ] as const) {
    const byValue = new Map<string, Sample[]>();
    for (const finding of findings) {
      const value = finding.image?.[field];
      if (value !== undefined) byValue.set(value, [...(byValue.get(value) ?? []), finding.sample]);
    }
    const [usual, ...others] = [...byValue].sort(([, a], [, b]) => b.length - a.length);
    if (usual === undefined) continue;
    for (const [value, samples] of others) {
      problems.push({
        kind,
        severity: 'warning',
        imageIds: samples.map(({ imageId }) => imageId),
        message: `most images are ${usual[0]}, but ${samples.length} ${samples.length === 1 ? 'is' : 'are'} ${value}: ${list(samples.map(({ imageFileName }) => imageFileName))}`,
      });
    }
  }
  return problems;
}

/** Of 14 bits in 16, and of less. */
const smallShare = 1 / 4;

/** Over all images, since one of them may be dark. */
function findGrayRange(findings: readonly Finding[]): DatasetProblem[] {
  const of = (wanted: ImageDepth): readonly CheckedImage[] =>
    findings.flatMap(({ image }) => (image?.depth === wanted ? [image] : []));
  const span = (images: readonly CheckedImage[]): GrayRange => [
    images.reduce((low, { grayRange }) => Math.min(low, grayRange[0]), Infinity),
    images.reduce((high, { grayRange }) => Math.max(high, grayRange[1]), -Infinity),
  ];
  const idsOf = (images: readonly CheckedImage[]): number[] => images.map(({ sample }) => sample.imageId);
  const problems: DatasetProblem[] = [];
  const deep = of('16 bit');
  const suggested = cameraRange(span(deep)[1]);
  const share = (suggested[1] + 1) / 65_536;
  if (deep.length > 0 && share <= smallShare) {
    problems.push({
      kind: 'partlyUsedRange',
      severity: 'warning',
      imageIds: idsOf(deep),
      message: `the 16-bit images use the gray values ${span(deep).join('..')}, at most 1/${1 / share} of their range 0..65535`,
      suggestedRange: suggested,
    });
  }
  const float = of('float');
  if (float.length > 0) {
    const [low, high] = span(float);
    problems.push({
      kind: 'noRange',
      severity: 'warning',
      imageIds: idsOf(float),
      message: `the float or signed images use the values ${short(low)}..${short(high)}; they do not tell their range, which training needs`,
      suggestedRange: [low, high],
    });
  }
  return problems;
}

/** Four significant digits. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}

function findNoGood(samples: readonly Sample[]): DatasetProblem[] {
  const isSplit = samples.some(({ split }) => split !== undefined);
  const good = samples.filter(
    ({ imageLabel, split }) => imageLabel === 'ok' && (!isSplit || split === 'train'),
  );
  if (good.length > 0) return [];
  const message = `there is no good image${isSplit ? ' in train' : ''} to learn from`;
  return [{ kind: 'noGoodImages', severity: 'error', imageIds: [], message }];
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
