/** The few curves that the renderer draws with: rational functions and roots only, so every machine agrees on each bit. */

export function clamp01(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

export function mix(from: number, to: number, amount: number): number {
  return from + (to - from) * amount;
}

/** 0 below `low`, 1 above `high`, smooth between. `low` may be the larger one: then it falls. */
export function smoothstep(low: number, high: number, value: number): number {
  const t = clamp01((value - low) / (high - low));
  return t * t * (3 - 2 * t);
}

/** A bell: 1 at 0, 1/4 where the square is 1, nearly 0 far away. Takes the SQUARE of the distance. */
export function bell(squared: number): number {
  const width = 1 + squared;
  return 1 / (width * width);
}

/** A wave of period 1 and range 0..1, like a sine, made of two parabolas. */
export function wave(phase: number): number {
  const t = phase - Math.floor(phase);
  return t < 0.5 ? 8 * t * (0.5 - t) * 0.5 + 0.5 : 0.5 - 8 * (t - 0.5) * (1 - t) * 0.5;
}

export function fifthPower(value: number): number {
  const squared = value * value;
  return squared * squared * value;
}
