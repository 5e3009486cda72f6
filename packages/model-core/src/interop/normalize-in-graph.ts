/** Normalization and channel adaption as graph nodes: what preprocessing does, for 8-bit RGB images. */
import { hostTensor, ModelFormatError, type PreprocessParams } from '@oddpixel/contract';
import {
  add,
  div,
  equal,
  mul,
  reduceMax,
  reduceMin,
  reduceSum,
  slice,
  sub,
  where,
  type GraphBuilder,
  type Value,
} from '@oddpixel/graph';

/** Resized planes `[3, H, W]` in 0..255 → `[C, H, W]` as the model takes them. */
export function normalizeInGraph(planes: Value, params: PreprocessParams): Value {
  const { imageRangeMin: low, imageRangeMax: high, imageNumChannels: channels, mean, deviation } = params;
  if (params.normalizationType === 'none') {
    const [from, to] = params.sourceRange ?? [0, 255];
    const scale = (high - low) / (to - from);
    const shift = low - from * scale;
    const ranged = scale === 1 && shift === 0 ? planes : add(mul(planes, scale), shift);
    return adaptChannels(ranged, channels);
  }
  if (params.normalizationType === 'constantValues') {
    if (mean === undefined || deviation === undefined) {
      throw new ModelFormatError({
        where: 'manifest.preprocessing',
        problem: 'constantValues without mean and deviation',
      });
    }
    const adapted = adaptChannels(planes, channels);
    const g = planes.builder;
    return div(sub(adapted, perChannel(g, mean)), perChannel(g, deviation));
  }
  return adaptChannels(stretch(planes, params), channels);
}

/** Each channel, or all by the first one's extremes, to the range; a flat image becomes the lower end. */
function stretch(
  planes: Value,
  { normalizationType, imageRangeMin: low, imageRangeMax: high }: PreprocessParams,
): Value {
  const deciding =
    normalizationType === 'allChannels' ? planes : slice(planes, { axis: 0, start: 0, end: 1 });
  const min = reduceMin(deciding, [1, 2], { keepDims: true });
  const span = sub(reduceMax(deciding, [1, 2], { keepDims: true }), min);
  const flat = equal(span, 0);
  const scale = where(flat, 0, div(high - low, where(flat, 1, span)));
  return add(mul(sub(planes, min), scale), low);
}

/** ITU-R BT.601, as in preprocessing. */
const lumaWeights = [0.299, 0.587, 0.114];

function adaptChannels(planes: Value, channels: number): Value {
  if (channels === 3) return planes;
  if (channels === 1) {
    return reduceSum(mul(planes, perChannel(planes.builder, lumaWeights)), [0], { keepDims: true });
  }
  throw new ModelFormatError({
    where: 'manifest.preprocessing.imageNumChannels',
    problem: `a standalone model takes RGB pixels, which do not fit ${channels} channels`,
  });
}

function perChannel(g: GraphBuilder, values: readonly number[]): Value {
  return g.constant(hostTensor('float32', [values.length, 1, 1], Float32Array.from(values)));
}
