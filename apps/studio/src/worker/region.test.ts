import type { Raster } from '@oddpixel/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { croppingCodec, cropTo } from './region.ts';

/** Every value encodes its place. */
function numbered(width: number, height: number, channels: number): Raster {
  return {
    width,
    height,
    channels,
    data: Uint16Array.from({ length: width * height * channels }, (_, i) => i),
  };
}

describe('cropTo', () => {
  test('keeps the pixels of the region, whatever the shape, and never less than one', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 4 }),
        fc.record({ x: share, y: share, width: share, height: share }),
        (width, height, channels, region) => {
          const raster = numbered(width, height, channels);
          const cropped = cropTo(raster, region);
          expect(cropped.width).toBeGreaterThanOrEqual(1);
          expect(cropped.height).toBeGreaterThanOrEqual(1);
          expect(cropped.data).toHaveLength(cropped.width * cropped.height * channels);
          // The first value shows where the box begins; all others follow from that.
          const first = (cropped.data[0] as number) / channels;
          const [left, top] = [first % width, Math.floor(first / width)];
          for (let y = 0; y < cropped.height; y++) {
            for (let x = 0; x < cropped.width; x++) {
              for (let c = 0; c < channels; c++) {
                expect(cropped.data[(y * cropped.width + x) * channels + c]).toBe(
                  ((top + y) * width + left + x) * channels + c,
                );
              }
            }
          }
        },
      ),
    );
  });

  test('places the box by its shares of the image', () => {
    const cropped = cropTo(numbered(10, 6, 1), { x: 0.2, y: 0.5, width: 0.3, height: 0.5 });
    expect(cropped).toMatchObject({ width: 3, height: 3 });
    expect([...cropped.data]).toEqual([32, 33, 34, 42, 43, 44, 52, 53, 54]);
  });

  test('leaves an image without a region as it is', () => {
    const raster = numbered(5, 3, 3);
    expect(cropTo(raster, undefined)).toBe(raster);
  });
});

describe('croppingCodec', () => {
  test('crops decoded images, but not encoded ones', async () => {
    const raster = numbered(8, 4, 1);
    const encoded: Raster[] = [];
    const codec = croppingCodec(
      {
        decode: async () => raster,
        encode: async (given) => {
          encoded.push(given);
          return new Uint8Array();
        },
      },
      { x: 0, y: 0, width: 0.5, height: 1 },
    );
    expect(await codec.decode(new Uint8Array())).toMatchObject({ width: 4, height: 4 });
    await codec.encode(raster, 'png');
    expect(encoded).toEqual([raster]);
  });
});
