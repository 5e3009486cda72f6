/** A leaf on the stem: a bent, folded sheet of triangles with veins. */
import type { AppleShape } from './apple-shape.ts';
import { rgb } from './colour.ts';
import { smoothstep, wave } from './curves.ts';
import { noise2 } from './noise.ts';
import type { AppleScene, Leaf } from './scene.ts';
import { stemCurve } from './stem.ts';
import { blendColour, material, setColour, shadeColour } from './surface.ts';
import type { Ray, Surface } from './surface.ts';
import { bentJoints, createTube } from './tube.ts';
import type { Tube } from './tube.ts';
import { combine, cross, dot, normalize, subtract, toWorld } from './vector.ts';
import type { Vector } from './vector.ts';

const GREEN = rgb('#4d7338');
const DARK_GREEN = rgb('#3d602f');
const VEIN = rgb('#86a05c');

const ALONG = 10;
const ASIDE = 4;
/** Numbers per triangle: a corner, two edges, the face's normal, and `u, v` of the three corners. */
const STRIDE = 18;

export interface LeafSheet {
  intersect(ray: Ray, surface: Surface): void;
  shadow: Tube['shadow'];
}

export function createLeaf(scene: AppleScene, leaf: Leaf, shape: AppleShape): LeafSheet {
  const [root, bend, tip] = stemCurve(scene, shape);
  const start = combine([0.2, root], [0.5, bend], [0.3, tip]);
  const flat = toWorld(scene.body.frame, [leaf.direction[0], 0, leaf.direction[1]]);
  const outward = normalize([flat[0], 0.35 * flat[1], flat[2]]);
  const side = normalize(cross([0, 1, 0], outward));

  const spine = (u: number): Vector => {
    const height = 0.9 * u * (1 - 0.75 * u) * 0.7 - leaf.droop * u * u * u;
    return combine([1, start], [leaf.length * u, outward], [height, [0, 1, 0]]);
  };
  const point = (u: number, v: number): Vector => {
    const half = leaf.width * 2.6 * Math.sqrt(u) * (1 - u) * smoothstep(0.02, 0.3, u) + 0.012;
    return combine([1, spine(u)], [half * v, side], [0.4 * half * Math.abs(v), [0, 1, 0]]);
  };
  const triangles = triangulate(point);
  const ribs = bentJoints(
    [spine(0.15), spine(0.5), spine(0.9)],
    6,
    (t) => leaf.width * (1.1 - 1.6 * (t - 0.4) * (t - 0.4)),
  );
  const shadowBody = createTube(ribs, material.leaf);
  const ball = ballAround(triangles);

  const intersect = (ray: Ray, surface: Surface): void => {
    const { ox, oy, oz, dx, dy, dz } = ray;
    const px = ball.centre[0] - ox;
    const py = ball.centre[1] - oy;
    const pz = ball.centre[2] - oz;
    const near = px * dx + py * dy + pz * dz;
    if (px * px + py * py + pz * pz - near * near > ball.reach * ball.reach) return;
    for (let at = 0; at < triangles.length; at += STRIDE) hitTriangle(triangles, at, ray, surface);
  };
  return { intersect, shadow: shadowBody.shadow };
}

/** Möller and Trumbore's test; the normal turns towards the viewer, for a leaf has two sides. */
function hitTriangle(data: Float64Array, at: number, ray: Ray, surface: Surface): void {
  const { ox, oy, oz, dx, dy, dz } = ray;
  const e1x = data[at + 3] as number;
  const e1y = data[at + 4] as number;
  const e1z = data[at + 5] as number;
  const e2x = data[at + 6] as number;
  const e2y = data[at + 7] as number;
  const e2z = data[at + 8] as number;
  const px = dy * e2z - dz * e2y;
  const py = dz * e2x - dx * e2z;
  const pz = dx * e2y - dy * e2x;
  const determinant = e1x * px + e1y * py + e1z * pz;
  if (determinant < 1e-12 && determinant > -1e-12) return;
  const inverse = 1 / determinant;
  const tx = ox - (data[at] as number);
  const ty = oy - (data[at + 1] as number);
  const tz = oz - (data[at + 2] as number);
  const b = (tx * px + ty * py + tz * pz) * inverse;
  if (b < 0 || b > 1) return;
  const qx = ty * e1z - tz * e1y;
  const qy = tz * e1x - tx * e1z;
  const qz = tx * e1y - ty * e1x;
  const c = (dx * qx + dy * qy + dz * qz) * inverse;
  if (c < 0 || b + c > 1) return;
  const distance = (e2x * qx + e2y * qy + e2z * qz) * inverse;
  if (distance >= surface.distance || distance < 0) return;
  const a = 1 - b - c;
  const towards =
    (data[at + 9] as number) * dx + (data[at + 10] as number) * dy + (data[at + 11] as number) * dz > 0
      ? -1
      : 1;
  surface.material = material.leaf;
  surface.distance = distance;
  surface.x = ox + distance * dx;
  surface.y = oy + distance * dy;
  surface.z = oz + distance * dz;
  surface.nx = (data[at + 9] as number) * towards;
  surface.ny = (data[at + 10] as number) * towards;
  surface.nz = (data[at + 11] as number) * towards;
  surface.u = a * (data[at + 12] as number) + b * (data[at + 14] as number) + c * (data[at + 16] as number);
  surface.v = a * (data[at + 13] as number) + b * (data[at + 15] as number) + c * (data[at + 17] as number);
}

