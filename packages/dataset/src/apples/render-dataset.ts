/** The whole sample set in the folder layout that many anomaly data sets use: train/good, test/*, ground_truth/*. */
import { fillParameters, type ParameterOptions } from '@oddpixel/contract';
import { appleCountParameters, appleParameters } from './apple-parameters.ts';
import { createRandom, deriveSeed } from './random.ts';
import { completeOptions, renderApple } from './render-apple.ts';
import type { AppleRendering } from './render-apple.ts';
import { appleDefects } from './scene.ts';
import type { AppleDefect } from './scene.ts';
import { appleVarieties } from './varieties.ts';
import type { AppleVariety } from './varieties.ts';

/** Sizes and counts, with their defaults and ranges: `appleParameters` and `appleCountParameters`. */
export interface AppleDatasetOptions
  extends ParameterOptions<typeof appleParameters>, ParameterOptions<typeof appleCountParameters> {
  /** Any integer. Default 0. */
  readonly seed?: number;
}

export interface AppleImage extends AppleRendering {
  /** `train/good/000.png`, `test/worm/000.png`, … */
  readonly path: string;
  /** `ground_truth/worm/000_mask.png`, … for odd images. */
  readonly maskPath?: string | undefined;
}

interface Place {
  readonly folder: string;
  readonly index: number;
  readonly defect?: AppleDefect;
}

/**
 * Renders the images one by one, as they are asked for; the result can be walked through again. The same options
 * give the same bytes on every machine.
 *
 * @throws ParameterError at once, before the first image.
 */
export function renderAppleDataset(options: AppleDatasetOptions = {}): Iterable<AppleImage> {
  const { seed = 0, width, height, ...counts } = options;
  const { train, testGood, testDefect } = fillParameters(appleCountParameters, counts);
  const size = fillParameters(appleParameters, { width, height });
  completeOptions({ seed, ...size });
  const places: Place[] = [
    ...range(train).map((index) => ({ folder: 'train/good', index })),
    ...range(testGood).map((index) => ({ folder: 'test/good', index })),
    ...appleDefects.flatMap((defect, kind) =>
      range(Math.ceil((testDefect - kind) / appleDefects.length)).map((index) => ({
        folder: `test/${defect}`,
        index,
        defect,
      })),
    ),
  ];
  const varieties = shuffledVarieties(seed, places.length);
  return {
    *[Symbol.iterator](): Iterator<AppleImage> {
      for (const [number, { folder, index, defect }] of places.entries()) {
        const name = String(index).padStart(3, '0');
        const rendering = renderApple({
          seed: deriveSeed(seed, 100 + number),
          variety: varieties[number] as AppleVariety,
          ...size,
          defect,
        });
        yield {
          path: `${folder}/${name}.png`,
          maskPath: defect === undefined ? undefined : `ground_truth/${defect}/${name}_mask.png`,
          ...rendering,
        };
      }
    },
  };
}

/** Every five images in a row hold every variety once, in random order. */
function shuffledVarieties(seed: number, count: number): AppleVariety[] {
  const random = createRandom(deriveSeed(seed, 4));
  const result: AppleVariety[] = [];
  while (result.length < count) {
    const hand = [...appleVarieties];
    while (hand.length > 0) {
      result.push(...hand.splice(Math.floor(random.between(0, hand.length)), 1));
    }
  }
  return result;
}

function range(count: number): number[] {
  return Array.from({ length: Math.max(0, count) }, (_, index) => index);
}
