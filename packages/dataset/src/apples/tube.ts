/** Round, bent things: a chain of segments with a radius at each joint. Stems and worms are made of them. */
import { clamp01, smoothstep } from './curves.ts';
import type { Material, Ray, Surface } from './surface.ts';
import { combine } from './vector.ts';
import type { Vector } from './vector.ts';

export interface Joint {
  readonly at: Vector;
  readonly radius: number;
}

export interface Tube {
  readonly material: Material;
  /** Records the hit in `surface` if it is nearer; `u` is the place along the tube, 0..1. */
  intersect(ray: Ray, surface: Surface): void;
  /** Share of a light that gets past the tube from a point; `softness` is the light's size as seen from there. */
  shadow(x: number, y: number, z: number, light: Vector, softness: number): number;
}

/** The quadratic curve through `from` and `to` that bends towards `bend`, cut into joints. */
export function bentJoints(
  [from, bend, to]: readonly [Vector, Vector, Vector],
  count: number,
  radius: (along: number) => number,
): Joint[] {
  return Array.from({ length: count }, (_, index) => {
    const t = index / (count - 1);
    const s = 1 - t;
    return { at: combine([s * s, from], [2 * s * t, bend], [t * t, to]), radius: radius(t) };
  });
}

interface Segment {
  readonly ax: number;
  readonly ay: number;
  readonly az: number;
  readonly ex: number;
  readonly ey: number;
  readonly ez: number;
  readonly lengthSquared: number;
  readonly radius: number;
  readonly growth: number;
}

export function createTube(joints: readonly Joint[], ownMaterial: Material): Tube {
  const segments = toSegments(joints);
  // Shadows are soft: a few segments are enough.
  const coarse = toSegments(joints.filter((_, index) => index % 4 === 0 || index === joints.length - 1));
  const { centre, reach } = boundingBall(joints);

  const intersect = (ray: Ray, surface: Surface): void => {
    const { ox, oy, oz, dx, dy, dz } = ray;
    const px = centre[0] - ox;
    const py = centre[1] - oy;
    const pz = centre[2] - oz;
    const along = px * dx + py * dy + pz * dz;
    if (px * px + py * py + pz * pz - along * along > reach * reach) return;
    for (let index = 0; index < segments.length; index++) {
      const segment = segments[index] as Segment;
      const { ax, ay, az, ex, ey, ez, lengthSquared } = segment;
      const wx = ox - ax;
      const wy = oy - ay;
      const wz = oz - az;
      const de = dx * ex + dy * ey + dz * ez;
      const dw = dx * wx + dy * wy + dz * wz;
      const ew = ex * wx + ey * wy + ez * wz;
      const spread = lengthSquared - de * de;
      const s = clamp01((ew - dw * de) / (spread + 1e-9));
      const t = s * de - dw;
      const mx = wx + t * dx - s * ex;
      const my = wy + t * dy - s * ey;
      const mz = wz + t * dz - s * ez;
      const radius = segment.radius + segment.growth * s;
      const inside = radius * radius - (mx * mx + my * my + mz * mz);
      if (inside <= 0) continue;
      const slant = Math.max(0.05, spread / lengthSquared);
      let distance = t - Math.sqrt(inside / slant);
      let foot = (ew + distance * de) / lengthSquared;
      if (foot < 0 || foot > 1) {
        // Past an end of the segment the joint's ball takes over.
        foot = foot < 0 ? 0 : 1;
        const end = segment.radius + segment.growth * foot;
        distance = hitBall(ray, wx - foot * ex, wy - foot * ey, wz - foot * ez, end);
      }
      if (distance >= surface.distance || distance < 0) continue;
      // From the foot on the axis to the hit: the normal.
      const nx = wx + distance * dx - foot * ex;
      const ny = wy + distance * dy - foot * ey;
      const nz = wz + distance * dz - foot * ez;
      const factor = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz + 1e-18);
      surface.material = ownMaterial;
      surface.distance = distance;
      surface.x = ox + distance * dx;
      surface.y = oy + distance * dy;
      surface.z = oz + distance * dz;
      surface.nx = nx * factor;
      surface.ny = ny * factor;
      surface.nz = nz * factor;
      surface.u = (index + foot) / segments.length;
    }
  };

  const shadow = (x: number, y: number, z: number, light: Vector, softness: number): number => {
    const dx = light[0];
    const dy = light[1];
    const dz = light[2];
    const px = centre[0] - x;
    const py = centre[1] - y;
    const pz = centre[2] - z;
    const along = px * dx + py * dy + pz * dz;
    if (along < -reach) return 1;
    const wide = reach + softness * (along + reach) + 0.01;
    if (px * px + py * py + pz * pz - along * along > wide * wide) return 1;
    let open = 1;
    for (let index = 0; index < coarse.length; index++) {
      const { ax, ay, az, ex, ey, ez, lengthSquared, radius, growth } = coarse[index] as Segment;
      const wx = x - ax;
      const wy = y - ay;
      const wz = z - az;
      const de = dx * ex + dy * ey + dz * ez;
      const dw = dx * wx + dy * wy + dz * wz;
      const ew = ex * wx + ey * wy + ez * wz;
      const s = clamp01((ew - dw * de) / (lengthSquared - de * de + 1e-9));
      const t = s * de - dw;
      if (t <= 0) continue;
      const mx = wx + t * dx - s * ex;
      const my = wy + t * dy - s * ey;
      const mz = wz + t * dz - s * ez;
      const miss = Math.sqrt(mx * mx + my * my + mz * mz);
      const own = radius + growth * s;
      const blur = softness * t + 0.01;
      const depth = own / (own + blur);
      const share = 1 - depth * (1 - smoothstep(own - blur, own + blur, miss));
      if (share < open) open = share;
    }
    return open;
  };

  return { material: ownMaterial, intersect, shadow };
}

/** Distance along the ray to a ball, given the ray's origin as seen from the ball's centre. */
function hitBall({ dx, dy, dz }: Ray, x: number, y: number, z: number, radius: number): number {
  const along = x * dx + y * dy + z * dz;
  const root = radius * radius - (x * x + y * y + z * z - along * along);
  return root > 0 ? -along - Math.sqrt(root) : Infinity;
}

function toSegments(joints: readonly Joint[]): Segment[] {
  const segments: Segment[] = [];
  for (let index = 1; index < joints.length; index++) {
    const a = joints[index - 1] as Joint;
    const b = joints[index] as Joint;
    const [ex, ey, ez] = [b.at[0] - a.at[0], b.at[1] - a.at[1], b.at[2] - a.at[2]];
    segments.push({
      ax: a.at[0],
      ay: a.at[1],
      az: a.at[2],
      ex,
      ey,
      ez,
      lengthSquared: ex * ex + ey * ey + ez * ez + 1e-12,
      radius: a.radius,
      growth: b.radius - a.radius,
    });
  }
  return segments;
}

function boundingBall(joints: readonly Joint[]): { centre: Vector; reach: number } {
  const share = 1 / joints.length;
  const centre = combine(...joints.map(({ at }) => [share, at] as const));
  let reach = 0;
  for (const { at, radius } of joints) {
    const [x, y, z] = combine([1, at], [-1, centre]);
    reach = Math.max(reach, Math.sqrt(x * x + y * y + z * z) + radius);
  }
  return { centre, reach };
}
