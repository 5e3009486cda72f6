/** Pixel measures over many maps, added one by one: over all of them, and within the images of each kind of defect. */
import type { AnomalyImage } from '@oddpixel/contract';
import type { PixelMeasures } from './evaluation.ts';
import { countPixels, packPixels, walkPixels, type PackedImage } from './pixel-store.ts';
import { sumRanking } from './ranking.ts';
import { sumOverlap } from './region-overlap.ts';

export interface PixelAccumulator {
  /** Adds one map with its ground truth, not 0 where anomalous. `kind` is the defect, `undefined` for a good image. */
  add(map: AnomalyImage, mask: Uint8Array, kind: string | undefined, vanishedRegions: number): void;
  /** The measures over what was added so far. */
  measure(): PixelSummary;
}

interface PixelSummary {
  /** `null` if nothing was added. */
  readonly all: PixelMeasures | null;
  /** AUROC within the images of each kind of defect. */
  readonly aurocs: ReadonlyMap<string, number | null>;
}

export function accumulatePixels(): PixelAccumulator {
  const images: PackedImage[] = [];
  const kinds = new Map<string, PackedImage[]>();
  const regionSizes: number[] = [];
  let vanished = 0;
  return {
    add(map, mask, kind, vanishedRegions): void {
      const packed = packPixels(map, mask, regionSizes);
      images.push(packed);
      vanished += vanishedRegions;
      if (kind === undefined) return;
      const ofKind = kinds.get(kind) ?? [];
      kinds.set(kind, ofKind);
      ofKind.push(packed);
    },
    measure: () => ({
      all: images.length === 0 ? null : measureAll(images, regionSizes, vanished),
      aurocs: new Map([...kinds].map(([kind, ofKind]) => [kind, measureAuroc(ofKind)])),
    }),
  };
}

function measureAll(
  images: readonly PackedImage[],
  regionSizes: readonly number[],
  vanishedRegions: number,
): PixelMeasures {
  const { good, odd } = countPixels(images);
  const ranking = sumRanking(good, odd);
  const overlap = sumOverlap(good, regionSizes, [0.3, 0.05]);
  walkPixels(images, {
    visit: (value, goodHere, oddHere) => {
      ranking.visit(value, goodHere, oddHere);
      overlap.visit(value, goodHere, oddHere);
    },
    visitOddPixel: overlap.visitOddPixel,
  });
  const measures = ranking.finish();
  const [aupro30 = null, aupro5 = null] = overlap.finish();
  return {
    auroc: measures?.auroc ?? null,
    ap: measures?.ap ?? null,
    f1Max: measures?.f1Max ?? null,
    f1MaxThreshold: measures?.f1MaxThreshold ?? null,
    aupro30,
    aupro5,
    images: images.length,
    pixels: good + odd,
    regions: regionSizes.length,
    vanishedRegions,
  };
}

function measureAuroc(images: readonly PackedImage[]): number | null {
  const { good, odd } = countPixels(images);
  const ranking = sumRanking(good, odd);
  walkPixels(images, ranking);
  return ranking.finish()?.auroc ?? null;
}
