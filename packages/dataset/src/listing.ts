/** What lies in a file source: one folder's children, or all images below it. */
import { DatasetError, type FileSource } from '@oddpixel/model-core/contract';
import { compareText, fileNameOf, isImageFile } from './paths.ts';

export interface Folder {
  /** Names of the subfolders, hidden ones and clutter left out, sorted. */
  readonly folders: readonly string[];
  /** Names of the files, hidden ones left out, sorted. */
  readonly files: readonly string[];
}

/** Folders that systems put beside people's files, in lower case: previews, waste, resource forks. */
const clutter: readonly string[] = [
  '@eadir',
  '__macosx',
  '#recycle',
  '$recycle.bin',
  'lost+found',
  'system volume information',
];

/** A tree deeper than this is a loop of links, or no data set. */
const deepest = 32;

/** The children of one folder. @throws FileError where there is no such folder. */
export async function readFolder(source: FileSource, path: string): Promise<Folder> {
  const folders: string[] = [];
  const files: string[] = [];
  for await (const entry of source.list(path)) {
    const name = fileNameOf(entry.path);
    if (name.startsWith('.') || clutter.includes(name.toLowerCase())) continue;
    (entry.kind === 'directory' ? folders : files).push(name);
  }
  return { folders: folders.sort(compareText), files: files.sort(compareText) };
}

/**
 * All images below `root`, as sorted paths relative to it. `skip` leaves out folders, by their relative path.
 *
 * @throws FileError where there is no such folder; DatasetError where the tree does not end.
 */
export async function listImages(
  source: FileSource,
  root: string,
  skip: (folder: string) => boolean = () => false,
): Promise<string[]> {
  const images: string[] = [];
  const visit = async (relative: string, depth: number): Promise<void> => {
    if (depth > deepest) {
      throw new DatasetError({
        path: source.name,
        problems: [`folders are nested more than ${deepest} deep at ${relative.slice(0, 80)}…`],
        fix: 'Look for a link that points to a folder above it.',
      });
    }
    const { folders, files } = await readFolder(source, below(root, relative));
    for (const name of files) if (isImageFile(name)) images.push(below(relative, name));
    for (const name of folders) {
      const folder = below(relative, name);
      if (!skip(folder)) await visit(folder, depth + 1);
    }
  };
  await visit('', 0);
  return images.sort(compareText);
}

function below(folder: string, name: string): string {
  if (name === '') return folder;
  return folder === '' ? name : `${folder}/${name}`;
}
