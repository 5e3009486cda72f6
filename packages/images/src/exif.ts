/** The one thing of EXIF that changes pixels: the orientation (EXIF 2.3, section 4.6.4; a directory as in TIFF). */

const orientationTag = 0x0112;
const shortType = 3;

/**
 * 1 to 8; 1 if there is none, or the data is damaged, which then does not matter.
 *
 * @param bytes the TIFF structure, with or without the `Exif` marker before it
 */
export function exifOrientation(bytes: Uint8Array): number {
  const hasMarker = String.fromCharCode(...bytes.subarray(0, 4)) === 'Exif';
  const start = bytes.byteOffset + (hasMarker ? 6 : 0);
  if (bytes.byteLength < (hasMarker ? 14 : 8)) return 1;
  const view = new DataView(bytes.buffer, start, bytes.byteOffset + bytes.byteLength - start);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const isLittle = order === 0x4949;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > view.byteLength) return 1;
  const entries = view.getUint16(directory, isLittle);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + 12 * i;
    if (at + 12 > view.byteLength) return 1;
    if (view.getUint16(at, isLittle) !== orientationTag) continue;
    if (view.getUint16(at + 2, isLittle) !== shortType) return 1;
    const value = view.getUint16(at + 8, isLittle);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
