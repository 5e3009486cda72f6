/**
 * What a TIFF claims, checked before a library spends memory or time on it (TIFF 6.0; BigTIFF): the number of blocks,
 * their sizes with padding, whether they lie inside the file and apart from each other, and the number of pages.
 */
import { LimitExceededError, type DecodeOptions, type ImageLimits } from '@oddpixel/contract';
import { readJpegHeader } from './jpeg-header.ts';
import { checkDecodedBytes, checkPixels } from './limits.ts';
import { damaged } from './problems.ts';
import { isDirectoryInside } from './tiff-directory.ts';

const [maxBlocks, maxPages] = [131_072, 4096];

/** A block may be larger than its picture by this, as 512×512 tiles of small pictures are. */
const freePadding = 16 * 2 ** 20;

/** Types of numbers: SHORT, LONG and LONG8. */
const numberBytes: Readonly<Record<number, number>> = { 3: 2, 4: 4, 16: 8 };
const jpeg = 7;

interface Directory {
  /** Values of a tag that are whole numbers; empty if there are none. */
  numbers(tag: number): readonly number[];
  readonly next: number;
}

export interface TiffCheck {
  /** Thumbnails apart. */
  readonly pages: number;
  /** Which block is not wholly in the file; only if damage is accepted. */
  readonly damage: string | undefined;
}

/** @throws ImageFormatError, LimitExceededError */
export function checkTiff(
  bytes: Uint8Array,
  limits: ImageLimits,
  { fileName, acceptDamaged }: Pick<DecodeOptions, 'fileName' | 'acceptDamaged'> = {},
): TiffCheck {
  try {
    if (!isDirectoryInside(bytes)) throw new Error('its directory cannot be read');
    const { first, isBig, view, isLittle } = openDirectories(bytes);
    const directory = readDirectory(view, first, isBig, isLittle);
    const damage = checkBlocks(bytes, directory, limits, fileName);
    if (damage !== undefined && acceptDamaged !== true) throw new Error(damage);
    return { pages: countPages(view, directory.next, isBig, isLittle, fileName), damage };
  } catch (cause) {
    if (cause instanceof LimitExceededError) throw cause;
    throw damaged(
      fileName,
      cause instanceof RangeError ? 'its directory is cut off' : (cause as Error).message,
      cause,
    );
  }
}

/** @returns which block is not wholly in the file */
function checkBlocks(
  bytes: Uint8Array,
  directory: Directory,
  limits: ImageLimits,
  fileName: string | undefined,
): string | undefined {
  const one = (tag: number, otherwise: number): number => directory.numbers(tag)[0] ?? otherwise;
  const [width, height] = [one(256, 0), one(257, 0)];
  if (!(width > 0 && height > 0)) throw new Error(`its size is ${width}×${height}`);
  const channels = one(277, 1);
  const stated = directory.numbers(258);
  const bits =
    stated.length === channels ? stated.reduce((sum, value) => sum + value, 0) : one(258, 1) * channels;
  // Of many channels, the reader of wide numbers has its own count.
  checkPixels(width, height, limits, fileName, bits / 8);
  const isTiled = directory.numbers(322).length > 0;
  const blockWidth = isTiled ? one(322, 0) : width;
  const blockHeight = isTiled ? one(323, 0) : Math.min(one(278, height), height);
  if (!(blockWidth > 0 && blockHeight > 0)) throw new Error('its blocks have no size');
  const planes = one(284, 1) === 2 ? channels : 1;
  const count = Math.ceil(width / blockWidth) * Math.ceil(height / blockHeight) * planes;
  if (count > maxBlocks) {
    throw new LimitExceededError({
      what: fileName ?? 'The image',
      limit: maxBlocks,
      received: count,
      unit: 'strips or tiles',
      fix: 'Save it with larger strips or tiles.',
    });
  }
  const blockBytes = (Math.ceil((blockWidth * bits) / 8) * blockHeight) / planes;
  checkDecodedBytes(
    blockBytes * count,
    limits,
    fileName,
    'bytes when decoded, with the padding of its tiles',
  );
  if (blockBytes > freePadding && blockBytes * planes > 4 * ((width * height * bits) / 8)) {
    throw new Error(`a block of ${blockWidth}×${blockHeight} pixels for a picture of ${width}×${height}`);
  }
  const offsets = directory.numbers(isTiled ? 324 : 273);
  const sizes = directory.numbers(isTiled ? 325 : 279);
  if (Math.min(offsets.length, sizes.length) < count) {
    throw new Error(`it has ${Math.min(offsets.length, sizes.length)} of ${count} blocks`);
  }
  let total = 0;
  let damage: string | undefined;
  for (let i = 0; i < count; i++) {
    const [offset, size] = [offsets[i] as number, sizes[i] as number];
    const end = offset + size;
    if (end > bytes.length) {
      damage ??= `it ends after ${bytes.length} of at least ${end} bytes`;
      continue;
    }
    total += size;
    if (one(259, 1) !== jpeg || size === 0) continue;
    const part = readJpegHeader(bytes.subarray(offset, end));
    if (part.width > blockWidth || part.height > blockHeight) {
      throw new Error(`a part claims to have ${part.width}×${part.height} pixels`);
    }
  }
  // A few bytes that are used a thousand times.
  if (total > bytes.length) throw new Error('its blocks overlap');
  return damage;
}

