/** The renderer's small parts against slower or textbook statements of the same. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAppleShape } from './apple-shape.ts';
import { filmCurve, rgb, toDisplay } from './colour.ts';
import { smoothstep, wave } from './curves.ts';
import { drawScene } from './draw-scene.ts';
import { noise2, noise3, slope2 } from './noise.ts';
import { createRandom } from './random.ts';
import { createRay, createSurface } from './surface.ts';
import { createTube } from './tube.ts';
import { add, dot, frameAlong, normalize, scale, subtract, toLocal, toWorld } from './vector.ts';
import type { Vector } from './vector.ts';

const coordinate = fc.double({ min: -50, max: 50, noNaN: true });
const direction = fc
  .tuple(coordinate, coordinate, coordinate)
  .filter(([x, y, z]) => x * x + y * y + z * z > 1)
  .map((v) => normalize(v));

test('noise stays within 0..1 and runs on smoothly across cells', () => {
  fc.assert(
    fc.property(coordinate, coordinate, coordinate, fc.integer(), (x, y, z, seed) => {
      for (const value of [noise2(x, y, seed), noise3(x, y, z, seed)]) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }
      const cell = Math.round(x);
      expect(noise3(cell - 1e-9, y, z, seed)).toBeCloseTo(noise3(cell + 1e-9, y, z, seed), 6);
    }),
  );
});

test('the slope of the noise equals its finite difference', () => {
  fc.assert(
    fc.property(coordinate, coordinate, fc.integer(), (x, y, seed) => {
      const slope = { x: 0, y: 0 };
      slope2(x, y, seed, slope);
      const h = 1e-5;
      expect(slope.x).toBeCloseTo((noise2(x + h, y, seed) - noise2(x - h, y, seed)) / (2 * h), 3);
      expect(slope.y).toBeCloseTo((noise2(x, y + h, seed) - noise2(x, y - h, seed)) / (2 * h), 3);
    }),
  );
});

test('noise and random numbers spread evenly', () => {
  const random = createRandom(5);
  const tenths = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const tenth = Math.floor(random.between(0, 10));
    tenths[tenth] = (tenths[tenth] as number) + 1;
  }
  for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
  let sum = 0;
  for (let i = 0; i < 4000; i++) sum += noise2(i * 1.37, i * 0.71, 3);
  expect(sum / 4000).toBeCloseTo(0.5, 1);
});

test('colours follow the display standard closely', () => {
  const toLight = (value: number): number =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const toValue = (light: number): number =>
    light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
  let [inLight, inValue] = [0, 0];
  for (let value = 0; value < 256; value++) {
    const gray = rgb(`#${value.toString(16).padStart(2, '0').repeat(3)}`);
    inLight = Math.max(inLight, Math.abs(gray[1] - toLight(value / 255)));
    const light = toLight(value / 255);
    if (value >= 24) inValue = Math.max(inValue, Math.abs(toDisplay(light) - 255 * toValue(light)));
  }
  expect(inLight).toBeLessThan(1 / 255);
  expect(inValue).toBeLessThan(1);
});

test('curves rise and keep their ends', () => {
  for (let i = 0; i < 200; i++) {
    expect(filmCurve((i + 1) / 50)).toBeGreaterThanOrEqual(filmCurve(i / 50));
    expect(toDisplay((i + 1) / 200)).toBeGreaterThanOrEqual(toDisplay(i / 200));
  }
  expect([smoothstep(2, 4, 1), smoothstep(2, 4, 3), smoothstep(2, 4, 5), smoothstep(4, 2, 1)]).toEqual([
    0, 0.5, 1, 1,
  ]);
  expect([0, 0.25, 0.5, 0.75, 1].map(wave)).toEqual([0.5, 0.75, 0.5, 0.25, 0.5]);
});

test('frames are inverted by the opposite turn', () => {
  fc.assert(
    fc.property(direction, direction, (axis, point) => {
      const frame = frameAlong(axis, [0.6, 0.8]);
      const back = toWorld(frame, toLocal(frame, point));
      expect(dot(subtract(back, point), subtract(back, point))).toBeLessThan(1e-20);
      expect(dot(frame.y, axis)).toBeCloseTo(1, 12);
    }),
  );
});

test('rays hit the skin at its place', () => {
  const { body } = drawScene({ seed: 4, width: 64, height: 48, variety: 'red', defect: undefined });
  const shape = createAppleShape(body);
  fc.assert(
    fc.property(direction, (towards) => {
      const point = shape.pointAt(towards);
      const normal = shape.normalAt(towards);
      // In the hollows the rim may be in the way.
      if (Math.abs(towards[1]) > 0.6) return;
      const ray = createRay();
      [ray.ox, ray.oy, ray.oz] = add(point, scale(normal, 3));
      [ray.dx, ray.dy, ray.dz] = scale(normal, -1);
      const surface = createSurface();
      shape.intersect(ray, surface);
      expect(surface.distance).toBeGreaterThan(2.98);
      expect(surface.distance).toBeLessThan(3.02);
      expect(surface.nx * normal[0] + surface.ny * normal[1] + surface.nz * normal[2]).toBeGreaterThan(0.99);
    }),
  );
});

test('the fruit rests on the table', () => {
  for (let seed = 0; seed < 5; seed++) {
    const { body } = drawScene({ seed, width: 64, height: 48, variety: 'golden', defect: undefined });
    const shape = createAppleShape(body);
    const random = createRandom(seed);
    let lowest = Infinity;
    for (let i = 0; i < 3000; i++) {
      const v: Vector = [random.between(-1, 1), random.between(-1, 1), random.between(-1, 1)];
      lowest = Math.min(lowest, shape.pointAt(normalize(v))[1]);
    }
    expect(Math.abs(lowest)).toBeLessThan(0.02);
  }
});

test('tubes are hit at their radius and throw a shadow', () => {
  const joints = [0, 1, 2, 3].map((y) => ({ at: [0, y, 0] as Vector, radius: 0.2 }));
  const tube = createTube(joints, 2);
  const ray = createRay();
  [ray.ox, ray.oy, ray.oz, ray.dx, ray.dy, ray.dz] = [5, 1.4, 0, -1, 0, 0];
  const surface = createSurface();
  tube.intersect(ray, surface);
  expect(surface.distance).toBeCloseTo(4.8, 6);
  expect([surface.nx, surface.ny, surface.nz].map((n) => Math.round(n * 1e6) / 1e6)).toEqual([1, 0, 0]);
  expect(surface.u).toBeCloseTo(1.4 / 3, 6);
  expect(tube.shadow(-2, 1.4, 0, [1, 0, 0], 0.01)).toBeLessThan(0.3);
  expect(tube.shadow(-2, 1.4, 2, [1, 0, 0], 0.01)).toBe(1);
  expect(tube.shadow(2, 1.4, 0, [1, 0, 0], 0.01)).toBe(1);
});
