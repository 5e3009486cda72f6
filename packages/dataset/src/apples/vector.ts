/** Small vectors for setting a scene up. The loops over pixels use plain numbers instead. */

export type Vector = readonly [x: number, y: number, z: number];

export function add(a: Vector, b: Vector): Vector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function subtract(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function scale(a: Vector, factor: number): Vector {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function normalize(a: Vector): Vector {
  return scale(a, 1 / Math.sqrt(dot(a, a)));
}

/** The sum of weighted vectors: `combine([2, a], [3, b])` is 2a + 3b. */
export function combine(...terms: readonly (readonly [weight: number, vector: Vector])[]): Vector {
  let sum: Vector = [0, 0, 0];
  for (const [weight, vector] of terms) sum = add(sum, scale(vector, weight));
  return sum;
}

/** Three axes at right angles, each of length 1; a frame turns its own coordinates into the world's. */
export interface Frame {
  readonly x: Vector;
  readonly y: Vector;
  readonly z: Vector;
}

/** A frame whose `y` is the given direction, turned about it by the unit vector `[cos, sin]`. */
export function frameAlong(direction: Vector, turn: readonly [cos: number, sin: number]): Frame {
  const y = normalize(direction);
  const helper: Vector = Math.abs(y[0]) < 0.8 ? [1, 0, 0] : [0, 0, 1];
  const side = normalize(cross(helper, y));
  const front = cross(y, side);
  const x = combine([turn[0], side], [turn[1], front]);
  return { x, y, z: cross(x, y) };
}

/** From the frame's coordinates to the world's. */
export function toWorld(frame: Frame, local: Vector): Vector {
  return combine([local[0], frame.x], [local[1], frame.y], [local[2], frame.z]);
}

/** From the world's coordinates to the frame's. */
export function toLocal(frame: Frame, world: Vector): Vector {
  return [dot(world, frame.x), dot(world, frame.y), dot(world, frame.z)];
}
