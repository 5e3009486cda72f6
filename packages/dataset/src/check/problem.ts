/** What a look through a data set can find. */
import type { GrayRange, ImageDepth, Sample } from '@oddpixel/contract';

/**
 * - `unreadableImage`, `unreadableMask`: the file is missing or cannot be decoded.
 * - `maskMissing`: a defective test image without a mask, if others have one.
 * - `maskSize`: the mask has another size than its image.
 * - `maskEmpty`: a defective image's mask marks nothing. `maskOnGood`: a good image's mask marks something.
 * - `maskLossy`: the mask was compressed with loss.
 * - `duplicateContent`: the same file content twice in one split. `trainTestLeak`: the same in several splits.
 * - `contradictingLabels`: the same file content as good and as defective.
 * - `defectInTrain`: a defective image in train or validation.
 * - `groupCrossesSplits`: one group in several splits.
 * - `mixedDepth`, `mixedChannels`: some images differ from most in bits per value or in colour.
 * - `partlyUsedRange`: 16-bit images use a small part of their range, as those of a 12-bit camera do.
 * - `noRange`: float images and such of signed numbers, which do not tell their range.
 * - `noGoodImages`: there is nothing to learn from.
 */
export type DatasetProblemKind =
  | 'unreadableImage'
  | 'unreadableMask'
  | 'maskMissing'
  | 'maskSize'
  | 'maskEmpty'
  | 'maskOnGood'
  | 'maskLossy'
  | 'duplicateContent'
  | 'trainTestLeak'
  | 'contradictingLabels'
  | 'defectInTrain'
  | 'groupCrossesSplits'
  | 'mixedDepth'
  | 'mixedChannels'
  | 'partlyUsedRange'
  | 'noRange'
  | 'noGoodImages';

export interface DatasetProblem {
  readonly kind: DatasetProblemKind;
  /** `error`: results would be wrong or training fails. `warning`: worth a look. */
  readonly severity: 'error' | 'warning';
  /** Ids of the images concerned, ascending. */
  readonly imageIds: readonly number[];
  /** One sentence that names the files. */
  readonly message: string;
  /** The range of gray values that training should be given, for `partlyUsedRange` and `noRange`. */
  readonly suggestedRange?: GrayRange | undefined;
}

/** What an image file holds, once it was opened. */
export interface CheckedImage {
  readonly sample: Sample;
  readonly width: number;
  readonly height: number;
  /** `8 bit`, `16 bit` or `float`. */
  readonly depth: ImageDepth;
  /** `gray`, `RGB`, or either with alpha, or how many channels. */
  readonly channels: string;
  /** Lowest and highest gray value in it. */
  readonly grayRange: GrayRange;
}

/** What is kept of one image: never its pixels. */
export interface Finding {
  readonly sample: Sample;
  readonly problems: readonly DatasetProblem[];
  readonly hash?: string;
  readonly image?: CheckedImage;
}

/** Up to five names, and how many more there are. */
export function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
