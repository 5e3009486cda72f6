/**
 * What precedes the backbone: from the gray values that preprocessing delivers to those it was trained on.
 */
import { ParameterError, type PreprocessParams } from '@oddpixel/contract';
import { add, concat, mul, type GraphBuilder, type Value } from '@oddpixel/graph';

/** The pixels that the backbone expects: (gray value in 0..255 − mean) / deviation, per channel. */
export interface BackboneInput {
  /** Per channel, or one for all. Default 0. */
  readonly mean?: readonly number[];
  /** Per channel, or one for all; not 0. Default 1. */
  readonly deviation?: readonly number[];
}

/**
 * `[N, C, H, W]` in the manifest's range → `[N, channels, H, W]` as the backbone expects it:
 * one affine map (left out if it is the identity), and gray repeated for a backbone that takes colours.
 *
 * @throws ParameterError if channels do not fit or a deviation is 0.
 */
export function toBackboneInput(
  image: Value,
  channels: number,
  preprocessing: PreprocessParams,
  { mean = [0], deviation = [1] }: BackboneInput,
): Value {
  const { imageRangeMin: low, imageRangeMax: high, imageNumChannels } = preprocessing;
  if (deviation.some((d) => d === 0) || !fits(mean, channels) || !fits(deviation, channels)) {
    throw new ParameterError({
      name: 'input',
      expected: `1 or ${channels} means and deviations, no deviation of 0`,
      received: `mean [${mean.join(', ')}], deviation [${deviation.join(', ')}]`,
    });
  }
  const x = imageNumChannels === 1 && channels > 1 ? concat(Array(channels).fill(image), 1) : image;
  const perChannel = Array.from({ length: Math.max(mean.length, deviation.length) }, (_, c) => {
    const d = deviation[c % deviation.length] as number;
    const m = mean[c % mean.length] as number;
    const scale = 255 / ((high - low) * d);
    return { scale, offset: -low * scale - m / d };
  });
  const scales = perChannel.map(({ scale }) => scale);
  const offsets = perChannel.map(({ offset }) => offset);
  const scaled = scales.every((s) => s === 1) ? x : mul(x, channelConstant(x.builder, scales));
  return offsets.every((o) => o === 0) ? scaled : add(scaled, channelConstant(x.builder, offsets));
}

const fits = (values: readonly number[], channels: number): boolean =>
  values.length === 1 || values.length === channels;

/** One number per channel, shaped to broadcast over `[N, C, H, W]`. */
export function channelConstant(g: GraphBuilder, values: ArrayLike<number>): Value {
  const data = Float32Array.from(values);
  return g.constant({ location: 'host', dtype: 'float32', dims: [1, data.length, 1, 1], data });
}
