/** Numbers for people. */

/** Three significant digits. */
export function formatScore(value: number): string {
  const [whole = ''] = Math.abs(value).toString().split('.');
  return value.toFixed(value === 0 ? 2 : Math.max(0, 3 - (Math.abs(value) < 1 ? 0 : whole.length)));
}

export function formatBytes(sizeBytes: number): string {
  return sizeBytes < 1e6 ? `${Math.round(sizeBytes / 1e3)} kB` : `${(sizeBytes / 1e6).toFixed(1)} MB`;
}
