/**
 * The one walker: every place that takes a folder, for inspecting or as a data set, finds its images by these rules, so
 * that all count the same files. Nothing below a folder goes without a word: an entry is an image, or is listed among
 * the others with the reason why it is none.
 */
import { DatasetError, FileError, type FileEntry, type FileSource } from '@oddpixel/contract';
import { clutterReason } from './clutter.ts';
import { headBytes, imageContent } from './image-content.ts';
import { isGroundTruthFolder, isMaskFolder, splitOf } from './labels.ts';
import { compareText, fileNameOf, folderOf, isImageFile, joinPath } from './paths.ts';

/**
 * - `mask`: an image in a folder of ground-truth masks (`ground_truth`, `masks`, …). No image to inspect or to learn from.
 *   Directly below a split (`test/mask`), a folder named `mask` or `masks` that holds images itself is one of a defect.
 * - `table`: a CSV file.
 * - `clutter`: what systems and people leave beside images: hidden files, `__MACOSX`, `@eaDir`, previews, text files.
 * - `skipped`: left out by the caller's `skip`.
 * - `unusable`: something is there, but can be neither read nor listed. It may have been meant as an image: whoever
 *   promises to look at everything has failed at it.
 * - `other`: any other file, which neither its name nor its content makes an image that we can decode.
 */
export type OtherKind = 'mask' | 'table' | 'clutter' | 'skipped' | 'unusable' | 'other';

/** An entry that is no image. */
export interface OtherEntry {
  /** Path in the source. A folder stands for everything below it. */
  readonly path: string;
  readonly kind: OtherKind;
  /** Why it is no image, as a sentence without its subject's name: `it is a link that leads nowhere`. */
  readonly reason: string;
  readonly isFolder?: boolean | undefined;
  /** Of a mask: the folder of masks that it lies in. */
  readonly maskFolder?: string | undefined;
}

export interface ListedFiles {
  /** Paths of the images in the source, sorted. */
  readonly images: readonly string[];
  /** Everything else, sorted by path. */
  readonly others: readonly OtherEntry[];
}

export interface ListFilesOptions {
  /** Leaves out a file, or a folder with everything below it: return why. It is asked with the path in the source. */
  readonly skip?: ((path: string, kind: 'file' | 'directory') => string | undefined) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What the source's root is called: below `test`, a folder `mask` is one of a defect. Default: nothing known. */
  readonly rootName?: string | undefined;
}

/** A tree deeper than this is a loop of links, or no set of images. */
const deepest = 32;

/**
 * Lists everything below one or several folders of a source; `''` is its root. A folder that is named is walked
 * whatever its name is; below it, mask folders and clutter are not looked for images. No file is opened, except that
 * the first bytes show whether a file without a known ending is an image. A folder that several links lead to is
 * walked once, so that loops end; folders come before links to them. Links to a folder above are not followed.
 *
 * @throws FileError if a named folder cannot be listed
 * @throws DatasetError if the tree does not end and the source does not know why
 */
export async function listFiles(
  source: FileSource,
  roots: string | readonly string[] = '',
  options: ListFilesOptions = {},
): Promise<ListedFiles> {
  const walk: Walk = { source, options, images: [], others: [], visited: new Map(), above: new Set() };
  for (const root of typeof roots === 'string' ? [roots] : roots) {
    walk.above = await foldersAbove(source, root);
    // Links wait until all that lies here by itself was walked.
    const links: Folder[] = [];
    await walkFolder(walk, { path: root, depth: 0, maskFolder: undefined, isLink: false }, links);
    for (let link = links.shift(); link !== undefined; link = links.shift()) {
      await walkFolder(walk, link, links);
    }
  }
  return {
    images: walk.images.sort(compareText),
    others: walk.others.sort((a, b) => compareText(a.path, b.path)),
  };
}

/** The folders above a root: a link to one of them leads back here, and to what was not asked for. */
async function foldersAbove(source: FileSource, root: string): Promise<ReadonlySet<string>> {
  const above = new Set<string>();
  if (source.identify === undefined) return above;
  for (let folder = root; folder !== '';) {
    folder = folderOf(folder);
    above.add(await source.identify(folder));
  }
  return above;
}

interface Walk {
  readonly source: FileSource;
  readonly options: ListFilesOptions;
  readonly images: string[];
  readonly others: OtherEntry[];
  /** Path of each folder walked, by what the source identifies it as. */
  readonly visited: Map<string, string>;
  /** What the folders above the root being walked are identified as. */
  above: ReadonlySet<string>;
}

interface Folder {
  readonly path: string;
  readonly depth: number;
  /** The mask folder that this is or lies in. */
  readonly maskFolder: string | undefined;
  /** It is named `mask` or `masks`, as a defect of its split may be: a folder of images itself, it is not a folder of masks. */
  readonly mayBeClass?: boolean | undefined;
  readonly isLink: boolean;
}

