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
      } else if (type === 'auxC') hasAlpha ||= /:alpha|:auxid:1/.test(text(content + 4, at + size));
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
