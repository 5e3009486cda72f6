/**
 * One scene → linear light per pixel, by following a ray of sight through each pixel and four more where neighbours
 * differ (edges). Slow things are tried only where they can matter.
 */
import type { Rgb } from './colour.ts';
import { bell, smoothstep } from './curves.ts';
import { createAppleShape } from './apple-shape.ts';
import type { AppleShape } from './apple-shape.ts';
import { createFlawPainter } from './flaws.ts';
import { createLeaf, paintLeaf } from './leaf.ts';
import { createShader } from './lighting.ts';
import type { Radiance } from './lighting.ts';
import type { AppleScene } from './scene.ts';
import { createSkinPainter } from './skin.ts';
import { createStem, paintStem } from './stem.ts';
import { createRay, createSurface, material } from './surface.ts';
import type { Surface } from './surface.ts';
import { createTable } from './table.ts';
import { combine, subtract } from './vector.ts';
import type { Vector } from './vector.ts';
import { grown, wholePicture } from './window.ts';
import type { Window } from './window.ts';
import { createWorm } from './worm.ts';

export interface Exposure {
  /** Linear light, interleaved RGB, `[H, W, 3]`. */
  readonly light: Float32Array;
  /** What each pixel's middle shows, a `Material`, `[H, W]`. */
  readonly materials: Uint8Array;
}

export interface RenderChoices {
  /** False: the stem throws no shadow. Default true. */
  readonly stemShadow?: boolean;
  /** Only this part is rendered, the rest stays black. Default: everything. */
  readonly window?: Window;
}

type Sampler = (px: number, py: number, result: Radiance) => Surface;

export function renderScene(scene: AppleScene, choices: RenderChoices = {}): Exposure {
  const { width, height } = scene;
  const sample = createSampler(scene, choices.stemShadow ?? true);
  const window = choices.window ?? wholePicture(width, height);
  const light = new Float32Array(width * height * 3);
  const materials = new Uint8Array(width * height);
  const radiance: Radiance = { red: 0, green: 0, blue: 0 };
  for (let y = window.top; y < window.bottom; y++) {
    for (let x = window.left, at = y * width + x; x < window.right; x++, at++) {
      materials[at] = sample(x + 0.5, y + 0.5, radiance).material;
      light[3 * at] = radiance.red;
      light[3 * at + 1] = radiance.green;
      light[3 * at + 2] = radiance.blue;
    }
  }
  smoothEdges(scene, sample, { light, materials }, window);
  return { light, materials };
}

/**
 * Renders a part of a scene that is known to be the only one that differs from an earlier exposure, and takes the
 * rest from there. The result is what `renderScene` gives, to the bit.
 */
export function renderPart(scene: AppleScene, from: Exposure, window: Window, stemShadow: boolean): Exposure {
  const { width, height } = scene;
  // Edges inside must know their neighbours.
  const outer = grown(window, width, height);
  const part = renderScene(scene, { window: outer, stemShadow });
  const result: Exposure = { light: from.light.slice(), materials: from.materials.slice() };
  for (let y = window.top; y < window.bottom; y++) {
    const start = y * width + window.left;
    const end = y * width + window.right;
    result.light.set(part.light.subarray(3 * start, 3 * end), 3 * start);
    result.materials.set(part.materials.subarray(start, end), start);
  }
  return result;
}

