/** A WebP file without what is not pixels (RFC 9649): metadata of any size, and all pictures after the first. */
import { joinBytes } from '@oddpixel/contract/unstable';

const [chunkHeader, firstChunk] = [8, 12];
const kept: readonly string[] = ['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF'];

/** Bits of the first chunk: a profile, EXIF and XMP follow. */
const [profileFlag, exifFlag, xmpFlag] = [0x20, 0x08, 0x04];

/** Larger EXIF data is more than an orientation. */
const maxExifBytes = 64 * 1024;

/** @param bytes a file whose header was read; plain ones, which hold pixels alone, are given back as they are */
export function webpPixels(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const typeAt = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (typeAt(firstChunk) !== 'VP8X') return bytes;
  const end = Math.min(bytes.length, chunkHeader + view.getUint32(4, true));
  const parts: Uint8Array[] = [bytes.subarray(0, firstChunk)];
  let [hasExif, hasPicture] = [false, false];
  for (let at = firstChunk; at + chunkHeader <= end;) {
    const type = typeAt(at);
    const size = view.getUint32(at + 4, true);
    // Padded to an even number of bytes.
    const next = at + chunkHeader + size + (size % 2);
    const isExif = type === 'EXIF' && !hasExif && size <= maxExifBytes;
    const isPicture = type === 'ANMF' || type === 'VP8 ' || type === 'VP8L';
    if (isExif || (kept.includes(type) && !(isPicture && hasPicture))) {
      parts.push(bytes.subarray(at, Math.min(next, end)));
    }
    hasExif ||= isExif;
    hasPicture ||= isPicture;
    at = next;
  }
  const whole = joinBytes(parts);
  new DataView(whole.buffer).setUint32(4, whole.length - chunkHeader, true);
  const flagsAt = firstChunk + chunkHeader;
  const others = (whole[flagsAt] as number) & ~(profileFlag | exifFlag | xmpFlag);
  whole[flagsAt] = others | (hasExif ? exifFlag : 0);
  return whole;
}
