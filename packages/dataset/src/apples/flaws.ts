/** What flaws do to the skin: bruise, cut, sticker, a worm's hole, and the wound that a torn-off stem leaves. */
import type { Rgb } from './colour.ts';
import { rgb } from './colour.ts';
import { mix, smoothstep } from './curves.ts';
import { noise2 } from './noise.ts';
import type { Body, Flaw } from './scene.ts';
import type { Painter } from './skin.ts';
import type { Surface } from './surface.ts';
import { blendColour, normalizeNormal, shadeColour } from './surface.ts';
import { frameAlong, toWorld } from './vector.ts';
import type { Vector } from './vector.ts';

/** The skin around the flaw, seen flat: `a` and `b` are the axes in its plane, in the world. */
interface Patch {
  readonly flaw: Flaw;
  readonly aWorld: Vector;
  readonly bWorld: Vector;
}

type PatchPainter = (surface: Surface, a: number, b: number, patch: Patch) => void;

/** Farther than this from the flaw's middle the skin is sound. */
const PATCH_RADIUS = 0.5;

export function createFlawPainter(flaw: Flaw, body: Body): Painter {
  const local = frameAlong(flaw.direction, flaw.turn);
  const patch: Patch = { flaw, aWorld: toWorld(body.frame, local.x), bWorld: toWorld(body.frame, local.z) };
  const paint = painters[flaw.kind];
  return (surface) => {
    const { u, v, w } = surface;
    const facing = u * local.y[0] + v * local.y[1] + w * local.y[2];
    if (facing < 0.5) return;
    const a = u * local.x[0] + v * local.x[1] + w * local.x[2];
    const b = u * local.z[0] + v * local.z[1] + w * local.z[2];
    if (a * a + b * b < PATCH_RADIUS * PATCH_RADIUS) paint(surface, a, b, patch);
  };
}

const BRUISE = [rgb('#7d4d26'), rgb('#6d4120'), rgb('#8a5a30')] as const;
const BRUISE_RIM = rgb('#3f2210');
const BRUISE_HEART = rgb('#c09a68');

/** A knock that has begun to rot: brown and sunken, in rings, darker at the edge, dry and pale in the middle. */
function paintBruise(surface: Surface, a: number, b: number, patch: Patch): void {
  const { size, look, textureSeed } = patch.flaw;
  const radius = 0.152 * size;
  const ragged =
    0.3 * (noise2(a * 9, b * 9, textureSeed) - 0.5) + 0.14 * (noise2(a * 24, b * 24, textureSeed) - 0.5);
  const away = Math.sqrt(a * a * 1.2 + b * b * 0.85) / radius + ragged;
  const amount = smoothstep(1.04, 0.88, away);
  if (amount <= 0) return;
  const grain = noise2(a * 40, b * 40, textureSeed + 1);
  blendColour(surface, BRUISE[look] ?? BRUISE[0], 0.97 * amount);
  blendColour(surface, BRUISE_RIM, 0.9 * amount * smoothstep(0.6, 0.86, away));
  blendColour(surface, BRUISE_HEART, 0.8 * smoothstep(0.5, 0.28, away) * mix(0.55, 1, grain));
  blendColour(surface, BRUISE_RIM, 0.8 * smoothstep(0.2, 0.08, away) * mix(0.5, 1, grain));
  surface.gloss *= 1 - 0.75 * amount;
  surface.roughness = mix(surface.roughness, 1, amount);
  tilt(surface, patch, -2 * a * amount, -2 * b * amount);
}

const FLESH = rgb('#f3e6bd');
const BROWNED = rgb('#a8763c');
const DRY_RIM = rgb('#4d2a14');
const CREASE = rgb('#2e170a');

/** A gash: two walls of pale flesh that begins to brown, a dark crease between them, a dry rim. */
function paintCut(surface: Surface, a: number, b: number, patch: Patch): void {
  const { size, look, textureSeed } = patch.flaw;
  const half = 0.235 * size;
  const place = a / half;
  if (Math.abs(place) > 1.2) return;
  const wobble = 0.02 * (noise2(a * 14, 0, textureSeed) - 0.5);
  const side = b + (look - 1) * 0.9 * (a * a - 0.5 * half * half) + wobble;
  const width = 0.078 * size * Math.max(0, 1 - place * place);
  const rim =
    smoothstep(width + 0.034, width + 0.012, Math.abs(side)) * smoothstep(1.12, 0.95, Math.abs(place));
  blendColour(surface, DRY_RIM, 0.88 * rim);
  surface.gloss *= 1 - 0.7 * rim;
  const open = smoothstep(width + 0.004, width - 0.008, Math.abs(side));
  if (open <= 0) return;
  const depth = side / (width + 1e-6);
  blendColour(surface, FLESH, open);
  blendColour(
    surface,
    BROWNED,
    open * (0.25 + 0.75 * noise2(a * 25, b * 40, textureSeed)) * (1 - 0.6 * depth * depth),
  );
  // The knife came in aslant: one wall is broad and lit, the other narrow.
  blendColour(surface, CREASE, 0.95 * open * smoothstep(0.36, 0.18, Math.abs(depth + 0.42)));
  tilt(surface, patch, 0, -1.1 * (depth + 0.42) * open);
  surface.openness *= 1 - 0.3 * open;
}

