/** PNG files of our own, read by another decoder. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { encodePng } from '@oddpixel/images';

const [width, height] = [13, 7];

/** The same pixels with gray as three equal colours, as sharp hands them out. */
function withColors(data: Uint8Array | Uint16Array, channels: number): number[] {
  const pixels = Array.from({ length: width * height }, (_, i) =>
    data.subarray(i * channels, (i + 1) * channels),
  );
  return pixels.flatMap((pixel) => {
    const [gray] = pixel;
    return channels < 3 ? [gray, gray, ...pixel] : [...pixel];
  }) as number[];
}

test.each([1, 2, 3, 4] as const)('sharp reads the same %i channels of 8 and of 16 bits', async (channels) => {
  const count = width * height * channels;
  const bytes = Uint8Array.from({ length: count }, (_, i) => (i * 29) % 256);
  const eight = await sharp(await encodePng({ width, height, channels, data: bytes }))
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  expect([...eight]).toEqual(withColors(bytes, channels));

  const words = Uint16Array.from({ length: count }, (_, i) => (i * 40_009) % 65_536);
  const sixteen = await sharp(await encodePng({ width, height, channels, data: words }))
    .toColourspace('rgb16')
    .raw({ depth: 'ushort' })
    .toBuffer();
  expect([...new Uint16Array(Uint8Array.from(sixteen).buffer)]).toEqual(withColors(words, channels));
});