/** Pixels that differ from the next one get four more samples; so edges neither crawl nor stair. */
function smoothEdges(
  { width, height }: AppleScene,
  sample: Sampler,
  { light, materials }: Exposure,
  window: Window,
): void {
  const brightness = (at: number): number =>
    (light[3 * at] as number) + 2 * (light[3 * at + 1] as number) + (light[3 * at + 2] as number);
  const differ = (a: number, b: number): boolean => {
    if (materials[a] !== materials[b]) return true;
    if (materials[a] === material.table) return false;
    const [first, second] = [brightness(a), brightness(b)];
    return Math.abs(first - second) > 0.14 * (first + second) + 0.03;
  };
  const edge = new Uint8Array(width * height);
  for (let y = window.top; y < window.bottom; y++) {
    for (let x = window.left, at = y * width + x; x < window.right; x++, at++) {
      if (x + 1 < window.right && differ(at, at + 1)) edge[at] = edge[at + 1] = 1;
      if (y + 1 < window.bottom && differ(at, at + width)) edge[at] = edge[at + width] = 1;
    }
  }
  const radiance: Radiance = { red: 0, green: 0, blue: 0 };
  for (let y = window.top; y < window.bottom; y++) {
    for (let x = window.left, at = y * width + x; x < window.right; x++, at++) {
      if (edge[at] === 0) continue;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let corner = 0; corner < 4; corner++) {
        // A rotated grid: no two samples share a row or a column.
        const dx = (1 + 2 * ((corner + 2) % 4)) / 8;
        const dy = (1 + 2 * ROTATED[corner as 0 | 1 | 2 | 3]) / 8;
        sample(x + dx, y + dy, radiance);
        // Very bright samples count less, or highlights would fray.
        red += soften(radiance.red);
        green += soften(radiance.green);
        blue += soften(radiance.blue);
      }
      light[3 * at] = harden(red / 4);
      light[3 * at + 1] = harden(green / 4);
      light[3 * at + 2] = harden(blue / 4);
    }
  }
}

const ROTATED = [1, 3, 0, 2] as const;

function soften(light: number): number {
  return light / (1 + 0.5 * light);
}

function harden(light: number): number {
  return light / (1 - 0.5 * light);
}

function pixelsPerRadius({ camera, width, height }: AppleScene): number {
  return camera.appleRadius * Math.min(height, 0.8 * width);
}

/** The part of the picture in which a ball in the world lies. */
export function windowAround(scene: AppleScene, shape: AppleShape, centre: Vector, radius: number): Window {
  const { width, height, camera } = scene;
  const [x, y, z] = subtract(centre, shape.centre);
  const [, lift, front] = camera.towards;
  // Perspective: what is nearer to the camera is larger.
  const zoom = (pixelsPerRadius(scene) * camera.distance) / (camera.distance - y * lift - z * front - radius);
  const column = camera.centre[0] * width + x * zoom;
  const row = camera.centre[1] * height - (y * front - z * lift) * zoom;
  const reach = radius * zoom + 2;
  const inside = (value: number, size: number): number => Math.max(0, Math.min(size, Math.floor(value)));
  return {
    left: inside(column - reach, width),
    top: inside(row - reach, height),
    right: inside(column + reach + 1, width),
    bottom: inside(row + reach + 1, height),
  };
}

