/** What an AVIF file says about itself: boxes of ISO 14496-12, properties of ISO 23008-12. */

export interface AvifHeader {
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  readonly hasProfile: boolean;
}

/** Boxes that hold boxes, and how many bytes come before those. */
const containers: Readonly<Record<string, number>> = { meta: 4, iprp: 0, ipco: 0 };

/** The largest picture in the file, its alpha and thumbnails apart. @throws Error saying what is wrong with it. */
export function readAvifHeader(bytes: Uint8Array): AvifHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  let [width, height] = [0, 0];
  let hasAlpha = false;
  let hasProfile = false;
  let hasData = false;
  const walk = (start: number, end: number): void => {
    for (let at = start; at + 8 <= end;) {
      const stated = view.getUint32(at);
      // 1 means that 8 bytes of size follow; 0 means up to the end.
      const size = stated === 1 ? Number(view.getBigUint64(at + 8)) : stated === 0 ? end - at : stated;
      const type = text(at + 4, at + 8);
      const content = at + (stated === 1 ? 16 : 8);
      if (size < content - at || at + size > end) {
        throw new Error(`it ends after ${bytes.length} of at least ${at + size} bytes`);
      }
      const inner = containers[type];
      if (inner !== undefined) walk(content + inner, at + size);
      else if (type === 'ispe') {
        const [columns, rows] = [view.getUint32(content + 4), view.getUint32(content + 8)];
        if (columns * rows > width * height) [width, height] = [columns, rows];
      } else if (type === 'iloc') checkItemPlaces(view, content, at + size);
      else if (type === 'auxC') hasAlpha ||= /:alpha|:auxid:1/.test(text(content + 4, at + size));
      else if (type === 'colr') hasProfile ||= /prof|rICC/.test(text(content, content + 4));
      else if (type === 'mdat' || type === 'idat') hasData = true;
      at += size;
    }
  };
  walk(0, bytes.length);
  if (!hasData) throw new Error('it ends before its pixels');
  if (width * height === 0) throw new Error('it states no size');
  return { width, height, hasAlpha, hasProfile };
}

/** Places of an item's parts: in the file, in the box `idat`, or in another item. */
const inFile = 0;

/** No file holds its own bytes more often than this, all pictures together. */
const maxUses = 4;

/**
 * Where the data of the items lies (box `iloc`): inside the file, and not the same few bytes a thousand times, which
 * readers copy into one piece.
 */
function checkItemPlaces(view: DataView, start: number, end: number): void {
  const fileBytes = view.byteLength;
  let at = start;
  const number = (size: number): number => {
    if (at + size > end) throw new Error('the list of its parts is cut off');
    const from = at;
    at += size;
    if (size === 0) return 0;
    if (size === 2) return view.getUint16(from);
    if (size === 4) return view.getUint32(from);
    if (size === 8) return Number(view.getBigUint64(from));
    throw new Error(`numbers of ${size} bytes in the list of its parts`);
  };
  const version = number(4) >>> 24;
  if (version > 2) throw new Error(`the list of its parts has the version ${version}`);
  const sizes = number(2);
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version === 0 ? 0 : sizes & 15;
  const items = number(version < 2 ? 2 : 4);
  let used = 0;
  for (let i = 0; i < items; i++) {
    number(version < 2 ? 2 : 4);
    const method = version === 0 ? inFile : number(2) & 15;
    number(2);
    const base = number(baseSize);
    const parts = number(2);
    for (let k = 0; k < parts; k++) {
      number(indexSize);
      const offset = base + number(offsetSize);
      const length = number(lengthSize);
      // A length of 0 means up to the end.
      const to = length === 0 ? fileBytes : offset + length;
      if (method === inFile && (offset > fileBytes || to > fileBytes)) {
        throw new Error(`it ends after ${fileBytes} of at least ${Math.max(offset, to)} bytes`);
      }
      used += length === 0 ? fileBytes - Math.min(offset, fileBytes) : length;
    }
    if (used > maxUses * fileBytes) throw new Error('its parts overlap');
  }
}
