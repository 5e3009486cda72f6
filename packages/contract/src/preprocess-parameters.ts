/** Preprocessing parameters, each said once. They stand here because the manifest of a model file holds them too. */

/** Default, range and meaning of each. Models of others may have a size that is not a multiple of 32. */
export const preprocessParameters = {
  imageWidth: {
    type: 'integer',
    default: 256,
    min: 1,
    max: 8192,
    multipleOf: 32,
    unit: 'pixel',
    about: 'width of the model input',
    halcon: 'image_width',
  },
  imageHeight: {
    type: 'integer',
    default: 256,
    min: 1,
    max: 8192,
    multipleOf: 32,
    unit: 'pixel',
    about: 'height of the model input',
    halcon: 'image_height',
  },
  imageNumChannels: {
    type: 'integer',
    default: 3,
    min: 1,
    max: 256,
    unit: 'channel',
    about: 'channels of the model input; gray images fill all of them, color images become gray for 1',
    halcon: 'image_num_channels',
  },
  imageRangeMin: {
    type: 'number',
    default: 0,
    about: 'lower end of the gray value range of the model input',
    halcon: 'image_range_min',
  },
  imageRangeMax: {
    type: 'number',
    default: 255,
    about: 'upper end of that range, above imageRangeMin',
    halcon: 'image_range_max',
  },
  normalizationType: {
    type: 'choice',
    default: 'none',
    choices: ['none', 'firstChannel', 'allChannels', 'constantValues'],
    about:
      'how gray values are mapped to that range: from the source range, by the range of the first channel or of each channel of the image, or by mean and deviation',
    halcon: 'normalization_type',
  },
  domainHandling: {
    type: 'choice',
    default: 'fullDomain',
    choices: ['fullDomain', 'keepDomain', 'cropDomain'],
    about: 'what happens outside the domain of an image: it counts, it is ignored, or it is cut off',
    halcon: 'domain_handling',
  },
} as const;

/** Range and meaning of those that may be absent. */
export const optionalPreprocessParameters = {
  mean: {
    type: 'numbers',
    count: 'perChannel',
    about: 'subtracted from the source gray values; required by constantValues',
    halcon: 'mean_values_normalization',
  },
  deviation: {
    type: 'numbers',
    count: 'perChannel',
    above: 0,
    about: 'divides what is left; required by constantValues',
    halcon: 'deviation_values_normalization',
  },
  sourceRange: {
    type: 'numbers',
    count: 2,
    ascending: true,
    about:
      'gray values that become imageRangeMin and imageRangeMax, with none; required for float images; default: all that 8 or 16 bits hold',
  },
} as const;
