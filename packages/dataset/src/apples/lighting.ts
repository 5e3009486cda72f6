/**
 * Turns a painted surface into light: a soft key light with its mirror image (a softbox), a fill from
 * above, light back from the table, and a rim light from behind.
 */
import type { Rgb } from './colour.ts';
import { bell, fifthPower, smoothstep } from './curves.ts';
import type { Light } from './scene.ts';
import type { Surface } from './surface.ts';
import { cross, normalize } from './vector.ts';

/** A pixel's light. Mutable, used again for each ray. */
export interface Radiance {
  red: number;
  green: number;
  blue: number;
}

export type Shader = (surface: Surface, result: Radiance) => void;

/** How much of each light a point sends to the camera, scattered by its colour and mirrored. */
interface Amounts {
  key: number;
  sky: number;
  table: number;
  mirroredKey: number;
  mirroredSky: number;
  mirroredTable: number;
}

function sumOfLight(amounts: Amounts, albedo: number, key: number, fill: number, table: number): number {
  const scattered = key * amounts.key + fill * amounts.sky + table * amounts.table;
  const mirrored = key * amounts.mirroredKey + fill * amounts.mirroredSky + table * amounts.mirroredTable;
  return albedo * scattered + mirrored;
}

export function createShader(light: Light, tableColour: Rgb): Shader {
  const { key, keyColour, fillColour, rim, rimStrength } = light;
  const [boxWidth, boxHeight] = light.softbox;
  const across = normalize(cross([0, 1, 0], key));
  const upright = cross(key, across);
  const bounce = (channel: 0 | 1 | 2): number =>
    tableColour[channel] * (fillColour[channel] + 0.45 * keyColour[channel]);
  const bounced: Rgb = [bounce(0), bounce(1), bounce(2)];
  const amounts: Amounts = { key: 0, sky: 0, table: 0, mirroredKey: 0, mirroredSky: 0, mirroredTable: 0 };

  /** How bright the main light's mirror image is, in a direction. */
  const softbox = (x: number, y: number, z: number, roughness: number): number => {
    const depth = x * key[0] + y * key[1] + z * key[2];
    if (depth <= 0.2) return 0;
    const a = Math.abs((x * across[0] + y * across[1] + z * across[2]) / depth) / boxWidth;
    const b = Math.abs((x * upright[0] + y * upright[1] + z * upright[2]) / depth) / boxHeight;
    const soft = 0.4 + 0.6 * roughness;
    const value = smoothstep(1 + soft, 1 - soft, a) * smoothstep(1 + soft, 1 - soft, b);
    const halo = bell(0.35 * (a * a + b * b));
    return (value * 1.9) / (1 + 2 * roughness) + 0.3 * halo;
  };

  return (surface, result) => {
    const { nx, ny, nz, vx, vy, vz, gloss, openness, lit } = surface;
    const facing = Math.max(0, nx * vx + ny * vy + nz * vz);
    const toKey = nx * key[0] + ny * key[1] + nz * key[2];
    // Large lights reach a little around the edge.
    const direct = Math.max(0, (toKey + 0.12) / 1.12) * lit;
    const toRim = Math.max(0, nx * rim[0] + ny * rim[1] + nz * rim[2]);
    const sky = (0.55 + 0.45 * ny) * openness;
    const back = (0.5 - 0.5 * ny) * openness * smoothstep(-0.2, 0.9, surface.y) * 1.1;
    const edge = fifthPower(1 - facing);
    const fromBehind = rimStrength * toRim * (0.35 + 0.65 * smoothstep(0.6, 0.1, facing));

    const mirror = 2 * (nx * vx + ny * vy + nz * vz);
    const rx = mirror * nx - vx;
    const ry = mirror * ny - vy;
    const rz = mirror * nz - vz;
    const reflection = gloss * (0.045 + 0.5 * edge);
    const mirrored = gloss * lit * (0.2 + edge);
    const highlight = mirrored > 0 ? mirrored * softbox(rx, ry, rz, surface.roughness) : 0;
    const above = smoothstep(-0.25, 0.5, ry) * openness;

    amounts.key = direct + fromBehind;
    amounts.sky = sky;
    amounts.table = back;
    amounts.mirroredKey = 0.5 * highlight;
    amounts.mirroredSky = 1.3 * reflection * above;
    amounts.mirroredTable = 0.5 * openness * reflection * (1 - above);
    result.red = sumOfLight(amounts, surface.red, keyColour[0], fillColour[0], bounced[0]);
    result.green = sumOfLight(amounts, surface.green, keyColour[1], fillColour[1], bounced[1]);
    result.blue = sumOfLight(amounts, surface.blue, keyColour[2], fillColour[2], bounced[2]);
  };
}
