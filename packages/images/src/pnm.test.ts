import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultImageLimits, ImageFormatError, LimitExceededError } from '@oddpixel/contract';
import { decodePnm, imageKind } from './index.ts';

const decode = (file: Uint8Array, onWarning?: (message: string) => void) =>
  decodePnm(file, defaultImageLimits, { fileName: 'part.pgm', onWarning });
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const binary = (header: string, data: readonly number[]): Uint8Array =>
  Uint8Array.from([...text(header), ...data]);

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly maxval: number;
  readonly isText: boolean;
  readonly noise: readonly number[];
}

const valuesOf = ({ width, height, channels, maxval, noise }: Picture): number[] =>
  Array.from(
    { length: width * height * channels },
    (_, i) => (noise[i % noise.length] as number) % (maxval + 1),
  );

function pnmFile(picture: Picture): Uint8Array {
  const { width, height, channels, maxval, isText } = picture;
  const kind = (channels === 1 ? 2 : 3) + (isText ? 0 : 3);
  const header = `P${kind}\n# made by a test\n${width} ${height}\n${maxval}\n`;
  const values = valuesOf(picture);
  if (isText) return text(header + values.join('\n'));
  return binary(header, maxval > 255 ? values.flatMap((value) => [value >> 8, value & 255]) : values);
}

const pictures = fc.record({
  width: fc.integer({ min: 1, max: 17 }),
  height: fc.integer({ min: 1, max: 9 }),
  channels: fc.constantFrom(1 as const, 3 as const),
  maxval: fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.constantFrom(15, 255, 256, 1023, 4095, 65_535)),
  isText: fc.boolean(),
  noise: fc.array(fc.nat(65_535), { minLength: 1, maxLength: 50 }),
});

describe('written files are read back', () => {
  test('PGM and PPM, as text and as bytes, values as they are stored', () => {
    fc.assert(
      fc.property(pictures, (picture) => {
        const file = pnmFile(picture);
        expect(imageKind(file)).toBe('pnm');
        const { width, height, channels, data, hasAlpha } = decode(file);
        expect({ width, height, channels, hasAlpha }).toEqual({
          width: picture.width,
          height: picture.height,
          channels: picture.channels,
        });
        expect(data).toBeInstanceOf(picture.maxval > 255 ? Uint16Array : Uint8Array);
        expect(Array.from(data)).toEqual(valuesOf(picture));
      }),
    );
  });

  test('bitmaps become 0 and 255, with 1 as black and rows padded to bytes', () => {
    const expected = [
      255, 0, 255, 255, 255, 255, 255, 255, 255, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    ];
    const packed = decode(binary('P4 10 2\n', [0b01000000, 0b01000000, 0b10000000, 0]));
    expect(packed).toMatchObject({ width: 10, height: 2, channels: 1 });
    expect(Array.from(packed.data)).toEqual(expected);
    // Without spaces between the bits, and with a comment among them.
    const plain = decode(text('P1\n10 2\n0100000001\n# second row\n1 000000000'));
    expect(Array.from(plain.data)).toEqual(expected);
  });

  test.each([
    ['GRAYSCALE', 1, undefined],
    ['GRAYSCALE_ALPHA', 2, true],
    ['RGB', 3, undefined],
    ['RGB_ALPHA', 4, true],
    ['something else', 4, false],
  ])('PAM of the type %s', (type, channels, hasAlpha) => {
    const values = Array.from({ length: 6 * channels }, (_, i) => i * 3);
    const header = `P7\nWIDTH 3\n# turned\nHEIGHT 2\nDEPTH ${channels}\nMAXVAL 255\nTUPLTYPE ${type}\nENDHDR\n`;
    expect(decode(binary(header, values))).toEqual({
      width: 3,
      height: 2,
      channels,
      data: Uint8Array.from(values),
      hasAlpha,
    });
  });

  test('a second image in the file gives a warning', () => {
    const one = binary('P5 2 1 255\n', [7, 8]);
    const warnings: string[] = [];
    expect(Array.from(decode(Uint8Array.from([...one, ...one]), (w) => warnings.push(w)).data)).toEqual([
      7, 8,
    ]);
    expect(warnings.join()).toMatch(/several pictures; picture 1 is read/);
    decode(Uint8Array.from([...one, 10]), (w) => warnings.push(w));
    expect(warnings).toHaveLength(1);
  });
});

describe('files that are refused', () => {
  test('every truncation of a file throws', () => {
    fc.assert(
      fc.property(pictures, fc.double({ min: 0, max: 1, noNaN: true }), (picture, share) => {
        const file = pnmFile({ ...picture, isText: false });
        const cut = file.subarray(0, Math.floor(share * file.length));
        if (cut.length === file.length) return;
        expect(() => decode(cut)).toThrow(ImageFormatError);
      }),
    );
    expect(() => decode(text('P2 3 1 255 7 8'))).toThrow(/2 of 3 values/);
  });

  test.each([
    ['no size', text('P5 0 3 255 '), /0×3/],
    ['no largest value', binary('P5 1 1 0\n', [1]), /largest value is 0/],
    ['a largest value beyond 16 bits', binary('P5 1 1 65536\n', [1, 1]), /65536/],
    ['a value beyond its own largest', binary('P5 2 1 100\n', [100, 101]), /101, but states 100/],
    ['words', text('P2 3 1 255 7 eight 9'), /not a number/],
    ['a header without end', text(`P5 #${'x'.repeat(1000)}`), /header/],
    ['PAM without its end', text('P7\nWIDTH 1\n'), /ENDHDR/],
    [
      'PAM of nine channels',
      text('P7\nWIDTH 1\nHEIGHT 1\nDEPTH 9\nMAXVAL 255\nENDHDR\n123456789'),
      /9 channels/,
    ],
  ])('%s', (_, file, message) => {
    expect(() => decode(file)).toThrow(message);
    expect(() => decode(file)).toThrow(ImageFormatError);
    expect(() => decode(file)).toThrow(/part\.pgm/);
  });

  test('sizes beyond the limits are refused from the header alone', () => {
    expect(() => decode(text('P5 100000 100000 255\n'))).toThrow(LimitExceededError);
    const limits = { maxFileBytes: 1e6, maxPixels: 1e6, maxDecodedBytes: 5 };
    expect(() => decodePnm(binary('P6 2 1 255\n', [1, 2, 3, 4, 5, 6]), limits)).toThrow(
      /6 bytes when decoded; the limit is 5/,
    );
  });
});
