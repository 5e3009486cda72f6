/** Augmentation parameters: how far training images may be varied. Everything is off until asked for. */
import { ParameterError } from '@oddpixel/contract';

/**
 * Plain JSON. Each number is the far end of a range from which every image draws its own value, all values equally
 * likely; switches are drawn like coins.
 */
export interface AugmentParams {
  /** Every other image, on average, is mirrored left to right. Default false. */
  readonly flipHorizontal: boolean;
  /** Every other image, on average, is mirrored top to bottom. Default false. */
  readonly flipVertical: boolean;
  /** Turned by 0, 90, 180 or 270 degrees; the model's input must be square. Default false. */
  readonly rightAngleTurns: boolean;
  /** Turned about the middle by up to this many degrees either way, 0..180. Default 0. */
  readonly rotation: number;
  /** Moved by up to this share of the width either way, 0..0.5, in whole pixels. Default 0. */
  readonly shiftX: number;
  /** As `shiftX`, of the height. Default 0. */
  readonly shiftY: number;
  /** Enlarged by a factor from 1 − scale to 1 + scale about the middle, 0..0.5. Default 0. */
  readonly scale: number;
  /** Gray values raised by up to this share of the gray value range either way, 0..1. Default 0. */
  readonly brightness: number;
  /** Distances from the image's mean multiplied by 1 − contrast to 1 + contrast, 0..0.9. Default 0. */
  readonly contrast: number;
  /** Standard deviation of the noise added to each value, at most this share of the gray value range, 0..1. Default 0. */
  readonly noise: number;
  /**
   * The gray value range, as in the preprocessing parameters; needed by `brightness` and `noise`. With
   * `constantValues` pixels are in deviations: give the range that they span.
   */
  readonly imageRangeMin?: number;
  readonly imageRangeMax?: number;
}

const switches = { flipHorizontal: false, flipVertical: false, rightAngleTurns: false };

/** Largest value of each number; the smallest and the default are 0. */
const limits = {
  rotation: 180,
  shiftX: 0.5,
  shiftY: 0.5,
  scale: 0.5,
  brightness: 1,
  contrast: 0.9,
  noise: 1,
};

const rangeNames = ['imageRangeMin', 'imageRangeMax'];
const known = [...Object.keys(switches), ...Object.keys(limits), ...rangeNames];

/**
 * Augmentation parameters with defaults filled in. Takes parsed JSON as well: what it returned, it takes again.
 *
 * @throws ParameterError for an unknown name, a value outside its range, or a missing gray value range.
 */
export function createAugmentParams(options: Partial<AugmentParams> = {}): AugmentParams {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ParameterError({ name: 'options', expected: 'an object', received: describe(options) });
  }
  const fields: Record<string, unknown> = { ...switches };
  for (const name of Object.keys(limits)) fields[name] = 0;
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) {
      const received = `the unknown parameter \`${name}\``;
      throw new ParameterError({ name, expected: `one of ${known.join(', ')}`, received });
    }
    if (value !== undefined) fields[name] = value;
  }
  for (const name of Object.keys(switches)) {
    if (typeof fields[name] === 'boolean') continue;
    throw new ParameterError({ name, expected: 'true or false', received: describe(fields[name]) });
  }
  for (const [name, limit] of Object.entries(limits)) {
    const value = fields[name];
    if (typeof value === 'number' && value >= 0 && value <= limit) continue;
    throw new ParameterError({ name, expected: `a number from 0 to ${limit}`, received: describe(value) });
  }
  checkRange(fields);
  return fields as unknown as AugmentParams;
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
      received: describe(fields[name]),
      fix: 'Pass imageRangeMin and imageRangeMax of the preprocessing parameters.',
    });
  }
  if ((min as number) < (max as number)) return;
  throw new ParameterError({
    name: 'imageRangeMax',
    expected: `a number above imageRangeMin (${describe(min)})`,
    received: describe(max),
  });
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
}
