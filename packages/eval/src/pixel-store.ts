/**
 * Pixels of many maps, packed: four bytes per good pixel, eight per anomalous one (its value and its region).
 * They are ranked without ever being sorted as a whole: values are taken in slices, highest first, and only a slice
 * is sorted. So ranking costs little memory beside the pixels themselves.
 */
import { LimitExceededError, type AnomalyImage } from '@oddpixel/contract';
import { regionArea } from '@oddpixel/model-core';
import { forEachRun, labelRuns, regionFromMask } from '@oddpixel/model-core/unstable';
import { radixSort } from './radix-sort.ts';
import type { RankingVisitor } from './ranking.ts';

/** Regions are numbered in the low digits of a packed anomalous pixel: no more than this. */
const maxRegions = 2 ** 21;

/** Good pixels of one image as ordered keys; anomalous ones as `key · maxRegions + region`. */
export interface PackedImage {
  readonly good: Uint32Array;
  readonly odd: Float64Array;
}

/**
 * Packs one map.
 *
 * @param mask [H, W] of the map, 0 where good.
 * @param regionSizes pixels per 8-connected region, by its number; the map's regions are appended.
 * @throws LimitExceededError beyond two million regions.
 */
export function packPixels(
  { width, height, data }: AnomalyImage,
  mask: Uint8Array,
  regionSizes: number[],
): PackedImage {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const region = regionFromMask(mask, width, height);
  const labels = labelRuns(region);
  checkRegionCount(regionSizes.length + labels.filter((label, run) => label === run).length);
  const oddCount = regionArea(region);
  const good = new Uint32Array(data.length - oddCount);
  const odd = new Float64Array(oddCount);
  const numbers = new Map<number, number>();
  let run = 0;
  let pixel = 0;
  let g = 0;
  let o = 0;
  const packGoodUntil = (end: number): void => {
    for (; pixel < end; pixel++) good[g++] = orderedKey(bits[pixel] as number);
  };
  forEachRun(region, (row, begin, end) => {
    const label = labels[run++] as number;
    const number = numbers.get(label) ?? regionSizes.push(0) - 1;
    numbers.set(label, number);
    regionSizes[number] = (regionSizes[number] as number) + end - begin;
    packGoodUntil(row * width + begin);
    for (; pixel < row * width + end; pixel++) {
      odd[o++] = orderedKey(bits[pixel] as number) * maxRegions + number;
    }
  });
  packGoodUntil(data.length);
  return { good, odd };
}

function checkRegionCount(count: number): void {
  if (count <= maxRegions) return;
  throw new LimitExceededError({
    what: 'The ground truth',
    limit: maxRegions,
    received: count,
    unit: 'regions',
    fix: 'Remove speckles from the masks, or evaluate in parts.',
  });
}

/** Good and anomalous pixels of some images. */
export function countPixels(images: readonly PackedImage[]): { good: number; odd: number } {
  let good = 0;
  let odd = 0;
  for (const image of images) {
    good += image.good.length;
    odd += image.odd.length;
  }
  return { good, odd };
}

export interface PixelVisitor {
  readonly visit: RankingVisitor;
  /** Called for each anomalous pixel, with its region, before its value is visited. */
  readonly visitOddPixel?: (region: number) => void;
}

/** Pixels per slice: scratch space against passes over all pixels. */
const defaultSliceSize = 2 ** 23;

/**
 * Walks over all distinct values of the images' pixels, highest first. A slice may hold more than `sliceSize` pixels
 * if more of them share the leading 16 bits.
 */
