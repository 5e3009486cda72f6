/** Finding the ground-truth masks of an image by its name. */
import type { Dataset } from '@oddpixel/contract';
import { anomalyNames, makeDataset, maskFields, type SampleDraft } from './dataset.ts';
import { isMaskFolder } from './labels.ts';
import { baseNameOf, folderOf, joinPath } from './paths.ts';

/** A mask, and the name that counts: as if its folder mirrored those of the images. */
export interface MaskFile {
  /** Where it is, relative to what the reader of the layout takes for the folder of the masks. */
  readonly path: string;
  /** `bad/000_mask.png`, be it in `ground_truth/` or in a folder of masks inside the images' folders. */
  readonly key: string;
}

/** Masks by folder and base name, each as its path. */
export interface MaskIndex {
  /** Masks with exactly this base name in this folder (`''` is the mask folder itself). */
  exact(folder: string, baseName: string): readonly string[];
  /** Masks in this folder whose base name holds `part`. */
  containing(folder: string, part: string): readonly string[];
  hasFolder(folder: string): boolean;
  /** Masks in this folder named as `baseName`, with a suffix for masks or without, all in any case: `Bent/NAME_GT`. */
  suffixed(folder: string, baseName: string): readonly string[];
  /** Masks in this very folder; if there is none of exactly this name, in one whose name differs in case. */
  inFolder(folder: string): readonly string[];
}

/** Looking up takes the same time however many masks there are. Names are compared in one Unicode form. */
export function indexMasks(masks: readonly MaskFile[]): MaskIndex {
  const folders = new Map<string, MaskFile[]>();
  const foldersInLowerCase = new Map<string, MaskFile[]>();
  const names = new Map<string, MaskFile[]>();
  const namesOfImages = new Map<string, MaskFile[]>();
  for (const mask of masks) {
    // Systems differ in how they compose letters such as ü, in the names of folders too.
    const folder = folderOf(mask.key).normalize();
    const lower = folder.toLowerCase();
    const name = baseNameOf(mask.key).normalize();
    append(folders, folder, mask);
    append(foldersInLowerCase, lower, mask);
    append(names, `${folder}/${name}`, mask);
    append(namesOfImages, `${lower}/${name.toLowerCase()}`, mask);
    const image = name.toLowerCase().replace(maskSuffix, '');
    if (image !== name.toLowerCase()) append(namesOfImages, `${lower}/${image}`, mask);
  }
  const pathsOf = (found: readonly MaskFile[] = []): string[] => found.map(({ path }) => path);
  return {
    exact: (folder, baseName) => pathsOf(names.get(`${folder}/${baseName}`.normalize())),
    containing: (folder, part) => {
      const wanted = part.normalize();
      const inside = folders.get(folder.normalize()) ?? [];
      return pathsOf(inside.filter(({ key }) => baseNameOf(key).normalize().includes(wanted)));
    },
    hasFolder: (folder) => folders.has(folder.normalize()),
    suffixed: (folder, baseName) =>
      pathsOf(namesOfImages.get(`${folder}/${baseName}`.normalize().toLowerCase())),
    inFolder: (folder) => {
      const name = folder.normalize();
      return pathsOf(folders.get(name) ?? foldersInLowerCase.get(name.toLowerCase()));
    },
  };
}

/** What follows an image's name in that of its mask, in lower case. */
export const maskSuffix: RegExp = /[_.-](?:masks?|gt|labels?|ground_?truth|seg)$/;

function append(lists: Map<string, MaskFile[]>, key: string, mask: MaskFile): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [mask]);
  else list.push(mask);
}

/** The mask, nothing, or why it is not known. */
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

/** As MVTec LOCO keeps masks: all those in the folder that is named as the image, `000/000.png`, `000/001.png`, … */
export function masksOfFolder(masks: MaskIndex, imagePath: string): readonly string[] {
  return masks.inFolder(joinPath(folderOf(imagePath), baseNameOf(imagePath)));
}

/** Where to look for the masks of an image, and its path as masks mirror it. */
export interface MaskQuery {
  readonly masks: MaskIndex;
  readonly image: string;
}

/**
 * Gives images that `matchByName` found no mask for the one that differs in the suffix or in case, such as `NAME_GT`, else
 * all those in a folder of the image's name. A mask that serves another image, or one of several that differ in the suffix,
 * is left: it cannot be told whose it is.
 *
 * @param queryOf `undefined` for images that have no mask.
 */
export function withOtherMasks(
  drafts: readonly SampleDraft[],
  queryOf: (draft: SampleDraft) => MaskQuery | undefined,
): SampleDraft[] {
  const owners = new Map<string, number>();
  const own = (path: string): void => void owners.set(path, (owners.get(path) ?? 0) + 1);
  for (const draft of drafts) for (const path of anomalyNames(draft)) own(path);
  const candidates = drafts.map((draft) => {
    const query = anomalyNames(draft).length === 0 ? queryOf(draft) : undefined;
    if (query === undefined) return [];
    const { masks, image } = query;
    const suffixed = masks.suffixed(folderOf(image), baseNameOf(image));
    const found = suffixed.length > 0 ? suffixed : masksOfFolder(masks, image);
    for (const path of found) own(path);
    return suffixed.length > 1 ? [] : found;
  });
  return drafts.map((draft, index) => {
    const found = candidates[index] ?? [];
    return found.every((path) => owners.get(path) === 1) ? { ...draft, ...maskFields(found) } : draft;
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

/**
 * A data set in `path` from samples whose masks are named relative to it: the folder of the masks is `maskDir` if all lie
 * in it, else the one folder that all lie in, else the data set's own.
 */
export function datasetWithMasks(
  path: string,
  maskDir: string | undefined,
  drafts: readonly SampleDraft[],
): Dataset {
  const names = drafts.flatMap(anomalyNames);
  const inMaskDir = maskDir !== undefined && names.every((name) => name.startsWith(`${maskDir}/`));
  const folder = inMaskDir ? maskDir : names.length > 0 ? commonMaskFolder(names) : maskDir;
  if (folder === undefined) return makeDataset({ imageDir: path }, drafts);
  const inside = (name: string): string => (folder === '' ? name : name.slice(folder.length + 1));
  return makeDataset(
    { imageDir: path, anomalyDir: joinPath(path, folder) },
    drafts.map((draft) => ({ ...draft, ...maskFields(anomalyNames(draft).map(inside)) })),
  );
}

/** `test_public/ground_truth` of names that all lie below it; `''` if they lie in several folders of masks. */
function commonMaskFolder(names: readonly string[]): string {
  const [first = ''] = names;
  const parts = folderOf(first).split('/');
  const folder = parts.slice(0, parts.findIndex(isMaskFolder) + 1).join('/');
  return names.every((name) => name.startsWith(`${folder}/`)) ? folder : '';
}
