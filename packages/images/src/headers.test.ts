import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imageKind } from './image-kind.ts';
import { readAvifHeader, readGifHeader, readJpegHeader, readWebpHeader } from './index.ts';
import { exifOrientation } from './exif.ts';
import { encodeTiff } from './tiff-writer.ts';
import { isDirectoryInside } from './tiff-directory.ts';

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'string' ? Array.from(part, (character) => character.charCodeAt(0)) : [...part],
    ),
  );

/** A directory with the tag Orientation alone. */
const exif = (order: 'II' | 'MM', orientation: number): Uint8Array => {
  const file = new Uint8Array(26);
  const view = new DataView(file.buffer);
  const isLittle = order === 'II';
  file.set(bytes(order));
  view.setUint16(2, 42, isLittle);
  view.setUint32(4, 8, isLittle);
  view.setUint16(8, 1, isLittle);
  view.setUint16(10, 0x0112, isLittle);
  view.setUint16(12, 3, isLittle);
  view.setUint32(14, 1, isLittle);
  view.setUint16(18, orientation, isLittle);
  return file;
};

const segment = (marker: number, content: Uint8Array): readonly number[] => [
  0xff,
  marker,
  (content.length + 2) >> 8,
  (content.length + 2) & 255,
  ...content,
];

/** 300×200 pixels, with every segment that is looked at. */
const jpeg = (components: number, frame = 0xc0): Uint8Array =>
  bytes(
    [0xff, 0xd8],
    segment(0xe0, bytes('JFIF\0', [1, 2, 0, 0, 1, 0, 1, 0, 0])),
    segment(0xe1, bytes('Exif\0\0', [...exif('MM', 6)])),
    segment(0xe2, bytes('ICC_PROFILE\0', [1, 1, 0])),
    segment(0xee, bytes('Adobe', [0, 100, 0, 0, 0, 0, 2])),
    segment(0xc4, bytes([0, 1, 2])),
    [0xff],
    segment(frame, bytes([8, 0, 200, 1, 44, components], Array<number>(3 * components).fill(0))),
    segment(0xda, bytes([0])),
    [1, 2, 3, 0xff, 0xd9],
  );

const box = (type: string, ...content: readonly (string | readonly number[])[]): readonly number[] => {
  const inner = bytes(...content);
  return [0, 0, (inner.length + 8) >> 8, (inner.length + 8) & 255, ...bytes(type), ...inner];
};
const avif = bytes(
  box('ftyp', 'avif', [0, 0, 0, 0], 'mif1', 'avif'),
  box(
    'meta',
    [0, 0, 0, 0],
    box(
      'iprp',
      box(
        'ipco',
        box('ispe', [0, 0, 0, 0, 0, 0, 1, 44, 0, 0, 0, 200]),
        box('colr', 'prof', [1]),
        box('auxC', [0, 0, 0, 0], 'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0'),
        box('ispe', [0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 20]),
      ),
    ),
  ),
  box('mdat', [1, 2, 3]),
);

const riff = (...chunks: readonly (readonly [type: string, content: Uint8Array])[]): Uint8Array => {
  const body = bytes(
    'WEBP',
    ...chunks.flatMap(([type, content]) => [
      type,
      [content.length, 0, 0, 0, ...content, ...(content.length % 2 === 1 ? [0] : [])],
    ]),
  );
  return bytes('RIFF', [body.length, 0, 0, 0, ...body]);
};

const gif = bytes(
  'GIF89a',
  [44, 1, 200, 0, 0x80, 0, 0, 1, 2, 3, 4, 5, 6],
  [0x21, 0xf9, 4, 1, 0, 0, 0, 0],
  [0x2c, 0, 0, 0, 0, 44, 1, 200, 0, 0, 2, 3, 7, 7, 7, 0],
  [0x3b],
);

test.each([
  ['png', bytes([0x89], 'PNG\r\n\x1a\n')],
  ['jpeg', jpeg(3)],
  ['webp', riff(['VP8L', new Uint8Array(20)])],
  ['gif', gif],
  ['bmp', bytes('BM', Array<number>(30).fill(0))],
  ['tiff', bytes('II', [42, 0])],
  ['tiff', bytes('MM', [0, 43])],
  ['avif', avif],
  ['avif', bytes(box('ftyp', 'mif1', [0, 0, 0, 0], 'mif1', 'avif'))],
  ['heif', bytes(box('ftyp', 'heic', [0, 0, 0, 0], 'mif1', 'heic'))],
  ['unknown', bytes(box('ftyp', 'isom', [0, 0, 0, 0], 'mp41'))],
  ['unknown', bytes('BM')],
  ['unknown', bytes('<svg/>')],
  ['unknown', bytes()],
] as const)('a file of kind %s is known by its first bytes', (kind, file) => {
  expect(imageKind(file)).toBe(kind);
});

test('imageKind returns a kind for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom('', 'RIFF', 'BM', 'II'), (rest, start) => {
      expect(imageKind(bytes(start, [...rest]))).toBeTypeOf('string');
      expect(imageKind(bytes([0, 0, 0, 200], 'ftyp', [...rest]))).toMatch(/avif|heif|unknown/);
    }),
  );
});

