/** What every head must do with stripes: leave clean ones alone, and find a blot in its place. */
import { expect } from 'vitest';
import type { Result } from '@oddpixel/contract';
import { stripes } from './stripes.ts';
import type { TrainingSample } from '../src/train/training-sample.ts';

/** Clean stripes, and others with a blot of 16×16 pixels at (64, 24). */
export const blotPair = (): TrainingSample[] => [stripes(40), stripes(41, { x: 64, y: 24 })];

/** @param results of `blotPair`. */
export function expectBlotFound([clean, odd]: readonly Result[]): void {
  expect(odd?.anomalyScore).toBeGreaterThan(1.5 * (clean?.anomalyScore ?? Infinity));
  expect(odd?.anomalyClass).toBe('nok');
  const { data, width } = odd?.anomalyImage ?? { data: new Float32Array(1), width: 1 };
  const peak = data.reduce((best, value, i) => (value > (data[best] as number) ? i : best), 0);
  expect(peak % width).toBeGreaterThanOrEqual(56);
  expect(peak % width).toBeLessThan(88);
  expect(Math.floor(peak / width)).toBeGreaterThanOrEqual(16);
  expect(Math.floor(peak / width)).toBeLessThan(48);
}
