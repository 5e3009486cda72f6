/** Colour and texture of the peel: blush with streaks on the sun side, tinted hollow, cork at the stem, pale dots. */
import type { Rgb } from './colour.ts';
import { bell, clamp01, mix, smoothstep } from './curves.ts';
import { noise3 } from './noise.ts';
import { latticeBits } from './random.ts';
import type { Body } from './scene.ts';
import type { Surface } from './surface.ts';
import { blendColour, normalizeNormal, shadeColour } from './surface.ts';
import { rgb } from './colour.ts';
import { skins } from './varieties.ts';
import type { Skin } from './varieties.ts';

const CORK: Rgb = rgb('#8a6a3c');
/** Dots per unit of length along each axis, and their largest radius in cells. */
const DOT_CELLS = 14;
const DOT_RADIUS = 0.17;

/** Paints the surface point, whose `u, v, w` is its direction in the body's frame. */
export type Painter = (surface: Surface) => void;

export function createSkinPainter(body: Body): Painter {
  const skin = skins[body.variety];
  const { sunSide, streaks, russet, dots, gloss, textureSeed: seed } = body;
  const bias = (body.blushShare - 0.5) * 1.5;
  const cavityWidth = 2.2 / (body.hollowWidth * body.hollowWidth);

  return (surface) => {
    const { u, v, w } = surface;
    // Coordinates that follow the meridians: a point of the unit circle, and the height.
    const around = 1 / Math.sqrt(u * u + w * w + 1e-4);
    const cu = u * around;
    const cw = w * around;
    const drift = noise3(u * 1.7, v * 1.7, w * 1.7, seed);
    const broad = noise3(cu * 5, v * 0.9, cw * 5, seed + 1);
    const fine = noise3(cu * 17, v * 1.6, cw * 17, seed + 2);
    const mottle = noise3(u * 9, v * 9, w * 9, seed + 3);
    const hair = noise3(cu * 46, v * 2.2, cw * 46, seed + 7);
    const streak = 0.48 * broad + 0.4 * fine + 0.12 * hair - 0.5;

    const sun = u * sunSide[0] + v * sunSide[1] + w * sunSide[2];
    const field = 0.42 * sun + bias + 1.5 * streaks * streak + 0.6 * (drift - 0.5) + 0.25 * (mottle - 0.5);
    const blush = smoothstep(-0.36, 0.28, field);
    const depth = smoothstep(0.05, 0.75, field + 0.25 * (fine - 0.5) + 0.3 * (hair - 0.5));

    const ripeness = clamp01(0.5 + 1.7 * (drift - 0.5) + 0.5 * (mottle - 0.5) + 0.35 * (hair - 0.5));
    const hollow = bell((1 - v) * cavityWidth);
    const green = 0.75 * hollow * (1 - 0.4 * blush);
    const ragged = hollow + 0.22 * (fine - 0.5) + 0.2 * (mottle - 0.5);
    const cork = russet * smoothstep(0.42, 0.85, ragged);
    const dot = dots * dotAt(u * DOT_CELLS, v * DOT_CELLS, w * DOT_CELLS, seed + 4);
    const shade = 0.94 + 0.12 * mottle;

    surface.red = peel(skin, 0, ripeness, depth, blush);
    surface.green = peel(skin, 1, ripeness, depth, blush);
    surface.blue = peel(skin, 2, ripeness, depth, blush);
    blendColour(surface, skin.cavity, green);
    blendColour(surface, CORK, cork);
    blendColour(surface, skin.dotColour, dot * (1 - cork));
    shadeColour(surface, shade);
    surface.gloss = gloss * (1 - 0.8 * cork);
    surface.roughness = 0.15 + 0.8 * (1 - gloss) + 0.2 * mottle;

    // A skin is never quite even: its mirror images waver.
    const waver = noise3(u * 7, v * 7, w * 7, seed + 5) - 0.5;
    surface.nx += 0.05 * waver;
    surface.ny += 0.05 * (drift - 0.5 - waver);
    surface.nz += 0.035 * (mottle - 0.5);
    normalizeNormal(surface);
  };
}

/** One channel of the peel: ground colour under blush, each between its two tones. */
function peel(skin: Skin, channel: 0 | 1 | 2, ripeness: number, depth: number, blush: number): number {
  const ground = mix(skin.ground[channel], skin.groundDrift[channel], ripeness);
  return mix(ground, mix(skin.blush[channel], skin.deepBlush[channel], depth), blush);
}

/** 1 in the middle of a dot, 0 away from all. Each cell of the unit lattice holds one dot, well inside. */
function dotAt(x: number, y: number, z: number, seed: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const iz = Math.floor(z);
  const bits = latticeBits(ix, iy, iz, seed);
  const dx = x - ix - 0.25 - (bits & 255) / 512;
  const dy = y - iy - 0.25 - ((bits >> 8) & 255) / 512;
  const dz = z - iz - 0.25 - ((bits >> 16) & 255) / 512;
  const radius = DOT_RADIUS * (0.4 + ((bits >> 24) & 127) / 211);
  const squared = dx * dx + dy * dy + dz * dz;
  return squared > radius * radius ? 0 : smoothstep(radius, 0.4 * radius, Math.sqrt(squared));
}
