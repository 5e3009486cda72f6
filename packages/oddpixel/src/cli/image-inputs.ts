/**
 * From arguments to images to inspect: files, folders, patterns that the shell left as they are, standard input. Every
 * entry below a folder is an image, is skipped with a reason, or has failed; nothing is dropped silently.
 */
import { readdir, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FileError } from '@oddpixel/contract';
import { listFiles, type OtherEntry } from '@oddpixel/dataset/unstable';
import { nodeFileSource, readFileBounded, readStreamBounded } from '@oddpixel/runtime-node';
import { ownSuffixes } from './output-names.ts';
import { UsageError } from './outcome.ts';

export interface ImageInput {
  /** As the person knows it. */
  readonly file: string;
  /** Below the folder that was given, with `/`. */
  readonly relative: string;
}

/** An entry that is not an image to inspect. */
export interface SkippedFile {
  readonly file: string;
  readonly reason: string;
}

export interface ImageInputs {
  readonly inputs: readonly ImageInput[];
  readonly skipped: readonly SkippedFile[];
  /** What is there, but cannot be looked at. */
  readonly failed: readonly SkippedFile[];
  /** Pictures that `predict` wrote before, also among `skipped`. */
  readonly earlierPictures: number;
}

export interface FindImagesOptions {
  /** The folder that pictures will be written to: nothing in it is an input. */
  readonly out?: string | undefined;
}

const earlierPicture = 'it is a picture of an earlier run';

/** @throws FileError if an argument leads nowhere; UsageError */
export async function findImages(
  paths: readonly string[],
  { out }: FindImagesOptions = {},
): Promise<ImageInputs> {
  const inputs: ImageInput[] = [];
  const others: OtherEntry[] = [];
  const outFolder = out === undefined ? undefined : await realpath(out).catch(() => resolve(out));
  const folders: string[] = [];
  for (const path of paths) {
    if (await isStandardInput(path)) {
      if (inputs.some(({ file }) => file === '-')) throw new UsageError('standard input can be given once');
      inputs.push({ file: '-', relative: 'stdin' });
      continue;
    }
    const information = await stat(path).catch(() => undefined);
    if (information?.isDirectory() === true) folders.push(path);
    else if (information !== undefined) inputs.push({ file: path, relative: basename(path) });
    else inputs.push(...(await matching(path)));
  }
  for (const root of folders) {
    const realRoot = await realpath(root);
    const walked = await listFiles(nodeFileSource(root, { followLinks: true }), '', {
      rootName: basename(resolve(root)),
    });
    const isOutput = (relative: string): boolean =>
      outFolder !== undefined &&
      outFolder !== realRoot &&
      `${join(realRoot, relative)}`.startsWith(`${outFolder}${outFolder.endsWith('/') ? '' : '/'}`);
    for (const relative of walked.images) {
      if (isOutput(relative) || hasOwnSuffix(relative)) {
        others.push({ path: join(root, relative), kind: 'skipped', reason: earlierPicture });
      } else {
        // Folders beside each other keep their names, so that each picture shows which one it belongs to.
        const below = folders.length > 1 ? `${basename(resolve(root))}/${relative}` : relative;
        inputs.push({ file: join(root, relative), relative: below });
      }
    }
    others.push(...walked.others.map((entry) => ({ ...entry, path: join(root, entry.path) })));
  }
  const told = (entries: readonly OtherEntry[]): SkippedFile[] =>
    entries.map(({ path: file, reason }) => ({ file, reason }));
  return {
    inputs,
    skipped: told(others.filter(({ kind }) => kind !== 'unusable')),
    failed: told(others.filter(({ kind }) => kind === 'unusable')),
    earlierPictures: others.filter(({ reason }) => reason === earlierPicture).length,
  };
}

/** Reads one image, at most `maxBytes` of it. */
export function readInput(file: string, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
  const options = { maxBytes, limitName: '--max-file-size', signal };
  return file === '-'
    ? readStreamBounded(process.stdin, { ...options, name: 'standard input' })
    : readFileBounded(file, options);
}

function hasOwnSuffix(path: string): boolean {
  return ownSuffixes.some((suffix) => path.toLowerCase().endsWith(suffix));
}

/** `-`, `/dev/stdin`, and links to it. @throws UsageError if it is a keyboard */
async function isStandardInput(path: string): Promise<boolean> {
  let target = path;
  for (let links = 0; links < 40 && target !== '-'; links++) {
    if (/^\/dev\/(?:stdin|fd\/0)$|^\/proc\/(?:self|\d+)\/fd\/0$/.test(target)) break;
    const next = await readlink(target).catch(() => undefined);
    if (next === undefined) return false;
    target = resolve(dirname(target), next);
  }
  if (process.stdin.isTTY) {
    throw new UsageError(`${path} is the keyboard: send an image through a pipe, or give the path of a file`);
  }
  return true;
}

/** Files that match a pattern such as `parts/*.png`, which some shells pass on as it is. */
async function matching(path: string): Promise<ImageInput[]> {
  const pattern = basename(path);
  const folder = dirname(path);
  const missing = (reason: string, fix: string): FileError =>
    new FileError({ path, operation: 'read', reason, fix });
  if (/[*?]/.test(folder)) {
    throw missing('there is no such file', 'Patterns work only in the last part of a path.');
  }
  if (!/[*?]/.test(pattern)) throw missing('there is no such file or folder', 'Check the path.');
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  const test = new RegExp(`^${expression}$`, process.platform === 'win32' ? 'iu' : 'u');
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = entries
    .filter(({ name }) => !name.startsWith('.') && !hasOwnSuffix(name) && test.test(name))
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => ({
      file: join(folder === '.' && !path.startsWith('.') ? '' : folder, name),
      relative: name,
    }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
  if (found.length === 0) throw missing('no file matches it', 'Check the pattern.');
  return found;
}