async function walkFolder(walk: Walk, folder: Folder, links: Folder[]): Promise<void> {
  const { source, options } = walk;
  options.signal?.throwIfAborted();
  const leaveOut = (kind: OtherKind, reason: string): void => {
    walk.others.push({ path: folder.path, kind, reason, isFolder: true });
  };
  let entries: FileEntry[];
  try {
    const identity = await source.identify?.(folder.path);
    if (identity !== undefined) {
      const earlier = walk.visited.get(identity);
      if (earlier !== undefined) {
        // A link to what is listed anyway hides nothing.
        return leaveOut('clutter', `it leads to ${earlier || 'the folder itself'}, which is already listed`);
      }
      if (walk.above.has(identity)) return leaveOut('clutter', 'it leads to a folder that contains it');
      walk.visited.set(identity, folder.path);
    }
    if (folder.depth > deepest) {
      if (identity === undefined) throw tooDeep(source, folder.path);
      return leaveOut('unusable', `it is nested more than ${deepest} folders deep`);
    }
    entries = [];
    for await (const entry of source.list(folder.path)) entries.push(entry);
  } catch (error) {
    if (folder.depth === 0 || !(error instanceof FileError)) throw error;
    return leaveOut('unusable', `it cannot be listed: ${error.details.reason}`);
  }
  if (folder.mayBeClass === true && entries.some(({ path, kind }) => kind === 'file' && isImageFile(path))) {
    folder = { ...folder, maskFolder: undefined };
  }
  const folders: Folder[] = [];
  for (const entry of entries) {
    const left = await leftOut(entry, folder, walk);
    if (left !== undefined) walk.others.push(left);
    else if (entry.kind === 'file') walk.images.push(entry.path);
    else folders.push(childOf(folder, entry, options));
  }
  for (const child of folders) {
    if (child.isLink) links.push(child);
    else await walkFolder(walk, child, links);
  }
}

function childOf(
  folder: Folder,
  { path, isLink = false }: FileEntry,
  { rootName = '' }: ListFilesOptions,
): Folder {
  const depth = folder.depth + 1;
  const name = fileNameOf(path);
  if (folder.maskFolder !== undefined || !isMaskFolder(name)) {
    return { path, depth, maskFolder: folder.maskFolder, isLink };
  }
  const parent = folder.path === '' ? rootName : fileNameOf(folder.path);
  const mayBeClass = !isGroundTruthFolder(name) && splitOf(parent) !== undefined;
  return { path, depth, maskFolder: path, mayBeClass, isLink };
}

/** Why an entry is no image to look at; `undefined` for images and for folders to walk. */
async function leftOut(entry: FileEntry, folder: Folder, walk: Walk): Promise<OtherEntry | undefined> {
  const { path, kind } = entry;
  const isFolder = kind === 'directory';
  const other = (otherKind: OtherKind, reason: string): OtherEntry =>
    isFolder ? { path, kind: otherKind, reason, isFolder } : { path, kind: otherKind, reason };
  const clutter = clutterReason(fileNameOf(path), isFolder);
  if (clutter !== undefined) return other('clutter', clutter);
  if (kind === 'unusable') return other('unusable', entry.reason ?? 'it can be neither read nor listed');
  const skipped = walk.options.skip?.(path, kind);
  if (skipped !== undefined) return other('skipped', skipped);
  if (isFolder) return undefined;
  const content = await contentOf(entry, walk.source);
  if (content.kind !== 'image') return other(content.kind, content.reason);
  if (folder.maskFolder === undefined) return undefined;
  const { maskFolder } = folder;
  return { ...other('mask', `it is in ${maskFolder}, a mask folder by its name`), maskFolder };
}

/** Texts that come with images and say nothing that we could use. */
const textFile = /(?:^(?:readme|license|licence|copying)|\.(?:txt|md|rst|pdf|html?|log))$/i;

type Content =
  | { readonly kind: 'image' }
  | { readonly kind: Exclude<OtherKind, 'mask' | 'skipped'>; readonly reason: string };

async function contentOf({ path, sizeBytes }: FileEntry, source: FileSource): Promise<Content> {
  if (isImageFile(path)) return { kind: 'image' };
  if (/\.csv$/i.test(path)) return { kind: 'table', reason: 'it is a table' };
  if (source.readHead !== undefined && sizeBytes !== 0) {
    let head: Uint8Array;
    try {
      head = await source.readHead(path, headBytes);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return { kind: 'unusable', reason: `it cannot be read: ${error.details.reason}` };
    }
    const content = imageContent(head);
    if (content === 'image') return { kind: 'image' };
    if (content !== undefined) return { kind: 'other', reason: `it is a ${content} file, which is not read` };
  }
  if (textFile.test(fileNameOf(path))) return { kind: 'clutter', reason: 'it is a text' };
  const what = source.readHead === undefined ? 'its name is' : 'its name and content are';
  return { kind: 'other', reason: `${what} not that of an image` };
}

function tooDeep(source: FileSource, path: string): DatasetError {
  return new DatasetError({
    path: source.name,
    problems: [`folders are nested more than ${deepest} deep at ${joinPath(path).slice(0, 80)}…`],
    fix: 'Look for a link that points to a folder above it.',
  });
}
