/** Remarks on the training images: repeated ones, and why there is no threshold. */
import { type Remark } from '@oddpixel/contract';
import { remarkOnFiles } from '@oddpixel/contract/unstable';
import type { AnomalyModel } from '../model/model.ts';
import type { ImageGroups } from './image-groups.ts';
import type { ImageIdentity } from './training-sample.ts';

export function trainingRemarks(images: ImageGroups, model: AnomalyModel): Remark[] {
  const { originals, contents, groupCount } = images;
  const remarks: Remark[] = [];
  if (contents.length < originals.length) {
    remarks.push({
      code: 'equalImages',
      message: `${originals.length} training images have only ${contents.length} different contents; equal ones count once for the thresholds`,
      fix: 'Photograph more parts: a copy of a file teaches the model nothing new.',
    });
  }
  if (images.nearEqual.size > 0) remarks.push(nearEqualRemark(images));
  if (model.manifest.thresholds === undefined) {
    const parts = `${groupCount} different image${groupCount === 1 ? '' : 's or groups'}`;
    remarks.push({
      code: 'noThreshold',
      message: `The model has no threshold and gives no verdict: ${parts} cannot show how the scores of good images vary with the head \`${model.manifest.head?.type}\``,
      fix: 'Train with more different good images, or give a validation split of good images.',
    });
  }
  return remarks;
}

const namedPairs = 3;

function nearEqualRemark({ images, nearEqual }: ImageGroups): Remark {
  const pairs = [...nearEqual].flatMap(([later, earlier]) => {
    const [a, b] = [images[later]?.name, images[earlier]?.name];
    return a === undefined || b === undefined ? [] : [[a, b] as const];
  });
  const shown = pairs.slice(0, namedPairs).map(([later, earlier]) => `${later} like ${earlier}`);
  const more = nearEqual.size - shown.length;
  const named = [...shown, ...(more > 0 && shown.length > 0 ? [`${more} more`] : [])].join(', ');
  return {
    code: 'nearEqualImages',
    message: `${nearEqual.size} training image${nearEqual.size === 1 ? ' shows' : 's show'} nearly what another one shows${named && ` (${named})`}; near-equal ones count once for the thresholds`,
    files: pairs.length > 0 ? pairs.map(([later]) => later) : undefined,
    fix: 'Photograph more parts: an image saved again, or another image of the same part, teaches the model next to nothing new.',
  };
}

/** Images to calibrate with that the model or an earlier one of them has seen already. */
export function validationRemark(passedOver: readonly ImageIdentity[]): Remark {
  const count = passedOver.length;
  const [repeat, doNot] = count === 1 ? ['image repeats', 'it does not'] : ['images repeat', 'they do not'];
  return remarkOnFiles({
    code: 'repeatedValidationImages',
    text: `${count} validation ${repeat} a training image or another validation image; ${doNot} count for the thresholds`,
    files: passedOver.flatMap(({ name }) => (name === undefined ? [] : [name])),
    fix: 'Hold out images of other parts for validation.',
  });
}
