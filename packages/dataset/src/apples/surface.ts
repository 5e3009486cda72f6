/** The point that is being shaded: one mutable record, used again for each ray so that pixels cost no memory. */

import { clamp01 } from './curves.ts';
import type { Rgb } from './colour.ts';

export const material = { table: 0, skin: 1, stem: 2, leaf: 3, worm: 4 } as const;
export type Material = (typeof material)[keyof typeof material];

export interface Surface {
  material: Material;
  /** Distance along the ray; Infinity where nothing was hit yet. */
  distance: number;
  /** Position in the world. */
  x: number;
  y: number;
  z: number;
  /** Normal in the world, length 1. */
  nx: number;
  ny: number;
  nz: number;
  /** Towards the viewer, length 1. */
  vx: number;
  vy: number;
  vz: number;
  /** Own coordinates of the thing that was hit: direction on the skin, length and side on a stem or leaf. */
  u: number;
  v: number;
  w: number;
  /** Colour without light. */
  red: number;
  green: number;
  blue: number;
  /** Strength of mirror images, 0..1. */
  gloss: number;
  /** Softness of mirror images, 0 (polished) to 1. */
  roughness: number;
  /** Share of the surroundings that this point sees, 0..1. */
  openness: number;
  /** Share of the main light that arrives, 0..1. */
  lit: number;
}

export function createSurface(): Surface {
  return {
    material: material.table,
    distance: Infinity,
    x: 0,
    y: 0,
    z: 0,
    nx: 0,
    ny: 1,
    nz: 0,
    vx: 0,
    vy: 0,
    vz: 1,
    u: 0,
    v: 0,
    w: 0,
    red: 0,
    green: 0,
    blue: 0,
    gloss: 0,
    roughness: 0,
    openness: 1,
    lit: 1,
  };
}

/** A line of sight or of light: origin and direction (length 1). Mutable, like the surface. */
export interface Ray {
  ox: number;
  oy: number;
  oz: number;
  dx: number;
  dy: number;
  dz: number;
}

export function createRay(): Ray {
  return { ox: 0, oy: 0, oz: 0, dx: 0, dy: 0, dz: 1 };
}

export function setColour(surface: Surface, colour: Rgb, factor = 1): void {
  surface.red = colour[0] * factor;
  surface.green = colour[1] * factor;
  surface.blue = colour[2] * factor;
}

/** Darkens below 1, brightens above. */
export function shadeColour(surface: Surface, factor: number): void {
  surface.red *= factor;
  surface.green *= factor;
  surface.blue *= factor;
}

/** Covers what is there with a colour: 0 not at all, 1 wholly. */
export function blendColour(surface: Surface, colour: Rgb, amount: number): void {
  const share = clamp01(amount);
  surface.red += (colour[0] - surface.red) * share;
  surface.green += (colour[1] - surface.green) * share;
  surface.blue += (colour[2] - surface.blue) * share;
}

/** Makes the normal's length 1 again. */
export function normalizeNormal(surface: Surface): void {
  const { nx, ny, nz } = surface;
  const factor = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
  surface.nx = nx * factor;
  surface.ny = ny * factor;
  surface.nz = nz * factor;
}
