/** The apple varieties of the set: what their skin is made of. Invented; likeness to a trade name is accidental. */
import { rgb } from './colour.ts';
import type { Rgb } from './colour.ts';

export const appleVarieties = ['red', 'green', 'golden', 'bicolour', 'russet'] as const;
export type AppleVariety = (typeof appleVarieties)[number];

type Range = readonly [low: number, high: number];

export interface Skin {
  /** The colour that the skin has without sun, in two tones that drift into each other. */
  readonly ground: Rgb;
  readonly groundDrift: Rgb;
  /** Colour of the sun side, thin and thick. */
  readonly blush: Rgb;
  readonly deepBlush: Rgb;
  /** How much of the fruit blushes: 0 none, 0.5 half, 1 all. */
  readonly blushShare: Range;
  /** How much streaks along the meridians break the blush up, 0..1. */
  readonly streaks: Range;
  /** Tint of the stem cavity. */
  readonly cavity: Rgb;
  /** Brown cork around the stem, 0..1. */
  readonly russet: Range;
  /** Strength of the pale dots (lenticels), 0..1. */
  readonly dots: Range;
  readonly dotColour: Rgb;
  /** Strength of the highlight, 0..1. */
  readonly gloss: Range;
}

export const skins: Readonly<Record<AppleVariety, Skin>> = {
  red: {
    ground: rgb('#c8793f'),
    groundDrift: rgb('#bd5f38'),
    blush: rgb('#b2413a'),
    deepBlush: rgb('#9a3937'),
    blushShare: [0.86, 0.95],
    streaks: [0.5, 0.6],
    cavity: rgb('#b79a3e'),
    russet: [0.2, 0.5],
    dots: [0.2, 0.4],
    dotColour: rgb('#d99a72'),
    gloss: [0.7, 0.9],
  },
  green: {
    ground: rgb('#83a832'),
    groundDrift: rgb('#a8b85a'),
    blush: rgb('#b9b04a'),
    deepBlush: rgb('#c49a55'),
    blushShare: [0.05, 0.3],
    streaks: [0, 0.1],
    cavity: rgb('#7ba02f'),
    russet: [0.1, 0.3],
    dots: [0.5, 0.9],
    dotColour: rgb('#dbe7a4'),
    gloss: [0.75, 1],
  },
  golden: {
    ground: rgb('#dcb550'),
    groundDrift: rgb('#b5b347'),
    blush: rgb('#e6ae4b'),
    deepBlush: rgb('#dd8d4a'),
    blushShare: [0.15, 0.45],
    streaks: [0, 0.15],
    cavity: rgb('#b9bd4a'),
    russet: [0.4, 0.7],
    dots: [0.5, 0.9],
    dotColour: rgb('#9c7a3a'),
    gloss: [0.6, 0.85],
  },
  bicolour: {
    ground: rgb('#cdbf5c'),
    groundDrift: rgb('#d6b45a'),
    blush: rgb('#c46147'),
    deepBlush: rgb('#ae413a'),
    blushShare: [0.4, 0.6],
    streaks: [0.35, 0.5],
    cavity: rgb('#a9b24a'),
    russet: [0.2, 0.5],
    dots: [0.2, 0.45],
    dotColour: rgb('#e8c48c'),
    gloss: [0.7, 0.95],
  },
  russet: {
    ground: rgb('#c2a765'),
    groundDrift: rgb('#b39a58'),
    blush: rgb('#b98050'),
    deepBlush: rgb('#a8683f'),
    blushShare: [0.3, 0.6],
    streaks: [0.1, 0.3],
    cavity: rgb('#a5843c'),
    russet: [0.7, 1],
    dots: [0.5, 0.8],
    dotColour: rgb('#d9c08a'),
    gloss: [0.3, 0.5],
  },
};
