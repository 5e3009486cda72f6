/** A leaf on the stem: a bent, folded sheet of triangles with veins. */
import type { AppleShape } from './apple-shape.ts';
import { rgb } from './colour.ts';
import { mix, smoothstep, wave } from './curves.ts';
import { noise2 } from './noise.ts';
import type { AppleScene, Leaf } from './scene.ts';
import { stemCurve } from './stem.ts';
import { material } from './surface.ts';
import type { Ray, Surface } from './surface.ts';
import { bentJoints, createTube } from './tube.ts';
import type { Tube } from './tube.ts';
import { combine, cross, normalize, subtract, toWorld } from './vector.ts';
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
  const ball = { centre: spine(0.5), reach: 0.5 * leaf.length + 0.3 };

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
  const get = (index: number): number => data[at + index] as number;
  const { ox, oy, oz, dx, dy, dz } = ray;
  const e1x = get(3);
  const e1y = get(4);
  const e1z = get(5);
  const e2x = get(6);
  const e2y = get(7);
  const e2z = get(8);
  const px = dy * e2z - dz * e2y;
  const py = dz * e2x - dx * e2z;
  const pz = dx * e2y - dy * e2x;
  const determinant = e1x * px + e1y * py + e1z * pz;
  if (determinant < 1e-12 && determinant > -1e-12) return;
  const inverse = 1 / determinant;
  const tx = ox - get(0);
  const ty = oy - get(1);
  const tz = oz - get(2);
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
  const towards = get(9) * dx + get(10) * dy + get(11) * dz > 0 ? -1 : 1;
  surface.material = material.leaf;
  surface.distance = distance;
  surface.x = ox + distance * dx;
  surface.y = oy + distance * dy;
  surface.z = oz + distance * dz;
  surface.nx = get(9) * towards;
  surface.ny = get(10) * towards;
  surface.nz = get(11) * towards;
  surface.u = a * get(12) + b * get(14) + c * get(16);
  surface.v = a * get(13) + b * get(15) + c * get(17);
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

export function paintLeaf(surface: Surface, seed: number): void {
  const aside = Math.abs(surface.v);
  const blotch = noise2(surface.u * 9, surface.v * 4, seed);
  const midrib = smoothstep(0.1, 0.03, aside);
  const branches = smoothstep(0.86, 1, wave((surface.u - 0.16 * aside) * 7)) * smoothstep(1, 0.5, aside);
  const vein = Math.max(midrib, 0.55 * branches) * smoothstep(1, 0.8, surface.u);
  const bulge = 0.85 + 0.25 * wave((surface.u - 0.16 * aside) * 7 + 0.5);
  const channel = (index: 0 | 1 | 2): number =>
    mix(mix(GREEN[index], DARK_GREEN[index], blotch), VEIN[index], 0.6 * vein) * bulge;
  surface.red = channel(0);
  surface.green = channel(1);
  surface.blue = channel(2);
  surface.gloss = 0.3;
  surface.roughness = 0.9;
  surface.openness = 0.9;
}
