/**
 * The body of the fruit: a sphere whose radius depends on direction, with a hollow at either pole, five slight bumps
 * and a lean. Rays find it by marching along its distance estimate.
 */
import { bell } from './curves.ts';
import type { Body } from './scene.ts';
import type { Ray, Surface } from './surface.ts';
import { material } from './surface.ts';
import { scale, toWorld } from './vector.ts';
import type { Vector } from './vector.ts';

const MAX_STEPS = 40;
const NEAR_ENOUGH = 0.006;
/** Bounds of how fast a ray is taken to come down: steep where it meets the skin head on, shallow where it grazes. */
const STEEPEST = 1.35;
const SHALLOWEST = 0.6;

export interface AppleShape {
  /** Centre of the fruit, at the height where it touches the table. */
  readonly centre: Vector;
  /** Bottom of the stem's hollow, in the world. */
  readonly stemBase: Vector;
  /** Records the hit in `surface` if it is nearer than what is there. */
  intersect(ray: Ray, surface: Surface): void;
  /** Share of a distant light that gets past the fruit's own rim, from a point on it. */
  ownShadow(surface: Surface, light: Vector): number;
  /** The skin's point in a direction of the body's frame. */
  pointAt(direction: Vector): Vector;
  /** The skin's normal there, in the world. */
  normalAt(direction: Vector): Vector;
}

