/** BMP files of every kind, with the colours that they hold. */

export interface BmpFile {
  readonly title: string;
  readonly file: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** RGB. */
  readonly expected: Uint8Array;
}

type Color = readonly [red: number, green: number, blue: number];

interface Kind {
  readonly title: string;
  readonly bits: number;
  readonly compression?: number;
  readonly masks?: readonly number[];
  readonly fromTop?: boolean;
  /** Bytes of the image header; 12 is OS/2's. */
  readonly headerBytes?: number;
}

const width = 13;
const height = 7;

/** An index per pixel, with runs and without. */
const indexAt = (x: number, y: number, colors: number): number =>
  y % 2 === 0 ? (Math.floor(x / 5) + y) % colors : (x * 7 + y * 3) % colors;

const paletteOf = (colors: number): readonly Color[] =>
  Array.from({ length: colors }, (_, i) => [(i * 53 + 9) % 256, (i * 91 + 4) % 256, (i * 17 + 200) % 256]);

const kinds: readonly Kind[] = [
  { title: '1 bit', bits: 1 },
  { title: '4 bits, odd width', bits: 4 },
  { title: '8 bits', bits: 8 },
  { title: '8 bits, from the top', bits: 8, fromTop: true },
  { title: '8 bits, OS/2', bits: 8, headerBytes: 12 },
  { title: '8 bits, run lengths', bits: 8, compression: 1 },
  { title: '4 bits, run lengths', bits: 4, compression: 2 },
  { title: '16 bits', bits: 16 },
  { title: '16 bits, 5-6-5', bits: 16, compression: 3, masks: [0xf800, 0x07e0, 0x001f] },
  { title: '24 bits', bits: 24 },
  { title: '24 bits, OS/2', bits: 24, headerBytes: 12 },
  { title: '24 bits, version 5', bits: 24, headerBytes: 124 },
  { title: '32 bits', bits: 32 },
  { title: '32 bits, from the top', bits: 32, fromTop: true },
  { title: '32 bits, other masks', bits: 32, compression: 3, masks: [0xff, 0xff00, 0xff0000] },
  { title: '32 bits, 10 for each', bits: 32, compression: 3, masks: [0x3ff00000, 0x000ffc00, 0x000003ff] },
];

export const bmpFiles: readonly BmpFile[] = kinds.map(makeFile);

function makeFile(kind: Kind): BmpFile {
  const { bits, compression = 0, fromTop = false, headerBytes = 40 } = kind;
  const isCore = headerBytes === 12;
  const palette = bits > 8 ? [] : paletteOf(1 << bits);
  const usual = bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
  const masks = kind.masks ?? usual;
  const expected = new Uint8Array(3 * width * height);
  const rows: number[][] = [];
  for (let y = 0; y < height; y++) {
    const row: number[] = [];
    const indices = Array.from({ length: width }, (_, x) => indexAt(x, y, 1 << Math.min(bits, 8)));
    indices.forEach((index, x) => {
      const [color, stored] = bits <= 8 ? [palette[index] as Color, []] : deepPixel(index, bits, masks);
      expected.set(color, 3 * (y * width + x));
      row.push(...stored);
    });
    rows.push(
      bits > 8 ? padded(row) : compression > 0 ? runLengths(indices, bits) : padded(packed(indices, bits)),
    );
  }
  if (!fromTop) rows.reverse();
  const body = rows.flat();
  if (compression === 1 || compression === 2) body.push(0, 1);
  const colorBytes = palette.flatMap(([red, green, blue]) => [blue, green, red, ...(isCore ? [] : [0])]);
  const maskBytes =
    compression === 3 ? masks.flatMap((mask) => [0, 8, 16, 24].map((s) => (mask >>> s) & 255)) : [];
  const start = 14 + headerBytes + maskBytes.length + colorBytes.length;
  const file = new Uint8Array(start + body.length);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(2, file.length, true);
  view.setUint32(10, start, true);
  view.setUint32(14, headerBytes, true);
  if (isCore) {
    [width, height, 1, bits].forEach((value, i) => view.setUint16(18 + 2 * i, value, true));
  } else {
    view.setInt32(18, width, true);
    view.setInt32(22, fromTop ? -height : height, true);
    view.setUint16(26, 1, true);
    view.setUint16(28, bits, true);
    view.setUint32(30, compression, true);
    view.setUint32(34, body.length, true);
    // Version 5 states its colour space; this is sRGB.
    if (headerBytes === 124) view.setUint32(14 + 56, 0x73524742, true);
  }
  file.set([...maskBytes, ...colorBytes, ...body], 14 + headerBytes);
  return { title: kind.title, file, width, height, expected };
}

/** A pixel of 16 to 32 bits, and the colour that it means. */
function deepPixel(seed: number, bits: number, masks: readonly number[]): readonly [Color, number[]] {
  let pixel = 0;
  const color = masks.map((mask, c) => {
    const shift = 31 - Math.clz32(mask & -mask);
    const largest = mask >>> shift;
    const value = (seed * (7 + 31 * c) + 3 * c) % (largest + 1);
    pixel |= value << shift;
    return Math.round((value * 255) / largest);
  });
  const stored = Array.from({ length: bits / 8 }, (_, i) => (pixel >>> (8 * i)) & 255);
  return [color as unknown as Color, stored];
}

function packed(indices: readonly number[], bits: number): number[] {
  const row = Array<number>(Math.ceil((indices.length * bits) / 8)).fill(0);
  indices.forEach((index, x) => {
    const at = (x * bits) >> 3;
    row[at] = (row[at] ?? 0) | (index << (8 - bits - ((x * bits) & 7)));
  });
  return row;
}

function padded(row: readonly number[]): number[] {
  return [...row, ...Array<number>((4 - (row.length % 4)) % 4).fill(0)];
}

/** Runs where pixels repeat, else pixels one by one, then the end of the row. */
function runLengths(indices: readonly number[], bits: number): number[] {
  const row: number[] = [];
  const isPlain = indices.every((index, x) => x === 0 || index !== indices[x - 1]);
  if (isPlain) {
    const bytes = packed(indices, bits);
    row.push(0, indices.length, ...bytes, ...(bytes.length % 2 === 1 ? [0] : []));
  } else {
    for (let x = 0; x < indices.length;) {
      let count = 1;
      while (indices[x + count] === indices[x]) count++;
      const index = indices[x] as number;
      row.push(count, bits === 8 ? index : index * 17);
      x += count;
    }
  }
  return [...row, 0, 0];
}
