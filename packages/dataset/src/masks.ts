/** Finding the ground-truth mask of an image by its name. */
import { baseNameOf, folderOf, joinPath } from './paths.ts';

/** Masks by folder and base name. */
export interface MaskIndex {
  /** Masks with exactly this base name in this folder (`''` is the mask folder itself). */
  exact(folder: string, baseName: string): readonly string[];
  /** Masks in this folder whose base name holds `part`. */
  containing(folder: string, part: string): readonly string[];
  hasFolder(folder: string): boolean;
}

/** @param paths masks, relative to the mask folder. */
export function indexMasks(paths: readonly string[]): MaskIndex {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const folder = folderOf(path);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  const find = (folder: string, matches: (baseName: string) => boolean): string[] =>
    (folders.get(folder) ?? []).filter((path) => matches(baseNameOf(path).normalize()));
  return {
    exact: (folder, baseName) => find(folder, (name) => name === baseName.normalize()),
    containing: (folder, part) => find(folder, (name) => name.includes(part.normalize())),
    hasFolder: (folder) => folders.has(folder),
  };
}

/** The mask, nothing, or why it cannot be told. */
export type MaskMatch =
  | { readonly found: 'one'; readonly path: string }
  | { readonly found: 'none' }
  | { readonly found: 'several'; readonly paths: readonly string[] };

/** As MVTec AD names masks: `NAME_mask` or `NAME`, in the folder of the same name. */
export function matchByName(masks: MaskIndex, imagePath: string): MaskMatch {
  const folder = folderOf(imagePath);
  const name = baseNameOf(imagePath);
  return one([...masks.exact(folder, `${name}_mask`), ...masks.exact(folder, name)]);
}

/**
 * As HALCON's `read_dl_dataset_anomaly` matches: in the subfolder of the same name, the same base name, else the
 * only mask whose base name holds the image's. `NAME_mask` counts as the same base name, so that `1_mask` belongs
 * to `1` although `11_mask` holds a `1` too. Masks without subfolders serve images in any.
 */
export function matchByContainment(
  masks: MaskIndex,
  imagePath: string,
  imageDefect: string | undefined,
): MaskMatch {
  const name = baseNameOf(imagePath);
  const candidates = [folderOf(imagePath), imageDefect ?? '', ''];
  const folder = candidates.find((candidate) => masks.hasFolder(candidate));
  if (folder === undefined) return { found: 'none' };
  const exact = one([...masks.exact(folder, `${name}_mask`), ...masks.exact(folder, name)]);
  return exact.found === 'none' ? one(masks.containing(folder, name)) : exact;
}

function one(paths: readonly string[]): MaskMatch {
  const [first] = paths;
  if (first === undefined) return { found: 'none' };
  return paths.length === 1 ? { found: 'one', path: first } : { found: 'several', paths };
}

/** `ground_truth/a.png, ground_truth/b.png` for messages. */
export function describeMasks(maskDir: string, paths: readonly string[]): string {
  return paths.map((path) => joinPath(maskDir, path)).join(', ');
}