export function createAppleShape(body: Body): AppleShape {
  const { frame, squash, taper, hollowDepth, lobes } = body;
  const [leanX, leanZ] = body.lopsided;
  const sharpness = 2 / (body.hollowWidth * body.hollowWidth);
  const { x: fx, y: fy, z: fz } = frame;
  const tall = 1 / squash;
  const outerRadius = 1 + 0.25 * taper + lobes + 0.5 * (Math.abs(leanX) + Math.abs(leanZ));

  /** Height above the skin along the ray from the centre, in the space where the fruit is not squashed. */
  const above = (x: number, y: number, z: number): number => {
    const length = Math.sqrt(x * x + y * y + z * z) + 1e-12;
    const pole = y / length;
    let radius = 1 + taper * (pole - pole * pole);
    radius -= hollowDepth * bell((1 - pole) * sharpness);
    radius -= 0.16 * bell((1 + pole) * 12);
    radius += (pole * (leanX * x + leanZ * z)) / length;
    const around = x * x + z * z;
    const cos = x / Math.sqrt(around + 1e-12);
    const cos2 = cos * cos;
    const fiveFold = cos * (5 + cos2 * (16 * cos2 - 20));
    radius += lobes * fiveFold * (1 - pole * pole) * (0.75 - 0.5 * pole);
    return length - radius;
  };

  const radiusAt = (direction: Vector): number => {
    const [x, y, z] = [direction[0], direction[1] * tall, direction[2]];
    const length = Math.sqrt(x * x + y * y + z * z);
    return (length - above(x / length, y / length, z / length) + 1 - length) / length;
  };

  const centre: Vector = [0, restingHeight(body, radiusAt), 0];
  const local = { ox: 0, oy: 0, oz: 0, dx: 0, dy: 0, dz: 0 };

  /** The ray in the body's frame, unsquashed; its direction keeps the world's measure of length. */
  const toBody = (x: number, y: number, z: number, dx: number, dy: number, dz: number): void => {
    const px = x - centre[0];
    const py = y - centre[1];
    const pz = z - centre[2];
    local.ox = px * fx[0] + py * fx[1] + pz * fx[2];
    local.oy = (px * fy[0] + py * fy[1] + pz * fy[2]) * tall;
    local.oz = px * fz[0] + py * fz[1] + pz * fz[2];
    local.dx = dx * fx[0] + dy * fx[1] + dz * fx[2];
    local.dy = (dx * fy[0] + dy * fy[1] + dz * fy[2]) * tall;
    local.dz = dx * fz[0] + dy * fz[1] + dz * fz[2];
  };

  const setNormal = (surface: Surface, x: number, y: number, z: number): void => {
    const h = 0.002;
    const here = above(x, y, z);
    const gx = above(x + h, y, z) - here;
    const gy = (above(x, y + h, z) - here) * tall;
    const gz = above(x, y, z + h) - here;
    const nx = gx * fx[0] + gy * fy[0] + gz * fz[0];
    const ny = gx * fx[1] + gy * fy[1] + gz * fz[1];
    const nz = gx * fx[2] + gy * fy[2] + gz * fz[2];
    const factor = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
    surface.nx = nx * factor;
    surface.ny = ny * factor;
    surface.nz = nz * factor;
  };

  const intersect = (ray: Ray, surface: Surface): void => {
    toBody(ray.ox, ray.oy, ray.oz, ray.dx, ray.dy, ray.dz);
    const { ox, oy, oz, dx, dy, dz } = local;
    const a = dx * dx + dy * dy + dz * dz;
    const b = ox * dx + oy * dy + oz * dz;
    const c = ox * ox + oy * oy + oz * oz - outerRadius * outerRadius;
    const root = b * b - a * c;
    if (root < 0) return;
    const reach = Math.sqrt(root);
    const middle = -b / a;
    const stop = (-b + reach) / a;
    const pace = 1 / Math.sqrt(a);
    let t = (-b - reach) / a;
    let steepness = STEEPEST;
    let last = 0;
    let lastStep = 0;
    for (let step = 0; step < MAX_STEPS; step++) {
      const height = above(ox + t * dx, oy + t * dy, oz + t * dz);
      if (height < -NEAR_ENOUGH && step > 0) {
        // Went too far in: cut the last step where the line between both heights meets the skin.
        t -= (lastStep * pace * -height) / (last - height);
        lastStep *= last / (last - height);
        steepness = STEEPEST;
        const again = above(ox + t * dx, oy + t * dy, oz + t * dz);
        t += again * pace;
        break;
      }
      if (step > 0) {
        // Past the middle and going up again: away for good, except over the hollow, whose far wall may follow.
        if (height > last && t > middle && oy + t * dy < 0.5) return;
        const seen = (last - height) / lastStep;
        steepness = seen > STEEPEST ? STEEPEST : seen < SHALLOWEST ? SHALLOWEST : seen;
      }
      last = height;
      lastStep = height / steepness;
      t += lastStep * pace;
      if (height < NEAR_ENOUGH) break;
      if (t > stop) return;
    }
    if (t >= surface.distance) return;
    const x = ox + t * dx;
    const y = oy + t * dy;
    const z = oz + t * dz;
    surface.material = material.skin;
    surface.distance = t;
    surface.x = ray.ox + t * ray.dx;
    surface.y = ray.oy + t * ray.dy;
    surface.z = ray.oz + t * ray.dz;
    const flat = y * squash;
    const factor = 1 / Math.sqrt(x * x + flat * flat + z * z);
    surface.u = x * factor;
    surface.v = flat * factor;
    surface.w = z * factor;
    setNormal(surface, x, y, z);
  };

  const ownShadow = (surface: Surface, light: Vector): number => {
    toBody(surface.x, surface.y, surface.z, light[0], light[1], light[2]);
    let open = 1;
    let t = 0.05;
    for (let step = 0; step < 8 && t < 0.9; step++) {
      const height = above(local.ox + t * local.dx, local.oy + t * local.dy, local.oz + t * local.dz);
      const share = 0.5 + (4 * height) / t;
      if (share < open) open = share;
      if (open <= 0) return 0;
      // So high above the skin, no rim is in the way any more.
      if (height > 0.14) break;
      t += Math.max(0.05, 0.9 * height);
    }
    return open;
  };

  const pointAt = (direction: Vector): Vector => {
    const offset = toWorld(frame, scale(direction, radiusAt(direction)));
    return [centre[0] + offset[0], centre[1] + offset[1], centre[2] + offset[2]];
  };

  const normalAt = (direction: Vector): Vector => {
    const point = scale(direction, radiusAt(direction));
    const probe = { nx: 0, ny: 0, nz: 0 } as Surface;
    setNormal(probe, point[0], point[1] * tall, point[2]);
    return [probe.nx, probe.ny, probe.nz];
  };

  return { centre, stemBase: pointAt([0, 1, 0]), intersect, ownShadow, pointAt, normalAt };
}

/** How high the centre lies when the fruit rests on the table: minus its lowest point, over a net of directions. */
function restingHeight({ frame }: Body, radiusAt: (direction: Vector) => number): number {
  let lowest = 0;
  const steps = 14;
  for (let face = 0; face < 6; face++) {
    for (let i = -steps; i <= steps; i++) {
      for (let j = -steps; j <= steps; j++) {
        const direction = cubeDirection(face, i / steps, j / steps);
        const world = toWorld(frame, scale(direction, radiusAt(direction)));
        if (world[1] < lowest) lowest = world[1];
      }
    }
  }
  return -lowest;
}

/** The direction through a point of one face of a cube. */
function cubeDirection(face: number, a: number, b: number): Vector {
  const length = Math.sqrt(1 + a * a + b * b);
  const side = (face % 2 === 0 ? 1 : -1) / length;
  const [p, q] = [a / length, b / length];
  return face < 2 ? [side, p, q] : face < 4 ? [p, side, q] : [p, q, side];
}
