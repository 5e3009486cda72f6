/**
 * The plain layout: a folder of good images (`good`, `ok`, `normal`, …) beside folders of anything else, each named
 * after its defect. Masks may lie in `ground_truth/DEFECT/` or `masks/DEFECT/`, or in such a folder inside the
 * images' one. There is no split.
 */
import { DatasetError, type Dataset } from '@oddpixel/contract';
import type { SampleDraft } from '../dataset.ts';
import { isMaskFolder, labelOfFolder } from '../labels.ts';
import { listClasses, listMasks, readFolder } from '../listing.ts';
import { datasetWithMasks, indexMasks, matchByName, withOtherMasks } from '../masks.ts';
import { joinPath } from '../paths.ts';
import type { LayoutInput } from './layout.ts';

export async function readFolderLayout({ source, path }: LayoutInput): Promise<Dataset> {
  const { folders } = await readFolder(source, path);
  const maskDir = folders.find(isMaskFolder);
  const found = [...(await listMasks(source, path, maskDir))];
  const images: { readonly imageFileName: string; readonly folder: string }[] = [];
  for (const folder of folders) {
    if (folder === maskDir) continue;
    const listed = await listClasses(source, path, folder);
    for (const image of listed.images) images.push({ imageFileName: `${folder}/${image}`, folder });
    for (const mask of listed.masks) found.push({ ...mask, key: joinPath(folder, mask.key) });
  }
  const masks = indexMasks(found);
  const problems: string[] = [];
  const drafts = images.map(({ imageFileName, folder }): SampleDraft => {
    const match = matchByName(masks, imageFileName);
    if (match.found === 'several') {
      problems.push(`${imageFileName} has several masks: ${match.paths.join(', ')}`);
    }
    return {
      imageFileName,
      ...labelOfFolder(folder),
      anomalyFileName: match.found === 'one' ? match.path : undefined,
    };
  });
  if (problems.length > 0) throw new DatasetError({ path: path || source.name, problems });
  const matched = withOtherMasks(drafts, ({ imageFileName }) => ({ masks, image: imageFileName }));
  return datasetWithMasks(path, maskDir, matched);
}
