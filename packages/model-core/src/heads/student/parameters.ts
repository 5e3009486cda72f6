import type { ParameterOptions, ParameterValues } from '@oddpixel/contract';

/** Default, range and meaning of each parameter. */
export const studentParameters = {
  maxNumEpochs: {
    type: 'integer',
    default: 30,
    min: 1,
    max: 100_000,
    unit: 'epoch',
    about: 'maximum number of epochs',
    halcon: 'max_num_epochs',
  },
  errorThreshold: {
    type: 'number',
    default: 0.001,
    min: 0,
    about: 'stop when the error, the unexplained share of feature variance, falls to this value',
    halcon: 'error_threshold',
  },
  patience: {
    type: 'integer',
    default: 10,
    min: 1,
    max: 100_000,
    unit: 'epoch',
    about: 'stop after this many epochs without improvement',
  },
  domainRatio: {
    type: 'number',
    default: 0.1,
    above: 0,
    max: 1,
    about: 'share of positions sampled in each epoch; at least 5,120 are sampled',
    halcon: 'domain_ratio',
  },
  regularizationNoise: {
    type: 'number',
    default: 0.0001,
    min: 0,
    about:
      'noise on the features, whose root mean square is 1; its standard deviation is 5,000 times this value',
    halcon: 'regularization_noise',
  },
  complexity: {
    type: 'integer',
    default: 15,
    min: 1,
    max: 100,
    about: 'width of the network; 15 has 256 hidden units and a bottleneck of 64',
    halcon: 'complexity',
  },
  learningRate: {
    type: 'number',
    default: 0.002,
    above: 0,
    max: 1,
    about: 'initial learning rate of AdamW; it falls along a cosine',
  },
} as const;

/** Values of `studentParameters`, which states what they mean. */
export interface StudentParams extends ParameterValues<typeof studentParameters> {}
export interface StudentOptions extends ParameterOptions<typeof studentParameters> {}
