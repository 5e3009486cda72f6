/** Training parameters with the head that they are for. */
import { fillParameters } from '@oddpixel/contract';
import type { Head, TrainParams } from './head.ts';
import { trainParameters, type TrainParamOptions } from './train-parameters.ts';

/**
 * Training parameters with defaults filled in.
 *
 * @throws ParameterError for an unknown name or a value outside its range.
 */
export function createTrainParams(head: Head, options: TrainParamOptions = {}): TrainParams {
  return { ...fillParameters(trainParameters, options), head };
}

/** Above this many channels features are reduced unless `featureDims` says otherwise. */
const widestPyramid = 512;
const reducedWidth = 256;

/** Features after reduction; `undefined` if all channels are kept. */
export function reducedDims({ head, featureDims }: TrainParams, channels: number): number | undefined {
  const automatic = head.maxFeatureDims ?? (channels > widestPyramid ? reducedWidth : channels);
  const dims = featureDims > 0 ? featureDims : automatic;
  return dims < channels ? dims : undefined;
}
