/** `--max-pixels` and `--max-file-size`: how large an image may be before it is refused. */
import type { Command } from 'commander';
import { defaultImageLimits, type ImageLimits } from '@oddpixel/contract';
import { UsageError } from './outcome.ts';

export interface LimitOptions {
  maxPixels?: number;
  /** Bytes. */
  maxFileSize?: number;
}

const mebibyte = 2 ** 20;
const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: mebibyte,
  gib: 2 ** 30,
};
/** Beyond it, no engine makes an array. */
const largest = 2 ** 33;

/** Adds both options to a command that reads images. */
export function withLimitOptions(command: Command): Command {
  const { maxFileBytes, maxPixels } = defaultImageLimits;
  return command
    .option(
      '--max-pixels <n>',
      `refuse images with more pixels than this, such as 500M (default ${maxPixels / 1e6}M)`,
      sizeOption('max-pixels'),
    )
    .option(
      '--max-file-size <size>',
      `refuse image files larger than this, such as 1GiB (default ${maxFileBytes / mebibyte}MiB)`,
      sizeOption('max-file-size'),
    );
}

/** `undefined` if no option was given, for the library's own defaults. */
export function imageLimits({ maxPixels, maxFileSize }: LimitOptions): ImageLimits | undefined {
  if (maxPixels === undefined && maxFileSize === undefined) return undefined;
  return {
    maxPixels: maxPixels ?? defaultImageLimits.maxPixels,
    maxFileBytes: maxFileSize ?? defaultImageLimits.maxFileBytes,
  };
}

function sizeOption(name: string): (text: string) => number {
  return (text) => {
    const [, digits = '', unit = ''] = /^([\d_]*\.?\d+)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
    const factor = units[unit.toLowerCase()];
    const value = Math.round(Number(digits.replaceAll('_', '')) * (factor ?? Number.NaN));
    if (digits === '' || !(value >= 1 && value <= largest)) {
      throw new UsageError(
        `--${name}: expected a number from 1 to ${largest}, optionally with k, M, G, MiB or GiB, received "${text}"`,
      );
    }
    return value;
  };
}
