/**
 * A JPEG without what is not pixels (ITU-T T.81, annex B), and checks of what decoders forgive: scans that are missing,
 * lost restart intervals, fewer bytes than the size needs at the very least. Not: a decoder.
 */
import { joinBytes } from '@oddpixel/contract/unstable';
import { missingOfScan, readHuffmanTables, type CodeLengths, type JpegComponent } from './jpeg-bits.ts';
import { exifOrientation } from './exif.ts';

export interface JpegPixels {
  readonly bytes: Uint8Array;
  readonly hasProfile: boolean;
  /** EXIF orientation, 1 to 8; it is kept. */
  readonly orientation: number;
  /** What is missing although the file ends properly; `undefined` if nothing is. */
  readonly damage: string | undefined;
}

/** Ten are usual, and the standard's finest progression needs about as many as this; each costs a pass over all pixels. */
const maxScans = 100;

const [startOfScan, endOfImage, restartInterval, huffman] = [0xda, 0xd9, 0xdd, 0xc4];

/** @throws Error if it is no JPEG up to its first scan, or asks for too much work. */
export function jpegPixels(bytes: Uint8Array): JpegPixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [bytes.subarray(0, 2)];
  const tables = new Map<number, CodeLengths>();
  /** By component, for each coefficient: the lowest bit that came so far. */
  const precision = new Map<number, Int8Array>();
  let frame:
    | {
        isProgressive: boolean;
        isHuffman: boolean;
        isArithmetic: boolean;
        size: readonly [number, number];
        components: JpegComponent[];
      }
    | undefined;
  let [orientation, interval, scans] = [1, 0, 0];
  let hasProfile = false;
  let damage: string | undefined;
  let isEnded = false;
  let at = 2;
  while (at + 1 < bytes.length) {
    if (bytes[at] !== 0xff) {
      // Bytes that belong to nothing.
      at = nextMarker(bytes, at);
      continue;
    }
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === endOfImage) {
      isEnded = true;
      break;
    }
    if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    if (at + 4 > bytes.length) break;
    const end = at + 2 + view.getUint16(at + 2);
    if (end > bytes.length) break;
    const content = bytes.subarray(at + 4, end);
    const mark = String.fromCharCode(...content.subarray(0, 11));
    if (marker === 0xe1 && mark.startsWith('Exif\0')) {
      if (orientation === 1) orientation = exifOrientation(content);
    } else if (marker === 0xe2 && mark === 'ICC_PROFILE') hasProfile = true;
    const isKept =
      !((marker >= 0xe0 && marker <= 0xef) || marker === 0xfe) ||
      (marker === 0xe0 && mark.startsWith('JFIF\0')) ||
      (marker === 0xee && mark.startsWith('Adobe'));
    if (isKept) parts.push(bytes.subarray(at, end));
    if (marker >= 0xc0 && marker <= 0xcf && ![huffman, 0xc8, 0xcc].includes(marker)) {
      if (frame !== undefined || content.length < 6 + 3 * (content[5] ?? 0))
        throw new Error('its frame is damaged');
      const components = Array.from({ length: content[5] as number }, (_, i): JpegComponent => {
        const [id, sampling] = [content[6 + 3 * i] as number, content[7 + 3 * i] as number];
        return { id, horizontal: sampling >> 4, vertical: sampling & 15 };
      });
      frame = {
        isProgressive: marker === 0xc2,
        isHuffman: marker <= 0xc2,
        isArithmetic: marker >= 0xc9,
        size: [view.getUint16(at + 7), view.getUint16(at + 5)],
        components,
      };
      for (const { id } of components) precision.set(id, new Int8Array(64).fill(99));
    } else if (marker === huffman) readHuffmanTables(content, tables);
    else if (marker === restartInterval && content.length >= 2) interval = view.getUint16(at + 4);
    at = end;
    if (marker !== startOfScan) continue;
    if (++scans > maxScans) throw new Error(`it has more than ${maxScans} scans`);
    const scan = entropyData(bytes, at);
    parts.push(bytes.subarray(at, scan.end));
    const found = frame === undefined ? 'it has no frame before its pixels' : noteScan(content, precision);
    damage ??= found;
    if (damage === undefined && frame !== undefined && frame.isHuffman) {
      damage = missingOfScan({ ...frame, interval, tables, content, scan, bytes: scan.end - at });
    }
    at = scan.end;
  }
  if (frame === undefined) throw new Error('it has no frame');
  if (scans === 0) throw new Error('it ends before its pixels');
  parts.push(Uint8Array.of(0xff, endOfImage));
  if (frame.isArithmetic) damage ??= 'it uses arithmetic coding, which does not reveal missing data';
  if (!isEnded) damage = 'it ends before its pixels do';
  else if (damage === undefined) damage = missingScans(precision, frame.isProgressive);
  // The orientation alone: EXIF holds anything.
  if (orientation !== 1) parts.splice(parts[1]?.[1] === 0xe0 ? 2 : 1, 0, exifSegment(orientation));
  return { bytes: joinBytes(parts), hasProfile, orientation, damage };
}

/** Where the next marker that is no restart comes, and how many restarts come before it. */
function entropyData(bytes: Uint8Array, start: number): { readonly end: number; readonly restarts: number } {
  let restarts = 0;
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at)) {
    const next = bytes[at + 1];
    if (next === undefined) break;
    const isRestart = next >= 0xd0 && next <= 0xd7;
    if (isRestart) restarts++;
    if (next !== 0 && next !== 0xff && !isRestart) return { end: at, restarts };
    at += next === 0xff ? 1 : 2;
  }
  return { end: bytes.length, restarts };
}

function nextMarker(bytes: Uint8Array, at: number): number {
  const next = bytes.indexOf(0xff, at);
  return next < 0 ? bytes.length : next;
}

/** Components, first and last coefficient, and the lowest bit that this scan brings. */
function noteScan(content: Uint8Array, precision: ReadonlyMap<number, Int8Array>): string | undefined {
  const count = content[0] ?? 0;
  const [first = 0, last = 63, bits = 0] = content.subarray(1 + 2 * count, 4 + 2 * count);
  for (let i = 0; i < count; i++) {
    const known = precision.get(content[1 + 2 * i] ?? -1);
    if (known === undefined) return 'a scan belongs to a component that the frame does not have';
    known.fill(bits & 15, first, Math.min(last, 63) + 1);
  }
  return undefined;
}

function missingScans(precision: ReadonlyMap<number, Int8Array>, isProgressive: boolean): string | undefined {
  for (const known of precision.values()) {
    const isWhole = isProgressive ? known.every((bit) => bit === 0) : known[0] !== 99;
    if (!isWhole) return 'some of its scans are missing';
  }
  return undefined;
}

function exifSegment(orientation: number): Uint8Array {
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1];
  const entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];
  const content = [...exif, ...entry, 0, 0, 0, 0];
  return Uint8Array.of(0xff, 0xe1, 0, content.length + 2, ...content);
}
