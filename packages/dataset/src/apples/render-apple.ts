/** One apple: the picture and the mask of its flaw. */
import { ParameterError, type Raster } from '@oddpixel/contract';
import { drawScene } from './draw-scene.ts';
import type { SceneRequest } from './draw-scene.ts';
import { photograph } from './photograph.ts';
import { createRandom, deriveSeed } from './random.ts';
import { appleDefects } from './scene.ts';
import type { AppleDefect } from './scene.ts';
import { appleVarieties } from './varieties.ts';
import type { AppleVariety } from './varieties.ts';

export interface AppleOptions {
  /** Any integer; its lower 32 bits count. The same seed shows the same scene with and without a defect. */
  readonly seed: number;
  /** Default: chosen by the seed. */
  readonly variety?: AppleVariety | undefined;
  /** Default: a good apple. */
  readonly defect?: AppleDefect | undefined;
  /** Pixels, 32 to 4,096. Default 320. */
  readonly width?: number;
  /** Pixels, 32 to 4,096. Default 256. */
  readonly height?: number;
}

export interface AppleRendering {
  /** RGB, 8 bit. */
  readonly raster: Raster;
  readonly variety: AppleVariety;
  /** Absent for a good apple. */
  readonly defect?: AppleDefect | undefined;
  /**
   * For a defect: one channel, 255 where it changed the picture noticeably (by more than 16 of 255 in a channel),
   * shadows included, else 0. Of a missing stem: the wound, and where the stem would be; not the shadow that is gone.
   */
  readonly mask?: Raster;
  /** Pixels of the mask ÷ visible pixels of fruit, about 0.01 to 0.03; 0 for a good apple. */
  readonly flawShare: number;
}

/**
 * Renders one apple. The same options give the same bytes on every machine.
 *
 * @throws ParameterError
 */
export function renderApple(options: AppleOptions): AppleRendering {
  const request = completeOptions(options);
  const { variety, defect } = request;
  return { ...photograph(drawScene(request)), variety, defect };
}

/** @throws ParameterError */
export function completeOptions({
  seed,
  variety,
  defect,
  width = 320,
  height = 256,
}: AppleOptions): SceneRequest {
  if (!Number.isSafeInteger(seed)) {
    throw new ParameterError({ name: 'seed', expected: 'an integer', received: String(seed) });
  }
  checkSize('width', width);
  checkSize('height', height);
  checkName('variety', variety, appleVarieties);
  checkName('defect', defect, appleDefects);
  const chosen = variety ?? createRandom(deriveSeed(seed, 3)).pick(appleVarieties);
  return { seed, width, height, variety: chosen, defect };
}

function checkSize(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 32 && value <= 4096) return;
  throw new ParameterError({ name, expected: 'an integer from 32 to 4096', received: String(value) });
}

function checkName(name: string, value: string | undefined, known: readonly string[]): void {
  if (value === undefined || known.includes(value)) return;
  throw new ParameterError({ name, expected: `one of ${known.join(', ')}`, received: `\`${value}\`` });
}