function createSampler(scene: AppleScene, stemShadow: boolean): Sampler {
  const { width, height, camera, body, light, flaw, background } = scene;
  const shape = createAppleShape(body);
  const stem = flaw?.kind === 'missing-stem' ? undefined : createStem(scene, shape);
  const leaf = scene.leaf === undefined ? undefined : createLeaf(scene, scene.leaf, shape);
  const worm = flaw?.kind === 'worm' ? createWorm(scene, flaw, shape) : undefined;
  const paintSkin = createSkinPainter(body);
  const paintFlaw = flaw === undefined ? undefined : createFlawPainter(flaw, body);
  const table = createTable(background);
  const shade = createShader(light, table.colour);
  const juice = paintedColour(paintSkin, body.sunSide);

  const unit = 1 / pixelsPerRadius(scene);
  const middleX = camera.centre[0] * width;
  const middleY = camera.centre[1] * height;
  const { towards, distance } = camera;
  const up = [0, towards[2], -towards[1]] as const;
  const eye = combine([1, shape.centre], [distance, towards]);
  const ray = createRay();
  [ray.ox, ray.oy, ray.oz] = eye;
  const surface = createSurface();
  const [keyX, keyY, keyZ] = light.key;
  const cavity = 2 / (body.hollowWidth * body.hollowWidth);

  /** Shadow, closeness and colour of the fruit as the table sees them; the fruit counts as a ball. */
  const underApple = (): void => {
    const ballY = shape.centre[1];
    const dx = -surface.x;
    const dy = ballY - surface.y;
    const dz = -surface.z;
    const along = dx * keyX + dy * keyY + dz * keyZ;
    const apart = dx * dx + dy * dy + dz * dz;
    const miss = Math.sqrt(Math.max(0, apart - along * along));
    const blur = 0.1 + 0.16 * Math.max(0, along);
    const radius = 0.95;
    if (along > 0) surface.lit *= 1 - 0.96 * (1 - smoothstep(radius - blur, radius + blur, miss));
    const away = Math.sqrt(apart);
    const covered = Math.min(1, (ballY * 0.92) / (away * apart));
    surface.openness *= 1 - 0.9 * covered;
    // A little of the fruit's colour falls on the table.
    const tint = 0.3 * covered;
    surface.red *= 1 - tint + tint * 1.6 * juice[0];
    surface.green *= 1 - tint + tint * 1.6 * juice[1];
    surface.blue *= 1 - tint + tint * 1.6 * juice[2];
  };

  const shadows = (softness: number): void => {
    const { x, y, z, nx, ny, nz, lit } = surface;
    if (lit < 0.04 || nx * keyX + ny * keyY + nz * keyZ < -0.12) return;
    if (surface.material === material.skin && surface.v > 0.6) {
      surface.lit *= shape.ownShadow(surface, light.key);
    }
    if (stem !== undefined && stemShadow) surface.lit *= stem.shadow(x, y, z, light.key, softness);
    if (leaf !== undefined) surface.lit *= 0.15 + 0.85 * leaf.shadow(x, y, z, light.key, softness);
    if (worm !== undefined) surface.lit *= worm.shadow(x, y, z, light.key, softness);
  };

  return (px, py, result) => {
    const sx = (px - middleX) * unit;
    const sy = (middleY - py) * unit;
    const dx = sx - towards[0] * distance;
    const dy = sy * up[1] - towards[1] * distance;
    const dz = sy * up[2] - towards[2] * distance;
    const factor = 1 / Math.sqrt(dx * dx + dy * dy + dz * dz);
    ray.dx = dx * factor;
    ray.dy = dy * factor;
    ray.dz = dz * factor;
    surface.distance = Infinity;
    surface.openness = 1;
    surface.lit = 1;
    surface.vx = -ray.dx;
    surface.vy = -ray.dy;
    surface.vz = -ray.dz;

    shape.intersect(ray, surface);
    stem?.intersect(ray, surface);
    leaf?.intersect(ray, surface);
    worm?.intersect(ray, surface);

    if (surface.distance === Infinity) {
      const t = -ray.oy / ray.dy;
      surface.material = material.table;
      surface.x = ray.ox + t * ray.dx;
      surface.y = 0;
      surface.z = ray.oz + t * ray.dz;
      surface.nx = 0;
      surface.ny = 1;
      surface.nz = 0;
      table.paint(surface);
      underApple();
      shadows(0.25);
    } else if (surface.material === material.skin) {
      const hollow = bell((1 - surface.v) * cavity);
      surface.openness = (1 - 0.72 * hollow) * (0.3 + 0.7 * smoothstep(-0.05, 0.75, surface.y));
      paintSkin(surface);
      paintFlaw?.(surface);
      shadows(0.22);
    } else if (surface.material === material.stem) {
      paintStem(surface, body.textureSeed);
    } else if (surface.material === material.leaf) {
      paintLeaf(surface, body.textureSeed, light.key);
    } else {
      worm?.paint(surface);
    }
    shade(surface, result);
    return surface;
  };
}

/** The skin's own colour on one side, which is what it throws on the table. */
function paintedColour(paint: (surface: Surface) => void, direction: readonly [number, number, number]): Rgb {
  const probe = createSurface();
  [probe.u, probe.v, probe.w] = direction;
  paint(probe);
  return [probe.red, probe.green, probe.blue];
}
