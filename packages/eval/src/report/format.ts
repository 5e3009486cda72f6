/** Numbers as people read them. */

/** Three decimals for measures; a dash if there is none. */
export function measure(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(3);
}

/** `12.5 %`. */
export function percent(share: number | null | undefined, digits: number = 1): string {
  if (share === null || share === undefined) return '–';
  return `${(100 * share).toFixed(digits).replace(/\.0+$/, '')} %`;
}

/** Scores and thresholds: four significant digits, trailing zeros kept, so that columns line up. */
export function score(value: number): string {
  const size = Math.abs(value);
  return size >= 0.001 && size < 10_000 ? value.toPrecision(4) : plain(value);
}

/** Four significant digits at most: ticks, parameters, p. */
export function plain(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : '–';
}
