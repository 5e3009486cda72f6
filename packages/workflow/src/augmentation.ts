/** Augmentation: training also uses augmented copies of its images, and the model file records how. */
import { createRandom, ParameterError, type PreprocessParams, checkParameter } from '@oddpixel/contract';
import type { TrainingSamples } from '@oddpixel/model-core/train';
import { withCopies } from '@oddpixel/model-core/unstable';
import { augmentSample, augmentSeed, createAugmentParams, type AugmentParams } from '@oddpixel/preprocess';

/** What may differ among good parts, and how many copies show it. The gray value range is that of preprocessing. */
export interface Augmentation extends Partial<AugmentParams> {
  /** Augmented copies of each training image. Default and range: `copiesParameter`. */
  readonly copies?: number | undefined;
}

export const copiesParameter = {
  type: 'integer',
  default: 3,
  min: 1,
  max: 100,
  unit: 'copy',
  about: 'augmented copies per image',
} as const;

/**
 * The images, each followed by its copies. What a copy looks like follows from the image's content, the seed and the
 * copy's number: an image gets the same ones whatever else is in the set, and in every pass.
 *
 * @param samples with `imageHash`.
 * @throws ParameterError for values out of range, or if nothing would be varied.
 */
export function augmentedSamples(
  samples: TrainingSamples,
  { copies = copiesParameter.default, ...changes }: Augmentation,
  { seed, preprocessing }: { readonly seed: number; readonly preprocessing: PreprocessParams },
): TrainingSamples {
  checkParameter('augmentation.copies', copiesParameter, copies);
  const params = createAugmentParams({ ...grayRange(preprocessing), ...changes });
  const { imageRangeMin: _, imageRangeMax: __, ...kinds } = params;
  if (!Object.values(kinds).some(Boolean)) {
    throw new ParameterError({
      name: 'augmentation',
      expected: `at least one of ${Object.keys(kinds).join(', ')}`,
      received: 'none, so that copies would equal their images',
      fix: 'Name a change such as flipHorizontal: true, or leave augmentation out.',
    });
  }
  return withCopies(samples, {
    copies,
    record: { ...params },
    vary(sample, copy) {
      const index = Number.parseInt((sample.imageHash ?? '').slice(0, 7), 16);
      return augmentSample(sample, params, createRandom(augmentSeed({ seed, epoch: copy, index })).next);
    },
  });
}

/** The range of the pixels; with constant values they are in deviations, whose range nobody knows. */
function grayRange(preprocessing: PreprocessParams): Partial<AugmentParams> {
  const { normalizationType, imageRangeMin, imageRangeMax } = preprocessing;
  return normalizationType === 'constantValues' ? {} : { imageRangeMin, imageRangeMax };
}
