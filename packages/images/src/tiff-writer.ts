/** TIFF files, written: one strip, uncompressed, little-endian, the raster's own depth (TIFF 6.0, sections 2 to 8). */
import type { Raster } from '@oddpixel/contract';

/** Values of the tag SampleFormat. */
const [unsigned, floating] = [1, 3];
/** Values of the tag ExtraSamples. */
const [unspecified, straightAlpha] = [0, 2];
/** Types of values, and their bytes. */
const [short, long] = [3, 4];

/** The file of a raster with any number of channels: 8 or 16 bits, or float32. */
export function encodeTiff({ width, height, channels, data, hasAlpha }: Raster): Uint8Array {
  const colors = channels < 3 ? 1 : 3;
  const isAlpha = hasAlpha ?? (channels === 2 || channels === 4);
  const extra = Array.from({ length: channels - colors }, (_, i) =>
    isAlpha && colors + i === channels - 1 ? straightAlpha : unspecified,
  );
  const each = (value: number): number[] => Array<number>(channels).fill(value);
  const tags: readonly (readonly [tag: number, type: number, values: readonly number[]])[] = [
    [256, long, [width]],
    [257, long, [height]],
    [258, short, each(8 * data.BYTES_PER_ELEMENT)],
    [259, short, [1]],
    [262, short, [colors === 1 ? 1 : 2]],
    [273, long, [0]],
    [277, short, [channels]],
    [278, long, [height]],
    [279, long, [data.byteLength]],
    [284, short, [1]],
    ...(extra.length > 0 ? [[338, short, extra] as const] : []),
    [339, short, each(data instanceof Float32Array ? floating : unsigned)],
  ];
  const directory = 8;
  const lists = directory + 2 + 12 * tags.length + 4;
  const isList = ([, type, values]: (typeof tags)[number]): boolean => type === short && values.length > 2;
  const listBytes = tags.filter(isList).reduce((sum, [, , values]) => sum + 2 * values.length, 0);
  // Floats lie at multiples of four.
  const start = 4 * Math.ceil((lists + listBytes) / 4);
  const file = new Uint8Array(start + data.byteLength);
  const view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0, directory]);
  view.setUint16(directory, tags.length, true);
  let list = lists;
  tags.forEach((entry, i) => {
    const [tag, type, values] = entry;
    const at = directory + 2 + 12 * i;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, values.length, true);
    if (type === long) view.setUint32(at + 8, tag === 273 ? start : (values[0] as number), true);
    else {
      const to = isList(entry) ? list : at + 8;
      values.forEach((value, k) => view.setUint16(to + 2 * k, value, true));
      if (!isList(entry)) return;
      view.setUint32(at + 8, list, true);
      list += 2 * values.length;
    }
  });
  writeValues(view, start, data);
  return file;
}

function writeValues(view: DataView, start: number, data: Raster['data']): void {
  if (data instanceof Uint8Array) {
    new Uint8Array(view.buffer, start).set(data);
    return;
  }
  const isFloat = data instanceof Float32Array;
  for (let i = 0; i < data.length; i++) {
    const at = start + i * data.BYTES_PER_ELEMENT;
    if (isFloat) view.setFloat32(at, data[i] as number, true);
    else view.setUint16(at, data[i] as number, true);
  }
}
