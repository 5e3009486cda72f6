/** What the apple lies on: planks, linen or a conveyor belt, seen slightly out of focus behind the apple. */
import type { Rgb } from './colour.ts';
import { rgb } from './colour.ts';
import { smoothstep, wave } from './curves.ts';
import { noise2, slope2 } from './noise.ts';
import { latticeValue } from './random.ts';
import type { Background, BackgroundKind } from './scene.ts';
import type { Painter } from './skin.ts';
import type { Surface } from './surface.ts';
import { normalizeNormal, setColour, shadeColour } from './surface.ts';

const palettes: Readonly<Record<BackgroundKind, readonly [Rgb, Rgb, Rgb]>> = {
  wood: [rgb('#b98f60'), rgb('#8a6242'), rgb('#c4ac88')],
  linen: [rgb('#c9bda6'), rgb('#d3d5d6'), rgb('#8494a6')],
  belt: [rgb('#5a7d70'), rgb('#5d7c98'), rgb('#63666a')],
};

export interface Table {
  /** Average colour, which tints the light that comes back from it. */
  readonly colour: Rgb;
  readonly paint: Painter;
}

type TexturePainter = (surface: Surface, x: number, z: number, sharp: number, seed: number) => void;

export function createTable({ kind, palette, turn, offset, textureSeed }: Background): Table {
  const [cos, sin] = turn;
  const colour = palettes[kind][palette] ?? palettes[kind][0];
  const texture = textures[kind];
  const paint = (surface: Surface): void => {
    const x = surface.x * cos + surface.z * sin + offset[0];
    const z = surface.z * cos - surface.x * sin + offset[1];
    setColour(surface, colour);
    surface.gloss = 0;
    surface.roughness = 1;
    texture(surface, x, z, blurRadius(surface.z), textureSeed);
  };
  return { colour, paint };
}

/** Radius of the circle of confusion on the table: sharp beside the apple, soft behind it. */
function blurRadius(z: number): number {
  const behind = Math.max(0, -z - 0.6);
  const before = Math.max(0, z - 1.3);
  return 0.004 + 0.035 * behind + 0.02 * before;
}

/** How much contrast a texture of so many periods per unit keeps after the blur. */
function kept(frequency: number, blur: number): number {
  const spread = frequency * blur;
  return 1 / (1 + 4 * spread * spread);
}

const PLANK = 1.25;

function paintWood(surface: Surface, x: number, z: number, blur: number, seed: number): void {
  const plank = Math.floor(z / PLANK);
  const across = z / PLANK - plank;
  const own = latticeValue(plank, 7, 0, seed);
  const along = x + 17 * own;
  const warp = noise2(along * 0.35, z * 1.3, seed + plank);
  const rings = wave(z * 3.1 + 2.4 * warp + 5 * own);
  const grain = noise2(along * 0.9, z * 13, seed + 1) - 0.5;
  const fibre = noise2(along * 2.6, z * 44, seed + 2) - 0.5;
  const edge = Math.min(across, 1 - across) * PLANK;
  const soft = 0.012 + blur;
  const gap = 1 - (0.55 * 0.012 * (1 - smoothstep(0, 2 * soft, edge))) / soft;
  const tone =
    0.9 +
    0.16 * (own - 0.5) +
    0.14 * (rings - 0.5) * kept(3, blur) +
    0.26 * grain * kept(13, blur) +
    0.16 * fibre * kept(44, blur);
  shadeColour(surface, tone * gap);
  // Dark grain is redder.
  surface.blue *= 1 + 0.35 * (tone - 0.9);
  surface.gloss = 0.12;
}

function paintLinen(surface: Surface, x: number, z: number, blur: number, seed: number): void {
  const warp = noise2(x * 46, z * 7, seed) - 0.5;
  const weft = noise2(x * 7, z * 46, seed + 1) - 0.5;
  const slub = noise2(x * 2.2, z * 17, seed + 2) + noise2(x * 17, z * 2.2, seed + 3) - 1;
  shadeColour(surface, 0.92 + 0.24 * (warp + weft) * kept(40, blur) + 0.1 * slub * kept(17, blur));
  // Folds: the slope of a slow noise.
  slope2(x * 0.8, z * 0.45, seed + 4, slope);
  surface.nx -= 0.19 * slope.x;
  surface.nz -= 0.11 * slope.y;
  slope2(x * 2.1, z * 1.2, seed + 5, slope);
  surface.nx -= 0.07 * slope.x;
  surface.nz -= 0.04 * slope.y;
  normalizeNormal(surface);
}

const slope = { x: 0, y: 0 };

const CLEAT = 0.62;

function paintBelt(surface: Surface, x: number, z: number, blur: number, seed: number): void {
  const rubber = noise2(x * 38, z * 38, seed) - 0.5;
  const wear = noise2(x * 0.9, z * 3.5, seed + 1) - 0.5;
  const place = x / CLEAT - Math.floor(x / CLEAT) - 0.5;
  const soft = 0.03 + blur / CLEAT;
  const strength = 0.03 / soft;
  const groove = 1 - smoothstep(0, soft, Math.abs(place));
  const lip = 1 - smoothstep(0, soft, Math.abs(place - 1.5 * soft));
  shadeColour(
    surface,
    0.95 + 0.13 * rubber * kept(38, blur) + 0.16 * wear - strength * (0.38 * groove - 0.16 * lip),
  );
  surface.gloss = 0.3;
  surface.roughness = 0.9;
}

const textures: Readonly<Record<BackgroundKind, TexturePainter>> = {
  wood: paintWood,
  linen: paintLinen,
  belt: paintBelt,
};
