/** From command line arguments to data sets, images and models. */
import { stat } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import {
  DatasetError,
  FileError,
  ModelFormatError,
  ParameterError,
  type Dataset,
  type FileSource,
  type Split,
} from '@oddpixel/contract';
import { externalInputSize, importExternalModel } from '@oddpixel/model-core/interop';
import { manifestKey, readModel, verifyModel, type AnomalyModel } from '@oddpixel/model-core';
import { readMetadata } from '@oddpixel/graph';
import { readAnomalyDataset, type DatasetLayout } from '@oddpixel/dataset';
import { decodeText, imageExtensions, unusableRemarks } from '@oddpixel/dataset/unstable';
import { defaultPreprocessParams, preprocessParamsFromModel } from '@oddpixel/preprocess';
import { nodeFileSource, readFileBounded } from '@oddpixel/runtime-node';
import { findImages } from './image-inputs.ts';
import { withModelNamed } from './model-errors.ts';
import { UsageError } from './outcome.ts';

/** The layouts that a folder alone shows; `halcon` takes two folders, and only the API reads it. */
export const layouts: readonly (DatasetLayout | 'auto')[] = ['auto', 'mvtec', 'folder', 'csv'];

export interface DataOptions {
  readonly layout?: DatasetLayout | 'auto';
  readonly groups?: string;
  readonly imageDir?: string | undefined;
  readonly maskDir?: string | undefined;
}

/** A data set and where its files are. */
export interface OpenDataset {
  readonly dataset: Dataset;
  readonly source: FileSource;
}

/**
 * Opens a data set folder, or a CSV table with images beside it.
 *
 * @param splits the images to use: one of them that can be neither read nor listed is an error. Default: none.
 */
export async function openDataset(
  path: string,
  options: DataOptions = {},
  splits?: readonly Split[],
): Promise<OpenDataset> {
  const information = await statOrThrow(path);
  const folders = await dataFolders(path, information.isDirectory(), options);
  const { root } = folders;
  const maskDir = options.maskDir ?? (information.isFile() ? options.imageDir : undefined);
  const source = nodeFileSource(root, { followLinks: true });
  const dataset = await readAnomalyDataset(source, {
    layout: information.isFile() ? 'csv' : (options.layout ?? 'auto'),
    csv: information.isFile() ? folders.inRoot(path) : undefined,
    imageDir: options.imageDir === undefined ? undefined : folders.inRoot(options.imageDir),
    anomalyDir: maskDir === undefined ? undefined : folders.inRoot(maskDir),
    groupsText: options.groups === undefined ? undefined : await readText(options.groups),
    groupsName: options.groups,
  });
  const unusable = splits === undefined ? [] : unusableRemarks(dataset, splits);
  if (unusable.length > 0) {
    throw new DatasetError({
      path,
      problems: unusable.map(({ message }) => message),
      fix: 'Repair or remove what cannot be used.',
    });
  }
  return { dataset, source };
}

/** The folder that holds all that was named, and paths in it. @throws UsageError for options that do not go together. */
async function dataFolders(
  path: string,
  isFolder: boolean,
  { layout = 'auto', imageDir, maskDir }: DataOptions,
): Promise<{ root: string; inRoot: (path: string) => string }> {
  const given = [imageDir, maskDir].filter((folder) => folder !== undefined);
  for (const folder of given) await statOrThrow(folder);
  let root = isFolder ? path : dirname(path);
  const inRoot = (named: string): string =>
    relative(resolve(root), resolve(named)).split(sep).join('/') || '.';
  const outside = (): string | undefined => given.find((folder) => /^\.\.(?:\/|$)/.test(inRoot(folder)));
  if (isFolder && given.length > 0) {
    if (layout !== 'auto') {
      throw new UsageError(
        `--image-dir and --mask-dir define the layout of a folder: leave out --layout ${layout}`,
      );
    }
    if (imageDir === undefined)
      throw new UsageError('--mask-dir needs --image-dir too if the data is a folder');
    const stray = outside();
    if (stray !== undefined) throw new UsageError(`${stray}: expected a folder in ${path}`);
  }
  while (outside() !== undefined && dirname(resolve(root)) !== resolve(root)) root = dirname(resolve(root));
  return { root, inRoot };
}

