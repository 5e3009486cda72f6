/** Was an image file compressed with loss? Told by its first bytes, because names lie. */

/** True for JPEG, AVIF and the lossy kind of WebP; a mask in such a file has no exact 0 any more. */
export function isLossyFile(bytes: Uint8Array): boolean {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return true;
  const text = (start: number, end: number): string =>
    String.fromCharCode(...bytes.subarray(start, Math.min(end, bytes.length)));
  if (text(4, 8) === 'ftyp') return ['avif', 'avis'].includes(text(8, 12));
  if (text(0, 4) !== 'RIFF' || text(8, 12) !== 'WEBP') return false;
  // Plain files begin with their one chunk; in extended ones the lossy picture follows the other chunks' heads.
  return text(12, 16) === 'VP8 ' || (text(12, 16) === 'VP8X' && text(30, 2048).includes('VP8 '));
}
