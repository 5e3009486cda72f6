/** What lies in a file source: one folder's children, or all images below it. */
import type { FileSource } from '@oddpixel/contract';
import { clutterReason } from './clutter.ts';
import { isGroundTruthFolder } from './labels.ts';
import { listFiles } from './list-files.ts';
import type { MaskFile } from './masks.ts';
import { compareText, fileNameOf, folderOf, joinPath } from './paths.ts';

export interface Folder {
  /** Names of the subfolders, hidden ones and clutter left out, sorted. */
  readonly folders: readonly string[];
  /** Names of the files, hidden ones and clutter left out, sorted. */
  readonly files: readonly string[];
  /** Names of what can be neither read nor listed, sorted. */
  readonly unusable: readonly string[];
}

/** The children of one folder. @throws FileError if there is no such folder. */
export async function readFolder(source: FileSource, path: string): Promise<Folder> {
  const folders: string[] = [];
  const files: string[] = [];
  const unusable: string[] = [];
  for await (const { path: child, kind } of source.list(path)) {
    const name = fileNameOf(child);
    if (clutterReason(name, kind === 'directory') !== undefined) continue;
    if (kind === 'unusable') unusable.push(name);
    else (kind === 'directory' ? folders : files).push(name);
  }
  for (const names of [folders, files, unusable]) names.sort(compareText);
  return { folders, files, unusable };
}

/**
 * All images below `root`, as sorted paths relative to it. `skip` leaves out folders, by their relative path. A folder
 * named `mask` or `masks` holds images here, since a defect may bear that name: its place in the layout decides.
 *
 * @throws FileError if there is no such folder; DatasetError if the tree does not end.
 */
export async function listImages(
  source: FileSource,
  root: string,
  skip: (folder: string) => boolean = () => false,
): Promise<string[]> {
  const relative = (path: string): string => (root === '' ? path : path.slice(root.length + 1));
  const { images, others } = await listFiles(source, root, {
    skip: (path, kind) => (kind === 'directory' && skip(relative(path)) ? 'left out' : undefined),
  });
  const inMaskFolders = others.filter(
    ({ path, kind }) => kind === 'mask' && !folderOf(relative(path)).split('/').some(isGroundTruthFolder),
  );
  return [...images, ...inMaskFolders.map(({ path }) => path)].map(relative).sort(compareText);
}

/** The masks of a folder of masks; none if there is no such folder. `path` of each is relative to `base`. */
export async function listMasks(
  source: FileSource,
  base: string,
  maskDir: string | undefined,
): Promise<MaskFile[]> {
  if (maskDir === undefined) return [];
  const keys = await listImages(source, joinPath(base, maskDir));
  return keys.map((key) => ({ key, path: joinPath(maskDir, key) }));
}

/**
 * The images in a folder of class folders, relative to it, and the masks that lie among them in folders of their own. `path`
 * of each mask is relative to `base`.
 */
export async function listClasses(
  source: FileSource,
  base: string,
  folder: string,
): Promise<{ readonly images: readonly string[]; readonly masks: readonly MaskFile[] }> {
  const root = joinPath(base, folder);
  const below = (path: string, parent: string): string =>
    parent === '' ? path : path.slice(parent.length + 1);
  const { images, others } = await listFiles(source, root);
  const masks = others.flatMap(({ path, maskFolder }): MaskFile[] => {
    if (maskFolder === undefined) return [];
    const mirrored = joinPath(below(folderOf(maskFolder), root), below(path, maskFolder));
    return [{ key: mirrored, path: below(path, base) }];
  });
  return { images: images.map((path) => below(path, root)), masks };
}
