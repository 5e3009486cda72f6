/** Finding the ground-truth mask of an image by its name. */
import type { SampleDraft } from './dataset.ts';
import { baseNameOf, folderOf, joinPath } from './paths.ts';

/** Masks by folder and base name. */
export interface MaskIndex {
  /** Masks with exactly this base name in this folder (`''` is the mask folder itself). */
  exact(folder: string, baseName: string): readonly string[];
  /** Masks in this folder whose base name holds `part`. */
  containing(folder: string, part: string): readonly string[];
  hasFolder(folder: string): boolean;
  /** Masks in this folder named as `baseName`, with a suffix for masks or without, all in any case: `Bent/NAME_GT`. */
  suffixed(folder: string, baseName: string): readonly string[];
}

/** @param paths masks, relative to the mask folder. */
export function indexMasks(paths: readonly string[]): MaskIndex {
  const folders = new Map<string, string[]>();
  const foldersInLowerCase = new Map<string, string[]>();
  for (const path of paths) {
    // Systems differ in how they compose letters such as ü, in the names of folders too.
    const folder = folderOf(path).normalize();
    append(folders, folder, path);
    append(foldersInLowerCase, folder.toLowerCase(), path);
  }
  const find = (folder: string, matches: (baseName: string) => boolean): string[] =>
    (folders.get(folder.normalize()) ?? []).filter((path) => matches(baseNameOf(path).normalize()));
  return {
    exact: (folder, baseName) => find(folder, (name) => name === baseName.normalize()),
    containing: (folder, part) => find(folder, (name) => name.includes(part.normalize())),
    hasFolder: (folder) => folders.has(folder.normalize()),
    suffixed: (folder, baseName) => {
      const wanted = baseName.normalize().toLowerCase();
      return (foldersInLowerCase.get(folder.normalize().toLowerCase()) ?? []).filter((path) => {
        const name = baseNameOf(path).normalize().toLowerCase();
        return name.startsWith(wanted) && maskSuffix.test(name.slice(wanted.length));
      });
    },
  };
}

/** What follows an image's name in that of its mask, in lower case. */
const maskSuffix = /^(?:[_.-](?:masks?|gt|labels?|ground_?truth|seg))?$/;

function append(lists: Map<string, string[]>, key: string, path: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [path]);
  else list.push(path);
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
 * Gives images that `matchByName` found no mask for the one that differs in the suffix or in case, such as `NAME_GT`. A mask
 * that serves another image, or one of several, is left: it cannot be told whose it is.
 *
 * @param nameOf path of the image as masks mirror it; `undefined` for images that have no mask.
 */
export function withOtherSuffixes(
  drafts: readonly SampleDraft[],
  masks: MaskIndex,
  nameOf: (draft: SampleDraft) => string | undefined,
): SampleDraft[] {
  const owners = new Map<string, number>();
  const own = (path: string): void => void owners.set(path, (owners.get(path) ?? 0) + 1);
  for (const { anomalyFileName } of drafts) if (anomalyFileName !== undefined) own(anomalyFileName);
  const candidates = drafts.map((draft) => {
    const image = draft.anomalyFileName === undefined ? nameOf(draft) : undefined;
    const found = image === undefined ? [] : masks.suffixed(folderOf(image), baseNameOf(image));
    for (const path of found) own(path);
    return found;
  });
  return drafts.map((draft, index) => {
    const [mask, second] = candidates[index] ?? [];
    if (mask === undefined || second !== undefined || owners.get(mask) !== 1) return draft;
    return { ...draft, anomalyFileName: mask };
  });
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
