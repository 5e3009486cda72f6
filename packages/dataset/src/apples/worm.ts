/** The worm: a green, ringed, good-humoured one. It looks at the camera. */
import type { AppleShape } from './apple-shape.ts';
import { rgb } from './colour.ts';
import type { Rgb } from './colour.ts';
import { smoothstep, wave } from './curves.ts';
import type { AppleScene, Flaw } from './scene.ts';
import { blendColour, material, setColour } from './surface.ts';
import type { Ray, Surface } from './surface.ts';
import { bentJoints, createTube } from './tube.ts';
import type { Joint, Tube } from './tube.ts';
import { add, combine, cross, dot, normalize, scale, subtract, toWorld } from './vector.ts';
import type { Vector } from './vector.ts';

const SKINS: readonly Rgb[] = [rgb('#b7d34a'), rgb('#e6a9a0'), rgb('#e8dc7a')];
const RINGS: readonly Rgb[] = [rgb('#6f9a2a'), rgb('#c06a66'), rgb('#b59a3a')];
const CHEEK = rgb('#e8746a');
const MOUTH = rgb('#4a1a18');
const WHITE = rgb('#fbfaf4');
const PUPIL = rgb('#0d0b0a');

const BODY_RADIUS = 0.05;
const HEAD_RADIUS = 0.075;
const EYE_RADIUS = 0.034;
const RING_COUNT = 5;

export interface Worm {
  intersect(ray: Ray, surface: Surface): void;
  /** Paints the point that `intersect` found. */
  paint(surface: Surface): void;
  shadow: Tube['shadow'];
}

export function createWorm({ body, camera }: AppleScene, flaw: Flaw, shape: AppleShape): Worm {
  const { size } = flaw;
  const hole = shape.pointAt(flaw.direction);
  const out = shape.normalAt(flaw.direction);
  const viewUp: Vector = [0, camera.towards[2], -camera.towards[1]];
  const outwards = toWorld(body.frame, flaw.direction);
  // It rears up, away from the middle of the fruit as the camera sees it.
  const rise = normalize(combine([0.9, viewUp], [Math.sign(outwards[0]) * 0.55, [1, 0, 0]], [0.35, out]));
  const bend = add(hole, scale(out, 0.15 * size));
  const neck = combine([1, hole], [0.15 * size, out], [0.13 * size, rise]);
  const segments = 20;
  const thickness = (t: number): number =>
    size * BODY_RADIUS * (0.86 + 0.14 * wave(t * RING_COUNT - 0.25) * 2 - 0.14 + 0.12 * t);
  const trunk = createTube(
    bentJoints([add(hole, scale(out, -0.06)), bend, neck], segments, thickness),
    material.worm,
  );

  const headCentre = add(neck, scale(rise, 0.04 * size));
  const gaze = normalize(combine([1, camera.towards], [0.25, out], [-0.12, viewUp]));
  const side = normalize(cross(viewUp, gaze));
  const brow = cross(gaze, side);
  const ball = (centre: Vector, radius: number): Tube =>
    createTube([joint(centre, radius), joint(add(centre, scale(gaze, 1e-4)), radius)], material.worm);
  const headRadius = HEAD_RADIUS * size;
  const head = ball(headCentre, headRadius);
  const eyeCentre = (sign: number): Vector =>
    combine(
      [1, headCentre],
      [0.7 * headRadius, gaze],
      [sign * 0.43 * headRadius, side],
      [0.5 * headRadius, brow],
    );
  const eyes = [-1, 1].map((sign) => ({
    centre: eyeCentre(sign),
    tube: ball(eyeCentre(sign), EYE_RADIUS * size),
  }));

  const skin = SKINS[flaw.look] ?? WHITE;
  const ring = RINGS[flaw.look] ?? WHITE;
  /** What the last ray found: the trunk, the head, or one of the eyes. */
  let part: 'trunk' | 'head' | { readonly centre: Vector } = 'trunk';

  const intersect = (ray: Ray, surface: Surface): void => {
    let nearest = surface.distance;
    const found = (next: typeof part): void => {
      if (surface.distance < nearest) part = next;
      nearest = surface.distance;
    };
    trunk.intersect(ray, surface);
    found('trunk');
    head.intersect(ray, surface);
    found('head');
    for (const eye of eyes) {
      eye.tube.intersect(ray, surface);
      found(eye);
    }
  };

  const paintHead = (surface: Surface): void => {
    const from = subtract([surface.x, surface.y, surface.z], headCentre);
    const x = dot(from, side) / headRadius;
    const y = dot(from, brow) / headRadius;
    const front = dot(from, gaze) > 0;
    setColour(surface, skin, 1.04);
    if (!front) return;
    const cheek = smoothstep(0.26, 0.1, distance(Math.abs(x) - 0.66, y + 0.2));
    blendColour(surface, CHEEK, 0.75 * cheek);
    const smile = Math.abs(y + 0.5 - 0.75 * x * x);
    if (Math.abs(x) < 0.48) blendColour(surface, MOUTH, smoothstep(0.12, 0.06, smile));
  };

  const paintEye = (surface: Surface, centre: Vector): void => {
    const radius = EYE_RADIUS * size;
    const from = subtract([surface.x, surface.y, surface.z], centre);
    const x = dot(from, side) / radius;
    const y = dot(from, brow) / radius;
    setColour(surface, WHITE);
    if (dot(from, gaze) > 0) {
      blendColour(surface, PUPIL, smoothstep(0.64, 0.5, distance(x, y + 0.08)));
      blendColour(surface, WHITE, smoothstep(0.26, 0.16, distance(x + 0.18, y - 0.2)));
    }
    surface.gloss = 0.4;
  };

  const paint = (surface: Surface): void => {
    surface.gloss = 0.35;
    surface.roughness = 0.5;
    surface.openness = 1;
    if (part === 'trunk') {
      const groove = 1 - wave(surface.u * RING_COUNT - 0.25);
      setColour(surface, skin);
      blendColour(surface, ring, smoothstep(0.45, 0.9, groove));
      surface.openness = smoothstep(-0.1, 0.5, surface.u);
    } else if (part === 'head') {
      paintHead(surface);
    } else {
      paintEye(surface, part.centre);
    }
  };

  const shadow: Tube['shadow'] = (x, y, z, light, softness) =>
    Math.min(trunk.shadow(x, y, z, light, softness), head.shadow(x, y, z, light, softness));

  return { intersect, paint, shadow };
}

function joint(at: Vector, radius: number): Joint {
  return { at, radius };
}

function distance(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}