export function walkPixels(
  images: readonly PackedImage[],
  { visit, visitOddPixel }: PixelVisitor,
  sliceSize: number = defaultSliceSize,
): void {
  let pooled = 0;
  for (const slice of slicesOf(images, sliceSize)) {
    if (slice.oddCount === 0) {
      pooled += slice.goodCount;
      continue;
    }
    const { good, odd } = sortedSlice(images, slice);
    let g = good.length;
    let o = odd.length;
    while (o > 0) {
      const key = keyOf(odd[o - 1] as number);
      for (; g > 0 && (good[g - 1] as number) > key; g--) pooled++;
      // Their exact values do not matter; they lie above this one.
      if (pooled > 0) visit(Infinity, pooled, 0);
      pooled = 0;
      const oddBefore = o;
      for (; o > 0 && keyOf(odd[o - 1] as number) === key; o--) {
        visitOddPixel?.((odd[o - 1] as number) % maxRegions);
      }
      const goodBefore = g;
      while (g > 0 && good[g - 1] === key) g--;
      visit(floatOf(key), goodBefore - g, oddBefore - o);
    }
    pooled += g;
  }
  if (pooled > 0) visit(-Infinity, pooled, 0);
}

/** Keys whose leading 16 bits lie in `low..high`, both included. */
interface Slice {
  readonly low: number;
  readonly high: number;
  readonly goodCount: number;
  readonly oddCount: number;
}

/** Cuts the range of keys so that a slice holds few pixels, highest first. Empty slices are left out. */
function slicesOf(images: readonly PackedImage[], sliceSize: number): Slice[] {
  const good = new Uint32Array(2 ** 16);
  const odd = new Uint32Array(2 ** 16);
  for (const image of images) {
    for (let i = 0; i < image.good.length; i++) increment(good, (image.good[i] as number) >>> 16);
    for (let i = 0; i < image.odd.length; i++) increment(odd, keyOf(image.odd[i] as number) >>> 16);
  }
  const slices: Slice[] = [];
  let high = 2 ** 16 - 1;
  let goodCount = 0;
  let oddCount = 0;
  for (let low = high; low >= 0; low--) {
    goodCount += good[low] as number;
    oddCount += odd[low] as number;
    const next = (good[low - 1] ?? Infinity) + (odd[low - 1] ?? 0);
    if (goodCount + oddCount === 0 || goodCount + oddCount + next <= sliceSize) continue;
    slices.push({ low, high, goodCount, oddCount });
    high = low - 1;
    goodCount = 0;
    oddCount = 0;
  }
  return slices;
}

function sortedSlice(
  images: readonly PackedImage[],
  { low, high, goodCount, oddCount }: Slice,
): { good: Uint32Array; odd: Float64Array } {
  const good = new Uint32Array(goodCount);
  const odd = new Float64Array(oddCount);
  const from = (low << 16) >>> 0;
  const to = ((high << 16) | 0xffff) >>> 0;
  const packedFrom = from * maxRegions;
  const packedEnd = (to + 1) * maxRegions;
  let g = 0;
  let o = 0;
  for (const image of images) {
    for (let i = 0; i < image.good.length; i++) {
      const key = image.good[i] as number;
      if (key >= from && key <= to) good[g++] = key;
    }
    for (let i = 0; i < image.odd.length; i++) {
      const packed = image.odd[i] as number;
      if (packed >= packedFrom && packed < packedEnd) odd[o++] = packed;
    }
  }
  return { good: radixSort(good, new Uint32Array(goodCount)), odd: odd.sort() };
}

function increment(counts: Uint32Array, index: number): void {
  counts[index] = (counts[index] as number) + 1;
}

function keyOf(packed: number): number {
  return Math.floor(packed / maxRegions);
}

/** The bits of a float32 as a number whose order is the order of the floats; −0 is 0. */
function orderedKey(bits: number): number {
  if (bits === 0x80000000) return 0x80000000;
  return bits >= 0x80000000 ? 0xffffffff - bits : bits + 0x80000000;
}

const scratch: DataView = new DataView(new ArrayBuffer(4));

/** The float32 of an ordered key. */
function floatOf(key: number): number {
  scratch.setUint32(0, key >= 0x80000000 ? key - 0x80000000 : 0xffffffff - key);
  return scratch.getFloat32(0);
}
