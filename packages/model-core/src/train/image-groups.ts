/** Which training images belong together, and which of them count. */
import { disjointSets } from '@oddpixel/contract/unstable';
import { openSketcher, sketchSet } from './near-equal.ts';
import type { ImageIdentity } from './training-sample.ts';

/** The images of a stream, augmented copies included. A place is the position of one in the stream. */
export interface ImageGroups {
  /** Identities by place. */
  readonly images: readonly ImageIdentity[];
  /**
   * Group by place, from 0 in the order in which they come up. Images share one that have the same group name, equal
   * content or near-equal features; an augmented copy is in that of its image.
   */
  readonly groups: readonly number[];
  readonly groupCount: number;
  /** Places of the images themselves, without augmented copies, ascending. */
  readonly originals: readonly number[];
  /** The first of each equal content, ascending: part of `originals`. */
  readonly contents: readonly number[];
  /** Those of `contents` that are not near-equal to an earlier one: the images that calibrate. */
  readonly distinct: readonly number[];
  /** The earlier place that each image of `contents` but not of `distinct` is near-equal to. */
  readonly nearEqual: ReadonlyMap<number, number>;
}

/** Takes images in the order of the stream. */
export interface ImageGrouper {
  /**
   * Adds the next image and returns a number that it shares with all earlier images known to belong to its group.
   * More can turn out to belong together at the end.
   *
   * @param patches `[P, D]`, centred features as the head sees them. Without them only names and content group it.
   */
  add(image: ImageIdentity, patches: Float32Array | undefined): number;
  /** The groups of all images added so far; more can be added afterwards. */
  finish(): ImageGroups;
}

/** For images of patches with `dims` features. */
export function imageGrouper(dims: number): ImageGrouper {
  const images: ImageIdentity[] = [];
  const originals: number[] = [];
  const contents: number[] = [];
  /** Original of each image, and the places of images in `sketches`. */
  const originalOf: number[] = [];
  const sketched: number[] = [];
  const sketches = sketchSet();
  let sketch: ReturnType<typeof openSketcher> | undefined;
  const firstOfName = new Map<string, number>();
  const firstOfContent = new Map<string, number>();
  const group = disjointSets();
  /** The groups of all images so far; absent once another image is added. */
  let groups: ImageGroups | undefined;

  /** The first place with this key, to which the image belongs. */
  const unite = (firsts: Map<string, number>, key: string | undefined, place: number): boolean => {
    if (key === undefined) return false;
    const first = firsts.get(key) ?? place;
    firsts.set(key, first);
    group.unite(first, place);
    return first !== place;
  };

  const tell = (): ImageGroups => {
    const nearEqual = new Map<number, number>();
    for (const [a, b] of sketches.pairs()) {
      const [earlier, later] = [sketched[a] as number, sketched[b] as number];
      group.unite(earlier, later);
      if (!nearEqual.has(later)) nearEqual.set(later, earlier);
    }
    const numbers = new Map<number, number>();
    const groupOf = originalOf.map((original) => {
      const first = group.first(original);
      const number = numbers.get(first) ?? numbers.size;
      numbers.set(first, number);
      return number;
    });
    return {
      images: [...images],
      groups: groupOf,
      groupCount: numbers.size,
      originals: [...originals],
      contents: [...contents],
      distinct: contents.filter((place) => !nearEqual.has(place)),
      nearEqual,
    };
  };

  return {
    add(image, patches) {
      const place = images.push(image) - 1;
      groups = undefined;
      if (image.copy !== undefined) {
        const original = originals.at(-1) ?? place;
        originalOf.push(original);
        return group.first(original);
      }
      originals.push(place);
      originalOf.push(place);
      unite(firstOfName, image.group, place);
      if (!unite(firstOfContent, image.imageHash, place)) {
        contents.push(place);
        if (patches !== undefined) {
          sketch ??= openSketcher(patches.length / dims, dims);
          const near = sketches.add(sketch(patches));
          sketched.push(place);
          if (near !== undefined) group.unite(sketched[near] as number, place);
        }
      }
      return group.first(place);
    },
    finish: () => (groups ??= tell()),
  };
}
