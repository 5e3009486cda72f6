/** A scene's picture, and the exact mask of its flaw: the scene is rendered with and without it and compared. */
import type { Raster } from '@oddpixel/contract';
import { createAppleShape } from './apple-shape.ts';
import { develop, digitize } from './film.ts';
import { renderPart, renderScene, windowAround } from './render-scene.ts';
import type { AppleScene, Flaw } from './scene.ts';
import { material } from './surface.ts';
import { combine } from './vector.ts';
import { grown } from './window.ts';
import type { Window } from './window.ts';

export interface Photograph {
  readonly raster: Raster;
  readonly mask?: Raster;
  readonly flawShare: number;
}

/** A gray value has changed noticeably when it moved by more than this in a channel, of 255, before noise. */
export const NOTICEABLE = 16;

export function photograph(scene: AppleScene): Photograph {
  const { width, height, flaw } = scene;
  const exposure = renderScene(scene);
  const values = develop(scene, exposure.light);
  const raster: Raster = { width, height, channels: 3, data: digitize(scene, values) };
  if (flaw === undefined) return { raster, flawShare: 0 };

  const window = flawWindow(scene, flaw);
  const sound = renderPart(withoutFlaw(scene), exposure, window, flaw.kind !== 'missing-stem');
  const blurredWindow = grown(window, width, height);
  const mask = changedPixels(values, develop(scene, sound.light, blurredWindow), blurredWindow, width);
  const fruit = count(sound.materials, material.skin);
  const flawShare = count(mask, 255) / fruit;
  return { raster, mask: { width, height, channels: 1, data: mask }, flawShare };
}

export function withoutFlaw({ flaw: _flaw, ...sound }: AppleScene): AppleScene {
  return sound;
}

/** Where the flaw, with its shadow, can have changed the picture. */
function flawWindow(scene: AppleScene, flaw: Flaw): Window {
  const shape = createAppleShape(scene.body);
  const middle = shape.pointAt(flaw.direction);
  if (flaw.kind === 'worm') return windowAround(scene, shape, middle, 0.5);
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

function count(values: Uint8Array, wanted: number): number {
  let total = 0;
  for (const value of values) if (value === wanted) total++;
  return total;
}
