/** What the images of a training say about its model: equal ones, and why there is no threshold. */
import type { Remark } from '../contract/index.ts';
import type { AnomalyModel } from '../model/index.ts';
import { distinctPlaces, groupNames, originalPlaces, type ImageIdentity } from './training-sample.ts';

export function trainingRemarks(images: readonly ImageIdentity[], model: AnomalyModel): Remark[] {
  const count = originalPlaces(images).length;
  const distinct = distinctPlaces(images).length;
  const groups = new Set(images.map(groupNames())).size;
  const remarks: Remark[] = [];
  if (distinct < count) {
    remarks.push({
      code: 'equalImages',
      message: `${count} training images have only ${distinct} different contents; equal ones count once for the thresholds`,
      fix: 'Photograph more parts: a copy of a file tells the model nothing new.',
    });
  }
  if (model.manifest.thresholds === undefined) {
    const parts = `${groups} different image${groups === 1 ? '' : 's or groups'}`;
    remarks.push({
      code: 'noThreshold',
      message: `The model has no threshold and gives no verdict: ${parts} cannot show how much good images of the head \`${model.manifest.head?.type}\` differ`,
      fix: 'Train with more different good images, or give a validation split of good images.',
    });
  }
  return remarks;
}
