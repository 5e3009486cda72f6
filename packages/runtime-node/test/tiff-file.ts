/** TIFF files for tests, one strip of noise each, with any tag that a reader must understand (TIFF 6.0). */

export interface TiffLayout {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly channels: number;
  /** The tag PhotometricInterpretation. */
  readonly photometric: number;
  /** The tag ExtraSamples. */
  readonly extra?: number;
  readonly orientation?: number;
  /** Default: all of them. */
  readonly rowsPerStrip?: number;
  readonly claimedColors?: number;
  readonly compression?: number;
  readonly isLittle?: boolean;
  readonly isGrayPalette?: boolean;
  /** Where the strip is said to be, instead of where it is. */
  readonly offset?: number;
  readonly claimedWidth?: number;
  readonly claimedHeight?: number;
}

export function tiffFile(layout: TiffLayout): Uint8Array {
  const { width, height, bits, channels, photometric, extra, isLittle = true } = layout;
  const rowBytes = Math.ceil((width * channels * bits) / 8);
  const pixels = Uint8Array.from(
    { length: rowBytes * height },
    (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 16) & 255,
  );
  const colors = 1 << bits;
  const palette = Array.from({ length: 3 * colors }, (_, i) => {
    const index = layout.isGrayPalette === true ? i % colors : i;
    return Math.imul(index + 7, 0x85ebca6b) >>> 16;
  });
  const own = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4 }[photometric] ?? 3;
  const rowsPerStrip = layout.rowsPerStrip ?? height;
  const strips = Array.from({ length: Math.ceil(height / rowsPerStrip) }, (_, i) => ({
    start: i * rowsPerStrip * rowBytes,
    bytes: Math.min(rowsPerStrip, height - i * rowsPerStrip) * rowBytes,
  }));
  const tags: readonly (readonly [number, readonly number[]])[] = [
    [256, [layout.claimedWidth ?? width]],
    [257, [layout.claimedHeight ?? height]],
    [258, Array<number>(channels).fill(bits)],
    [259, [layout.compression ?? 1]],
    [262, [photometric]],
    [273, strips.map(({ start }) => start)],
    [274, [layout.orientation ?? 1]],
    [277, [channels]],
    [278, [layout.claimedHeight ?? rowsPerStrip]],
    [279, strips.map(({ bytes }) => bytes)],
    ...(photometric === 3 ? [[320, palette] as const] : []),
    ...(channels > own ? [[338, Array<number>(channels - own).fill(extra ?? 2)] as const] : []),
  ];
  const listsAt = 8 + 2 + 12 * tags.length + 4;
  const isLong = (tag: number): boolean => tag === 273 || tag === 279;
  const bytesOf = ([tag, values]: (typeof tags)[number]): number => (isLong(tag) ? 4 : 2) * values.length;
  const listBytes = tags.map(bytesOf).reduce((sum, bytes) => sum + (bytes > 4 ? bytes : 0), 0);
  const start = listsAt + listBytes;
  const file = new Uint8Array(start + pixels.length);
  const view = new DataView(file.buffer);
  file.set(isLittle ? [0x49, 0x49, 42, 0] : [0x4d, 0x4d, 0, 42]);
  view.setUint32(4, 8, isLittle);
  view.setUint16(8, tags.length, isLittle);
  let list = listsAt;
  tags.forEach((entry, i) => {
    const [tag, values] = entry;
    const at = 10 + 12 * i;
    view.setUint16(at, tag, isLittle);
    view.setUint16(at + 2, isLong(tag) ? 4 : 3, isLittle);
    view.setUint32(at + 4, (tag === 320 ? layout.claimedColors : undefined) ?? values.length, isLittle);
    const isOutside = bytesOf(entry) > 4;
    if (isOutside) view.setUint32(at + 8, list, isLittle);
    values.forEach((value, k) => {
      const place = isOutside ? list : at + 8;
      if (!isLong(tag)) view.setUint16(place + 2 * k, value, isLittle);
      else view.setUint32(place + 4 * k, tag === 273 ? (layout.offset ?? start) + value : value, isLittle);
    });
    if (isOutside) list += bytesOf(entry);
  });
  file.set(pixels, start);
  return file;
}
