/**
 * The feature pyramid: features of several strides on one grid, each level made equally strong.
 *
 * Each level is averaged over 3×3 neighbours (locally aware patch features: Roth et al. 2022, section 3.1), brought
 * to the grid by half-pixel bilinear interpolation, and scaled so that no level drowns the others.
 */
import { hostTensor, type PreprocessParams } from '@oddpixel/contract';
import { averagePool, concat, conv, mul, reshape, resize, sub, transpose, type Value } from '@oddpixel/graph';
import { channelConstant } from './backbone-input.ts';

/** Size of the patch grid. */
export interface Grid {
  readonly height: number;
  readonly width: number;
}

/** What training fixes between raw levels and the features that a head sees. */
export interface FeatureTransform {
  /** One factor per level. */
  readonly scales: readonly number[];
  /** Mean of the scaled features, one per channel; subtracted. */
  readonly mean: ArrayLike<number>;
  /** `[D, C]`, row-major: principal components that reduce C channels to D. Absent: all channels are kept. */
  readonly components?: { readonly dims: number; readonly data: Float32Array };
}

/** Patches lie 8 pixels apart. */
const patchStride = 8;

/** The patch grid of an image size, which is a multiple of 32. */
export function patchGrid({ imageHeight, imageWidth }: PreprocessParams): Grid {
  return { height: imageHeight / patchStride, width: imageWidth / patchStride };
}

/** Levels `[N, C_l, h_l, w_l]` → `[N, C_l, h, w]`, not yet scaled, one value per level. */
export function alignLevels(levels: readonly Value[], { height, width }: Grid): Value[] {
  return levels.map((level) => {
    // Zeros beyond the border count: border features, which a backbone's own padding makes unreliable, weigh less.
    const pooled = averagePool(level, [3, 3], { strides: [1, 1], pads: [1, 1, 1, 1], countPadding: true });
    const [, , h, w] = level.dims;
    return h === height && w === width ? pooled : resize(pooled, height, width);
  });
}

/** Aligned levels → features `[N, D, h, w]`: scaled, joined, centred and, if requested, reduced. */
export function transformFeatures(aligned: readonly Value[], transform: FeatureTransform): Value {
  const { scales, mean, components } = transform;
  const joined = concat(
    aligned.map((level, i) => mul(level, scales[i] as number)),
    1,
  );
  const g = joined.builder;
  const centred = sub(joined, channelConstant(g, mean));
  if (components === undefined) return centred;
  const { dims, data } = components;
  const kernel = hostTensor('float32', [dims, data.length / dims, 1, 1], data);
  return conv(centred, g.constant(kernel));
}

/** Features `[N, D, h, w]` → patches `[N, P, D]`, row by row. */
export function toPatches(features: Value): Value {
  const [, channels, height, width] = features.dims as [unknown, number, number, number];
  return transpose(reshape(features, [0, channels, height * width]), [0, 2, 1]);
}
