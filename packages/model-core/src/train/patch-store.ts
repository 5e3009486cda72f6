/** All training patches in memory, image by image: what the coreset chooses from. */
import { LimitExceededError } from '@oddpixel/contract';

/** Patches take at most this much memory. */
const maxBytes = 12 * 2 ** 30;

/** `count` patches of `dims` features. Patch `i` is patch `i % perImage` of image `⌊i / perImage⌋`. */
export interface PatchStore {
  readonly count: number;
  readonly dims: number;
  readonly perImage: number;
  /** One array `[P, D]` per image. */
  readonly images: readonly Float32Array[];
}

/** @throws LimitExceededError if all images' patches will not fit into memory. */
export function checkPatchMemory(images: number, perImage: number, dims: number): void {
  const bytes = images * perImage * dims * Float32Array.BYTES_PER_ELEMENT;
  if (bytes <= maxBytes) return;
  throw new LimitExceededError({
    what: `The patches of ${images} images (${perImage} patches of ${dims} features each)`,
    limit: maxBytes,
    received: bytes,
    unit: 'bytes',
    fix: 'Use fewer images, a smaller image size, fewer feature dimensions (featureDims), or the head `gaussian`.',
  });
}

export function patchStore(images: readonly Float32Array[], dims: number): PatchStore {
  const perImage = (images[0]?.length ?? 0) / dims;
  return { count: images.length * perImage, dims, perImage, images };
}

/** Copies one patch into `target` at `row`. */
export function copyPatch(store: PatchStore, index: number, target: Float32Array, row: number): void {
  const { dims, perImage, images } = store;
  const start = (index % perImage) * dims;
  const image = images[Math.floor(index / perImage)] as Float32Array;
  target.set(image.subarray(start, start + dims), row * dims);
}

/** Some patches, one after the other: `[n, D]`. */
export function gatherPatches(store: PatchStore, indices: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const patches = new Float32Array(indices.length * store.dims);
  for (let row = 0; row < indices.length; row++) copyPatch(store, indices[row] as number, patches, row);
  return patches;
}
