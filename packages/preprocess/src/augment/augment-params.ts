/** Augmentation parameters: how far training images may be varied. Everything is off until asked for. */
import { fillParameters, ParameterError, type ParameterValues } from '@oddpixel/contract';
import { checkNames, describeValue } from '@oddpixel/contract/unstable';

/**
 * Default, range and meaning of each. A number is the far end of a range from which every image draws its own value,
 * all values equally likely; switches are drawn like coins.
 */
export const augmentParameters = {
  flipHorizontal: { type: 'switch', default: false, about: 'mirrored left to right, or not' },
  flipVertical: { type: 'switch', default: false, about: 'mirrored top to bottom, or not' },
  rightAngleTurns: {
    type: 'switch',
    default: false,
    about: 'turned by 0, 90, 180 or 270 degrees; square inputs only',
  },
  rotation: {
    type: 'number',
    default: 0,
    min: 0,
    max: 180,
    unit: 'degree',
    about: 'turned about the middle by up to this many degrees either way',
  },
  shiftX: {
    type: 'number',
    default: 0,
    min: 0,
    max: 0.5,
    about: 'moved by up to this share of the width either way, in whole pixels',
  },
  shiftY: {
    type: 'number',
    default: 0,
    min: 0,
    max: 0.5,
    about: 'moved by up to this share of the height either way, in whole pixels',
  },
  scale: {
    type: 'number',
    default: 0,
    min: 0,
    max: 0.5,
    about: 'enlarged about the middle by a factor from 1 − scale to 1 + scale',
  },
  brightness: {
    type: 'number',
    default: 0,
    min: 0,
    max: 1,
    about: 'gray values raised or lowered by up to this share of the gray value range',
  },
  contrast: {
    type: 'number',
    default: 0,
    min: 0,
    max: 0.9,
    about: 'distances from the mean of the image multiplied by 1 − contrast to 1 + contrast',
  },
  noise: {
    type: 'number',
    default: 0,
    min: 0,
    max: 1,
    about: 'noise with a standard deviation of up to this share of the gray value range',
  },
} as const;

/** Plain JSON. */
export interface AugmentParams extends ParameterValues<typeof augmentParameters> {
  /**
   * The gray value range, as in the preprocessing parameters; needed by `brightness` and `noise`. With
   * `constantValues` pixels are in deviations: give the range that they span.
   */
  readonly imageRangeMin?: number;
  readonly imageRangeMax?: number;
}

const rangeNames = ['imageRangeMin', 'imageRangeMax'];

/**
 * Augmentation parameters with defaults filled in. Takes parsed JSON as well: what it returned, it takes again.
 *
 * @throws ParameterError for an unknown name, a value outside its range, or a missing gray value range.
 */
export function createAugmentParams(options: Partial<AugmentParams> = {}): AugmentParams {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ParameterError({ name: 'options', expected: 'an object', received: describeValue(options) });
  }
  checkNames([...Object.keys(augmentParameters), ...rangeNames], options);
  const { imageRangeMin, imageRangeMax, ...drawn } = options;
  const range = Object.entries({ imageRangeMin, imageRangeMax }).filter(([, value]) => value !== undefined);
  const fields = { ...fillParameters(augmentParameters, drawn), ...Object.fromEntries(range) };
  checkRange(fields);
  return fields;
}

function checkRange(fields: Readonly<Record<string, unknown>>): void {
  const { imageRangeMin: min, imageRangeMax: max } = fields;
  const needs = ['brightness', 'noise'].find((name) => fields[name] !== 0);
  if (min === undefined && max === undefined && needs === undefined) return;
  for (const name of rangeNames) {
    if (Number.isFinite(fields[name])) continue;
    throw new ParameterError({
      name,
      expected: needs === undefined ? 'a number' : `the end of the gray value range, with ${needs}`,
      received: describeValue(fields[name]),
      fix: 'Pass imageRangeMin and imageRangeMax of the preprocessing parameters.',
    });
  }
  if ((min as number) < (max as number)) return;
  throw new ParameterError({
    name: 'imageRangeMax',
    expected: `a number above imageRangeMin (${describeValue(min)})`,
    received: describeValue(max),
  });
}
