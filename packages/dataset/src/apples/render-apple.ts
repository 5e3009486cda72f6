/** One apple: the picture and the mask of its flaw. */
import { fillParameters, ParameterError, type ParameterOptions, type Raster } from '@oddpixel/contract';
import { appleParameters } from './apple-parameters.ts';
import { drawScene } from './draw-scene.ts';
import type { SceneRequest } from './draw-scene.ts';
import { photograph } from './photograph.ts';
import { createRandom, deriveSeed } from './random.ts';
import { appleDefects } from './scene.ts';
import type { AppleDefect } from './scene.ts';
import { appleVarieties } from './varieties.ts';
import type { AppleVariety } from './varieties.ts';

/** Defaults and ranges of the size: `appleParameters`. */
export interface AppleOptions extends ParameterOptions<typeof appleParameters> {
  /** Any integer; its lower 32 bits count. The same seed shows the same scene with and without a defect. */
  readonly seed: number;
  /** Default: chosen by the seed. */
  readonly variety?: AppleVariety | undefined;
  /** Default: a good apple. */
  readonly defect?: AppleDefect | undefined;
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
 * @throws ParameterError for a size outside its range, or an unknown variety or defect
 */
export function renderApple(options: AppleOptions): AppleRendering {
  const request = completeOptions(options);
  const { variety, defect } = request;
  return { ...photograph(drawScene(request)), variety, defect };
}

/** @throws ParameterError */
export function completeOptions({ seed, variety, defect, width, height }: AppleOptions): SceneRequest {
  if (!Number.isSafeInteger(seed)) {
    throw new ParameterError({ name: 'seed', expected: 'an integer', received: String(seed) });
  }
  const size = fillParameters(appleParameters, { width, height });
  checkName('variety', variety, appleVarieties);
  checkName('defect', defect, appleDefects);
  const chosen = variety ?? createRandom(deriveSeed(seed, 3)).pick(appleVarieties);
  return { seed, ...size, variety: chosen, defect };
}

function checkName(name: string, value: string | undefined, known: readonly string[]): void {
  if (value === undefined || known.includes(value)) return;
  throw new ParameterError({ name, expected: `one of ${known.join(', ')}`, received: `\`${value}\`` });
}
