/**
 * The plain layout: a folder of good images (`good`, `ok`, `normal`, …) beside folders of anything else, each named
 * after its defect. Masks may lie in `ground_truth/DEFECT/` or `masks/DEFECT/`. There is no split.
 */
import { DatasetError, type Dataset } from '@oddpixel/model-core/contract';
import { makeDataset, type SampleDraft } from '../dataset.ts';
import { isMaskFolder, labelOfFolder } from '../labels.ts';
import { listImages, readFolder } from '../listing.ts';
import { describeMasks, matchByName, withOtherSuffixes } from '../masks.ts';
import { joinPath } from '../paths.ts';
import type { LayoutInput } from './layout.ts';
import { readMasks } from './mvtec.ts';

export async function readFolderLayout({ source, path }: LayoutInput): Promise<Dataset> {
  const { folders } = await readFolder(source, path);
  const maskDir = folders.find(isMaskFolder);
  const masks = await readMasks(source, path, maskDir);
  const problems: string[] = [];
  const drafts: SampleDraft[] = [];
  for (const folder of folders) {
    if (folder === maskDir) continue;
    const label = labelOfFolder(folder);
    for (const image of await listImages(source, joinPath(path, folder))) {
      const imageFileName = `${folder}/${image}`;
      const match = matchByName(masks, imageFileName);
      if (match.found === 'several') {
        problems.push(`${imageFileName} has several masks: ${describeMasks(maskDir ?? '', match.paths)}`);
      }
      drafts.push({
        imageFileName,
        ...label,
        ...(match.found === 'one' && { anomalyFileName: match.path }),
      });
    }
  }
  if (problems.length > 0) throw new DatasetError({ path: path || source.name, problems });
  return makeDataset(
    { imageDir: path, anomalyDir: maskDir === undefined ? undefined : joinPath(path, maskDir) },
    withOtherSuffixes(drafts, masks, ({ imageFileName }) => imageFileName),
  );
}
