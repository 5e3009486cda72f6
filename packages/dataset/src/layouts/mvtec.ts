/**
 * The layout of MVTec AD (Bergmann et al. 2019): `train/good`, `test/good`, `test/DEFECT`, masks as
 * `ground_truth/DEFECT/NAME_mask.png` or `NAME.png`. Here also `validation/…`, other names for good (`ok`, …), and
 * folders in any case; several masks of one image in `ground_truth/DEFECT/NAME/`, as in MVTec LOCO AD (2022); masks inside
 * of a split and `test_public`, as in MVTec AD 2 (2025).
 */
import { DatasetError, type Dataset, type Split } from '@oddpixel/contract';
import { anomalyNames, type SampleDraft } from '../dataset.ts';
import { isMaskFolder, labelOfFolder, splitOf } from '../labels.ts';
import { listClasses, listMasks, readFolder } from '../listing.ts';
import { datasetWithMasks, indexMasks, matchByName, withOtherMasks, type MaskIndex } from '../masks.ts';
import type { LayoutInput } from './layout.ts';

export async function readMvtecLayout({ source, path }: LayoutInput): Promise<Dataset> {
  const { folders } = await readFolder(source, path);
  const maskDir = folders.find(isMaskFolder);
  const masksBeside = await listMasks(source, path, maskDir);
  const masksOf = new Map<string, MaskIndex>();
  const problems: string[] = [];
  const drafts: SampleDraft[] = [];
  for (const folder of folders) {
    const split = splitOf(folder);
    if (split === undefined) continue;
    const { images, masks } = await listClasses(source, path, folder);
    const loose = images.filter((image) => !image.includes('/'));
    if (loose.length > 0) {
      problems.push(
        `${folder}/ holds ${loose.length} images outside a class folder, for example ${loose[0]}; ` +
          `move good ones to ${folder}/good`,
      );
    }
    // Masks lie beside test images only; a training image of the same name is another image.
    const index = indexMasks(split === 'train' ? [] : [...masksBeside, ...masks]);
    masksOf.set(folder, index);
    for (const image of images) {
      if (image.includes('/')) drafts.push(draft(folder, image, split, index, problems));
    }
  }
  const owners = new Map<string, string>();
  for (const one of drafts) {
    for (const mask of anomalyNames(one)) {
      const owner = owners.get(mask);
      if (owner !== undefined) problems.push(`${mask} is the mask of ${owner} and of ${one.imageFileName}`);
      owners.set(mask, one.imageFileName);
    }
  }
  if (problems.length > 0) throw new DatasetError({ path: path || source.name, problems });
  const matched = withOtherMasks(drafts, ({ imageFileName }) => {
    const slash = imageFileName.indexOf('/');
    const masks = masksOf.get(imageFileName.slice(0, slash));
    return masks && { masks, image: imageFileName.slice(slash + 1) };
  });
  return datasetWithMasks(path, maskDir, matched);
}

function draft(
  folder: string,
  image: string,
  split: Split,
  masks: MaskIndex,
  problems: string[],
): SampleDraft {
  const label = labelOfFolder(image.slice(0, image.indexOf('/')));
  const match = matchByName(masks, image);
  if (match.found === 'several') {
    problems.push(`${folder}/${image} has several masks: ${match.paths.join(', ')}`);
  }
  return {
    imageFileName: `${folder}/${image}`,
    ...label,
    split,
    anomalyFileName: match.found === 'one' ? match.path : undefined,
  };
}
