/**
 * Chooses a scene at random. All that varies varies alike in good and in flawed scenes: the flaw is drawn from a
 * stream of its own, so one seed gives the same picture with and without it.
 */
import { add, combine, dot, frameAlong, normalize, toLocal, toWorld } from './vector.ts';
import type { Frame, Vector } from './vector.ts';
import { createRandom, deriveSeed } from './random.ts';
import type { Random } from './random.ts';
import type { Rgb } from './colour.ts';
import { backgroundKinds } from './scene.ts';
import type { AppleDefect, AppleScene, Background, Body, Camera, Film, Flaw, Leaf, Light } from './scene.ts';
import { skins } from './varieties.ts';
import type { AppleVariety } from './varieties.ts';

export interface SceneRequest {
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly variety: AppleVariety;
  readonly defect: AppleDefect | undefined;
}

export function drawScene({ seed, width, height, variety, defect }: SceneRequest): AppleScene {
  const random = createRandom(deriveSeed(seed, 1));
  const camera = drawCamera(random);
  const body = drawBody(random, variety, camera);
  const stem = {
    length: random.between(0.37, 0.45),
    radius: random.between(0.023, 0.027),
    lean: scaled(random.disc(), 0.2),
  };
  const light = drawLight(random);
  const background = drawBackground(random);
  const film = drawFilm(random);
  const leaf = drawLeaf(random, body.frame);
  // Without its stem, an apple has nothing that would hold a leaf.
  const keepsLeaf = leaf !== undefined && defect !== 'missing-stem';
  const flaw = defect === undefined ? undefined : drawFlaw(seed, defect, { camera, body, leaf });
  return {
    seed,
    width,
    height,
    camera,
    body,
    stem,
    light,
    background,
    film,
    leaf: keepsLeaf ? leaf : undefined,
    flaw,
  };
}

/** Looks down by 28 to 47 degrees. */
function drawCamera(random: Random): Camera {
  const halfTangent = random.between(0.25, 0.43);
  const length = 1 + halfTangent * halfTangent;
  return {
    towards: [0, (2 * halfTangent) / length, (1 - halfTangent * halfTangent) / length],
    distance: random.between(7, 10),
    appleRadius: random.between(0.33, 0.385),
    centre: [random.between(0.43, 0.57), random.between(0.5, 0.57)],
  };
}

function drawBody(random: Random, variety: AppleVariety, camera: Camera): Body {
  const skin = skins[variety];
  const [leanX, leanZ] = random.disc();
  let axis: Vector = normalize([0.5 * leanX, 1, 0.12 + 0.38 * leanZ]);
  // The stem's hollow always faces the camera enough to be seen.
  const facing = dot(axis, camera.towards);
  if (facing < 0.68) axis = normalize(combine([1, axis], [0.9 - facing, camera.towards]));
  return {
    variety,
    frame: frameAlong(axis, random.circle()),
    squash: random.between(0.9, 1.02),
    taper: random.between(0.06, 0.15),
    hollowDepth: random.between(0.22, 0.29),
    hollowWidth: random.between(0.36, 0.46),
    lobes: random.between(0.008, 0.026),
    lopsided: scaled(random.disc(), 0.05),
    sunSide: drawSunSide(random),
    blushShare: random.between(...skin.blushShare),
    streaks: random.between(...skin.streaks),
    russet: random.between(...skin.russet),
    dots: random.between(...skin.dots),
    gloss: random.between(...skin.gloss),
    textureSeed: random.seed(),
  };
}

function drawSunSide(random: Random): Vector {
  const [x, z] = random.circle();
  return normalize([x, random.between(0, 0.7), z]);
}

