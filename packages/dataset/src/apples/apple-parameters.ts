/** Parameters of rendered apples, each said once. */

/** Default, range and meaning of each. */
export const appleParameters = {
  width: { type: 'integer', default: 320, min: 32, max: 4096, unit: 'pixel', about: 'width of the image' },
  height: { type: 'integer', default: 256, min: 32, max: 4096, unit: 'pixel', about: 'height of the image' },
} as const;

/** How many images of each kind a rendered data set has: default, range and meaning. */
export const appleCountParameters = {
  train: {
    type: 'integer',
    default: 60,
    min: 0,
    max: 100_000,
    unit: 'image',
    about: 'good images to train on',
  },
  testGood: {
    type: 'integer',
    default: 20,
    min: 0,
    max: 100_000,
    unit: 'image',
    about: 'good images to test with',
  },
  testDefect: {
    type: 'integer',
    default: 40,
    min: 0,
    max: 100_000,
    unit: 'image',
    about: 'defective images to test with',
  },
} as const;
