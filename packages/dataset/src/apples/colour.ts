/** Colours in linear light, and the way to and from the 8-bit values of a file. */

/** Linear red, green, blue; 1 is a perfect white. */
export type Rgb = readonly [r: number, g: number, b: number];

/** `#rrggbb` as linear light. A cubic stands in for the standard's power curve (error below 1/255 of white). */
export function rgb(hex: string): Rgb {
  const channel = (at: number): number => toLinear(Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return [channel(1), channel(3), channel(5)];
}

function toLinear(value: number): number {
  return value * (0.012522878 + value * (0.682171111 + value * 0.305306011));
}

/** Light 0..∞ to 0..1 as film does it: soft shoulder, slight toe (rational fit of the ACES curve by K. Narkowicz). */
export function filmCurve(light: number): number {
  const value = (light * (2.51 * light + 0.03)) / (light * (2.43 * light + 0.59) + 0.14);
  return value > 1 ? 1 : value < 0 ? 0 : value;
}

/** Linear 0..1 to display 0..255, by three roots in place of a power (error below 1 from gray value 24 on, below 2.5 in the dark). */
export function toDisplay(linear: number): number {
  const root2 = Math.sqrt(linear);
  const root4 = Math.sqrt(root2);
  const root8 = Math.sqrt(root4);
  const value = 255 * (0.662002687 * root2 + 0.68412206 * root4 - 0.323583601 * root8 - 0.022541147 * linear);
  return value < 0 ? 0 : value;
}
