/**
 * Messages of the library name its parameters; a person at the command line has options. This is the one place that
 * maps one to the other. Only our own text is changed: names of files stay as they are.
 */
import { ParameterError, type OddpixelError } from '@oddpixel/contract';
import { trainParameters } from '@oddpixel/model-core/train';
import { trainingSplitParameters } from '@oddpixel/workflow';
import { heads } from './heads.ts';
import { flagOf, flagsOf } from './flag-names.ts';

/** Parameters that an option sets: a wrong value of one of them is wrong usage. */
export const optionOfParameter: Readonly<Record<string, string>> = {
  ...flagsOf(trainParameters),
  ...Object.assign({}, ...Object.values(heads).map(({ parameters }) => flagsOf(parameters))),
  imageWidth: '--size',
  imageHeight: '--size',
  threads: '--threads',
  tileWidth: '--tile',
  tileHeight: '--tile',
  overlap: '--overlap',
  tiles: '--tile and --overlap',
  ...flagsOf(trainingSplitParameters),
  train: '--train-percent',
  validation: '--validation-percent',
  'train + validation': '--train-percent and --validation-percent',
  share: '--validation-percent',
  layout: '--layout',
  imageDir: '--image-dir',
  anomalyDir: '--mask-dir',
  sourceRange: '--range',
  checkpointEvery: '--checkpoint-every',
  resume: '--resume',
  bootstrapSamples: flagOf('bootstrapSamples'),
  threshold: '--threshold',
  augmentation: '--augment',
  'augmentation.copies': '--augment-copies',
  maxPixels: '--max-pixels',
  maxFileBytes: '--max-file-size',
};

/** Sentences and words of the library, and what the command line prints instead; the longer ones first. */
const words: readonly (readonly [said: string | RegExp, meant: string])[] = [
  [/Give sourceRange: \[min, max\](, or use normalizationType 'allChannels')?\./g, 'Give --range MIN,MAX.'],
  ['Pass overwrite: true to split it again, or use carveValidation.', 'Leave out the options for splitting.'],
  ['or split the data set with splitDataset', 'or give --train-percent'],
  [
    'Train a model with Oddpixel, or load a foreign one with importExternalModel.',
    'Train a model with oddpixel train. A foreign model must state its image size and have an anomaly map among its outputs.',
  ],
  ['Train it first with trainModel or `oddpixel train`.', 'Train it first with oddpixel train.'],
  [
    'Make one from the backbone with createInitialModel, or extend a trained memory with addToModel.',
    'Give a backbone, or extend a trained model with oddpixel add.',
  ],
  [
    /Use covariance 'shared', a smaller image size, or fewer featureDims\./g,
    'Use --covariance shared or a smaller --size.',
  ],
  [/, fewer feature dimensions \(featureDims\), or the head `gaussian`/g, ', or --head gaussian'],
  [
    'Bring the ground truth to the size of the map with preprocessMask.',
    'Save the mask at the size of its image.',
  ],
  [/`?limits\.maxFileBytes`?/g, '--max-file-size'],
  ['Raise `maxBytes` if the file is trusted.', 'Use a smaller file.'],
  [/`?limits\.maxPixels`?/g, '--max-pixels'],
  [/`?limits\.maxDecodedBytes`?/g, '--max-pixels (4 decoded bytes are allowed for each)'],
  [
    'in the range that the model was trained on; if',
    'in the range that the model was trained on (--range of oddpixel train); if',
  ],
  [
    'Check the image range of the preprocessing parameters and the backbone itself.',
    'Check that the gray values of the image lie in --range, and check the backbone (--backbone) itself.',
  ],
  ['the options imageDir and anomalyDir', '--image-dir and --mask-dir'],
  ['`sourceRange`', '--range'],
  [/Use preprocessParamsFromModel\(model\.manifest\)\./g, 'Use the preprocessing of the model.'],
];

/** A message of the library in the words of the command line. */
export function inFlagWords(text: string): string {
  return words.reduce((result, [said, meant]) => result.replaceAll(said, meant), text);
}

/** The message of an error of the library in the words of the command line. */
export function messageInFlagWords(error: OddpixelError): string {
  if (error instanceof ParameterError) {
    const { name, expected, received, fix } = error.details;
    const option = optionOfParameter[name];
    if (option !== undefined) {
      const advice = fix === undefined ? '' : ` ${inFlagWords(fix)}`;
      return `${option}: expected ${inFlagWords(expected)}, received ${received}.${advice}`;
    }
  }
  return inFlagWords(error.message);
}
