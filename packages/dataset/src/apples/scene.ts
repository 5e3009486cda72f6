/**
 * Everything that decides a picture, as plain JSON. `drawScene` makes one out of a seed, `renderScene` pictures it.
 *
 * Lengths are in apple radii. The world's `y` is up and the table lies at `y = 0`; `x` is the picture's right,
 * `z` comes towards the viewer. Colours are linear light.
 */
import type { Rgb } from './colour.ts';
import type { AppleVariety } from './varieties.ts';
import type { Frame, Vector } from './vector.ts';

export const appleDefects = ['worm', 'bruise', 'cut', 'missing-stem', 'sticker'] as const;
export type AppleDefect = (typeof appleDefects)[number];

export const backgroundKinds = ['wood', 'linen', 'belt'] as const;
export type BackgroundKind = (typeof backgroundKinds)[number];

export interface Camera {
  /** Unit vector from the apple to the camera. */
  readonly towards: Vector;
  readonly distance: number;
  /** Radius of the apple ÷ picture height (or 0.8 × its width, where that is less). */
  readonly appleRadius: number;
  /** Where the apple's centre lies, as shares of width and height. */
  readonly centre: readonly [x: number, y: number];
}

export interface Body {
  readonly variety: AppleVariety;
  /** `y` is the axis towards the stem. */
  readonly frame: Frame;
  /** Height ÷ width. */
  readonly squash: number;
  /** Positive: wide shoulders, narrow base. */
  readonly taper: number;
  readonly hollowDepth: number;
  readonly hollowWidth: number;
  /** Height of the five bumps. */
  readonly lobes: number;
  /** How far it leans out of its axis, along the frame's `x` and `z`. */
  readonly lopsided: readonly [x: number, z: number];
  /** The sun side, in the frame's coordinates. */
  readonly sunSide: Vector;
  readonly blushShare: number;
  readonly streaks: number;
  readonly russet: number;
  readonly dots: number;
  readonly gloss: number;
  readonly textureSeed: number;
}

interface Stem {
  /** Along the axis, from the bottom of the hollow. */
  readonly length: number;
  readonly radius: number;
  /** Sideways offset of the tip, in the frame's `x` and `z`. */
  readonly lean: readonly [x: number, z: number];
}

export interface Leaf {
  /** Horizontal direction in the frame's `x` and `z`, length 1. */
  readonly direction: readonly [x: number, z: number];
  readonly length: number;
  readonly width: number;
  /** How far the tip hangs below its highest point. */
  readonly droop: number;
  readonly textureSeed: number;
}

export interface Light {
  /** Unit vector towards the main light. */
  readonly key: Vector;
  readonly keyColour: Rgb;
  readonly fillColour: Rgb;
  /** Unit vector towards the light behind the apple. */
  readonly rim: Vector;
  readonly rimStrength: number;
  /** Half width and half height of the main light's mirror image, as tangents. */
  readonly softbox: readonly [width: number, height: number];
}

export interface Background {
  readonly kind: BackgroundKind;
  /** Which of the kind's colours, 0 to 2. */
  readonly palette: number;
  /** Direction of the grain, `[cos, sin]`. */
  readonly turn: readonly [cos: number, sin: number];
  readonly offset: readonly [x: number, z: number];
  readonly textureSeed: number;
}

export interface Film {
  readonly exposure: number;
  /** Gains of red and blue. */
  readonly whiteBalance: readonly [red: number, blue: number];
  /** Weight of each neighbour in the blur, 0 to 0.25. */
  readonly blur: number;
  /** Standard deviation of the sensor's noise, in gray values of 255. */
  readonly noise: number;
  /** Light lost in the corners, 0 to 1. */
  readonly vignette: number;
}

/** What is wrong with the apple. */
export interface Flaw {
  readonly kind: AppleDefect;
  /** Where on the skin, in the body frame's coordinates, length 1. */
  readonly direction: Vector;
  /** Relative size, about 1. */
  readonly size: number;
  /** Turn in the skin's plane, `[cos, sin]`. */
  readonly turn: readonly [cos: number, sin: number];
  /** Which of several looks, 0 to 2. */
  readonly look: number;
  readonly textureSeed: number;
}

export interface AppleScene {
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly camera: Camera;
  readonly body: Body;
  readonly stem: Stem;
  readonly leaf?: Leaf | undefined;
  readonly light: Light;
  readonly background: Background;
  readonly film: Film;
  /** Absent: a good apple. */
  readonly flaw?: Flaw | undefined;
}
