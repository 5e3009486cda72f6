/**
 * Images and masks in two folders of their own, as HALCON's `read_dl_dataset_anomaly` reads them: below `imageDir`,
 * the folder an image lies in is its label (`good` and the like, or the defect); below `anomalyDir` every defective
 * image has a mask by `matchByContainment`, or several in a folder of its name. Ambiguous and missing masks are errors.
 */
import { DatasetError, ParameterError, type Dataset } from '@oddpixel/contract';
import { makeDataset, maskFields, type SampleDraft } from '../dataset.ts';
import { labelOfFolder } from '../labels.ts';
import { listImages } from '../listing.ts';
import { describeMasks, indexMasks, masksOfFolder, matchByContainment } from '../masks.ts';
import { fileNameOf, folderOf, joinPath } from '../paths.ts';
import type { LayoutInput } from './layout.ts';

export async function readHalconLayout(input: LayoutInput): Promise<Dataset> {
  const { source, path } = input;
  if (input.imageDir === undefined) {
    throw new ParameterError({
      name: 'imageDir',
      expected: "the folder of the images, with layout 'halcon'",
      received: 'nothing',
    });
  }
  const imageDir = joinPath(path, input.imageDir);
  const anomalyDir = input.anomalyDir === undefined ? undefined : joinPath(path, input.anomalyDir);
  // Masks may lie in a folder below the images.
  const isMasks = (folder: string): boolean => joinPath(imageDir, folder) === anomalyDir;
  const images = await listImages(source, imageDir, isMasks);
  const found = anomalyDir === undefined ? [] : await listImages(source, anomalyDir);
  const masks = indexMasks(found.map((name) => ({ path: name, key: name })));
  const problems: string[] = [];
  const owners = new Map<string, string>();
  const drafts = images.map((imageFileName): SampleDraft => {
    const folder = fileNameOf(folderOf(imageFileName));
    const unlabelled: SampleDraft = { imageFileName, imageLabel: 'ok' };
    if (folder === '') {
      problems.push(
        `${imageFileName} is not in a class folder; move it to good/ or a folder named after its defect`,
      );
      return unlabelled;
    }
    const label = labelOfFolder(folder);
    if (anomalyDir === undefined || label.imageLabel === 'ok') return { ...unlabelled, ...label };
    const match = matchByContainment(masks, imageFileName, folder);
    const names = match.found === 'one' ? [match.path] : masksOfFolder(masks, imageFileName);
    if (match.found === 'none' && names.length === 0) {
      problems.push(`${imageFileName} has no mask in ${anomalyDir || 'the root'}`);
    }
    if (match.found === 'several') {
      problems.push(`${imageFileName} has several masks: ${describeMasks(anomalyDir, match.paths)}`);
    }
    for (const name of names) {
      const owner = owners.get(name);
      if (owner !== undefined) {
        problems.push(`${joinPath(anomalyDir, name)} is the mask of ${owner} and of ${imageFileName}`);
      }
      owners.set(name, imageFileName);
    }
    return { ...unlabelled, ...label, ...maskFields(names) };
  });
  if (problems.length > 0) {
    throw new DatasetError({
      path: imageDir || source.name,
      problems,
      fix: 'A mask has the base name of its image, in a folder of the same name.',
    });
  }
  return makeDataset({ imageDir, anomalyDir }, drafts);
}
