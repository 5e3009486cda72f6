/**
 * Turns a painted surface into light: a soft key light with its mirror image (a softbox), a fill from
 * above, light back from the table, and a rim light from behind.
 */
import type { Rgb } from './colour.ts';
import { bell, fifthPower, mix, smoothstep } from './curves.ts';
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

export function createShader(light: Light, tableColour: Rgb): Shader {
  const { key, keyColour, fillColour, rim, rimStrength } = light;
  const [boxWidth, boxHeight] = light.softbox;
  const across = normalize(cross([0, 1, 0], key));
  const upright = cross(key, across);

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
    const highlight = softbox(rx, ry, rz, surface.roughness) * lit * gloss * (0.2 + edge);
    const above = smoothstep(-0.25, 0.5, ry) * openness;

    const channel = (index: 0 | 1 | 2, albedo: number): number => {
      const keyLight = keyColour[index];
      const fill = fillColour[index];
      const table = tableColour[index] * (fill + 0.45 * keyLight);
      const light = keyLight * direct + fill * sky + table * back + keyLight * fromBehind;
      const surroundings = mix(table * 0.5 * openness, fill * 1.3, above);
      return albedo * light + reflection * surroundings + highlight * keyLight * 0.5;
    };
    result.red = channel(0, surface.red);
    result.green = channel(1, surface.green);
    result.blue = channel(2, surface.blue);
  };
}