describe('headers', () => {
  test.each([
    [1, 0xc0],
    [3, 0xc2],
    [4, 0xc1],
  ])('JPEG with %i components', (components, frame) => {
    expect(readJpegHeader(jpeg(components, frame))).toEqual({
      width: 300,
      height: 200,
      components,
      bits: 8,
      isProgressive: frame === 0xc2,
      orientation: 6,
      hasProfile: true,
      adobeTransform: 2,
      isComplete: true,
    });
  });

  test('a complete JPEG and one without an end are distinguished', () => {
    const file = jpeg(3);
    const isComplete = (part: Uint8Array): boolean => readJpegHeader(part).isComplete;
    expect(isComplete(file)).toBe(true);
    expect(isComplete(bytes([...file], 'and more'))).toBe(true);
    expect(isComplete(file.subarray(0, -1))).toBe(false);
    // The end of a small picture inside the header is not the end of the file.
    const thumbnail = segment(0xe1, bytes('Exif\0\0', [0xff, 0xd8, 0xff, 0xd9]));
    const nested = bytes([0xff, 0xd8], thumbnail, [...file.subarray(2, -2)]);
    expect(isComplete(nested)).toBe(false);
  });

  test.each([
    [
      'VP8X',
      riff(
        ['VP8X', bytes([0x30, 0, 0, 0, 43, 1, 0, 199, 0, 0])],
        ['ICCP', bytes([1])],
        ['EXIF', exif('II', 8)],
      ),
      { hasAlpha: true, hasProfile: true, orientation: 8, exifAt: 40 },
    ],
    [
      'VP8L',
      riff(['VP8L', bytes([0x2f, 43, 0xc1, 0x31, 0x10, 0, 0, 0, 0, 0])]),
      { hasAlpha: true, hasProfile: false, orientation: 1, exifAt: undefined },
    ],
    [
      'VP8 ',
      riff(['VP8 ', bytes([0, 0, 0, 0x9d, 1, 0x2a, 44, 1, 200, 0])]),
      { hasAlpha: false, hasProfile: false, orientation: 1, exifAt: undefined },
    ],
  ])('WebP, %s', (_, file, rest) => {
    expect(readWebpHeader(file)).toEqual({ width: 300, height: 200, frames: 1, damage: undefined, ...rest });
  });

  test('GIF', () => {
    expect(readGifHeader(gif)).toMatchObject({
      width: 300,
      height: 200,
      hasAlpha: true,
      frames: 1,
      damage: undefined,
    });
    const opaque = Uint8Array.from(gif);
    opaque[22] = 0;
    expect(readGifHeader(opaque).hasAlpha).toBe(false);
  });

  test('AVIF', () => {
    expect(readAvifHeader(avif)).toEqual({ width: 300, height: 200, hasAlpha: true, hasProfile: true });
  });

  test.each([
    ['JPEG', jpeg(3), readJpegHeader, 100],
    ['WebP', riff(['VP8L', new Uint8Array(20).fill(0x2f)]), readWebpHeader, 40],
    ['GIF', gif, readGifHeader, 40],
    ['AVIF', avif, readAvifHeader, avif.length],
  ] as const)('%s, cut off anywhere', (_, file, read, needed) => {
    expect(() => read(file)).not.toThrow();
    for (let length = 2; length < Math.min(needed, file.length); length++) {
      expect(() => {
        const header = read(file.subarray(0, length));
        if ('damage' in header && header.damage !== undefined) throw new Error(header.damage);
      }, `${length}`).toThrow(Error);
    }
  });

  test('random bytes give an error or a result, and never hang', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 200 }), (noise) => {
        for (const read of [readJpegHeader, readWebpHeader, readGifHeader, readAvifHeader]) {
          try {
            expect(read(noise).width).toBeTypeOf('number');
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        }
        expect(exifOrientation(noise)).toBeGreaterThan(0);
      }),
    );
  });

  test('EXIF orientation in both byte orders; nonsense means none', () => {
    for (const order of ['II', 'MM'] as const) {
      expect(exifOrientation(exif(order, 5))).toBe(5);
      expect(exifOrientation(exif(order, 9))).toBe(1);
      for (let length = 0; length < 22; length++) {
        expect(exifOrientation(exif(order, 5).subarray(0, length))).toBe(1);
      }
    }
  });
});

test('a TIFF lists its tags in order, and floats lie at multiples of four', () => {
  const file = encodeTiff({ width: 3, height: 2, channels: 5, data: new Float32Array(30) });
  const view = new DataView(file.buffer);
  const tags = Array.from({ length: view.getUint16(8, true) }, (_, i) => view.getUint16(10 + 12 * i, true));
  expect(tags).toEqual([...tags].sort((a, b) => a - b));
  const strip = tags.indexOf(273);
  expect(view.getUint32(10 + 12 * strip + 8, true) % 4).toBe(0);
});

test('a TIFF that claims more values than it has bytes is refused before memory is allocated', () => {
  const file = encodeTiff({ width: 3, height: 2, channels: 5, data: new Uint8Array(30) });
  expect(isDirectoryInside(file)).toBe(true);
  const view = new DataView(file.buffer);
  const count = view.getUint16(8, true);
  for (let i = 0; i < count; i++) {
    const at = 10 + 12 * i + 4;
    const values = view.getUint32(at, true);
    view.setUint32(at, 2e9, true);
    expect([i, isDirectoryInside(file)]).toEqual([i, false]);
    view.setUint32(at, values, true);
  }
  view.setUint16(8, 60_000, true);
  expect(isDirectoryInside(file)).toBe(false);
});