/** Where images and masks lie, for commands that take a data set. */
export function withFolderOptions(command: Command): Command {
  return command
    .option(
      '--image-dir <folder>',
      'base folder of the image paths in a CSV table; if the data is a folder, its subfolder with the images',
    )
    .option('--mask-dir <folder>', 'the same for masks (default for a table: the base folder of the images)');
}

/** What the hash in a model file proves; a file of an older version or of another tool has none. */
export type Integrity = Awaited<ReturnType<typeof verifyModel>>;

/**
 * Reads a model file of ours, compared with the hash that it carries, or a foreign ONNX file that states its image size
 * and takes pixels in 0..1.
 */
export async function openModel(path: string): Promise<AnomalyModel> {
  return (await openModelFile(path)).model;
}

/** `openModel`, and whether there was a hash. */
export async function openModelFile(path: string): Promise<{ model: AnomalyModel; integrity: Integrity }> {
  const bytes = await readBytes(path);
  return withModelNamed(path, async () => {
    const foreign = readMetadata(bytes).has(manifestKey) ? undefined : importForeign(bytes);
    if (foreign !== undefined) return { model: foreign, integrity: 'unverified' };
    const model = readModel(bytes);
    return { model, integrity: await verifyModel(model) };
  });
}

function importForeign(bytes: Uint8Array): AnomalyModel | undefined {
  const { width, height, channels = 3 } = externalInputSize(bytes);
  if (width === undefined || height === undefined) return undefined;
  const preprocessing = {
    ...defaultPreprocessParams,
    imageWidth: width,
    imageHeight: height,
    imageNumChannels: channels,
    imageRangeMin: 0,
    imageRangeMax: 1,
  };
  try {
    // A foreign model may have any size, while one that is chosen for training is a multiple of 32.
    return importExternalModel(bytes, {
      preprocessing: preprocessParamsFromModel({ modelType: 'external', preprocessing }),
    });
  } catch (cause) {
    if (!(cause instanceof ParameterError)) throw cause;
    // No option sets it: the file is what does not fit.
    const what: Readonly<Record<string, string>> = {
      imageWidth: 'the width of its images',
      imageHeight: 'the height of its images',
      imageNumChannels: 'their channels',
    };
    const { name, expected, received } = cause.details;
    const problem = `expected ${expected} as ${what[name] ?? name}, received ${received}`;
    const fix = 'Export the model for images of another size or number of channels.';
    throw new ModelFormatError({ where: 'graph inputs', problem, fix }, { cause });
  }
}

export async function readBytes(path: string): Promise<Uint8Array> {
  await statOrThrow(path);
  return readFileBounded(path);
}

async function readText(path: string): Promise<string> {
  return decodeText(await readBytes(path), path);
}

async function statOrThrow(path: string): Promise<Awaited<ReturnType<typeof stat>>> {
  try {
    return await stat(path);
  } catch (cause) {
    throw new FileError(
      { path, operation: 'read', reason: 'there is no such file or folder', fix: 'Check the path.' },
      { cause },
    );
  }
}

/** Image files named on the command line; folders give all images below them, sorted. Unusable ones are an error. */
export async function imageFiles(paths: readonly string[]): Promise<string[]> {
  const found = await findImages(paths);
  if (found.failed.length > 0) {
    throw new DatasetError({
      path: paths.join(', '),
      problems: found.failed.map(({ file, reason }) => `${file}: ${reason}`),
      fix: 'Repair or remove what cannot be used.',
    });
  }
  if (found.inputs.length === 0) throw noImage(paths);
  return found.inputs.map(({ file }) => file);
}

export function noImage(paths: readonly string[]): DatasetError {
  return new DatasetError({
    path: paths.join(', '),
    problems: ['there is no image in it'],
    fix: `Images are ${imageExtensions.join(', ')} files.`,
  });
}

/** `256` or `320x192` (width × height). `option` is named in the error. */
export function parseSize(text: string, option: string = 'size'): { width: number; height: number } {
  const match = /^(\d+)(?:[x×](\d+))?$/.exec(text);
  if (match === null) {
    throw new UsageError(`--${option}: expected 256 or WIDTHxHEIGHT such as 320x192, received "${text}"`);
  }
  const width = Number(match[1]);
  return { width, height: match[2] === undefined ? width : Number(match[2]) };
}