function countPages(
  view: DataView,
  second: number,
  isBig: boolean,
  isLittle: boolean,
  fileName: string | undefined,
): number {
  let [pages, seen] = [1, 1];
  for (let at = second; at !== 0 && at + 8 <= view.byteLength;) {
    if (++seen > maxPages) {
      throw new LimitExceededError({
        what: fileName ?? 'The image',
        limit: maxPages,
        received: seen,
        unit: 'pages or more',
        fix: 'Save the pages that matter as separate files.',
      });
    }
    const { numbers, next } = readDirectory(view, at, isBig, isLittle);
    // Reduced copies and masks are no pages of their own.
    if (((numbers(254)[0] ?? 0) & 5) === 0) pages++;
    at = next;
  }
  return pages;
}

function openDirectories(bytes: Uint8Array): {
  view: DataView;
  isLittle: boolean;
  isBig: boolean;
  first: number;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = view.getUint16(0) === 0x4949;
  const isBig = view.getUint16(2, isLittle) === 43;
  return {
    view,
    isLittle,
    isBig,
    first: isBig ? Number(view.getBigUint64(8, isLittle)) : view.getUint32(4, isLittle),
  };
}

function readDirectory(view: DataView, start: number, isBig: boolean, isLittle: boolean): Directory {
  const long = (at: number): number =>
    isBig ? Number(view.getBigUint64(at, isLittle)) : view.getUint32(at, isLittle);
  const count = isBig ? long(start) : view.getUint16(start, isLittle);
  const [first, entryBytes, inlineBytes] = isBig ? [start + 8, 20, 8] : [start + 2, 12, 4];
  const end = first + count * entryBytes;
  if (end > view.byteLength) throw new Error('its directory is cut off');
  const numbers = (tag: number): readonly number[] => {
    for (let at = first; at < end; at += entryBytes) {
      if (view.getUint16(at, isLittle) !== tag) continue;
      const size = numberBytes[view.getUint16(at + 2, isLittle)];
      if (size === undefined) return [];
      const length = long(at + 4);
      const from = size * length <= inlineBytes ? at + 4 + inlineBytes : long(at + 4 + inlineBytes);
      if (from + size * length > view.byteLength) throw new Error('a list of its directory is cut off');
      return Array.from({ length }, (_, i) => {
        const place = from + i * size;
        if (size === 2) return view.getUint16(place, isLittle);
        return size === 4 ? view.getUint32(place, isLittle) : Number(view.getBigUint64(place, isLittle));
      });
    }
    return [];
  };
  // The place of the next one is as wide as a value in an entry.
  return { numbers, next: end + inlineBytes <= view.byteLength ? long(end) : 0 };
}