/** A ball that holds all triangles: rays that miss it miss the leaf. */
function ballAround(triangles: Float64Array): { centre: Vector; reach: number } {
  const corners: Vector[] = [];
  for (let at = 0; at < triangles.length; at += STRIDE) {
    const [x = 0, y = 0, z = 0, ax = 0, ay = 0, az = 0, bx = 0, by = 0, bz = 0] = triangles.subarray(
      at,
      at + 9,
    );
    corners.push([x, y, z], [x + ax, y + ay, z + az], [x + bx, y + by, z + bz]);
  }
  const centre = combine(...corners.map((corner) => [1 / corners.length, corner] as const));
  const squared = corners.map((corner) => subtract(corner, centre)).map((away) => dot(away, away));
  return { centre, reach: Math.sqrt(Math.max(...squared)) };
}

function triangulate(point: (u: number, v: number) => Vector): Float64Array {
  const numbers: number[] = [];
  const corner = (i: number, j: number): readonly [number, number] => [i / ALONG, (2 * j) / ASIDE - 1];
  const emit = (corners: readonly (readonly [number, number])[]): void => {
    const [a, b, c] = corners.map(([u, v]) => point(u, v)) as [Vector, Vector, Vector];
    const [e1, e2] = [subtract(b, a), subtract(c, a)];
    const normal = cross(e1, e2);
    const length = Math.sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]) + 1e-12;
    numbers.push(...a, ...e1, ...e2, ...normal.map((n) => n / length), ...corners.flat());
  };
  for (let i = 0; i < ALONG; i++) {
    for (let j = 0; j < ASIDE; j++) {
      emit([corner(i, j), corner(i + 1, j), corner(i + 1, j + 1)]);
      emit([corner(i, j), corner(i + 1, j + 1), corner(i, j + 1)]);
    }
  }
  return Float64Array.from(numbers);
}

/** Paints a point of the leaf; `light` points to the main light. */
export function paintLeaf(surface: Surface, seed: number, light: Vector): void {
  const aside = Math.abs(surface.v);
  const blotch = noise2(surface.u * 9, surface.v * 4, seed);
  const midrib = smoothstep(0.1, 0.03, aside);
  const branches = smoothstep(0.86, 1, wave((surface.u - 0.16 * aside) * 7)) * smoothstep(1, 0.5, aside);
  const vein = Math.max(midrib, 0.55 * branches) * smoothstep(1, 0.8, surface.u);
  const bulge = 0.85 + 0.25 * wave((surface.u - 0.16 * aside) * 7 + 0.5);
  setColour(surface, GREEN);
  blendColour(surface, DARK_GREEN, blotch);
  blendColour(surface, VEIN, 0.6 * vein);
  shadeColour(surface, bulge);
  surface.gloss = 0.3;
  const facing = surface.nx * light[0] + surface.ny * light[1] + surface.nz * light[2];
  if (facing < 0) {
    // Lit from behind: light shines through, greener and weaker, and nothing is mirrored.
    surface.nx -= 2 * facing * light[0];
    surface.ny -= 2 * facing * light[1];
    surface.nz -= 2 * facing * light[2];
    shadeColour(surface, 0.7);
    surface.blue *= 0.6;
    surface.gloss = 0;
  }
  surface.roughness = 0.9;
  surface.openness = 0.9;
}
