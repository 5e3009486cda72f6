/**
 * The layout of MVTec AD (Bergmann et al. 2019): `train/good`, `test/good`, `test/DEFECT`, masks as
 * `ground_truth/DEFECT/NAME_mask.png` or `NAME.png`. Here also `validation/…`, other names for good (`ok`, …), and
 * folders in any case.
 */
import { DatasetError, type Dataset, type FileSource, type Split } from '@oddpixel/model-core/contract';
import { makeDataset, type SampleDraft } from '../dataset.ts';
import { isMaskFolder, labelOfFolder, splitOf } from '../labels.ts';
import { listImages, readFolder } from '../listing.ts';
import { describeMasks, indexMasks, matchByName, withOtherSuffixes, type MaskIndex } from '../masks.ts';
import { joinPath } from '../paths.ts';
import type { LayoutInput } from './layout.ts';

export async function readMvtecLayout({ source, path }: LayoutInput): Promise<Dataset> {
  const { folders } = await readFolder(source, path);
  const maskDir = folders.find(isMaskFolder);
  const masks = await readMasks(source, path, maskDir);
  const problems: string[] = [];
  const drafts: SampleDraft[] = [];
  for (const folder of folders) {
    const split = splitOf(folder);
    if (split === undefined) continue;
    const images = await listImages(source, joinPath(path, folder));
    const loose = images.filter((image) => !image.includes('/'));
    if (loose.length > 0) {
      problems.push(
        `${folder}/ holds ${loose.length} images outside of a class folder, for example ${loose[0]}; ` +
          `move good ones to ${folder}/good`,
      );
    }
    for (const image of images) {
      if (image.includes('/')) drafts.push(draft(folder, image, split, masks, maskDir, problems));
    }
  }
  const owners = new Map<string, string>();
  for (const { imageFileName, anomalyFileName } of drafts) {
    if (anomalyFileName === undefined) continue;
    const owner = owners.get(anomalyFileName);
    if (owner !== undefined)
      problems.push(`${anomalyFileName} is the mask of ${owner} and of ${imageFileName}`);
    owners.set(anomalyFileName, imageFileName);
  }
  if (problems.length > 0) throw new DatasetError({ path: path || source.name, problems });
  return makeDataset(
    { imageDir: path, anomalyDir: maskDir === undefined ? undefined : joinPath(path, maskDir) },
    withOtherSuffixes(drafts, masks, ({ imageFileName, split: of }) =>
      of === 'train' ? undefined : imageFileName.slice(imageFileName.indexOf('/') + 1),
    ),
  );
}

function draft(
  folder: string,
  image: string,
  split: Split,
  masks: MaskIndex,
  maskDir: string | undefined,
  problems: string[],
): SampleDraft {
  const label = labelOfFolder(image.slice(0, image.indexOf('/')));
  // Masks lie beside test images only; a training image of the same name is another image.
  const match = split === 'train' ? ({ found: 'none' } as const) : matchByName(masks, image);
  if (match.found === 'several') {
    problems.push(`${folder}/${image} has several masks: ${describeMasks(maskDir ?? '', match.paths)}`);
  }
  return {
    imageFileName: `${folder}/${image}`,
    ...label,
    split,
    ...(match.found === 'one' && { anomalyFileName: match.path }),
  };
}

/** The masks of a folder beside the images; empty where there is none. */
export async function readMasks(
  source: FileSource,
  path: string,
  maskDir: string | undefined,
): Promise<MaskIndex> {
  const paths = maskDir === undefined ? [] : await listImages(source, joinPath(path, maskDir));
  return indexMasks(paths);
}
