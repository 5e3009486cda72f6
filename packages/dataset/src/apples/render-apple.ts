/** One apple: the picture, the mask of its flaw, and the scene that both came from. */
import { ParameterError } from '@oddpixel/model-core/contract';
import type { Raster } from '@oddpixel/model-core/contract';
import { drawScene } from './draw-scene.ts';
import { develop, digitize } from './film.ts';
import { createRandom, deriveSeed } from './random.ts';
import { createAppleShape } from './apple-shape.ts';
import { renderPart, renderScene, windowAround } from './render-scene.ts';
import type { Exposure } from './render-scene.ts';
import { appleDefects } from './scene.ts';
import type { AppleDefect, AppleScene, Flaw } from './scene.ts';
import { material } from './surface.ts';
import { appleVarieties } from './varieties.ts';
import type { AppleVariety } from './varieties.ts';
import { combine } from './vector.ts';
import { grown } from './window.ts';
import type { Window } from './window.ts';

export interface AppleOptions {
  /** Any integer. The same seed shows the same scene with and without a defect. */
  readonly seed: number;
  /** Default: chosen by the seed. */
  readonly variety?: AppleVariety;
  /** Default: a good apple. */
  readonly defect?: AppleDefect;
  /** Pixels, 32 to 4,096. Default 320. */
  readonly width?: number;
  /** Pixels, 32 to 4,096. Default 256. */
  readonly height?: number;
}

export interface AppleRendering {
  /** RGB, 8 bit. */
  readonly raster: Raster;
  /** For a defect: one channel, 255 where the defect changed the picture, else 0. */
  readonly mask?: Raster;
  /** Pixels of the mask ÷ visible pixels of fruit; 0 for a good apple. */
  readonly flawShare: number;
  readonly scene: AppleScene;
}

/** A gray value has changed noticeably when it moved by this much in a channel, of 255, before noise. */
const NOTICEABLE = 16;

/**
 * Renders one apple. The same options give the same bytes on every machine.
 *
 * @throws ParameterError
 */
export function renderApple(options: AppleOptions): AppleRendering {
  const scene = drawScene(completeOptions(options));
  const exposure = renderScene(scene);
  const values = develop(scene, exposure.light);
  const { width, height, flaw } = scene;
  const raster: Raster = { width, height, channels: 3, data: digitize(scene, values) };
  if (flaw === undefined) return { raster, flawShare: 0, scene };

  const part = flawWindow(scene, flaw);
  const sound = renderPart(withoutFlaw(scene), exposure, part, flaw.kind !== 'missing-stem');
  const blurredPart = grown(part, width, height);
  const mask = changedPixels(values, develop(scene, sound.light, blurredPart), blurredPart, width);
  const flawShare = count(mask, (value) => value > 0) / fruitPixels(sound);
  return { raster, mask: { width, height, channels: 1, data: mask }, flawShare, scene };
}

function withoutFlaw({ flaw: _flaw, ...sound }: AppleScene): AppleScene {
  return sound;
}

/** Where the flaw, with its shadow, can have changed the picture. */
function flawWindow(scene: AppleScene, flaw: Flaw): Window {
  const shape = createAppleShape(scene.body);
  const middle = shape.pointAt(flaw.direction);
  if (flaw.kind === 'worm') return windowAround(scene, shape, middle, 0.7);
  if (flaw.kind !== 'missing-stem') return windowAround(scene, shape, middle, 0.34);
  const halfStem = 0.5 * scene.stem.length;
  return windowAround(scene, shape, combine([1, middle], [halfStem, scene.body.frame.y]), halfStem + 0.22);
}

function changedPixels(odd: Float32Array, sound: Float32Array, window: Window, width: number): Uint8Array {
  const mask = new Uint8Array(odd.length / 3);
  for (let y = window.top; y < window.bottom; y++) {
    for (let x = window.left, at = y * width + x; x < window.right; x++, at++) {
      for (let value = 3 * at; value < 3 * at + 3; value++) {
        if (Math.abs((odd[value] as number) - (sound[value] as number)) > NOTICEABLE) mask[at] = 255;
      }
    }
  }
  return mask;
}

function fruitPixels({ materials }: Exposure): number {
  return count(materials, (value) => value === material.skin);
}

function count(values: Uint8Array, matches: (value: number) => boolean): number {
  let total = 0;
  for (const value of values) if (matches(value)) total++;
  return total;
}

function completeOptions({
  seed,
  variety,
  defect,
  width = 320,
  height = 256,
}: AppleOptions): Parameters<typeof drawScene>[0] {
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
