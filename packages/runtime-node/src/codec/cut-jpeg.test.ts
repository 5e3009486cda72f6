/** JPEG files that end too early, with an end marker put there or without: refused, or every pixel as it was. */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import sharp, { type JpegOptions, type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { ImageFormatError, type Raster } from '@oddpixel/contract';
import { referencePath, referenceTitle } from '@oddpixel/testing';
import { sharpCodec } from './sharp-codec.ts';

const codec = sharpCodec();
const end = Buffer.from([0xff, 0xd9]);

interface Kind extends JpegOptions {
  readonly channels?: 1 | 3;
  readonly orientation?: number | undefined;
}

function noise(width: number, height: number, { channels = 3, orientation }: Kind): Sharp {
  const pixels = Uint8Array.from(
    { length: channels * width * height },
    (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24,
  );
  const image = sharp(pixels, { raw: { width, height, channels } });
  const colors = channels === 1 ? image.toColourspace('b-w') : image;
  return orientation === undefined ? colors : colors.withExif({ IFD0: { Orientation: String(orientation) } });
}

function write(width: number, height: number, { channels, orientation, ...options }: Kind): Promise<Buffer> {
  return noise(width, height, { channels: channels ?? 3, orientation })
    .jpeg({ quality: 85, ...options })
    .toBuffer();
}

const isEqual = (a: Raster, b: Raster): boolean =>
  a.width === b.width && a.height === b.height && Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
const bytesOf = ({ data }: Raster): Buffer => Buffer.from(data as Uint8Array);

/** Refused if it is not what it was; what is accepted as damaged says so. */
async function expectNoSilentLoss(cut: Uint8Array, whole: Raster): Promise<'refused' | 'whole'> {
  const warnings: string[] = [];
  try {
    expect(isEqual(await codec.decode(cut), whole)).toBe(true);
    return 'whole';
  } catch (error) {
    expect(error).toBeInstanceOf(ImageFormatError);
  }
  const raster = await codec
    .decode(cut, { acceptDamaged: true, onWarning: (warning) => warnings.push(warning) })
    .catch((error: unknown) => {
      // Nothing can be read of it.
      expect(error).toBeInstanceOf(ImageFormatError);
    });
  if (raster !== undefined) {
    expect([raster.width, raster.height]).toEqual([whole.width, whole.height]);
    expect(warnings).toEqual([expect.stringMatching(/damaged .*its readable part is used/)]);
  }
  return 'refused';
}

/** Markers between every `count` units, which libvips cannot write: put into a file of one block, again and again. */
async function withRestarts(): Promise<Buffer> {
  const one = await write(8, 8, { channels: 1 });
  const scan = one.indexOf(Buffer.from([0xff, 0xda])) + 10;
  const frame = one.indexOf(Buffer.from([0xff, 0xc0]));
  const units = 15;
  const parts: Buffer[] = [
    one.subarray(0, frame),
    Buffer.from([0xff, 0xdd, 0, 4, 0, 1]),
    one.subarray(frame, scan),
  ];
  for (let i = 0; i < units; i++) {
    if (i > 0) parts.push(Buffer.from([0xff, 0xd0 + ((i - 1) % 8)]));
    parts.push(one.subarray(scan, -2));
  }
  const file = Buffer.concat([...parts, end]);
  const at = file.indexOf(Buffer.from([0xff, 0xc0]));
  file.writeUInt16BE(24, at + 5);
  file.writeUInt16BE(40, at + 7);
  return file;
}

const kinds: readonly (readonly [string, () => Promise<Buffer>])[] = [
  ['baseline, 4:2:0', () => write(83, 61, {})],
  ['baseline, 4:2:0, of one row of blocks', () => write(83, 7, {})],
  ['baseline, 4:4:4', () => write(83, 61, { chromaSubsampling: '4:4:4' })],
  ['optimized, 4:4:4', () => write(61, 40, { chromaSubsampling: '4:4:4', optimiseCoding: true })],
  ['gray', () => write(83, 61, { channels: 1 })],
  ['turned', () => write(45, 61, { chromaSubsampling: '4:4:4', orientation: 6 })],
  ['progressive', () => write(83, 61, { progressive: true })],
  ['progressive, gray', () => write(61, 83, { channels: 1, progressive: true })],
  ['with restart markers', withRestarts],
];

describe.each(kinds)('%s', (_, make) => {
  test('cut at every twentieth byte is refused, or every pixel is unchanged', async () => {
    const file = await make();
    const whole = await codec.decode(file);
    for (let part = 1; part < 20; part++) {
      const front = file.subarray(0, (part * file.length) / 20);
      expect([part, await expectNoSilentLoss(front, whole)]).toEqual([part, 'refused']);
      expect([part, await expectNoSilentLoss(Buffer.concat([front, end]), whole)]).toEqual([part, 'refused']);
    }
  });

  test('without its last bytes but with an end marker is refused, or every pixel is unchanged', async () => {
    const file = await make();
    const whole = await codec.decode(file);
    for (let less = 1; less <= 40; less++) {
      const cut = Buffer.concat([file.subarray(0, -2 - less), end]);
      expect([less, await expectNoSilentLoss(cut, whole)]).toEqual([less, 'refused']);
    }
  });
});

test('a progressive file without its last scans is refused', async () => {
  for (const channels of [1, 3] as const) {
    const file = await write(83, 61, { channels, progressive: true });
    const whole = await codec.decode(file);
    const scan = Buffer.from([0xff, 0xda]);
    let scans = 0;
    for (let at = file.indexOf(scan); at >= 0; at = file.indexOf(scan, at + 2)) {
      const found = await expectNoSilentLoss(Buffer.concat([file.subarray(0, at), end]), whole);
      expect([scans++, found]).toEqual([scans - 1, 'refused']);
    }
    expect(scans).toBeGreaterThan(3);
  }
});

test('a file without one of its restart markers is refused', async () => {
  const file = await withRestarts();
  const whole = await codec.decode(file);
  let markers = 0;
  for (let at = file.indexOf(Buffer.from([0xff, 0xda])); at < file.length - 2; at++) {
    if (file[at] !== 0xff || ((file[at + 1] as number) & 0xf8) !== 0xd0) continue;
    markers++;
    const lost = Buffer.concat([file.subarray(0, at), file.subarray(at + 2)]);
    expect(await expectNoSilentLoss(lost, whole)).toBe('refused');
  }
  expect(markers).toBe(14);
});

test('arithmetic coding, in which no decoder sees missing data, is refused', async () => {
  const file = await write(40, 24, {});
  file[file.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc9;
  await expect(codec.decode(file)).rejects.toThrow(/uses arithmetic coding/);
});

const pictures = fc.record({
  width: fc.integer({ min: 1, max: 70 }),
  height: fc.integer({ min: 1, max: 70 }),
  channels: fc.constantFrom(1 as const, 3 as const),
  quality: fc.integer({ min: 1, max: 100 }),
  chromaSubsampling: fc.constantFrom('4:2:0', '4:4:4'),
  progressive: fc.boolean(),
  orientation: fc.integer({ min: 1, max: 8 }),
  less: fc.integer({ min: 1, max: 60 }),
});

test('a complete file has the pixels of sharp, and a truncated one is never taken for complete', async () => {
  const property = fc.asyncProperty(pictures, async ({ width, height, less, ...kind }) => {
    const file = await write(width, height, kind);
    const whole = await codec.decode(file);
    const { data, info } = await sharp(file)
      .autoOrient()
      .toColourspace(kind.channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([whole.width, whole.height, whole.channels]).toEqual([info.width, info.height, info.channels]);
    expect(Buffer.compare(bytesOf(whole), data)).toBe(0);
    await expectNoSilentLoss(Buffer.concat([file.subarray(0, -2 - less), end]), whole);
  });
  await fc.assert(property, { numRuns: 150 });
}, 60_000);

const photograph = referencePath('data', 'cookies', 'test', 'good', 'normal-21.jpg');
test.skipIf(photograph === undefined)(
  referenceTitle('a photograph cut at every twentieth', photograph),
  async () => {
    const file = await readFile(photograph as string);
    const whole = await codec.decode(file);
    for (let part = 1; part < 20; part++) {
      const front = file.subarray(0, (part * file.length) / 20);
      expect(await expectNoSilentLoss(front, whole)).toBe('refused');
      expect(await expectNoSilentLoss(Buffer.concat([front, end]), whole)).toBe('refused');
    }
  },
);