const HOLE_RIM = rgb('#5b3a1c');
const HOLE_DARK = rgb('#140a05');

/** Where the worm came out. */
function paintHole(surface: Surface, a: number, b: number, { flaw }: Patch): void {
  const away = Math.sqrt(a * a + b * b) / flaw.size + 0.02 * (noise2(a * 30, b * 30, flaw.textureSeed) - 0.5);
  blendColour(surface, HOLE_RIM, 0.85 * smoothstep(0.105, 0.085, away));
  const deep = smoothstep(0.086, 0.07, away);
  blendColour(surface, HOLE_DARK, deep);
  surface.gloss *= 1 - smoothstep(0.105, 0.09, away);
  surface.openness *= 1 - 0.7 * deep;
}

const FIBRE = rgb('#b98d55');

/** A torn wound at the bottom of the hollow: flesh at the edge, fibres, and the hole where the stem sat. */
function paintStemWound(surface: Surface, a: number, b: number, { flaw }: Patch): void {
  const { size, textureSeed } = flaw;
  const ragged =
    0.07 * (noise2(a * 11, b * 11, textureSeed) - 0.5) + 0.03 * (noise2(a * 26, b * 26, textureSeed) - 0.5);
  const away = Math.sqrt(a * a + b * b) / size + ragged;
  const amount = smoothstep(0.212, 0.192, away);
  if (amount <= 0) return;
  const fibre = noise2(a * 40, b * 40, textureSeed + 1);
  blendColour(surface, DRY_RIM, 0.9 * amount);
  blendColour(surface, FLESH, 0.95 * smoothstep(0.184, 0.162, away));
  blendColour(surface, FIBRE, smoothstep(0.172, 0.115, away) * mix(0.5, 1, fibre));
  blendColour(surface, CREASE, 0.95 * smoothstep(0.118, 0.09, away));
  surface.openness = mix(surface.openness, 0.7, amount);
  surface.gloss *= 1 - amount;
}

const PAPER = rgb('#f4f1e8');
const INKS: readonly Rgb[] = [rgb('#1f55b5'), rgb('#12805a'), rgb('#d3306c')];

/** An oval paper label: ink border, white band with print. */
function paintSticker(surface: Surface, a: number, b: number, { flaw }: Patch): void {
  const scale = 1 / (0.15 * flaw.size);
  const x = a * scale;
  const y = b * scale * 1.28;
  const away = Math.sqrt(x * x + y * y);
  if (away > 1.12) return;
  const edge = smoothstep(1.1, 1, away);
  shadeColour(surface, 1 - 0.35 * edge);
  const paper = smoothstep(1.01, 0.97, away);
  if (paper <= 0) return;
  const ink = INKS[flaw.look] ?? PAPER;
  blendColour(surface, PAPER, paper);
  if (away < 0.9 && Math.abs(y) > 0.34) blendColour(surface, ink, paper);
  // Print: bars of different widths in the band, and a dot above and below it.
  const bar = noise2(x * 9, 0.5, flaw.textureSeed) > 0.52;
  if (away < 0.88 && Math.abs(y) < 0.2 && Math.abs(x) < 0.68 && bar)
    blendColour(surface, DRY_RIM, 0.9 * paper);
  if (x * x + (Math.abs(y) - 0.6) * (Math.abs(y) - 0.6) < 0.02) blendColour(surface, PAPER, paper);
  surface.gloss = mix(surface.gloss, 0.55, paper);
  surface.roughness = mix(surface.roughness, 0.5, paper);
}

const painters: Readonly<Record<Flaw['kind'], PatchPainter>> = {
  bruise: paintBruise,
  cut: paintCut,
  worm: paintHole,
  sticker: paintSticker,
  'missing-stem': paintStemWound,
};

/** Leans the normal by so much along the patch's axes. */
function tilt(surface: Surface, { aWorld, bWorld }: Patch, alongA: number, alongB: number): void {
  surface.nx += alongA * aWorld[0] + alongB * bWorld[0];
  surface.ny += alongA * aWorld[1] + alongB * bWorld[1];
  surface.nz += alongA * aWorld[2] + alongB * bWorld[2];
  normalizeNormal(surface);
}