function drawLight(random: Random): Light {
  const side = random.chance(0.5) ? 1 : -1;
  const warmth = random.between(-0.06, 0.1);
  const key = normalize([
    side * random.between(0.5, 0.9),
    random.between(1, 1.35),
    random.between(0.45, 0.85),
  ]);
  const strength = random.between(2, 2.4);
  const fill = random.between(0.5, 0.72);
  return {
    key,
    keyColour: tinted(strength, warmth),
    fillColour: tinted(fill, -0.5 * warmth - 0.03),
    rim: normalize([-side * random.between(0.5, 1), random.between(0.35, 0.7), random.between(-1, -0.7)]),
    rimStrength: random.between(0.3, 0.8),
    softbox: [random.between(0.26, 0.32), random.between(0.28, 0.34)],
  };
}

function drawBackground(random: Random): Background {
  const kind = random.pick(backgroundKinds);
  // The grain runs across the picture, more or less.
  const slant = random.between(-1, 1);
  return {
    kind,
    palette: Math.floor(random.between(0, 2)),
    turn: unit(1, kind === 'belt' ? 0.2 * slant : 0.4 * slant),
    offset: [random.between(-40, 40), random.between(-40, 40)],
    textureSeed: random.seed(),
  };
}

function drawFilm(random: Random): Film {
  return {
    exposure: random.between(0.42, 0.48),
    whiteBalance: [random.between(0.97, 1.04), random.between(0.96, 1.03)],
    blur: random.between(0.05, 0.12),
    noise: random.between(1, 2.2),
    vignette: random.between(0.08, 0.25),
  };
}

function drawLeaf(random: Random, frame: Frame): Leaf | undefined {
  const wanted = random.chance(0.45);
  const [x, z] = random.circle();
  const leaf: Leaf = {
    direction: [x, z],
    length: random.between(0.75, 0.95),
    width: random.between(0.2, 0.27),
    droop: random.between(0.1, 0.3),
    textureSeed: random.seed(),
  };
  // A leaf that points at the viewer would hide the fruit.
  const towardsViewer = x * frame.x[2] + z * frame.z[2];
  return wanted && towardsViewer < 0.25 ? leaf : undefined;
}

interface FlawPlace {
  readonly camera: Camera;
  readonly body: Body;
  readonly leaf: Leaf | undefined;
}

/** Somewhere on the side that the camera sees, outside the hollow and not under the leaf. */
function drawFlaw(seed: number, kind: AppleDefect, { camera, body, leaf }: FlawPlace): Flaw {
  const random = createRandom(deriveSeed(seed, 2));
  const relativeSize = random.between(0.94, 1.02);
  const turn = random.circle();
  const look = Math.floor(random.between(0, 3));
  const textureSeed = random.seed();
  // What is nearer to the camera looks larger; a flaw keeps its share of the picture.
  const sized = (direction: Vector): Flaw => {
    const depth = dot(toWorld(body.frame, direction), camera.towards);
    const size = (relativeSize * (camera.distance - depth)) / camera.distance;
    return { kind, direction, size, turn, look, textureSeed };
  };
  if (kind === 'missing-stem') return sized([0, 1, 0]);
  const viewUp: Vector = [0, camera.towards[2], -camera.towards[1]];
  for (let attempt = 0; ; attempt++) {
    const [right, up] = scaled(random.disc(), 0.58);
    const depth = Math.sqrt(1 - right * right - up * up);
    const seen = add([right, 0, 0], combine([up, viewUp], [depth, camera.towards]));
    const direction = toLocal(body.frame, seen);
    const inHollow = direction[1] > 0.66;
    const underLeaf =
      leaf !== undefined && direction[0] * leaf.direction[0] + direction[2] * leaf.direction[1] > 0.3;
    if ((!inHollow && !underLeaf) || attempt > 200) return sized(direction);
  }
}

function scaled([x, y]: readonly [number, number], factor: number): readonly [number, number] {
  return [x * factor, y * factor];
}

function unit(x: number, y: number): readonly [number, number] {
  const length = Math.sqrt(x * x + y * y);
  return [x / length, y / length];
}

/** Light of a strength; positive warmth is redder, negative bluer. */
function tinted(strength: number, warmth: number): Rgb {
  return [strength * (1 + warmth), strength, strength * (1 - warmth)];
}
