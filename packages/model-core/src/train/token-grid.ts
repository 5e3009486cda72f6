/** Token outputs of transformers, `[N, T, D]`, as the image that they stand for. */
import { ModelFormatError } from '@oddpixel/contract';
import { reshape, slice, transpose, type Value } from '@oddpixel/graph';

/** Tokens before the patches: one for the class, up to seven registers. */
const maxPrefixTokens = 8;

/**
 * Spatial features `[N, C, h, w]` of a backbone's output: as it is, or tokens `[N, T, D]` folded back to the grid
 * of the patches they came from. Leading tokens that belong to no patch are dropped.
 *
 * @returns `undefined` for what is not an image, for example a class vector.
 * @throws ModelFormatError if the number of tokens fits no grid of square patches.
 */
export function toGrid(features: Value, imageHeight: number, imageWidth: number): Value | undefined {
  const { dims } = features;
  if (features.dtype !== 'float32' || !dims.slice(1).every((d) => typeof d === 'number')) return undefined;
  if (dims.length === 4) return features;
  const [, tokens, channels] = dims as [unknown, number, number];
  if (dims.length !== 3) return undefined;
  const grid = findGrid(tokens, imageHeight, imageWidth);
  if (grid === undefined) {
    throw new ModelFormatError({
      where: `value \`${features.name}\``,
      problem: `${tokens} tokens fit no grid of square patches in an image of ${imageHeight}×${imageWidth}`,
      fix: 'Pick another value of the backbone.',
    });
  }
  const { height, width } = grid;
  const patches = slice(features, { axis: 1, start: tokens - height * width });
  return reshape(transpose(patches, [0, 2, 1]), [0, channels, height, width]);
}

/** The finest grid that the tokens can fill, with the fewest tokens left over. */
function findGrid(
  tokens: number,
  imageHeight: number,
  imageWidth: number,
): { height: number; width: number } | undefined {
  for (let prefix = 0; prefix <= maxPrefixTokens; prefix++) {
    for (let patch = 1; patch <= Math.min(imageHeight, imageWidth); patch++) {
      if (imageHeight % patch !== 0 || imageWidth % patch !== 0) continue;
      const height = imageHeight / patch;
      const width = imageWidth / patch;
      if (height * width === tokens - prefix) return { height, width };
    }
  }
  return undefined;
}
