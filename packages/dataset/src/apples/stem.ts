/** The woody stem. */
import { rgb } from './colour.ts';
import type { Rgb } from './colour.ts';
import { mix, smoothstep } from './curves.ts';
import { noise2 } from './noise.ts';
import type { AppleShape } from './apple-shape.ts';
import type { AppleScene } from './scene.ts';
import { blendColour, material, setColour, shadeColour } from './surface.ts';
import type { Surface } from './surface.ts';
import { bentJoints, createTube } from './tube.ts';
import type { Tube } from './tube.ts';
import { add, toWorld } from './vector.ts';
import type { Vector } from './vector.ts';

const WOOD: Rgb = rgb('#6e4c2c');
const WOOD_TIP: Rgb = rgb('#4a3320');
const WOOD_GREEN: Rgb = rgb('#84803a');

/** The three points of the stem's curve, in the world: root, bend, tip. */
export function stemCurve({ body, stem }: AppleScene, shape: AppleShape): readonly [Vector, Vector, Vector] {
  const along = (height: number, lean: number): Vector =>
    add(shape.stemBase, toWorld(body.frame, [stem.lean[0] * lean, height, stem.lean[1] * lean]));
  return [along(-0.04, 0), along(0.6 * stem.length, 0.15), along(stem.length, 1)];
}

export function createStem(scene: AppleScene, shape: AppleShape): Tube {
  const { radius } = scene.stem;
  // Thick at the root, slim in the middle, a flared knob where it broke off the tree.
  const thickness = (t: number): number =>
    radius *
    (1 + 0.3 * smoothstep(0.3, 0, t) + 0.35 * smoothstep(0.5, 0.97, t) - 0.35 * smoothstep(0.95, 1, t));
  return createTube(bentJoints(stemCurve(scene, shape), 18, thickness), material.stem);
}

export function paintStem(surface: Surface, seed: number): void {
  const bark = noise2(surface.u * 5, 5 * (surface.nx + 0.7 * surface.nz), seed + 11);
  const fresh = smoothstep(0.5, 0.1, surface.u) * 0.5;
  const tip = smoothstep(0.8, 1, surface.u);
  setColour(surface, WOOD);
  blendColour(surface, WOOD_GREEN, fresh);
  blendColour(surface, WOOD_TIP, tip);
  shadeColour(surface, 0.7 + 0.6 * bark);
  surface.gloss = 0.25;
  surface.roughness = 0.8;
  // The root stands in the dark of the hollow.
  surface.openness = mix(0.35, 1, smoothstep(0, 0.55, surface.u));
}
