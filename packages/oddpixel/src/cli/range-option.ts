/** The value of `--range`. */
import { UsageError } from './outcome.ts';

export type RangeOption = 'auto' | readonly [min: number, max: number];

/** @throws UsageError for what is neither auto nor two ascending numbers. */
export function parseRange(text: string): RangeOption {
  if (text === 'auto') return 'auto';
  const parts = text.split(',');
  const [min = NaN, max = NaN] = parts.map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (parts.length === 2 && Number.isFinite(min) && Number.isFinite(max) && min < max) return [min, max];
  throw new UsageError(`--range: expected auto or MIN,MAX such as 0,4095, received "${text}"`);
}
